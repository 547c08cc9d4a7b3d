"""What a browser posts, on its way into the inbox and into the chat's transcript."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bot.channels.webchat.bodies import Declined, PostedMessage, PostedPress
from bot.channels.webchat.channel import message_key
from bot.channels.webchat.recent import Recent
from bot.channels.webchat.rooms import NAME, Room, private_chat
from domain.duty import Person
from storage.live import INBOX, Live
from storage.unit_of_work import UnitOfWork

NO_SUCH_MESSAGE = "没有找到要更正的那一条。"
ID_TAKEN = "这个编号的消息已经有了，请重新发送。"


@dataclass(frozen=True, slots=True)
class Postbox:
    """Stores what is posted; the same once more changes nothing."""

    live: Live
    recent: Recent

    def put_message(
        self, uow: UnitOfWork, person: Person, room: Room, posted: PostedMessage
    ) -> None:
        """Store a message, or a new wording of one; `Declined` when its id is somebody else's."""
        seat = private_chat(person.id)
        first = uow.webchat.event(message_key(room.chat, posted.message_id))
        if first is not None and first.author != seat:
            raise Declined(409, ID_TAKEN)
        if first is None and posted.edit:
            raise Declined(404, NO_SUCH_MESSAGE)
        words: dict[str, Any] = posted.model_dump()
        words["attachments"] = [{"kind": "photo", **photo} for photo in words["attachments"]]
        if not self._put(uow, person, room, key=f"m:{posted.message_id}:{posted.edit}", raw=words):
            return
        added = uow.webchat.add_event(
            room.chat,
            key=message_key(room.chat, posted.message_id, posted.edit),
            kind="edit" if posted.edit else "message",
            message_id=posted.message_id,
            author=seat,
            body={
                "name": person.name,
                "body": [[posted.text, "plain"]],
                "buttons": [],
                "reply_to": posted.reply_to,
                "attachments": words["attachments"],
                "location": words["location"],
            },
        )
        if added is not None:
            self.recent.tell(uow, added)

    def put_press(self, uow: UnitOfWork, person: Person, room: Room, posted: PostedPress) -> None:
        """Store a press."""
        # The press id names the presser, so that the answer finds them in a room of many.
        press_id = f"{private_chat(person.id)}.{posted.press_id}"
        raw = {**posted.model_dump(), "press_id": press_id}
        self._put(uow, person, room, key=f"p:{press_id}", raw=raw)

    def _put(
        self, uow: UnitOfWork, person: Person, room: Room, *, key: str, raw: dict[str, Any]
    ) -> bool:
        raw |= {
            "kind": "press" if "press_id" in raw else "message",
            "chat": room.chat,
            "chat_kind": room.kind.value,
            "sender": private_chat(person.id),
            "name": person.name,
            "sent_at": uow.now.isoformat(),
        }
        words = json.dumps(raw, ensure_ascii=False)
        if not uow.inbox.put(channel=NAME, chat=room.chat, message_key=key, raw=words):
            return False
        uow.after_commit(self.live.wake, INBOX)
        return True
