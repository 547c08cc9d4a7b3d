"""How an office's rows stand, while it runs and once it has settled, on either database.

For the examination the rows of PostgreSQL are copied into an SQLite file, so that the same
plain questions are asked of both.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import psycopg
import sqlalchemy as sa

from bench._found import reading
from storage import migrate
from storage.sealing import Keyring
from storage.store import Store
from storage.tables import metadata

_LATE_SQLITE = "strftime('%Y-%m-%d %H:%M:%f', 'now', '-5 seconds')"
_LATE_POSTGRESQL = "now() - interval '5 seconds'"
_UNFINISHED = """
    SELECT (SELECT count(*) FROM inbox WHERE done_at IS NULL)
         + (SELECT count(*) FROM alerts WHERE next_escalation_at < {late}),
           (SELECT count(*) FROM notices AS one WHERE state = 'due' AND NOT {held}),
           (SELECT count(*) FROM notices AS one WHERE state = 'due' AND {held})
"""
_HELD = """EXISTS (
    SELECT 1 FROM quiet WHERE quiet.channel = one.channel AND quiet.chat IN (one.chat, '')
    AND quiet.priority <= one.priority AND quiet.until > {late}
)"""  # and those that are being sent, a moment after it ended
_NOW_SQLITE = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
_WAITING = (
    "SELECT 'inbox', channel, count(*) FROM inbox WHERE done_at IS NULL GROUP BY 1, 2"
    " UNION ALL SELECT CASE WHEN due_at > {now} THEN 'notices that wait for their next try'"
    " ELSE 'notices' END, channel, count(*) FROM notices WHERE state = 'due' GROUP BY 1, 2"
    " UNION ALL SELECT 'timers', '', count(*) FROM alerts WHERE next_escalation_at < {late}"
    " UNION ALL SELECT 'quiet (' || reason || ')', channel, count(*) FROM quiet"
    " WHERE until > {now} GROUP BY 1, 2"
)
_EVENTS = "SELECT number, kind, author FROM webchat_events WHERE chat = {chat} ORDER BY number"


class Standing(Protocol):
    """The rows of an office; ``url`` is where."""

    url: str

    def unfinished(self) -> tuple[int, int]:
        """Return how much there is to do, and beside it what waits for a channel's limit.

        Unread messages, overdue timers and due notices; due notices of a chat that is quiet.
        """
        ...

    def waiting(self) -> str:
        """Return what there is to do, in words."""
        ...

    def events(self, chat: str) -> list[tuple[int, str, str]]:
        """Return number, kind and sealed author of a chat's events, in order."""
        ...

    def file(self, keyring: Keyring) -> Path:
        """Return an SQLite file with every row."""
        ...


class SqliteRows:
    """The rows of an office on SQLite; copied into ``folder`` at the end."""

    def __init__(self, database: Path, folder: Path) -> None:
        """Name the file."""
        self.url = f"sqlite:///{database}"
        self._database = database
        self._folder = folder

    def unfinished(self) -> tuple[int, int]:
        """Return how much there is to do."""
        with reading(self._database) as rows:
            return _to_do(rows.execute(_unfinished(_LATE_SQLITE)).fetchone())

    def waiting(self) -> str:
        """Return what there is to do, in words."""
        with reading(self._database) as rows:
            return _words(
                map(tuple, rows.execute(_WAITING.format(late=_LATE_SQLITE, now=_NOW_SQLITE)))
            )

    def events(self, chat: str) -> list[tuple[int, str, str]]:
        """Return number, kind and sealed author of a chat's events, in order."""
        with reading(self._database) as rows:
            return [tuple(row) for row in rows.execute(_EVENTS.format(chat="?"), (chat,))]

    def file(self, keyring: Keyring) -> Path:  # noqa: ARG002 - the protocol's
        """Copy the file, whose disk goes with the office, and return the copy."""
        file = self._folder / "copy.db"
        with reading(self._database) as rows, contextlib.closing(sqlite3.connect(file)) as copy:
            rows.backup(copy)
        return file


class PostgresRows:
    """The rows of an office on PostgreSQL; copied into ``folder`` at the end."""

    def __init__(self, url: str, folder: Path) -> None:
        """Name the database; nothing is asked yet."""
        self.url = url
        self._folder = folder

    def unfinished(self) -> tuple[int, int]:
        """Return how much there is to do."""
        return _to_do(self._ask(_unfinished(_LATE_POSTGRESQL))[0])

    def waiting(self) -> str:
        """Return what there is to do, in words."""
        return _words(self._ask(_WAITING.format(late=_LATE_POSTGRESQL, now="now()")))

    def events(self, chat: str) -> list[tuple[int, str, str]]:
        """Return number, kind and sealed author of a chat's events, in order."""
        return self._ask(_EVENTS.format(chat="%(chat)s"), chat=chat)

    def file(self, keyring: Keyring) -> Path:
        """Copy every row into an SQLite file and return it."""
        file = self._folder / "copy.db"
        migrate.upgrade(f"sqlite:///{file}")
        here, there = (Store(url, keyring=keyring) for url in (self.url, f"sqlite:///{file}"))
        with here.engine.connect() as source, there.engine.begin() as target:
            for table in metadata.sorted_tables:
                rows = [dict(row) for row in source.execute(sa.select(table)).mappings()]
                if rows:
                    target.execute(sa.insert(table), rows)
        here.close()
        there.close()
        return file

    def _ask(self, query: str, **values: str) -> list[tuple[Any, ...]]:
        plain = self.url.replace("+psycopg", "", 1)
        with contextlib.closing(psycopg.connect(plain, connect_timeout=5)) as connection:
            return connection.execute(query.encode(), values or None).fetchall()


def _unfinished(late: str) -> str:
    return _UNFINISHED.format(late=late, held=_HELD.format(late=late))


def _to_do(row: tuple[Any, ...]) -> tuple[int, int]:
    rest, due, held = map(int, row)
    return rest + due, held


def _words(found: Iterable[tuple[Any, ...]]) -> str:
    return ", ".join(f"{what} {channel} {count}" for what, channel, count in found if count)
