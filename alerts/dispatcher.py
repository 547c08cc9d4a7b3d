"""Sending what is due: lease, send, record. At least once; nothing dies silently.

A process that is killed between the send and the record sends again when the lease ends;
the alert's number makes the double recognisable, and the notice's key lets a channel that
knows idempotency keys drop it. One chat's notices go one after the other; chats and
channels do not wait for each other: while some are being sent to, others are leased, and a
channel that is slow fills its own places only. What goes into chats that are rows of ours is
put out and recorded in the claim's own transaction (`alerts.own_chats`).
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from alerts.office import Office
from alerts.own_chats import OwnChats, Within
from alerts.pacing import Pacer
from alerts.pulse import Loop, Pulse
from alerts.recording import Written, put_off_if_it_fails
from alerts.sending import DispatchTimes, Sender, Turn
from alerts.undelivered import settle
from alerts.writing import Foreseen, foresee, write
from domain.channel import Address, Channel
from domain.errors import RetryLater
from storage.claims import MOST_OF_A_CHAT
from storage.live import NOTICES, Listener, Live
from storage.notices import Notice
from storage.rates import LocalRates
from storage.store import StorageAway, Store
from storage.unit_of_work import UnitOfWork

BATCH = 40
CLAIM_SHARE = 4  # of a lease, a claim may take one part in so many
CHATS_AT_ONCE = 40  # of one channel, in one process
FINISH_SECONDS = 5.0
# After a claim that found little, as long again as it took but no longer: what comes one by
# one is leased a few at a time where there is much, and at once where there is not.
BREATH_SECONDS = 0.03
FORGET_EVERY = timedelta(minutes=10)

log = structlog.get_logger()


@dataclass(slots=True)
class Dispatcher:
    """Sends due notices through the channels of this process.

    ``pacer`` keeps to what channels take; by default alone, with no other process.
    """

    store: Store
    office: Office
    channels: Mapping[str, Channel]
    live: Live
    times: DispatchTimes
    pacer: Pacer | None = None
    _flying: dict[asyncio.Task[None], str] = field(default_factory=dict)
    _sender: Sender = field(init=False)
    _forgot_at: datetime | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Send what is due, again and again, until cancelled; then end what was begun."""
        pulse = Pulse(self.store, Loop.DISPATCHER)
        self._stop.clear()
        with self.live.listen(NOTICES) as listener:
            try:
                hinted = True
                while True:
                    began = time.monotonic()
                    try:
                        leased = await self._begin(listener, hinted=hinted)
                        await pulse.beat()
                    except Exception:
                        log.exception("dispatch_failed")
                        leased = 0
                    ended = time.monotonic()
                    hinted = False
                    if leased < MOST_OF_A_CHAT:  # no more was due, of whatever chat
                        hinted = await listener.wait(self.times.poll.total_seconds())
                    if leased < BATCH // 2:
                        breath = min(ended - began, BREATH_SECONDS)
                        await asyncio.sleep(ended + breath - time.monotonic())
            finally:
                await self._finish()

    async def send_due(self) -> int:
        """Lease a batch and try each notice once; returns how many were leased."""
        leased, turns = await self._claim(frozenset())
        await asyncio.gather(*(self._sender.send(turn, stop=self._stop) for turn in turns))
        return leased

    async def _begin(self, listener: Listener, *, hinted: bool) -> int:
        """Lease a batch and begin to send it; returns how many notices were leased.

        A channel with all its places taken is left out, until half of them are free again.
        """
        busy = Counter(self._flying.values())
        full = frozenset(name for name, chats in busy.items() if chats >= CHATS_AT_ONCE)
        leased, turns = await self._claim(full, look=not hinted)
        for turn in turns:
            channel = turn.address.channel
            task = asyncio.create_task(self._fly(turn))
            self._flying[task] = channel

            def land(task: asyncio.Task[None], channel: str = channel) -> None:
                self._flying.pop(task, None)
                if Counter(self._flying.values())[channel] <= CHATS_AT_ONCE // 2:
                    listener.hint()

            task.add_done_callback(land)
        return leased

    async def _fly(self, turn: Turn) -> None:
        try:
            await self._sender.send(turn, stop=self._stop)
        except Exception:  # the database is away: leases end by themselves
            log.exception("dispatch_failed")

    async def _finish(self) -> None:
        """Let each chat end the send it is at, and give the rest back."""
        self._stop.set()
        if not self._flying:
            return
        _, late = await asyncio.wait(tuple(self._flying), timeout=FINISH_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def __post_init__(self) -> None:
        """Make what sends."""
        self._sender = Sender(
            self.store,
            self.channels,
            self.live,
            self.times,
            self.pacer or Pacer(LocalRates(self.store.clock)),
        )

    async def _claim(
        self, not_channels: frozenset[str], *, look: bool = True
    ) -> tuple[int, list[Turn]]:
        # Looking costs no commit, and most passes that nobody hinted at find nothing.
        if look and not await asyncio.to_thread(self.store.read, lambda uow: uow.notices.is_due()):
            return 0, []
        leased, written, now = await asyncio.wrap_future(
            self.store.submit(lambda uow: (*self._lease(uow, not_channels), uow.now))
        )
        turns: dict[Address, Turn] = {}
        for one in written:
            address = one.notice.address
            # As others see it in the rows, however long the commit took.
            turn = turns.setdefault(address, Turn(address, now + self.times.lease, now))
            turn.waiting.append(one)
        return leased, list(turns.values())

    def _lease(self, uow: UnitOfWork, not_channels: frozenset[str]) -> tuple[int, list[Written]]:
        if not uow.notices.is_due():
            return 0, []
        uow.notices.expire()
        if self._forgot_at is None or uow.now - self._forgot_at > FORGET_EVERY:
            uow.quiet.forget()
            self._forgot_at = uow.now
        leased = uow.notices.lease(limit=BATCH, lease=self.times.lease, not_channels=not_channels)
        own = {name: one for name, one in self.channels.items() if isinstance(one, OwnChats)}
        written = self._written(uow, leased)
        ours = [one for one in written if one.notice.address.channel in own]
        Within(own, self.times, self.live).send(uow, ours)
        others = [one for one in written if one.notice.address.channel not in own]
        return len(leased) + self._pass_by_quiet(uow), others

    def _written(self, uow: UnitOfWork, leased: Sequence[Notice]) -> list[Written]:
        """Return leased notices with their words, but for those that have to wait."""
        known = self._foresee(uow, leased)
        written: list[Written] = []
        for place, notice in enumerate(leased):
            if place and self.store.clock() - uow.now > self.times.lease / CLAIM_SHARE:
                # A machine that is so busy would find the leases over before it could send.
                uow.notices.give_back(leased[place:])
                break
            with put_off_if_it_fails(uow, notice):
                written.append(write(uow, self.office, notice, known or foresee(uow, [notice])))
        return written

    def _foresee(self, uow: UnitOfWork, leased: Sequence[Notice]) -> Foreseen | None:
        """Read for all notices at once; None where that fails, and each reads for itself."""
        try:
            return foresee(uow, leased)
        except Exception as error:
            if isinstance(error, StorageAway) or not uow.stands:
                raise
            log.exception("reading_together_failed", units=len(leased))
            return None

    def _pass_by_quiet(self, uow: UnitOfWork) -> int:
        """Settle cards whose chat asked for more quiet than they may wait; returns how many.

        The channel's answer is known, so it is not asked again: another way is taken.
        """
        held = uow.notices.lease_held(
            limit=BATCH, lease=self.times.lease, longest=self.times.longest_wait
        )
        for notice, until, reason in held:
            error = RetryLater(reason, not_before=until)
            settle(uow, notice, error, self.times.longest(notice.priority))
        if held:
            uow.after_commit(self.live.wake, NOTICES)
        return len(held)
