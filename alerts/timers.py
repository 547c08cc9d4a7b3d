"""The loop that looks whose time has come, and says that it is alive."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from alerts.escalation import escalate_due
from alerts.maintenance import end_pauses
from alerts.office import Office
from alerts.pulse import Loop, Pulse
from alerts.storm import sum_up_due
from storage.live import BOARD, NOTICES, TIMERS, Live
from storage.store import Store
from storage.unit_of_work import UnitOfWork

POLL_SECONDS = 1.0
BATCH = 50

log = structlog.get_logger()


@dataclass(slots=True)
class Timers:
    """Acts on every alert whose time has come.

    ``also`` are further things to look at, each returns how much it did. A hint is of an alert
    alone, so that what only the clock brings is looked at once in `POLL_SECONDS`.
    """

    store: Store
    office: Office
    live: Live
    also: tuple[Callable[[], Awaitable[int]], ...] = ()

    async def run(self) -> None:
        """Look, act, wait, again and again, until cancelled."""
        pulse = Pulse(self.store, Loop.TIMERS)
        with self.live.listen(TIMERS) as listener:
            looked_at = -math.inf
            while True:
                began = time.monotonic()
                all_round = began >= looked_at + POLL_SECONDS
                try:
                    acted = await (self.act_on_due() if all_round else self.climb_due())
                    await pulse.beat()
                except Exception:
                    log.exception("timers_failed")
                    acted = 0
                if all_round and acted == 0:
                    looked_at = began
                if acted == 0:
                    await listener.wait(max(0.0, looked_at + POLL_SECONDS - time.monotonic()))

    async def act_on_due(self) -> int:
        """Act once on what is due; returns how much there was."""
        acted = await self.climb_due()
        if await asyncio.to_thread(self.store.read, _is_silence_over):
            acted += await asyncio.wrap_future(self.store.submit(self._end_silence))
        for look in self.also:
            acted += await look()
        return acted

    async def climb_due(self) -> int:
        """Let the alerts climb whose time has come; returns how many there were."""
        if await asyncio.to_thread(self.store.read, lambda uow: uow.alerts.is_due()):
            return await asyncio.wrap_future(self.store.submit(self._escalate))
        return 0

    def _escalate(self, uow: UnitOfWork) -> int:
        acted = escalate_due(uow, self.office, limit=BATCH)
        self._wake(uow)
        return acted

    def _end_silence(self, uow: UnitOfWork) -> int:
        acted = sum_up_due(uow, self.office, limit=BATCH) + end_pauses(uow)
        self._wake(uow)
        return acted

    def _wake(self, uow: UnitOfWork) -> None:
        uow.after_commit(self.live.wake, NOTICES)
        uow.after_commit(self.live.wake, BOARD)


def _is_silence_over(uow: UnitOfWork) -> bool:
    """Whether a storm is to be summed up, or a group's maintenance has run out."""
    return uow.storms.is_due() or bool(uow.groups.pauses_over())
