"""The time that all processes on a PostgreSQL agree on, whatever their machines say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage.clocks import LONGEST_ANSWER, LOOK_EVERY, Jumps, ServerClock
from storage.store import Store
from tests.fakes import PushedClock
from tests.keys import KEYRING

WRONG = datetime(1999, 1, 1, tzinfo=UTC)
CLOSE = timedelta(minutes=1)


class Counter:
    """A counter of seconds that is pushed, also while it is looked at."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.now = 0.0
        self.each_look = 0.0

    def __call__(self) -> float:
        """Say how many seconds it has counted."""
        self.now += self.each_look
        return self.now


@pytest.fixture
def counter() -> Counter:
    """Give a counter that stands."""
    return Counter()


@pytest.fixture
def store(postgres_database: str) -> Iterator[Store]:
    """Give a store on PostgreSQL, on a machine whose clock is wrong."""
    opened = Store(postgres_database, keyring=KEYRING, clock=ServerClock(PushedClock(WRONG)))
    yield opened
    opened.close()


def look(store: Store, clock: ServerClock) -> datetime:
    """Let a clock look; returns the server's time."""
    with store.engine.connect() as connection:
        clock.look(connection)
        said: datetime = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    return said


def test_a_machine_whose_clock_is_wrong_keeps_the_servers_time(
    store: Store, counter: Counter
) -> None:
    """What it says counts until the first look, and never again."""
    machine = PushedClock(WRONG)
    clock = ServerClock(machine, counter)
    assert clock() == WRONG
    said = look(store, clock)
    assert timedelta() <= said - clock() < CLOSE
    machine.push(timedelta(hours=2))
    before = clock()
    counter.now += 5
    assert clock() - before == timedelta(seconds=5)


def test_it_looks_again_now_and_then(store: Store, counter: Counter) -> None:
    """Counters run a little fast or slow; what they missed is made good."""
    clock = ServerClock(PushedClock(WRONG), counter)
    look(store, clock)
    counter.now += LOOK_EVERY - 1
    ahead = clock()
    look(store, clock)
    assert clock() == ahead  # too soon
    counter.now += 1
    said = look(store, clock)
    assert timedelta() <= said - clock() < CLOSE
    assert clock() < ahead


def test_an_answer_that_came_late_says_nothing(store: Store, counter: Counter) -> None:
    """A process that was frozen between question and answer would run behind."""
    clock = ServerClock(PushedClock(WRONG), counter)
    look(store, clock)
    counter.now += LOOK_EVERY
    before = clock()
    counter.each_look = LONGEST_ANSWER
    look(store, clock)
    counter.each_look = 0.0
    assert clock() - before == timedelta(seconds=2 * LONGEST_ANSWER)


def test_units_on_postgresql_carry_the_servers_time(store: Store) -> None:
    """The time that a unit writes is that of its server, in reading and in writing."""
    for run in (store.read, store.write):
        said, now = run(
            lambda uow: (
                uow.connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one(),
                uow.now,
            )
        )
        assert timedelta() <= said - now < CLOSE
    assert timedelta() <= store.clock() - now < CLOSE


@pytest.mark.parametrize("set_by", [timedelta(hours=-2), timedelta(minutes=1)])
def test_a_clock_that_is_set_is_noticed_once(counter: Counter, set_by: timedelta) -> None:
    """Forth or back; time that passes, and a gentle correction, are nothing."""
    machine = PushedClock(WRONG)
    jumps = Jumps(machine, counter)
    machine.push(timedelta(hours=1))
    counter.now += 3600 - 1.0
    assert jumps.look() is None
    machine.push(set_by)
    assert jumps.look() == set_by
    assert jumps.look() is None
