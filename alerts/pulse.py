"""A loop's sign of life: a row that says when it last came round.

The row is what watches from outside can see; it is written at most every `BEAT_EVERY`, so
that an idle office costs few commits.
"""

from __future__ import annotations

import asyncio
import enum
from datetime import datetime, timedelta

from storage.store import Store

BEAT_EVERY = timedelta(seconds=10)


class Loop(enum.StrEnum):
    """The loops that keep an office going."""

    READER = "reader"
    DISPATCHER = "dispatcher"
    TIMERS = "timers"
    AUDITOR = "auditor"


class Pulse:
    """Says that one loop is alive. A jump of the clock, either way, is no reason to wait."""

    def __init__(self, store: Store, loop: Loop) -> None:
        """Begin without having said anything."""
        self._store = store
        self._loop = loop
        self._beaten_at: datetime | None = None

    async def beat(self) -> None:
        """Say it, if it was not said lately."""
        now = self._store.clock()
        if self._beaten_at is not None and abs(now - self._beaten_at) < BEAT_EVERY:
            return
        name = self._loop.value
        await asyncio.wrap_future(self._store.submit(lambda uow: uow.audit.beat(name)))
        self._beaten_at = now
