"""Sending one chat's turn: its leased notices, one after the other, each recorded.

The lease of what is left is renewed before a send that it might not outlast, so that a slow
chat is never sent to by two. What goes wrong is settled by
`alerts.undelivered`; what has to wait is given back in order.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from alerts.gathering import Gathering, Together, in_one_unit
from alerts.pacing import Pacer, Slow
from alerts.recording import Sent, Written, record_failure, record_sent
from alerts.undelivered import Failure
from domain.channel import Address, Channel, OutgoingMessage
from domain.errors import AddressMoved, MessageGone, Refused, RetryLater
from storage.live import Live
from storage.notices import Notice, NoticeKind, Priority
from storage.store import StorageAway, Store
from storage.unit_of_work import UnitOfWork

SEND_SECONDS = 15.0
LONGEST_WAIT = timedelta(minutes=10)
LOOK_AGAIN = timedelta(seconds=1)
_EARLIEST = datetime.min.replace(tzinfo=UTC)
REMEMBERED_SECONDS = 60.0
WRITE_AGAIN_SECONDS = 0.5
PACED = "发送太快，排队等候"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DispatchTimes:
    """How long a lease lasts, how often to look, and the longest wait between tries."""

    lease: timedelta
    poll: timedelta
    longest_wait: Mapping[Priority, timedelta]

    @property
    def one_send(self) -> timedelta:
        """How long one send may take: its lease outlasts it by far."""
        return min(timedelta(seconds=SEND_SECONDS), self.lease / 2)

    def longest(self, priority: Priority) -> timedelta:
        """Return how long a notice of this urgency may wait for one channel."""
        return self.longest_wait.get(priority, LONGEST_WAIT)


@dataclass(slots=True)
class Turn:
    """What one sender has leased of one chat, in order, and until when.

    ``looked_at`` is when somebody last looked whether the chat is to be quiet.
    """

    address: Address
    leased_until: datetime | None
    looked_at: datetime
    waiting: list[Written] = field(default_factory=list)

    @property
    def rest(self) -> list[Notice]:
        """What was not tried yet."""
        return [one.notice for one in self.waiting]


@dataclass(frozen=True, slots=True)
class Arrived:
    """What was sent, and what its chat gets next if it is time to look whether it may."""

    sent: Sent
    before: Notice | None


@dataclass(slots=True)
class Sender:
    """Sends turns through the channels of this process.

    ``hushed`` is since when and until when channels asked this process for quiet; the rows
    say it to all. A clock that is set back to before it ends it.
    """

    store: Store
    channels: Mapping[str, Channel]
    live: Live
    times: DispatchTimes
    pacer: Pacer
    hushed: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    gathering: Gathering = field(init=False)
    arrivals: Together[Arrived, bool] = field(init=False)

    def __post_init__(self) -> None:
        """Gather what is to be written."""
        self.gathering = Gathering(self.store)
        self.arrivals = in_one_unit(self.store, self._record_arrived)

    async def send(self, turn: Turn, *, stop: asyncio.Event) -> None:
        """Send a turn in order until it is empty, has to wait, or passed to somebody else."""
        while turn.waiting and not stop.is_set() and not self._is_hushed(turn.address.channel):
            slow = await self._ask_pace(turn.waiting[0].notice)
            if slow is not None:
                await self._wait_for_pace(turn, slow)
                return
            if not await self._still_ours(turn):
                log.info("lease_lost", notice=turn.waiting[0].notice.id)
                return
            one = turn.waiting.pop(0)
            if not await self._send(turn, one):
                break
        if turn.waiting:
            rest = turn.rest
            await self.gathering.do(lambda uow: uow.notices.give_back(rest))

    async def _still_ours(self, turn: Turn) -> bool:
        """Make sure that the lease outlasts the next send."""
        now = self.store.clock()
        if turn.leased_until is not None and now + self.times.one_send <= turn.leased_until:
            return True
        rest = turn.rest

        def renew(uow: UnitOfWork) -> datetime | None:
            renewed = uow.notices.renew(rest, self.times.lease)
            return uow.now + self.times.lease if renewed else None

        turn.leased_until = await self.gathering.do(renew)
        return turn.leased_until is not None

    async def _ask_pace(self, notice: Notice) -> Slow | None:
        channel = self.channels.get(notice.address.channel)
        return None if channel is None else await self.pacer.ask(channel, notice)

    async def _wait_for_pace(self, turn: Turn, slow: Slow) -> None:
        """Give the turn back; its chat, or channel, is quiet until the bucket has filled."""
        first, rest = turn.rest[0], turn.rest

        def put_off(uow: UnitOfWork) -> None:
            uow.notices.give_back(rest)
            uow.quiet.ask(
                turn.address,
                until=uow.now + slow.wait,
                priority=first.priority,
                reason=PACED,
                whole_channel=slow.whole_channel,
            )

        await self.gathering.do(put_off)

    async def _send(self, turn: Turn, one: Written) -> bool:
        """Try one notice; False when the rest of the chat has to wait too."""
        notice = one.notice
        channel = self.channels.get(notice.address.channel)
        if channel is None:
            off = Refused(f"渠道 {notice.address.channel} 没有启用")
            return await self._record_failure(notice, off)
        if one.message is None:
            return await self._record_failure(notice, Refused("没有内容"))
        try:
            async with asyncio.timeout(self.times.one_send.total_seconds()):
                message_id = await _put_out(channel, notice, one.message)
        except (AddressMoved, MessageGone, Refused, RetryLater) as error:
            return await self._record_failure(notice, error)
        except TimeoutError:
            late = RetryLater("超时，可能已送达", may_have_arrived=True)
            return await self._record_failure(notice, late)
        except Exception as error:
            # It may be this notice's own fault, so the chat does not wait for it.
            log.exception("channel_failed", channel=notice.address.channel)
            return await self._record_failure(
                notice, RetryLater(type(error).__name__), chat_waits=False
            )
        look = bool(turn.waiting) and self.store.clock() >= turn.looked_at + LOOK_AGAIN
        before = turn.waiting[0].notice if look else None
        goes_on = await self._write_down(Arrived(Sent(notice, one.version, message_id), before))
        if look:
            turn.looked_at = self.store.clock()
        return goes_on and not self._is_hushed(notice.address.channel)

    async def _write_down(self, arrived: Arrived) -> bool:
        """Write down what was sent, also when the database is away for a while.

        What is forgotten would be sent twice. Nothing is lost by waiting: the chat could not
        go on without the database either.
        """
        until = time.monotonic() + REMEMBERED_SECONDS
        while True:
            try:
                return await self.arrivals.ask(arrived)
            except StorageAway as error:
                if time.monotonic() >= until:
                    raise
                log.warning("record_waits", error=type(error).__name__)
            await asyncio.sleep(WRITE_AGAIN_SECONDS)

    def _record_arrived(self, uow: UnitOfWork, arrived: list[Arrived]) -> list[bool]:
        """Write what arrived, and return whether each one's chat goes on."""
        record_sent(uow, [one.sent for one in arrived], self.live)
        return [one.before is None or not _has_to_stop(uow, one.before) for one in arrived]

    def _is_hushed(self, channel: str) -> bool:
        since, until = self.hushed.get(channel, (_EARLIEST, _EARLIEST))
        return since <= self.store.clock() < until

    async def _record_failure(
        self, notice: Notice, error: Failure, *, chat_waits: bool = True
    ) -> bool:
        """Settle a failed try; returns whether the rest of the chat goes on."""
        longest = self.times.longest(notice.priority)

        def record(uow: UnitOfWork) -> None:
            record_failure(uow, notice, error, longest, self.live, chat_waits=chat_waits)

        if isinstance(error, RetryLater) and error.whole_channel and error.not_before:
            self.hushed[notice.address.channel] = self.store.clock(), error.not_before
        await self.gathering.do(record)
        return not isinstance(error, RetryLater | AddressMoved)


def _has_to_stop(uow: UnitOfWork, following: Notice) -> bool:
    """Whether a chat is to be quiet before the next notice, or something goes before it."""
    address, priority = following.address, following.priority
    return uow.quiet.holds(address, priority) or uow.notices.is_overtaken(address, priority)


async def _put_out(channel: Channel, notice: Notice, message: OutgoingMessage) -> str | None:
    chat, key = notice.address.chat, notice.key
    if notice.kind is NoticeKind.TOAST:
        await channel.answer_press(chat, notice.target or "", message.plain_text, key=key)
        return None
    if notice.kind is NoticeKind.EDIT:
        # Each try is an edit of its own: the alert may have changed since the last one.
        await channel.edit(chat, notice.target or "", message, key=f"{key}:{notice.fence}")
        return notice.target
    return await channel.send(chat, message, key=key)
