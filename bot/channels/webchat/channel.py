"""The web chat as the reader and the dispatcher see it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from alerts.gathering import Gathering
from bot.channels.webchat.recent import Recent
from bot.channels.webchat.rooms import NAME
from domain.channel import (
    Address,
    Attachment,
    ButtonPress,
    ChatKind,
    Incoming,
    IncomingMessage,
    Limits,
    Location,
    OutgoingMessage,
    Sender,
    Unreadable,
)
from domain.errors import MessageGone, Refused
from storage.live import Live
from storage.packing import pack_message
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from storage.webchat import NoSuchChat


def message_key(chat: str, message_id: str, edit: int = 0) -> str:
    """Return the key of the event that a message, or an edit by its author, is."""
    return f"m:{chat}:{message_id}:{edit}"


class Webchat:
    """Writes what the desk says into a chat's events, and tells the browsers that it is there."""

    name = NAME

    def __init__(self, store: Store, live: Live, recent: Recent | None = None) -> None:
        """Bind to where events are kept and to who is told of them."""
        self._recent = recent or Recent(live)
        self._gathering = Gathering(store)

    def limits(self, chat: str) -> Limits | None:  # noqa: ARG002 - the protocol's
        """Take messages at any pace: they are rows of our own."""
        return None

    def parse(self, raw: str) -> Incoming:
        """Turn a stored payload into what the desk understands; pure."""
        try:
            posted = json.loads(raw)
            if posted["kind"] == "press":
                return _press(posted)
            return _message(posted)
        except (ValueError, KeyError, TypeError) as error:
            return Unreadable(reason=f"{type(error).__name__}: {error}")

    async def send(self, chat: str, message: OutgoingMessage, *, key: str) -> str:
        """Add a message to a chat; the same ``key`` gives the same message, once."""
        return await self._gathering.do(lambda uow: self.add_message(uow, chat, message, key=key))

    async def edit(self, chat: str, message_id: str, message: OutgoingMessage, *, key: str) -> None:
        """Add a new version of a message; `MessageGone` when there is none."""
        await self._gathering.do(lambda uow: self.add_edit(uow, chat, message_id, message, key=key))

    async def answer_press(self, chat: str, press_id: str, text: str, *, key: str) -> None:
        """Add a short line that only the presser is shown; the press id names them."""
        await self._gathering.do(lambda uow: self.add_answer(uow, chat, press_id, text, key=key))

    def add_message(self, uow: UnitOfWork, chat: str, message: OutgoingMessage, *, key: str) -> str:
        """Add a message to a chat; the same ``key`` gives the same message, once.

        Its id holds a full stop, which no browser may use, so that nobody takes it first.
        """
        message_id = f"w.{hashlib.sha256(key.encode()).hexdigest()[:24]}"
        self._add(
            uow,
            chat,
            key=message_key(chat, message_id),
            kind="message",
            message_id=message_id,
            body=pack_message(message),
        )
        return message_id

    def add_edit(
        self, uow: UnitOfWork, chat: str, message_id: str, message: OutgoingMessage, *, key: str
    ) -> None:
        """Add a new version of a message; `MessageGone` when there is none."""
        if not uow.webchat.has_event(message_key(chat, message_id)):
            raise MessageGone(message_id)
        self._add(
            uow,
            chat,
            key=f"e:{chat}:{key}",
            kind="edit",
            message_id=message_id,
            body=pack_message(message),
        )

    def add_answer(self, uow: UnitOfWork, chat: str, press_id: str, text: str, *, key: str) -> None:
        """Add a short line that only the presser is shown; the press id names them."""
        presser, _, _ = press_id.partition(".")
        self._add(
            uow,
            chat,
            key=f"t:{chat}:{key}",
            kind="toast",
            message_id=press_id,
            author=presser,
            body={"text": text},
        )

    def _add(self, uow: UnitOfWork, chat: str, **event: Any) -> None:
        try:
            added = uow.webchat.add_event(chat, **event)
        except NoSuchChat as error:
            raise Refused(f"no such chat: {chat}", address_is_dead=True) from error
        if added is not None:
            self._recent.tell(uow, added)


def _message(posted: dict[str, Any]) -> IncomingMessage:
    pin = posted["location"]
    return IncomingMessage(
        address=Address(NAME, posted["chat"]),
        chat_kind=ChatKind(posted["chat_kind"]),
        sender=Sender(posted["sender"], posted["name"]),
        message_id=posted["message_id"],
        text=posted["text"],
        sent_at=datetime.fromisoformat(posted["sent_at"]),
        edit=posted["edit"],
        reply_to=posted["reply_to"],
        attachments=tuple(Attachment(**item) for item in posted["attachments"]),
        location=None if pin is None else Location(**pin),
    )


def _press(posted: dict[str, Any]) -> ButtonPress:
    return ButtonPress(
        address=Address(NAME, posted["chat"]),
        chat_kind=ChatKind(posted["chat_kind"]),
        sender=Sender(posted["sender"], posted["name"]),
        press_id=posted["press_id"],
        message_id=posted["message_id"],
        data=posted["data"],
        sent_at=datetime.fromisoformat(posted["sent_at"]),
    )
