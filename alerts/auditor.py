"""Proof of life: a look over everything once a minute, by whoever holds the auditor's turn.

What should not be there is re-armed, logged and told to the district desk. Only when all is
well an outside address is pinged, which rings somebody when the pings stay away: the one
alarm that does not need this machine. Refuses: to trust that silence means health.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from alerts import outbox
from alerts.findings import (
    FURTHEST,
    FURTHEST_AFTER_START,
    FindingKind,
    Found,
    look_for_faults,
    too_far_off,
)
from alerts.office import Office
from alerts.proof_words import (
    ALL_WELL,
    NOT_LOOKED_LATELY,
    NOT_LOOKED_YET,
    finding_words,
    found_words,
    recovered_words,
)
from alerts.pulse import Loop
from alerts.routing import the_desk
from domain.channel import OutgoingMessage
from storage.clocks import Jumps
from storage.live import BOARD, NOTICES, Live
from storage.notices import Priority
from storage.proof import Finding
from storage.store import Store
from storage.unit_of_work import UnitOfWork

FIRST_LOOK = timedelta(seconds=20)  # the other processes are still starting
AUDIT_EVERY = timedelta(minutes=1)
GLANCE_SECONDS = 1.0
BEATS_SECONDS = 3.0  # so that each loop has said by the new time that it is alive
TURN_LASTS = timedelta(seconds=150)
STALE = timedelta(minutes=4)
"""A look older than this proves nothing any more."""

FINDINGS_STAY = timedelta(days=90)
PING = "ping"
TURN = "auditor"

Ping = Callable[[], Awaitable[None]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Light:
    """How the system is, in a word for the board: green only when ``well``."""

    well: bool
    words: str


@dataclass(slots=True)
class Auditor:
    """Looks for what should not be there. ``ping`` None: no outside address is set.

    ``tell_again`` is after how long a finding that lasts is told once more.
    """

    store: Store
    office: Office
    live: Live
    tell_again: timedelta
    ping: Ping | None = None
    holder: str = field(default_factory=lambda: secrets.token_hex(8))

    async def run(self) -> None:
        """Look, wait, again and again, until cancelled."""
        jump = await self._wait(FIRST_LOOK)
        first = True
        while True:
            try:
                await self.look(first=first, jump=jump)
            except Exception:
                log.exception("audit_failed")
            jump, first = await self._wait(AUDIT_EVERY), False

    async def _wait(self, span: timedelta) -> timedelta | None:
        """Wait so long; less when the clock is set meanwhile: returns by how much.

        What was written by a clock that was ahead would otherwise wait until the next look.
        """
        jumps = Jumps(self.store.clock)
        until = time.monotonic() + span.total_seconds()
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, GLANCE_SECONDS))
            jump = jumps.look()
            if jump is not None:
                log.warning("clock_set")
                await asyncio.sleep(BEATS_SECONDS)
                return jump
        return None

    async def look(
        self, *, first: bool = False, jump: timedelta | None = None
    ) -> list[Found] | None:
        """Look once and ping if all is well; returns what was found, None if not our turn.

        The ``first`` time after a start nothing is believed that is put off for long; after
        the clock was set, by ``jump``, what waits does not wait for that.
        """
        far_off = await asyncio.to_thread(
            self.store.read, lambda uow: too_far_off(uow, self.office)
        )
        furthest = FURTHEST_AFTER_START if first else FURTHEST
        set_back = max(timedelta(), -(jump or timedelta()))
        found = await asyncio.wrap_future(
            self.store.submit(
                lambda uow: self._audit(uow, far_off, furthest=furthest, set_back=set_back)
            )
        )
        if found == [] and self.ping is not None:
            await self._ping(self.ping)
        return found

    async def _ping(self, ping: Ping) -> None:
        try:
            await ping()
        except Exception as error:  # noqa: BLE001 - outside; nothing here depends on it
            log.warning("ping_failed", error=type(error).__name__)
            return
        await asyncio.wrap_future(self.store.submit(lambda uow: uow.audit.beat(PING)))

    def _audit(
        self,
        uow: UnitOfWork,
        far_off: tuple[int, ...],
        *,
        furthest: timedelta,
        set_back: timedelta,
    ) -> list[Found] | None:
        if not uow.plans.take_turn(TURN, holder=self.holder, lasts=TURN_LASTS):
            return None
        found = look_for_faults(uow, self.office, far_off, furthest=furthest, set_back=set_back)
        self._write_down(uow, found)
        uow.audit.beat(Loop.AUDITOR.value)
        uow.after_commit(self.live.wake, BOARD)
        uow.after_commit(self.live.wake, NOTICES)
        return found

    def _write_down(self, uow: UnitOfWork, found: list[Found]) -> None:
        """Keep what was found, and tell what is new or has lasted long."""
        rows, known = uow.proof, uow.proof.findings()
        lasted = [one for one in known.values() if one.ended_at is None]
        to_tell = []
        for one in found:
            before = known.get(one.key)
            told_at = None if before is None else before.told_at
            if told_at is None or not timedelta() <= uow.now - told_at < self.tell_again:
                told_at = uow.now
                to_tell.append(one)
            lasts = before is not None and before.ended_at is None
            found_at = before.found_at if before is not None and lasts else uow.now
            rows.keep(
                Finding(one.key, one.kind.value, one.subject, one.count, found_at, told_at, None)
            )
            log.warning("audit_found", kind=one.kind.value, count=one.count)
        rows.end_others(one.key for one in found)
        rows.forget(before=uow.now - FINDINGS_STAY)
        if to_tell:
            tell_desk(uow, f"found:{uow.now.isoformat()}", found_words(to_tell))
        elif not found and any(_was_told(one) for one in lasted):
            tell_desk(
                uow, f"well:{uow.now.isoformat()}", recovered_words(), priority=Priority.RECEIPT
            )


def _was_told(one: Finding) -> bool:
    """Whether the desk was told of a finding since it came up."""
    return one.told_at is not None and one.told_at >= one.found_at


def tell_desk(
    uow: UnitOfWork,
    key: str,
    message: OutgoingMessage,
    *,
    priority: Priority = Priority.YELLOW,
) -> None:
    """Say something to the district desk, once a key and chat."""
    for target in the_desk(uow):
        address = target.address
        outbox.say(
            uow,
            address,
            message,
            key=f"{key}:{address.channel}:{address.chat}",
            priority=priority,
        )


def light(uow: UnitOfWork) -> Light:
    """Return how the system is, as the last look says; an old look says nothing good."""
    looked_at = uow.audit.last_beat(Loop.AUDITOR.value)
    if looked_at is None:
        return Light(well=False, words=NOT_LOOKED_YET)
    if not -STALE <= uow.now - looked_at <= STALE:
        return Light(well=False, words=NOT_LOOKED_LATELY)
    lasting = uow.proof.lasting()
    if not lasting:
        return Light(well=True, words=ALL_WELL)
    return Light(
        well=False,
        words="；".join(
            finding_words(Found(FindingKind(one.kind), one.subject, one.count)) for one in lasting
        ),
    )
