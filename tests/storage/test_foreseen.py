"""What is asked once for many is what each would have been told, and no change is missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from domain.alert import Alert, AlertState, Chain, LevelTimes, fresh_alert
from domain.channel import Address
from domain.danger import Assessment, Category, Level
from domain.duty import Person, Post, Role, Scope
from domain.report import Report, TownBy, VersionKind
from storage import migrate
from storage.alerts import ChangedMeanwhile
from storage.prepared import Prepared
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from storage.webchat import NoSuchChat
from tests.held import held
from tests.keys import KEYRING

HOUR = timedelta(hours=1)
DASHI, SHIQI = "大石街道", "石碁镇"
CHEN = 1


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """Give a store on each engine, with somebody who may report."""
    opened = Store(database, keyring=KEYRING)
    opened.write(lambda uow: uow.people.add(name="小陈", role=Role.GRID_WORKER, town=DASHI))
    yield opened
    opened.close()


@contextmanager
def undone(uow: UnitOfWork) -> Iterator[None]:
    """Expect what is done within to `fail`, and take it back."""
    with pytest.raises(LookupError), uow.apart():
        yield


def fail() -> None:
    """Fail."""
    raise LookupError


def file(uow: UnitOfWork, text: str) -> Report:
    """File a report."""
    return uow.reports.add(
        person_id=CHEN,
        address=Address("wire", "home"),
        sender="s",
        message_id=text,
        town=DASHI,
        town_by=TownBy.TEXT,
        level=Level.RED,
        text=text,
        assessment=Assessment.harmless(),
    )


def raised(uow: UnitOfWork, town: str | None, text: str, *, verified: bool = True) -> Alert:
    """File a report and raise an alert of a town from it."""
    report = file(uow, text)
    alert = uow.alerts.add(
        fresh_alert(
            town=town,
            level=Level.RED,
            categories=(Category.SELF_HARM,),
            chain=Chain(LevelTimes((), HOUR, HOUR), (uow.now,)),
            at=uow.now,
            verified=verified,
        )
    )
    uow.reports.attach(report.id, alert.id)
    return alert


def told(
    uow: UnitOfWork, town: str | None, *, verified: bool = True
) -> list[tuple[int, tuple[str, ...]]]:
    """Return what a transaction says that was told in a town, or by those not enrolled."""
    found = uow.told.in_town(town, verified=verified, heard_since=uow.now - HOUR)
    return [(one.alert_id, one.texts) for one in found]


def afresh(uow: UnitOfWork, town: str | None) -> list[tuple[int, tuple[str, ...]]]:
    """Return the same as the rows have it."""
    uow._later.memory.forget()
    return told(uow, town)


Step = Callable[[UnitOfWork, dict[str, Alert]], object]


def _adds(text: str) -> Step:
    return lambda uow, there: uow.reports.attach(file(uow, text).id, there[DASHI].id)


def _supplements(uow: UnitOfWork, there: dict[str, Alert]) -> None:
    [report] = uow.reports.of_alert(there[DASHI].id)
    kind, words = VersionKind.SUPPLEMENTED, Assessment.harmless()
    uow.reports.add_version(report.id, kind, "还有", words, level=Level.RED)


def _moves(uow: UnitOfWork, there: dict[str, Alert]) -> None:
    uow.reports.move_to(there[SHIQI].id, there[DASHI].id)


def _closes(uow: UnitOfWork, there: dict[str, Alert]) -> None:
    uow.alerts.change(there[DASHI], state=AlertState.CLOSED, closed_at=uow.now)


def _hands_over(uow: UnitOfWork, there: dict[str, Alert]) -> None:
    uow.alerts.change(there[DASHI], town=SHIQI)


def _raises_and_adds(uow: UnitOfWork, _: dict[str, Alert]) -> None:
    alert = raised(uow, SHIQI, "新")
    uow.reports.attach(file(uow, "又").id, alert.id)


def _raises_two_there(uow: UnitOfWork, there: dict[str, Alert]) -> None:
    raised(uow, DASHI, "新")
    assert len(told(uow, DASHI)) == 2
    raised(uow, DASHI, "又")
    uow.reports.attach(file(uow, "再").id, there[SHIQI].id)


def _raises_and_adds_there(uow: UnitOfWork, _: dict[str, Alert]) -> None:
    alert = raised(uow, DASHI, "新")
    uow.reports.attach(file(uow, "又").id, alert.id)


def _raises_one_unheard_of(uow: UnitOfWork, _: dict[str, Alert]) -> None:
    fresh = uow.alerts.get(raised(uow, DASHI, "新").id)
    assert fresh is not None
    uow.alerts.change(fresh, verified=False)


def _raises_then_adds_to_the_old(uow: UnitOfWork, there: dict[str, Alert]) -> None:
    raised(uow, SHIQI, "新")
    uow.reports.attach(file(uow, "又").id, there[DASHI].id)


STEPS: dict[str, Step] = {
    "a quiet report": lambda uow, _: file(uow, "没有危险"),
    "an alert there": lambda uow, _: raised(uow, DASHI, "新"),
    "an alert elsewhere": lambda uow, _: raised(uow, SHIQI, "新"),
    "an alert of the district": lambda uow, _: raised(uow, None, "新"),
    "one more report": _adds("又"),
    "a supplement": _supplements,
    "merged": _moves,
    "closed": _closes,
    "handed over": _hands_over,
    "an alert and one more report": _raises_and_adds,
    "two alerts there": _raises_two_there,
    "an alert there and one more report": _raises_and_adds_there,
    "an alert there that is changed": _raises_one_unheard_of,
    "an alert, and a report of the old": _raises_then_adds_to_the_old,
    "heard of elsewhere": lambda uow, there: uow.alerts.hear(there[SHIQI].id),
}


@pytest.mark.parametrize("foreseen", [True, False])
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_what_was_told_is_what_the_rows_say(store: Store, step: Step, *, foreseen: bool) -> None:
    """Whatever happens in between, in the town itself or in another."""
    there = store.write(
        lambda uow: {town: raised(uow, town, f"在{town}") for town in (DASHI, SHIQI)}
    )

    def work(uow: UnitOfWork) -> None:
        towns = (DASHI, SHIQI, "洛浦街道")
        if foreseen:
            uow.told.foresee(towns, heard_since=uow.now - HOUR)
        before = {town: told(uow, town) for town in (*towns, None)}
        assert before[DASHI] == [(there[DASHI].id, (f"在{DASHI}",))]
        assert before["洛浦街道"] == before[None] == []
        step(uow, there)
        after = {town: told(uow, town) for town in (*towns, None)}
        assert after == {town: afresh(uow, town) for town in (*towns, None)}

    store.write(work)


@pytest.mark.parametrize("verified", [True, False])
def test_what_strangers_tell_and_what_others_do_stay_apart(store: Store, *, verified: bool) -> None:
    """Both have alerts of no town; neither is compared with the other's."""

    def work(uow: UnitOfWork) -> None:
        for one in (True, False):
            assert told(uow, None, verified=one) == []
        alert = raised(uow, None, "新", verified=verified)
        assert told(uow, None, verified=verified) == [(alert.id, ("新",))]
        assert told(uow, None, verified=not verified) == []

    store.write(work)


