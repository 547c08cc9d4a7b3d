"""Sending into chats that are rows of this database: put out and recorded at once.

The message and the record that it was sent are one transaction, so neither stands without the
other, and a send costs no lease to wait for and no commit of its own. Refuses: channels whose
other end is somebody else's (`alerts.sending`).
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import structlog

from alerts.recording import Written, record_failure, record_sent
from alerts.sending import DispatchTimes
from domain.channel import Channel, OutgoingMessage
from domain.errors import AddressMoved, MessageGone, Refused, RetryLater
from storage.live import Live
from storage.notices import NoticeKind
from storage.store import StorageAway
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger()


@runtime_checkable
class OwnChats(Channel, Protocol):
    """A channel whose chats are rows of ours.

    Each method does within a unit of work what `domain.channel.Channel` has it do, and raises
    the same errors.
    """

    def add_message(self, uow: UnitOfWork, chat: str, message: OutgoingMessage, *, key: str) -> str:
        """Add a new message to a chat and return its id; once a key."""
        ...

    def add_edit(
        self, uow: UnitOfWork, chat: str, message_id: str, message: OutgoingMessage, *, key: str
    ) -> None:
        """Add a new version of a message."""
        ...

    def add_answer(self, uow: UnitOfWork, chat: str, press_id: str, text: str, *, key: str) -> None:
        """Add a short line for whoever pressed."""
        ...


def send_within(
    uow: UnitOfWork, channel: OwnChats, one: Written, times: DispatchTimes, live: Live
) -> None:
    """Put a leased notice out and record it; what goes wrong is undone and settled instead.

    Raises `storage.store.StorageAway` when it is the database that fails: nothing of the
    claim is kept then.
    """
    notice = one.notice
    try:
        with uow.apart():
            message_id = _put_out(uow, channel, one)
            record_sent(uow, one, message_id, live)
    except (AddressMoved, MessageGone, Refused, RetryLater) as error:
        record_failure(uow, notice, error, times.longest(notice.priority), live)
    except StorageAway:
        raise
    except Exception as error:
        if not uow.stands:
            raise
        # It may be this notice's own fault, so the chat does not wait for it.
        log.exception("channel_failed", channel=notice.address.channel)
        late = RetryLater(type(error).__name__)
        record_failure(uow, notice, late, times.longest(notice.priority), live, chat_waits=False)


def _put_out(uow: UnitOfWork, channel: OwnChats, one: Written) -> str | None:
    notice, message = one.notice, one.message
    if message is None:
        raise Refused("没有内容")
    chat, target = notice.address.chat, notice.target or ""
    if notice.kind is NoticeKind.TOAST:
        channel.add_answer(uow, chat, target, message.plain_text, key=notice.key)
        return None
    if notice.kind is NoticeKind.EDIT:
        # Each try is an edit of its own: the alert may have changed since the last one.
        channel.add_edit(uow, chat, target, message, key=f"{notice.key}:{notice.fence}")
        return target
    return channel.add_message(uow, chat, message, key=notice.key)
