"""Counts what the database is asked while a block runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event


@dataclass(slots=True)
class Counted:
    """How many statements and commits an engine ran; ``kinds`` by the first word."""

    commits: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def statements(self) -> int:
        """Every statement but BEGIN, SAVEPOINT and their ends."""
        kept = ("SELECT", "INSERT", "UPDATE", "DELETE")
        return sum(self.kinds[kind] for kind in kept)


@contextmanager
def count(engine: sa.Engine) -> Iterator[Counted]:
    """Count until the block ends."""
    counted = Counted()

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counted.kinds[statement.split(None, 1)[0].upper()] += 1

    def committed(_connection: Any) -> None:
        counted.commits += 1

    event.listen(engine, "before_cursor_execute", executed)
    event.listen(engine, "commit", committed)
    try:
        yield counted
    finally:
        event.remove(engine, "before_cursor_execute", executed)
        event.remove(engine, "commit", committed)
