"""One write of a transaction that waits, and a part of it that is undone alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from storage.memory import Row

AFTER_ALL = 1_000_000
"""The place of what changes rows: behind every table's new ones."""

Write = Callable[[sa.Connection, list[Row]], None]
"""Writes rows of one kind in one go."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One write: when it was put here, of which table it is, and what goes before it."""

    number: int
    table: str
    place: int
    write: Write
    values: Row

    @property
    def is_new_row(self) -> bool:
        """Whether it is an INSERT, and no change."""
        return self.place < AFTER_ALL


@dataclass(slots=True)
class Part:
    """A part that is undone alone: what it began with, and what of before was written in it."""

    first: int
    begun: bool = False
    carried: dict[int, Waiting] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How its savepoint is called."""
        return f"apart_{self.first}"
