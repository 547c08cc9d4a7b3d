"""The web chat as the reader and the dispatcher see it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from alerts.gathering import Gathering
from alerts.own_chats import Put
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
    plain,
)
from domain.errors import MessageGone, Refused
from storage.live import Live
from storage.notices import NoticeKind
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
        put = Put(NoticeKind.MESSAGE, chat, "", message, key)
        await self._gathering.do(lambda uow: self.put_out(uow, put))
        return _message_id(put)

    async def edit(self, chat: str, message_id: str, message: OutgoingMessage, *, key: str) -> None:
        """Add a new version of a message; `MessageGone` when there is none."""
        put = Put(NoticeKind.EDIT, chat, message_id, message, key)
        await self._gathering.do(lambda uow: self.put_out(uow, put))

    async def answer_press(self, chat: str, press_id: str, text: str, *, key: str) -> None:
        """Add a short line that only the presser is shown; the press id names them."""
        put = Put(NoticeKind.TOAST, chat, press_id, plain(text), key)
        await self._gathering.do(lambda uow: self.put_out(uow, put))

    def foresee(self, uow: UnitOfWork, puts: Sequence[Put]) -> None:
        """Take the chats, and find what is in them already."""
        keys: dict[str, list[str]] = {}
        for put in puts:
            keys.setdefault(put.chat, []).append(_event_key(put))
            if put.kind is NoticeKind.EDIT:
                keys[put.chat].append(message_key(put.chat, put.target))
        uow.webchat.foresee(keys)

    def put_out(self, uow: UnitOfWork, put: Put) -> str | None:
        """Add a message, an edit or a short line to a chat, once a key."""
        key = _event_key(put)
        if put.kind is NoticeKind.TOAST:
            presser, _, _ = put.target.partition(".")
            body = {"text": put.message.plain_text}
            self._add(uow, put.chat, "toast", put.target, key=key, author=presser, body=body)
            return None
        body = pack_message(put.message)
        if put.kind is NoticeKind.EDIT:
            if not uow.webchat.has_event(message_key(put.chat, put.target)):
                raise MessageGone(put.target)
            self._add(uow, put.chat, "edit", put.target, key=key, body=body)
            return put.target
        message_id = _message_id(put)
        self._add(uow, put.chat, "message", message_id, key=key, body=body)
        return message_id

    def _add(self, uow: UnitOfWork, chat: str, kind: str, message_id: str, **event: Any) -> None:
        try:
            added = uow.webchat.add_event(chat, kind=kind, message_id=message_id, **event)
        except NoSuchChat as error:
            raise Refused(f"no such chat: {chat}", address_is_dead=True) from error
        if added is not None:
            self._recent.tell(uow, added)


def _message_id(put: Put) -> str:
    """Return the id of a message of ours.

    It holds a full stop, which no browser may use, so that nobody takes it first.
    """
    return f"w.{hashlib.sha256(put.key.encode()).hexdigest()[:24]}"


def _event_key(put: Put) -> str:
    if put.kind is NoticeKind.TOAST:
        return f"t:{put.chat}:{put.key}"
    if put.kind is NoticeKind.EDIT:
        return f"e:{put.chat}:{put.key}"
    return message_key(put.chat, _message_id(put))


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
