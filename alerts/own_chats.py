"""Sending into chats that are rows of this database: put out and recorded at once.

The message and the record that it was sent are one transaction, so neither stands without the
other, and a send costs no lease to wait for and no commit of its own. Refuses: channels whose
other end is somebody else's (`alerts.sending`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import structlog

from alerts.recording import (
    Sent,
    Written,
    put_off_if_it_fails,
    record_failure,
    record_sent,
)
from alerts.sending import DispatchTimes
from alerts.undelivered import Failure
from domain.channel import Channel, OutgoingMessage
from domain.errors import AddressMoved, MessageGone, Refused, RetryLater
from storage.live import Live
from storage.notices import Notice, NoticeKind
from storage.store import StorageAway
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Put:
    """What is to be put out into a chat: a message, an edit of one, or an answer to a press.

    ``target`` is the message edited or the press answered; ``key`` lets nothing be put out twice.
    """

    kind: NoticeKind
    chat: str
    target: str
    message: OutgoingMessage
    key: str


@runtime_checkable
class OwnChats(Channel, Protocol):
    """A channel whose chats are rows of ours."""

    def foresee(self, uow: UnitOfWork, puts: Sequence[Put]) -> None:
        """Read what is needed to put these out, and take their chats for this transaction."""
        ...

    def put_out(self, uow: UnitOfWork, put: Put) -> str | None:
        """Put it out within a unit of work; returns the message's id, None for an answer.

        Raises what `domain.channel.Channel` does, and has written nothing then.
        """
        ...


@dataclass(frozen=True, slots=True)
class Within:
    """Sends within a claim's unit of work, through channels by their names."""

    channels: Mapping[str, OwnChats]
    times: DispatchTimes
    live: Live

    def send(self, uow: UnitOfWork, written: Sequence[Written]) -> None:
        """Put leased notices out and record them, all together or, if that fails, each alone.

        What goes wrong with one is undone and settled instead. Raises
        `storage.store.StorageAway` when it is the database that fails: nothing of the claim is
        kept then.
        """
        if not written:
            return
        try:
            with uow.apart():
                self._send(uow, written)
        except StorageAway:
            raise
        except Exception as error:
            if not uow.stands:
                raise
            if len(written) > 1:
                for one in written:
                    self.send(uow, [one])
                return
            [one] = written
            log.exception("channel_failed", channel=one.notice.address.channel)
            with put_off_if_it_fails(uow, one.notice):
                # It may be this notice's own fault, so the chat does not wait for it.
                self._fail(uow, one.notice, RetryLater(type(error).__name__), chat_waits=False)

    def _send(self, uow: UnitOfWork, written: Sequence[Written]) -> None:
        puts = {
            one.notice.id: _put(one.notice, one.message)
            for one in written
            if one.message is not None
        }
        for name, channel in self.channels.items():
            here = [one.notice for one in written if one.notice.address.channel == name]
            channel.foresee(uow, [puts[notice.id] for notice in here if notice.id in puts])
        sent: list[Sent] = []
        failed: list[tuple[Notice, Failure]] = []
        for one in written:
            notice = one.notice
            if notice.id not in puts:
                failed.append((notice, Refused("没有内容")))
                continue
            try:
                channel = self.channels[notice.address.channel]
                message_id = channel.put_out(uow, puts[notice.id])
            except (AddressMoved, MessageGone, Refused, RetryLater) as error:
                failed.append((notice, error))
            else:
                sent.append(Sent(notice, one.version, message_id))
        record_sent(uow, sent, self.live)
        for notice, failure in failed:
            self._fail(uow, notice, failure)

    def _fail(
        self, uow: UnitOfWork, notice: Notice, failure: Failure, *, chat_waits: bool = True
    ) -> None:
        longest = self.times.longest(notice.priority)
        record_failure(uow, notice, failure, longest, self.live, chat_waits=chat_waits)


def _put(notice: Notice, message: OutgoingMessage) -> Put:
    key = notice.key
    if notice.kind is NoticeKind.EDIT:
        # Each try is an edit of its own: the alert may have changed since the last one.
        key = f"{key}:{notice.fence}"
    return Put(notice.kind, notice.address.chat, notice.target or "", message, key)
