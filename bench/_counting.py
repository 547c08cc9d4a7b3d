"""Counts what the database is asked while a block runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from storage.prepared import CURSOR


@dataclass(slots=True)
class Counted:
    """How many statements and commits an engine ran; ``kinds`` by the first word."""

    commits: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def statements(self) -> int:
        """Every statement but BEGIN, SAVEPOINT and their ends; one for many rows is one."""
        kept = ("SELECT", "INSERT", "UPDATE", "DELETE")
        return sum(self.kinds[kind] for kind in kept)

    def note(self, statement: str) -> None:
        """Count one statement."""
        self.kinds[statement.split(None, 1)[0].upper()] += 1


class _Cursor:
    """A driver's cursor that counts what prepared statements run on it."""

    def __init__(self, cursor: Any, counted: Counted) -> None:
        self._cursor = cursor
        self._counted = counted

    def execute(self, statement: str, *values: Any) -> None:
        self._counted.note(statement)
        self._cursor.execute(statement, *values)

    def executemany(self, statement: str, values: Any) -> None:
        self._counted.note(statement)
        self._cursor.executemany(statement, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


@contextmanager
def count(engine: sa.Engine) -> Iterator[Counted]:
    """Count until the block ends."""
    counted = Counted()

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counted.note(statement)

    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        record.info[CURSOR] = _Cursor(connection.cursor(), counted)

    def committed(_connection: Any) -> None:
        counted.commits += 1

    event.listen(engine, "before_cursor_execute", executed)
    event.listen(engine, "checkout", taken)
    event.listen(engine, "commit", committed)
    try:
        yield counted
    finally:
        event.remove(engine, "before_cursor_execute", executed)
        event.remove(engine, "checkout", taken)
        event.remove(engine, "commit", committed)
