"""The built-in web chat's own server side: chats, their events and browser sessions.

Each chat numbers its events without gaps under the lock of its own row, so that a browser
that saw number 41 misses nothing when it asks for what follows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from domain.duty import Person
from storage.among import among
from storage.later import change_later, put_later
from storage.people import person_of
from storage.prepared import Prepared, Row
from storage.tables import people, web_sessions, webchat_chats, webchat_events
from storage.upsert import insert, inserting


@dataclass(frozen=True, slots=True)
class WebchatEvent:
    """One thing that happened in a chat; ``body`` is the channel's own JSON."""

    chat: str
    number: int
    kind: str
    message_id: str
    author: str
    body: dict[str, Any]
    at: datetime


class NoSuchChat(KeyError):  # noqa: N818 - what is so, not a fault
    """No such chat is there, or no longer."""


def _event_of(row: Row) -> WebchatEvent:
    return WebchatEvent(
        chat=row["chat"],
        number=row["number"],
        kind=row["kind"],
        message_id=row["message_id"],
        author=row["author"],
        body=row["body"],
        at=row["at"],
    )


_NUMBER = Prepared(
    sa.update(webchat_chats)
    .where(webchat_chats.c.chat == sa.bindparam("chat"))
    .values(last_event=webchat_chats.c.last_event + sa.bindparam("more"))
    .returning(webchat_chats.c.last_event)
)
_ADD = Prepared(
    lambda dialect: (
        inserting(dialect, webchat_events)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(webchat_events.c.number)
    ),
    *("chat", "number", "kind", "message_id", "author", "body", "at", "key"),
)
_ADD_NEW = Prepared(
    sa.insert(webchat_events).inline(),
    *("chat", "number", "kind", "message_id", "author", "body", "at", "key"),
)
_LAST = Prepared(
    sa.update(webchat_chats).where(webchat_chats.c.chat == sa.bindparam("this")), "last_event"
)
_HOLD_CHATS = among(
    sa.select(webchat_chats.c.chat, webchat_chats.c.last_event)
    .order_by(webchat_chats.c.chat)  # whoever holds several holds them in the same order
    .with_for_update(),
    webchat_chats.c.chat,
)
_HAS_EVENTS = among(sa.select(webchat_events.c.key), webchat_events.c.key)
_EVENT = Prepared(sa.select(webchat_events).where(webchat_events.c.key == sa.bindparam("key")))
_HAS_EVENT = Prepared(
    sa.select(webchat_events.c.number).where(webchat_events.c.key == sa.bindparam("key"))
)
_EVENTS = Prepared(
    sa.select(webchat_events)
    .where(
        webchat_events.c.chat == sa.bindparam("chat"),
        webchat_events.c.number > sa.bindparam("after"),
    )
    .order_by(webchat_events.c.number)
    .limit(sa.bindparam("limit"))
)
_SESSION = Prepared(
    sa.select(people.c.id, people.c.name, people.c.role, people.c.town)
    .join(web_sessions, web_sessions.c.person_id == people.c.id)
    .where(
        web_sessions.c.token_hash == sa.bindparam("token"),
        web_sessions.c.expires_at > sa.bindparam("now"),
        web_sessions.c.revoked_at.is_(None),
        people.c.revoked_at.is_(None),
    )
)


_LAST_EVENTS = among(
    sa.select(webchat_chats.c.chat, webchat_chats.c.last_event), webchat_chats.c.chat
)


