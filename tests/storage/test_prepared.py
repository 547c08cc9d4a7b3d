"""Statements on the driver's own cursor: the types stay in charge, the errors SQLAlchemy's."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from domain.channel import Address
from domain.duty import Role
from storage.alerts import ChangedMeanwhile
from storage.prepared import Prepared
from storage.store import Store
from storage.tables import people, quiet
from storage.unit_of_work import UnitOfWork
from tests.fakes import PushedClock
from tests.keys import KEYRING

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
ADD = Prepared(sa.insert(quiet), "channel", "chat", "priority", "until", "reason")
FIND = Prepared(
    sa.select(quiet.c.chat, quiet.c.until)
    .where(quiet.c.until > sa.bindparam("now"))
    .order_by(quiet.c.chat)
)
BEIJING = timezone(timedelta(hours=8))


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """Give a store on each engine."""
    opened = Store(database, keyring=KEYRING, clock=PushedClock(NOON), connections=4)
    yield opened
    opened.close()


def hush(chat: str, until: datetime = NOON + timedelta(hours=1)) -> dict[str, object]:
    """Return a row of the table that is used here."""
    return {"channel": "wire", "chat": chat, "priority": 1, "until": until, "reason": "slow"}


def test_values_and_results_pass_through_their_columns_types(store: Store) -> None:
    """Times of any zone come back aware in UTC; one without a zone is refused."""
    until = datetime(2026, 3, 4, 13, 0, tzinfo=BEIJING)

    def work(uow: UnitOfWork) -> list[dict[str, object]]:
        assert ADD.run(uow.connection, hush("a", until)) == 1
        ADD.run_each(uow.connection, [hush("b", until), hush("c", NOON)])
        return FIND.rows(uow.connection, {"now": NOON})

    found = store.write(work)
    assert found == [{"chat": "a", "until": until}, {"chat": "b", "until": until}]
    assert {row["until"].tzinfo for row in found if isinstance(row["until"], datetime)} == {UTC}
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        store.write(lambda uow: ADD.run(uow.connection, hush("d", naive)))


def test_a_name_is_sealed_on_disk_and_plain_in_python(store: Store) -> None:
    """What the type seals is sealed on this way as well."""
    person = store.write(
        lambda uow: uow.people.add(name="王小明", role=Role.GRID_WORKER, town=None)
    )
    assert store.read(lambda uow: uow.people.get(person.id)).name == "王小明"
    as_text = sa.select(sa.type_coerce(people.c.name, sa.Text))
    assert "王小明" not in store.read(lambda uow: str(uow.connection.scalars(as_text).all()))


def test_an_error_is_sqlalchemys_own_and_shows_no_values(store: Store) -> None:
    """Whoever catches a failure of the store need not know the driver."""

    def twice(uow: UnitOfWork) -> None:
        ADD.run(uow.connection, hush("secret chat"))
        ADD.run(uow.connection, hush("secret chat"))

    with pytest.raises(sa.exc.IntegrityError) as caught:
        store.write(twice)
    if store.sqlite:  # PostgreSQL itself names the key
        assert "secret" not in str(caught.value)
    assert store.read(lambda uow: FIND.rows(uow.connection, {"now": NOON})) == []


def test_a_list_within_in_is_refused_at_the_first_run(store: Store) -> None:
    """Its text differs with the number of values, so it cannot be kept."""
    these = Prepared(sa.select(quiet).where(quiet.c.chat.in_(["a", "b"])))
    with pytest.raises(TypeError, match="not to be prepared"):
        store.read(lambda uow: these.rows(uow.connection, {}))


def test_what_was_asked_beforehand_is_what_asking_then_would_give(store: Store) -> None:
    """Also after a change: whoever is let in meanwhile is known."""

    def work(uow: UnitOfWork) -> None:
        known = uow.people.add(name="陈阿姨", role=Role.GRID_WORKER, town="大石街道")
        uow.people.identify(known, "wire", "chen")
        home = Address("wire", "c")
        uow.groups.keep_address(home, person_id=known.id)
        uow.dialogues.put(home, "chen", {"kind": "words"}, lasts=timedelta(minutes=5))
        uow.people.foresee({("wire", "chen"), ("wire", "he")})
        uow.groups.foresee({known.id})
        uow.dialogues.foresee({(home, "chen"), (home, "he")})
        uow.reports.foresee({(home, "m1")})
        assert uow.people.known_as("wire", "chen") == known
        assert uow.people.known_as("wire", "he") is None
        assert uow.groups.addresses_of(known.id) == (home,)
        assert uow.dialogues.get(home, "chen") == {"kind": "words"}
        assert uow.dialogues.get(home, "he") is None
        assert uow.reports.at_message(home, "m1") is None
        late = uow.people.add(name="何叔", role=Role.GRID_WORKER, town="大石街道")
        uow.people.identify(late, "wire", "he")
        assert uow.people.known_as("wire", "he") == late
        uow.groups.switch_off(home, "gone")
        assert uow.groups.addresses_of(known.id) == ()
        uow.dialogues.end(home, "chen")
        assert uow.dialogues.get(home, "chen") is None

    store.write(work)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_waits_for_nobody_goes_on_where_a_turn_is_taken(store: Store) -> None:
    """A unit that takes many turns leaves what it cannot have, and blocks nobody."""
    taken, done = threading.Event(), threading.Event()

    def holds(uow: UnitOfWork) -> None:
        uow.turns.wait("alerts of 大石街道")
        taken.set()
        done.wait(10)

    def takes_many(uow: UnitOfWork) -> list[str]:
        uow.turns.wait_for_nobody()
        got = []
        for town in ("石碁镇", "大石街道", "沙头街道"):
            try:
                with uow.apart():
                    uow.turns.wait(f"alerts of {town}")
            except ChangedMeanwhile:
                continue
            got.append(town)
        return got

    holding = store.submit(holds)
    assert taken.wait(10)
    assert store.write(takes_many) == ["石碁镇", "沙头街道"]
    done.set()
    holding.result()
    assert store.write(takes_many) == ["石碁镇", "大石街道", "沙头街道"]


def test_units_apart_stand_or_fall_alone_however_deep(store: Store) -> None:
    """An outer one that fails takes the inner with it, and nothing before it."""

    def work(uow: UnitOfWork) -> None:
        ADD.run(uow.connection, hush("kept"))
        with contextlib.suppress(LookupError), uow.apart():
            ADD.run(uow.connection, hush("outer"))
            with uow.apart():
                ADD.run(uow.connection, hush("inner"))
            raise LookupError
        with uow.apart():
            ADD.run(uow.connection, hush("later"))

    store.write(work)
    found = store.read(lambda uow: FIND.tuples(uow.connection, {"now": NOON}))
    assert [row[0] for row in found] == ["kept", "later"]
