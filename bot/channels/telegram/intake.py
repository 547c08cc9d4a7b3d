"""Raw updates into the inbox: found apart without being understood, stored, then confirmed.

An update is stored as it came, whatever it holds, under a key that the same update has each
time it comes. Refuses: to understand more of it than where it belongs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.channels.telegram.naming import NAME
from storage.unit_of_work import UnitOfWork

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]', re.DOTALL)
_UPDATE_ID = re.compile(r'"update_id"\s*:\s*(\d{1,18})\b')
_LONGEST_KEY = 100
UNKNOWN_CHAT = "?"


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """An update as it came. ``number`` None: it has none that can be read."""

    number: int | None
    chat: str
    key: str
    raw: str


def split(answer: str) -> list[str]:
    """Return the updates of an answer to getUpdates, each as it stands there.

    Reads brackets and strings only, so that one update that no parser takes (nested too
    deep, a number too long) does not hide the others.
    """
    return list(_elements(answer, answer.find("[", answer.find('"result"'))))


def _elements(answer: str, start: int) -> Iterator[str]:
    depth, begun = 0, start + 1
    for token in _TOKEN.finditer(answer, max(start, 0)):
        sign = token[0]
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        if depth == 0 or (depth == 1 and sign == ","):
            element = answer[begun : token.start()].strip()
            begun = token.end()
            if element:
                yield element
        if depth == 0:
            return


def look(raw: str) -> RawUpdate:
    """Find out where an update belongs, and under which key it is the same again."""
    raw = raw.replace("\x00", "\ufffd").encode("utf-8", errors="replace").decode()
    try:
        update: Any = json.loads(raw)
    except (ValueError, RecursionError):
        update = None
    if not isinstance(update, dict):
        update = {}
    found = _UPDATE_ID.search(raw)
    number = update.get("update_id")
    if not _is_small(number):
        number = None if found is None else int(found[1])
    chat, key = _place(update)
    if not key:
        digest = hashlib.sha256(raw.encode()).hexdigest()[:24]
        key = f"u:{digest}" if number is None else f"u:{number}:{digest}"
    return RawUpdate(number, chat, key[:_LONGEST_KEY], raw)


def store(uow: UnitOfWork, agent: str, updates: list[RawUpdate]) -> int:
    """Put updates into the inbox; returns how many were new."""
    return sum(
        uow.inbox.put(channel=NAME, agent=agent, chat=one.chat, message_key=one.key, raw=one.raw)
        for one in updates
    )


def _place(update: dict[str, Any]) -> tuple[str, str]:
    for kind in ("message", "edited_message"):
        message = update.get(kind)
        if isinstance(message, dict):
            chat, number = _chat(message), message.get("message_id")
            if chat == UNKNOWN_CHAT or not _is_small(number):
                return chat, ""
            if kind == "message":
                return chat, f"m:{number}"
            # Two edits within one second have one date.
            return chat, f"e:{number}:{str(update.get('update_id'))[:20]}"
    pressed = update.get("callback_query")
    if isinstance(pressed, dict):
        message = pressed.get("message")
        chat = _chat(message) if isinstance(message, dict) else UNKNOWN_CHAT
        press_id = pressed.get("id")
        return chat, f"p:{press_id}" if isinstance(press_id, str) and press_id else ""
    changed = update.get("my_chat_member")
    return (_chat(changed) if isinstance(changed, dict) else UNKNOWN_CHAT), ""


def _chat(part: dict[str, Any]) -> str:
    chat = part.get("chat")
    number = chat.get("id") if isinstance(chat, dict) else None
    return str(number) if _is_small(number) else UNKNOWN_CHAT


def _is_small(number: Any) -> bool:
    return type(number) is int and -(2**63) <= number < 2**63
