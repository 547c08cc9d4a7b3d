"""Sending what is due: lease, send, record. At least once; nothing dies silently.

A process that is killed between the send and the record sends again when the lease ends;
the alert's number makes the double recognisable, and the notice's key lets a channel that
knows idempotency keys drop it. One chat's notices go one after the other; chats and
channels do not wait for each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from alerts import outbox
from alerts.notices import Why, card
from alerts.office import Office
from alerts.pulse import Loop, Pulse
from alerts.routing import holder, is_barred
from alerts.undelivered import Failure, settle
from alerts.view import view
from domain.alert import Alert, LogKind
from domain.channel import Address, Channel, OutgoingMessage
from domain.duty import Scope
from domain.errors import AddressMoved, MessageGone, Refused, RetryLater
from storage.live import BOARD, NOTICES, Live
from storage.notices import Notice, NoticeKind, Priority
from storage.store import Store
from storage.unit_of_work import UnitOfWork

BATCH = 40
SEND_SECONDS = 15.0
LONGEST_WAIT = timedelta(minutes=10)
WAIT_UNWRITTEN = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DispatchTimes:
    """How long a lease lasts, how often to look, and the longest wait between tries."""

    lease: timedelta
    poll: timedelta
    longest_wait: Mapping[Priority, timedelta]


@dataclass(slots=True)
class Dispatcher:
    """Sends due notices through the channels of this process.

    ``held`` keeps channels that asked for quiet until a time.
    """

    store: Store
    office: Office
    channels: Mapping[str, Channel]
    live: Live
    times: DispatchTimes
    held: dict[str, datetime] = field(default_factory=dict)

    async def run(self) -> None:
        """Send what is due, again and again, until cancelled."""
        pulse = Pulse(self.store, Loop.DISPATCHER)
        with self.live.listen(NOTICES) as listener:
            while True:
                try:
                    sent = await self.send_due()
                    await pulse.beat()
                except Exception:
                    log.exception("dispatch_failed")
                    sent = 0
                if sent < BATCH:
                    await listener.wait(self.times.poll.total_seconds())

    async def send_due(self) -> int:
        """Lease a batch and try each notice once; returns how many were leased."""
        # Looking costs no commit; most passes find nothing.
        if not await asyncio.to_thread(self.store.read, lambda uow: uow.notices.is_due()):
            return 0
        leased = await asyncio.wrap_future(self.store.submit(self._lease))
        chats: dict[Address, list[tuple[Notice, OutgoingMessage | None, int]]] = {}
        for notice, message, version in leased:
            chats.setdefault(notice.address, []).append((notice, message, version))
        await asyncio.gather(*(self._send_in_order(batch) for batch in chats.values()))
        return len(leased)

    def _lease(self, uow: UnitOfWork) -> list[tuple[Notice, OutgoingMessage | None, int]]:
        uow.notices.expire()
        held = frozenset(name for name, until in self.held.items() if until > uow.now)
        leased = uow.notices.lease(limit=BATCH, lease=self.times.lease, not_channels=held)
        written = []
        for notice in leased:
            try:
                written.append((notice, *self._write(uow, notice)))
            except Exception:  # one notice that cannot be written holds up no other
                log.exception("writing_failed", notice=notice.id)
                uow.notices.put_off(notice, until=uow.now + WAIT_UNWRITTEN, reason="写不出来")
        return written

    def _write(self, uow: UnitOfWork, notice: Notice) -> tuple[OutgoingMessage | None, int]:
        """Return the words of a notice and, for a card, the version of the alert they show."""
        alert = None if notice.alert_id is None else uow.alerts.get(notice.alert_id)
        if alert is not None and is_barred(uow, alert, notice.address):
            return None, 0  # it complains about them, as more words showed meanwhile
        if notice.body is not None or alert is None:
            return notice.body, 0
        why = Why(notice.why) if notice.why else Why.RAISED
        message = card(view(uow, alert), self.office, why=why, now=uow.now)
        if not _may_press(uow, alert, notice.address):
            message = replace(message, buttons=())
        if notice.kind is NoticeKind.CARD:
            message = _reply_to_first(uow, notice, message)
        return message, alert.version

    async def _send_in_order(self, batch: list[tuple[Notice, OutgoingMessage | None, int]]) -> None:
        tried = 0
        for notice, message, version in batch:
            tried += 1
            if not await self._send(notice, message, version):
                break
        rest = [later for later, _, _ in batch[tried:]]
        if rest:
            await asyncio.wrap_future(self.store.submit(lambda uow: uow.notices.give_back(rest)))

    async def _send(self, notice: Notice, message: OutgoingMessage | None, version: int) -> bool:
        """Try one notice; False when the rest of the chat has to wait too."""
        channel = self.channels.get(notice.address.channel)
        if channel is None:
            off = Refused(f"渠道 {notice.address.channel} 没有启用")
            return await self._record_failure(notice, off)
        if message is None:
            return await self._record_failure(notice, Refused("没有内容"))
        try:
            async with asyncio.timeout(SEND_SECONDS):
                message_id = await _put_out(channel, notice, message)
        except (AddressMoved, MessageGone, Refused, RetryLater) as error:
            return await self._record_failure(notice, error)
        except TimeoutError:
            late = RetryLater("超时，可能已送达", may_have_arrived=True)
            return await self._record_failure(notice, late)
        except Exception as error:
            log.exception("channel_failed", channel=notice.address.channel)
            return await self._record_failure(notice, RetryLater(type(error).__name__))
        await asyncio.wrap_future(
            self.store.submit(lambda uow: self._record_sent(uow, notice, message_id, version))
        )
        return True

    def _record_sent(
        self, uow: UnitOfWork, notice: Notice, message_id: str | None, version: int
    ) -> None:
        if not uow.notices.sent(notice, message_id):
            return
        alert = None if notice.alert_id is None else uow.alerts.get(notice.alert_id)
        if notice.kind is NoticeKind.CARD and alert is not None and message_id is not None:
            # An earlier try may have arrived and shows what was true then: edit it.
            version = version if notice.fence == 1 else 0
            uow.alerts.add_card(alert.id, notice.address, message_id, version)
            uow.alerts.log(alert.id, LogKind.NOTIFIED, detail=uow.groups.name_of(notice.address))
            if alert.version > version:
                outbox.edit_cards(uow, alert)
                uow.after_commit(lambda: self.live.wake(NOTICES))
        elif notice.card_id is not None and alert is not None:
            uow.alerts.shown(notice.card_id, version)
            if alert.version > version:
                outbox.edit_cards(uow, alert)
                uow.after_commit(lambda: self.live.wake(NOTICES))
        uow.after_commit(lambda: self.live.wake(BOARD))

    async def _record_failure(self, notice: Notice, error: Failure) -> bool:
        if isinstance(error, RetryLater) and error.whole_channel and error.not_before:
            self.held[notice.address.channel] = error.not_before
        longest = self.times.longest_wait.get(notice.priority, LONGEST_WAIT)

        def record(uow: UnitOfWork) -> None:
            settle(uow, notice, error, longest)
            uow.after_commit(lambda: self.live.wake(NOTICES))

        await asyncio.wrap_future(self.store.submit(record))
        return not isinstance(error, RetryLater | AddressMoved)


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


def _may_press(uow: UnitOfWork, alert: Alert, address: Address) -> bool:
    """Whether a chat's people handle an alert; after 移交 the former group only reads it."""
    group = uow.groups.at(address)
    return group is None or group.scope is Scope.DISTRICT or group.town == holder(alert)


def _reply_to_first(uow: UnitOfWork, notice: Notice, message: OutgoingMessage) -> OutgoingMessage:
    """A later message about an alert replies to the first one that the chat has."""
    for earlier in uow.alerts.cards(notice.alert_id or 0):
        if earlier.address == notice.address:
            return replace(message, reply_to=earlier.message_id)
    return message
