"""Events of chats as server-sent events: replayed from the rows, then live.

Each event carries the whole cursor as its id, so a browser that lost its connection goes on
exactly where it was: nothing missed, nothing twice. A wake-up only makes the next look
earlier, and what this process wrote itself need not be read for it (`recent`). What a slow
reader has not taken stays in the rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from bot.channels.webchat.looking import AT_ONCE, Asked, Cursor, Looking
from bot.channels.webchat.recent import Recent
from bot.channels.webchat.rooms import private_chat, rooms_of
from domain.duty import Person
from storage.live import chat_topic
from storage.webchat import WebchatEvent

LOOK_EVERY_SECONDS = 1.0  # another process may have written, and its hint may be lost
HIGHEST_NUMBER = 2**31 - 1  # of an event, as PostgreSQL counts
# An event and no comment: a page sees it, and knows a connection that died in silence.
BEAT = b"event: beat\ndata: 1\n\n"
# What a browser had missed is with it; what follows is new.
READY = b"event: ready\ndata: 1\n\n"


def read_cursor(text: str) -> Cursor:
    """Read ``chat=12&chat=40`` (URL-encoded); what makes no sense is left out."""
    cursor: Cursor = {}
    try:
        pairs = parse_qsl(text, max_num_fields=100)
    except ValueError:
        return cursor
    for chat, number in pairs:
        if number.isascii() and number.isdigit():
            cursor[chat] = read_number(number)
    return cursor


def read_number(text: str) -> int:
    """Return the number of an event as a browser wrote it; 0 for what makes no sense."""
    if not (text.isascii() and text.isdigit()):
        return 0
    return min(int(text[:15]), HIGHEST_NUMBER)


@dataclass(slots=True)
class Stream:
    """What one browser has been given so far, of the chats of the people who sit in it."""

    looking: Looking
    recent: Recent
    people: tuple[Person, ...]
    cursor: Cursor
    chats: tuple[str, ...] = field(init=False)
    seats: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Work out the chats; a cursor for any other chat is dropped."""
        rooms = dict.fromkeys(room.chat for person in self.people for room in rooms_of(person))
        self.chats = tuple(rooms)
        self.seats = frozenset(private_chat(person.id) for person in self.people)
        self.cursor = {chat: at for chat, at in self.cursor.items() if chat in rooms}

    def hello(self) -> bytes:
        """Return the first frame: who sits here and what they read."""
        return frame(
            "seats",
            [
                {
                    "seat": private_chat(person.id),
                    "name": person.name,
                    "title": person.title,
                    "chats": [
                        {"chat": room.chat, "kind": room.kind.value, "title": room.title}
                        for room in rooms_of(person)
                    ],
                }
                for person in self.people
            ],
        )

    async def next_frames(self) -> list[bytes]:
        """Return what is new since the last call, at most `AT_ONCE` events; [] when nothing."""
        if frames := self._frames(self._following()):
            return frames
        while True:
            found = await self.looking.new(Asked(self.chats, self.cursor))
            self.cursor.update(found.begins)
            if (frames := self._frames(found.events)) or not found.events:
                return frames
            # Else all were answers to others' presses: look on.

    def _frames(self, events: Iterable[WebchatEvent]) -> list[bytes]:
        frames = []
        for event in events:
            self.cursor[event.chat] = event.number
            if event.kind != "toast" or event.author in self.seats:
                frames.append(frame("chat", show(event), cursor=self.cursor))
        return frames

    def _following(self) -> list[WebchatEvent]:
        """Return what follows the cursor and was just written by this process."""
        found: list[WebchatEvent] = []
        for chat, after in self.cursor.items():
            found += self.recent.following(chat, after, limit=AT_ONCE - len(found))
        return found

    @property
    def topics(self) -> Iterable[str]:
        """What wakes this stream."""
        return (chat_topic(chat) for chat in self.chats)


def show(event: WebchatEvent) -> dict[str, Any]:
    """Return an event as the page reads it."""
    return {
        **event.body,
        "chat": event.chat,
        "number": event.number,
        "kind": event.kind,
        "id": event.message_id,
        "author": event.author,
        "at": event.at.isoformat(),
    }


def frame(name: str, content: Any, *, cursor: Cursor | None = None) -> bytes:
    """Return one server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
    head = f"id: {urlencode(cursor)}\n" if cursor is not None else ""
    words = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f"{head}event: {name}\ndata: {words}\n\n".encode()
