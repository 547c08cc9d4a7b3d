"""The people, chats and messages behind the emulated Bot API, and what the bot hears of them.

Ids, memberships, privacy mode and migration are as Telegram has them. Tests speak as the
people: `says`, `edits`, `presses`, `adds_bot`, `blocks`.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
BOT_ID = 7000000001
BOT_NAME = "huxin_test_bot"


@dataclass(eq=False)
class User:
    """Somebody with a Telegram account."""

    id: int
    name: str
    started: bool = False
    blocked: bool = False

    @property
    def json(self) -> Json:
        """The account as updates carry it."""
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "zh-hans"}


@dataclass(eq=False)
class Room:
    """A chat and everything that stands in it; messages hold the bot's and people's."""

    id: int
    kind: str
    title: str = ""
    bot: str = "left"
    members: list[User] = field(default_factory=list)
    messages: dict[int, Json] = field(default_factory=dict)
    migrated_to: int | None = None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def json(self) -> Json:
        """The chat as updates carry it."""
        if self.kind == "private":
            return {"id": self.id, "type": "private", "first_name": self.title}
        return {"id": self.id, "type": self.kind, "title": self.title}

    @property
    def of_bot(self) -> list[Json]:
        """What the bot wrote, the oldest first."""
        return [one for one in self.messages.values() if one["from"]["id"] == BOT_ID]

    def last(self, *words: str) -> Json:
        """Return the bot's newest message with these words."""
        for message in reversed(self.of_bot):
            if all(word in message.get("text", "") for word in words):
                return message
        texts = [one.get("text", "?") for one in self.of_bot]
        raise AssertionError(f"{self.title} has nothing with {words}: {texts}")

    def labels(self, message: Json) -> list[str]:
        """Return what stands on a message's buttons."""
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]


