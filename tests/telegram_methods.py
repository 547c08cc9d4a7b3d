"""What the emulated Bot API does for each method that sends, edits or answers.

Lengths, markup, buttons, memberships and paces are checked as the real server checks them.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

from tests.telegram_markup import LONGEST_CAPTION, LONGEST_TEXT, BadMarkup, read_html, units
from tests.telegram_world import Json, Room, World, bot_json

ALL = 30, 1.0
OF_CHAT = 1, 1.0
OF_GROUP = 20, 60.0
LONGEST_ANSWER = 200
MOST_BUTTON_BYTES = 64
LARGEST_FILE = 20_000_000


class Failed(Exception):  # noqa: N818 - named for what it is
    """A call that is answered with an error."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        """Keep what the answer says."""
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


@dataclass
class Methods:
    """The methods over one world; ``limited`` makes them answer 429 by Telegram's paces."""

    world: World = field(default_factory=World)
    limited: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    _sent: dict[int, deque[float]] = field(default_factory=dict)

    async def _do_sendMessage(self, given: Json) -> Json:  # noqa: N802
        room = self._room(given)
        text, entities = _text(given)
        message = self._put(room, given)
        return message | _kept(message, {"text": text, "entities": entities})

    async def _do_editMessageText(self, given: Json) -> Json:  # noqa: N802
        room = self._room(given)
        message = room.messages.get(int(given["message_id"]))
        if message is None:
            raise Failed(400, "Bad Request: message to edit not found")
        if message["from"]["id"] != bot_json()["id"]:
            raise Failed(400, "Bad Request: message can't be edited")
        text, entities = _text(given)
        markup = _markup(given)
        same = (text, entities, markup) == (
            message.get("text"), message.get("entities", []), message.get("reply_markup", {})
        )  # fmt: skip
        if same:
            raise Failed(
                400, "Bad Request: message is not modified: specified new message content and "
                "reply markup are exactly the same as a current content and reply markup of the "
                "message",
            )  # fmt: skip
        message |= {"text": text, "entities": entities, "edit_date": int(time.time())}
        if markup:
            message["reply_markup"] = markup
        else:
            message.pop("reply_markup", None)
        message["edits"] = message.get("edits", 0) + 1
        return message

    async def _do_sendLocation(self, given: Json) -> Json:  # noqa: N802
        place = {key: float(given[key]) for key in ("latitude", "longitude")}
        message = self._put(self._room(given), given)
        return _kept(message, {"location": place})

    async def _do_sendVenue(self, given: Json) -> Json:  # noqa: N802
        place = {key: float(given[key]) for key in ("latitude", "longitude")}
        message = self._put(self._room(given), given)
        venue = {"location": place, "title": given["title"], "address": given["address"]}
        return _kept(message, {"location": place, "venue": venue})

    async def _do_sendPhoto(self, given: Json) -> Json:  # noqa: N802
        return self._file(given, "photo")

    async def _do_sendVoice(self, given: Json) -> Json:  # noqa: N802
        return self._file(given, "voice")

    async def _do_sendVideo(self, given: Json) -> Json:  # noqa: N802
        return self._file(given, "video")

    async def _do_sendDocument(self, given: Json) -> Json:  # noqa: N802
        return self._file(given, "document")

    def _file(self, given: Json, kind: str) -> Json:
        caption = str(given.get("caption", ""))
        if units(caption) > LONGEST_CAPTION:
            raise Failed(400, "Bad Request: message caption is too long")
        room, file_id = self._room(given), str(given.get(kind))
        if file_id not in self.paths:
            raise Failed(400, "Bad Request: wrong file identifier/HTTP URL specified")
        message = self._put(room, given)
        file = {
            "file_id": file_id, "file_unique_id": "u", "width": 1, "height": 1, "duration": 1
        }  # fmt: skip
        return _kept(message, {kind: [file] if kind == "photo" else file, "caption": caption})

    async def _do_answerCallbackQuery(self, given: Json) -> bool:  # noqa: N802
        query, text = str(given["callback_query_id"]), str(given.get("text", ""))
        if not query.isdigit():
            raise Failed(
                400, "Bad Request: query is too old and response timeout expired or query ID "
                "is invalid",
            )  # fmt: skip
        if units(text) > LONGEST_ANSWER:
            raise Failed(400, "Bad Request: MESSAGE_TOO_LONG")
        self.world.answers[query] = text
        return True

    def upload(self, content: bytes, *, kind: str = "photo", name: str = "") -> Json:
        """Let a file be with Telegram; returns the fields of a message that carries it."""
        path = f"{kind}s/file_{len(self.files)}"
        file_id = f"AgAD{len(self.files)}-{kind}"
        self.files[path] = content
        self.paths[file_id] = path
        file = {"file_id": file_id, "file_unique_id": "u", "file_size": len(content)}
        if kind == "photo":
            return {"photo": [{**file, "width": 90, "height": 90}]}
        return {kind: {**file, "duration": 1, **({"file_name": name} if name else {})}}

    async def _do_getFile(self, given: Json) -> Json:  # noqa: N802
        path = self.paths.get(str(given["file_id"]))
        if path is None or path not in self.files:
            raise Failed(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(self.files[path]) > LARGEST_FILE:
            raise Failed(400, "Bad Request: file is too big")
        return {
            "file_id": given["file_id"], "file_unique_id": "u", "file_path": path,
            "file_size": len(self.files[path]),
        }  # fmt: skip

    async def _do_setMyCommands(self, given: Json) -> bool:  # noqa: N802
        self.commands[_scope(given)] = given["commands"]
        return True

    async def _do_deleteMyCommands(self, given: Json) -> bool:  # noqa: N802
        self.commands.pop(_scope(given), None)
        return True

    async def _do_getChat(self, given: Json) -> Json:  # noqa: N802
        return {
            **self._room(given, paced=False).json,
            "accent_color_id": 0,
            "max_reaction_count": 0,
        }

    async def _do_getChatMember(self, given: Json) -> Json:  # noqa: N802
        room = self._room(given, paced=False)
        found = next((one for one in room.members if one.id == given["user_id"]), None)
        if found is None:
            return {"user": {"id": given["user_id"], "is_bot": False, "first_name": "?"},
                    "status": "left"}  # fmt: skip
        return {"user": found.json, "status": "member"}

    def _put(self, room: Room, given: Json) -> Json:
        replied = given.get("reply_parameters") or {}
        reply_to = replied.get("message_id")
        if (
            reply_to
            and reply_to not in room.messages
            and not replied.get("allow_sending_without_reply")
        ):
            raise Failed(400, "Bad Request: message to be replied not found")
        markup = _markup(given)
        message = self.world.bot_says(room, reply_to)
        if markup:
            message["reply_markup"] = markup
        if given.get("protect_content"):
            message["has_protected_content"] = True
        if given.get("disable_notification"):
            message["silent"] = True
        return message

    def _room(self, given: Json, *, paced: bool = True) -> Room:
        room = self.world.rooms.get(given.get("chat_id", 0))
        if room is None:
            raise Failed(400, "Bad Request: chat not found")
        if room.migrated_to is not None:
            raise Failed(
                400, "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=room.migrated_to,
            )  # fmt: skip
        refused = self.world.can_write(room)
        if refused is not None:
            raise Failed(403, refused)
        if self.limited and paced:
            self._keep_pace(room)
        return room

    def _keep_pace(self, room: Room) -> None:
        now = time.monotonic()
        paces = [(0, *ALL), (room.id, *OF_CHAT)]
        if room.kind != "private":
            paces.append((room.id, *OF_GROUP))
        for chat, most, span in paces:
            lately = [at for at in self._sent.get(chat, ()) if now - at < span * 0.9]
            if len(lately) >= most:
                wait = max(1, round(span - (now - lately[0])))
                raise Failed(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        for chat in (0, room.id):
            self._sent.setdefault(chat, deque(maxlen=100)).append(now)


def _scope(given: Json) -> str:
    """Return the name under which the commands of a scope are kept: its type, and its chat."""
    scope = given.get("scope") or {"type": "default"}
    return f"chat:{scope['chat_id']}" if scope["type"] == "chat" else str(scope["type"])


def _kept(message: Json, more: Json) -> Json:
    message |= {key: value for key, value in more.items() if value or key == "text"}
    return message


def _text(given: Json) -> tuple[str, list[Json]]:
    written = str(given.get("text", ""))
    entities: list[Json] = []
    if given.get("parse_mode") == "HTML":
        try:
            written, entities = read_html(written)
        except BadMarkup as error:
            raise Failed(400, f"Bad Request: {error}") from None
    if not written.strip():
        raise Failed(400, "Bad Request: message text is empty")
    if units(written) > LONGEST_TEXT:
        raise Failed(400, "Bad Request: message is too long")
    return written, entities


def _markup(given: Json) -> Json:
    """Return the keyboard; data too long is refused as the real server does."""
    markup: Json = given.get("reply_markup") or {}
    for row in markup.get("inline_keyboard", []):
        for button in row:
            if not 1 <= len(button["callback_data"].encode()) <= MOST_BUTTON_BYTES:
                raise Failed(400, "Bad Request: BUTTON_DATA_INVALID")
            if not button["text"]:
                raise Failed(400, "Bad Request: can't parse inline keyboard button: empty text")
    return markup if markup.get("inline_keyboard") else {}
