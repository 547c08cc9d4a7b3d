"""What is asked once for many is what each would have been told, and no change is missed."""

from __future__ import annotations

import pytest

from domain.channel import Address
from domain.duty import Person, Post, Role, Scope
from storage import migrate
from storage.alerts import ChangedMeanwhile
from storage.prepared import Prepared
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from storage.webchat import NoSuchChat
from tests.held import held
from tests.keys import KEYRING
from tests.raising import CHEN, DASHI, HOUR, SHIQI, fail, raised, undone


def test_one_alert_is_read_as_it_stands_while_others_wait(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old one needs none of the new ones written; a new one, and one that was changed, is."""
    old = store.write(lambda uow: raised(uow, DASHI, "旧"))
    written: list[Prepared] = []
    run_each = Prepared.run_each

    def count(self: Prepared, *values: object) -> None:
        written.append(self)
        run_each(self, *values)  # type: ignore[arg-type]

    def work(uow: UnitOfWork) -> None:
        new = raised(uow, SHIQI, "新")
        assert uow.alerts.get(old.id) == old
        assert written == []
        assert uow.alerts.get(new.id) == new
        assert len(written) == 1
        written.clear()
        uow.alerts.hear(old.id)
        assert uow.alerts.get(new.id) == new
        assert written == []
        assert uow.alerts.get(old.id) == old
        assert len(written) == 1

    monkeypatch.setattr(Prepared, "run_each", count)
    store.write(work)


def test_groups_and_who_is_on_duty_of_many_towns(store: Store) -> None:
    """As each town would have been told; a group that is bound meanwhile is there."""

    def furnish(uow: UnitOfWork) -> dict[str, Person]:
        seated = {}
        for town in (DASHI, SHIQI):
            uow.groups.bind(Address("wire", town), scope=Scope.TOWN, town=town, title=town)
            seated[town] = uow.people.add(name=town, role=Role.TOWN_OFFICER, town=town)
            uow.duty.add(
                seated[town],
                Post.TOWN_DUTY,
                town=town,
                starts_at=uow.now - HOUR,
                ends_at=uow.now + HOUR,
            )
        return seated

    seated = store.write(furnish)
    towns = (DASHI, SHIQI, "洛浦街道")

    def work(uow: UnitOfWork) -> None:
        uow.groups.foresee_towns(towns)
        uow.duty.foresee(Post.TOWN_DUTY, towns)
        for town in (DASHI, SHIQI):
            assert [one.chat for one in uow.groups.of(Scope.TOWN, town)] == [town]
            assert uow.duty.on_duty(Post.TOWN_DUTY, town) == (seated[town],)
        assert uow.groups.of(Scope.TOWN, "洛浦街道") == ()
        assert uow.duty.on_duty(Post.TOWN_DUTY, "洛浦街道") == ()
        uow.groups.bind(Address("wire", "new"), scope=Scope.TOWN, town=DASHI, title="新")
        assert [one.chat for one in uow.groups.of(Scope.TOWN, DASHI)] == [DASHI, "new"]

    store.write(work)


def test_turns_of_several_are_had_or_not_and_given_back(postgres_database: str) -> None:
    """Somebody has one of two; the other is taken, and free again after the commit."""
    migrate.upgrade(postgres_database)
    store = Store(postgres_database, keyring=KEYRING, connections=4)

    def second(uow: UnitOfWork) -> None:
        uow.turns.wait_for_nobody()
        uow.turns.take(["one", "two", "three"])
        assert [uow.turns.has(what) for what in ("one", "two", "three")] == [False, True, True]
        uow.turns.wait("two")
        with pytest.raises(ChangedMeanwhile):
            uow.turns.wait("one")

    with held(store, lambda uow: uow.turns.wait("one")):
        store.write(second)

    def third(uow: UnitOfWork) -> None:
        uow.turns.wait_for_nobody()
        uow.turns.wait("one")
        uow.turns.wait("two")

    store.write(third)
    store.close()


def test_a_turn_that_an_undone_part_took_is_taken_anew(postgres_database: str) -> None:
    """Undoing the part gave it back: who says that they have it must have it."""
    migrate.upgrade(postgres_database)
    store = Store(postgres_database, keyring=KEYRING, connections=4)

    def first(uow: UnitOfWork) -> None:
        uow.turns.wait_for_nobody()
        with undone(uow):
            uow.groups.bind(Address("wire", "new"), scope=Scope.DISTRICT, town=None, title="")
            uow.turns.wait("one")
            fail()
        uow.turns.wait("one")

    def second(uow: UnitOfWork) -> None:
        uow.turns.wait_for_nobody()
        with pytest.raises(ChangedMeanwhile):
            uow.turns.wait("one")

    with held(store, first):
        store.write(second)
    store.close()


def add_event(uow: UnitOfWork, chat: str, key: str) -> int | None:
    """Add an event; returns its number, None when its key was there."""
    added = uow.webchat.add_event(chat, key=key, kind="message", message_id=key, body={})
    return None if added is None else added.number


def test_events_of_taken_chats_are_numbered_as_those_of_others(store: Store) -> None:
    """Without gaps, each key once, whatever was undone in between; other keys still ask."""

    def add(uow: UnitOfWork) -> list[int | None]:
        for chat in ("a", "b"):
            uow.webchat.keep_chat(chat, kind="private", title="")
        first = add_event(uow, "a", "there already")
        uow.webchat.foresee({"a": ["there already", "new", "newer"], "b": ["of b"], "none": ["x"]})
        with undone(uow):
            add_event(uow, "a", "new")
            fail()
        uow.webchat.foresee({"a": ["there already", "new", "newer"], "b": ["of b"]})
        return [
            first,
            *(add_event(uow, "a", key) for key in ("new", "there already", "new", "newer")),
            add_event(uow, "b", "of b"),
            add_event(uow, "a", "unforeseen"),
            add_event(uow, "a", "newer"),
        ]

    assert store.write(add) == [1, 2, None, None, 3, 1, 4, None]
    assert store.read(lambda uow: uow.webchat.last_events(["a", "b"])) == {"a": 4, "b": 1}
    events = store.read(lambda uow: uow.webchat.events("a", after=0))
    assert [(one.number, one.message_id) for one in events] == [
        (1, "there already"),
        (2, "new"),
        (3, "newer"),
        (4, "unforeseen"),
    ]


def test_a_chat_that_is_not_there_cannot_be_taken(store: Store) -> None:
    """What is added to it fails as ever, and others go on."""

    def add(uow: UnitOfWork) -> int | None:
        uow.webchat.keep_chat("a", kind="private", title="")
        uow.webchat.foresee({"none": ["x"], "a": ["y"]})
        with pytest.raises(NoSuchChat):
            add_event(uow, "none", "x")
        return add_event(uow, "a", "y")

    assert store.write(add) == 1


def test_names_foreseen_are_those_that_are_asked_for(store: Store) -> None:
    """A group's title, somebody's name and post, and the channel of what nobody knows."""
    room, home, unknown = (Address("wire", chat) for chat in ("room", "home", "unknown"))
    places = (room, home, unknown)

    def name(uow: UnitOfWork) -> tuple[list[str], list[str]]:
        uow.groups.bind(room, scope=Scope.TOWN, town=DASHI, title="值班群")
        uow.groups.keep_address(home, person_id=CHEN)
        alone = [uow.groups.name_of(place) for place in places]
        uow.groups.keep_address(Address("wire", "other"), person_id=CHEN)  # read anew
        uow.groups.foresee_names(places)
        return alone, [uow.groups.name_of(place) for place in places]

    alone, foreseen = store.write(name)
    assert alone == foreseen
    assert alone[0] == "值班群"
    assert "小陈" in alone[1]
    assert alone[2] == "wire"