class World:
    """Everybody and everything; ``privacy`` is the bot's privacy mode."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.privacy = True
        self.users: dict[int, User] = {}
        self.rooms: dict[int, Room] = {}
        self.updates: list[tuple[int, str]] = []
        self.answers: dict[str, str] = {}
        self.tell: Callable[[], None] = lambda: None
        self._ids = itertools.count(1)
        self._update_ids = itertools.count(870_000_001)

    # Who is there ----------------------------------------------------------------------

    def user(self, name: str) -> User:
        """Let somebody have an account and a private chat with the bot, not yet started."""
        user = User(5_000_000_000 + next(self._ids), name)
        self.users[user.id] = user
        self.rooms[user.id] = Room(user.id, "private", name, members=[user])
        return user

    def private(self, user: User) -> Room:
        """Return somebody's chat with the bot."""
        return self.rooms[user.id]

    def group(self, title: str, *members: User, kind: str = "supergroup") -> Room:
        """Let people have a group, without the bot."""
        number = next(self._ids)
        room = Room(
            -1_002_000_000_000 - number if kind == "supergroup" else -4_000_000 - number,
            kind,
            title,
            members=list(members),
        )
        self.rooms[room.id] = room
        return room

    def can_write(self, room: Room) -> str | None:
        """Return why the bot cannot write in a chat, in the server's words, or None."""
        if room.kind == "private":
            user = self.users[room.id]
            if user.blocked:
                return "Forbidden: bot was blocked by the user"
            return (
                None if user.started else "Forbidden: bot can't initiate conversation with a user"
            )
        words = {
            "kicked": f"Forbidden: bot was kicked from the {room.kind} chat",
            "left": f"Forbidden: bot is not a member of the {room.kind} chat",
        }
        return words.get(room.bot)

    # What people do --------------------------------------------------------------------

    def says(
        self,
        user: User,
        text: str,
        *,
        where: Room | None = None,
        reply_to: int | None = None,
        **more: Any,
    ) -> int:
        """Let somebody write; ``more`` are further fields (photo, location, caption)."""
        room = where or self.private(user)
        if room.kind == "private":
            user.started = True
        message = self._message(room, user.json, reply_to)
        if text:
            message["text"] = text
            if text.startswith("/"):
                length = len(text.split(maxsplit=1)[0])
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        message |= more
        if self._hears(room, message):
            self.put({"message": message})
        return int(message["message_id"])

    def edits(self, user: User, message_id: int, text: str, *, where: Room | None = None) -> None:
        """Let somebody edit what they wrote."""
        room = where or self.private(user)
        message = room.messages[message_id]
        message["text"] = text
        message["edit_date"] = int(time.time())
        if self._hears(room, message):
            self.put({"edited_message": message})

    def presses(self, user: User, message: Json, label: str = "", *, data: str = "") -> str:
        """Let somebody press a button; returns the id under which the answer comes."""
        room = self.rooms[message["chat"]["id"]]
        found = data or self.data_of(message, label)
        query = f"{4_000_000_000 + next(self._ids)}"
        self.put(
            {
                "callback_query": {
                    "id": query,
                    "from": user.json,
                    "message": room.messages[message["message_id"]],
                    "chat_instance": "1",
                    "data": found,
                }
            }
        )
        return query

    @staticmethod
    def data_of(message: Json, label: str) -> str:
        """Return what the button with this label sends."""
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if button["text"] == label:
                    return str(button["callback_data"])
        raise AssertionError(f"no button {label} under: {message.get('text')}")

    def adds_bot(self, user: User, room: Room, status: str = "member") -> None:
        """Let somebody add the bot to a group, or change its rights."""
        self._bot_becomes(user, room, status)

    def removes_bot(self, user: User, room: Room) -> None:
        """Let somebody remove the bot from a group."""
        self._bot_becomes(user, room, "kicked")

    def blocks(self, user: User) -> None:
        """Let somebody block the bot."""
        user.blocked = True
        self._bot_becomes(user, self.private(user), "kicked")

    def unblocks(self, user: User) -> None:
        """Let somebody unblock the bot."""
        user.blocked = False
        self._bot_becomes(user, self.private(user), "member")

    def migrates(self, room: Room, *, told: bool = True) -> Room:
        """Let a group become a supergroup; without ``told`` the bot finds out by an error."""
        new = self.group(room.title, *room.members)
        new.bot, room.migrated_to = room.bot, new.id
        old = self._message(room, room.members[0].json, None)
        old["migrate_to_chat_id"] = new.id
        message = self._message(new, room.members[0].json, None)
        message["migrate_from_chat_id"] = room.id
        if told:
            self.put({"message": old})
            self.put({"message": message})
        return new

    def put(self, update: Json | str) -> int:
        """Let the bot have an update; a string is given as it stands."""
        update_id = next(self._update_ids)
        raw = update
        if not isinstance(raw, str):
            raw = json.dumps({"update_id": update_id, **raw})
        self.updates.append((update_id, raw.replace("UPDATE_ID", str(update_id))))
        self.tell()
        return update_id

    # The bot's own ---------------------------------------------------------------------

    def bot_says(self, room: Room, reply_to: int | None) -> Json:
        """Make a message of the bot's."""
        return self._message(room, bot_json(), reply_to)

    def _message(self, room: Room, sender: Json, reply_to: int | None) -> Json:
        number = next(room.numbers)
        message: Json = {
            "message_id": number,
            "from": sender,
            "chat": room.json,
            "date": int(time.time()),
        }
        if reply_to is not None and reply_to in room.messages:
            message["reply_to_message"] = room.messages[reply_to]
        room.messages[number] = message
        return message

    def _bot_becomes(self, user: User, room: Room, status: str) -> None:
        was, room.bot = room.bot, status
        bot = bot_json()
        self.put(
            {
                "my_chat_member": {
                    "chat": room.json,
                    "from": user.json,
                    "date": int(time.time()),
                    "old_chat_member": {"user": bot, "status": was},
                    "new_chat_member": {"user": bot, "status": status},
                }
            }
        )

    def _hears(self, room: Room, message: Json) -> bool:
        """Whether the bot gets a message: privacy mode hides most of what a group says."""
        if room.kind == "private":
            return True
        if room.bot not in {"member", "administrator"}:
            return False
        if not self.privacy or room.bot == "administrator":
            return True
        text = str(message.get("text", ""))
        if text.startswith("/"):
            word = text.split(maxsplit=1)[0]
            return "@" not in word or word.lower().endswith(f"@{BOT_NAME}")
        replied: Json = message.get("reply_to_message", {})
        return bool(replied) and replied["from"]["id"] == BOT_ID


def bot_json() -> Json:
    """Return the bot's account as messages carry it."""
    return {"id": BOT_ID, "is_bot": True, "first_name": "护信", "username": BOT_NAME}