def test_a_new_alert_of_one_town_lets_what_was_told_in_others_stand(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two towns' dangers of one moment: neither is written before the other is compared."""
    asked: list[Prepared] = []
    fetch = Prepared._execute

    def count(self: Prepared, *values: object) -> object:
        asked.append(self)
        return fetch(self, *values)  # type: ignore[arg-type]

    def work(uow: UnitOfWork) -> list[tuple[int, tuple[str, ...]]]:
        uow.told.foresee((DASHI, SHIQI), heard_since=uow.now - HOUR)
        uow.reports.number(2)
        raised(uow, DASHI, "一")
        monkeypatch.setattr(Prepared, "_execute", count)
        assert told(uow, SHIQI) == []
        assert asked == []
        raised(uow, SHIQI, "二")
        monkeypatch.setattr(Prepared, "_execute", fetch)
        return [one for town in (DASHI, SHIQI) for one in told(uow, town)]

    assert store.write(work) == [(1, ("一",)), (2, ("二",))]


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


def test_what_an_undone_part_told_is_told_no_more(store: Store) -> None:
    """The alert that somebody's failed message raised is not compared with."""

    def work(uow: UnitOfWork) -> list[tuple[int, tuple[str, ...]]]:
        uow.told.foresee((DASHI, SHIQI), heard_since=uow.now - HOUR)
        with undone(uow):
            raised(uow, DASHI, "一")
            assert len(told(uow, DASHI)) == 1
            fail()
        return told(uow, DASHI)

    assert store.write(work) == []


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