class WebchatRows:
    """The web chat in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now
        self._last: dict[str, int] = {}
        self._has: dict[str, bool] = {}

    def foresee(self, keys: Mapping[str, Collection[str]]) -> None:
        """Take chats for this transaction, and find which of these events each has.

        ``keys`` are by chat. What is added to these chats is numbered without asking, and
        written together.
        """
        held = _HOLD_CHATS.tuples(self._connection, {"chat": list(keys)})
        self._last.update(map(tuple, held))
        wanted = [key for several in keys.values() for key in several]
        there = {key for (key,) in _HAS_EVENTS.tuples(self._connection, {"key": wanted})}
        self._has.update({key: key in there for key in wanted})

    def keep_chat(self, chat: str, *, kind: str, title: str) -> None:
        """Make sure that a chat exists; a new title is written over the old."""
        statement = insert(self._connection, webchat_chats).values(
            chat=chat, kind=kind, title=title, last_event=0
        )
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["chat"], set_={"title": title})
        )

    def add_event(
        self,
        chat: str,
        *,
        key: str,
        kind: str,
        message_id: str,
        body: dict[str, Any],
        author: str = "",
    ) -> WebchatEvent | None:
        """Add an event and return it, numbered; None when ``key`` was there already.

        `NoSuchChat` when there is no such chat.
        """
        values = {
            "chat": chat,
            "kind": kind,
            "message_id": message_id,
            "author": author,
            "body": body,
            "at": self._now,
            "key": key,
        }
        add = self._add_to_ours if chat in self._last and key in self._has else self._add
        number = add(chat, key, values)
        if number is None:
            return None
        return WebchatEvent(chat, number, kind, message_id, author, body, self._now)

    def _add(self, chat: str, _key: str, values: dict[str, Any]) -> int | None:
        self._last.pop(chat, None)
        number: int | None = _NUMBER.value(self._connection, {"chat": chat, "more": 1})
        if number is None:
            raise NoSuchChat(chat)
        if _ADD.value(self._connection, {**values, "number": number}) is None:
            _NUMBER.value(self._connection, {"chat": chat, "more": -1})
            return None
        return number

    def _add_to_ours(self, chat: str, key: str, values: dict[str, Any]) -> int | None:
        """Number an event of a chat that this transaction has taken."""
        if self._has[key]:
            return None
        self._has[key] = True
        self._last[chat] = number = self._last[chat] + 1
        put_later(self._connection, webchat_events, _ADD_NEW.run_each, {**values, "number": number})
        change_later(
            self._connection,
            webchat_chats,
            _LAST.run_each,
            {"this": chat, "last_event": number},
        )
        return number

    def events(self, chat: str, *, after: int, limit: int = 500) -> tuple[WebchatEvent, ...]:
        """Return a chat's events with a number above ``after``, in order."""
        asked = {"chat": chat, "after": after, "limit": limit}
        return tuple(_event_of(row) for row in _EVENTS.rows(self._connection, asked))

    def events_before(self, chat: str, *, before: int, limit: int) -> tuple[WebchatEvent, ...]:
        """Return the last ``limit`` of a chat's events with a number below ``before``, in order."""
        rows = self._connection.execute(
            sa.select(webchat_events)
            .where(webchat_events.c.chat == chat, webchat_events.c.number < before)
            .order_by(webchat_events.c.number.desc())
            .limit(limit)
        ).mappings()
        return tuple(_event_of(dict(row)) for row in reversed(rows.all()))

    def event(self, key: str) -> WebchatEvent | None:
        """Return the event that was added under ``key``."""
        row = _EVENT.row(self._connection, {"key": key})
        return None if row is None else _event_of(row)

    def has_event(self, key: str) -> bool:
        """Whether an event was added under ``key``; nothing sealed is opened for it."""
        if key in self._has:
            return self._has[key]
        return _HAS_EVENT.value(self._connection, {"key": key}) is not None

    def last_events(self, chats: Iterable[str]) -> dict[str, int]:
        """Return the number of the last event of each of these chats that exists."""
        asked = {"chat": list(chats)}
        return dict(map(tuple, _LAST_EVENTS.tuples(self._connection, asked)))

    def open_session(self, token_hash: str, person: Person, *, lasts: timedelta) -> None:
        """Let a browser sit in somebody's seat."""
        self._connection.execute(
            sa.insert(web_sessions).values(
                token_hash=token_hash,
                person_id=person.id,
                created_at=self._now,
                expires_at=self._now + lasts,
            )
        )

    def session(self, token_hash: str) -> Person | None:
        """Return who sits in a browser; None when expired, revoked or never opened."""
        row = _SESSION.row(self._connection, {"token": token_hash, "now": self._now})
        return None if row is None else person_of(row)

    def end_session(self, token_hash: str) -> None:
        """Leave the seat in one browser."""
        self._connection.execute(
            sa.update(web_sessions)
            .where(web_sessions.c.token_hash == token_hash, web_sessions.c.revoked_at.is_(None))
            .values(revoked_at=self._now)
        )
