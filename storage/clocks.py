"""What time it is: the machine's, or the one that all processes on a PostgreSQL agree on.

Leases, timers and expiries of one process are read by all others, so one machine whose clock
is wrong, or is moved while it runs, would take what others are sending and put its own rows
out of their sight. The database server's clock is the one that they all have.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

LOOK_EVERY = 10.0
# An answer that took longer says little: this process may have been frozen meanwhile.
LONGEST_ANSWER = 1.0
# Less is a clock that is corrected gently, or two looks with a pause between.
JUMP = timedelta(seconds=5)
_ASK = sa.text("SELECT clock_timestamp()")


def machine_clock() -> datetime:
    """Return the machine's time, aware UTC."""
    return datetime.now(UTC)


class ServerClock:
    """The database server's time, followed between two looks by this machine's counter.

    The counter (``steady``, seconds) knows no time of day, so nobody can move it. Before the
    first look it is the ``machine``'s time.
    """

    def __init__(
        self,
        machine: Callable[[], datetime] = machine_clock,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin without having looked."""
        self._machine = machine
        self._steady = steady
        self._seen: tuple[datetime, float] | None = None  # replaced whole: threads share it

    def __call__(self) -> datetime:
        """Return what time it is on the server, aware UTC."""
        seen = self._seen
        if seen is None:
            return self._machine()
        at, since = seen
        return at + timedelta(seconds=self._steady() - since)

    def look(self, connection: sa.Connection) -> None:
        """Ask the server what time it is, if that was not asked lately."""
        seen, asked = self._seen, self._steady()
        if seen is not None and asked - seen[1] < LOOK_EVERY:
            return
        said: datetime = connection.execute(_ASK).scalar_one()
        answered = self._steady()
        if seen is None or answered - asked < LONGEST_ANSWER:
            self._seen = said, answered


class Jumps:
    """Notices when a clock is set: it and the machine's counter no longer agree."""

    def __init__(
        self, clock: Callable[[], datetime], steady: Callable[[], float] = time.monotonic
    ) -> None:
        """Believe the clock as it stands."""
        self._clock = clock
        self._steady = steady
        self._before = clock(), steady()

    def look(self) -> timedelta | None:
        """Return by how much the clock was set since the last look, below 0: back; None: not."""
        at, since = self._before
        self._before = now, counted = self._clock(), self._steady()
        jump = (now - at) - timedelta(seconds=counted - since)
        return jump if abs(jump) > JUMP else None
