"""What a transaction has read and is asked for again and again.

It is given again until something is written to the tables that it was read of; where
whoever asked can keep it right as new rows come (`Follow`), those change nothing of that.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Row = Mapping[str, Any]


class NewRows(Protocol):
    """The new rows of a transaction that wait to be written."""

    def new_row(self, table: str, row_id: int) -> Row | None:
        """Return the one of this id; None when none of this id waits."""
        ...

    def new_rows(self, table: str, name: str, value: object) -> list[Row]:
        """Return those that have this value, in order."""
        ...


Follow = Callable[[T, NewRows, str, Row], bool]
"""Keeps what was read right as a new row comes to a table that it was read of, if it can."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of which tables, and what keeps it right as new rows come there."""

    tables: frozenset[str]
    found: Any
    follow: Follow[Any] | None


@dataclass(slots=True)
class Memory:
    """What one transaction has read; ``new`` are its rows that wait to be written."""

    new: NewRows
    _read: dict[Hashable, _Read] = field(default_factory=dict)
    _of: dict[str, dict[Hashable, None]] = field(default_factory=dict)  # what was read of a table

    def ask(
        self,
        key: Hashable,
        tables: frozenset[str],
        read: Callable[[], T],
        follow: Follow[T] | None,
    ) -> T:
        """Return what was read before, or what is read of these tables now."""
        known = self._read.get(key)
        if known is not None:
            kept: T = known.found
            return kept
        found = read()
        self._read[key] = _Read(tables, found, follow)
        for table in tables:
            self._of.setdefault(table, {})[key] = None
        return found

    def forget(self) -> None:
        """Read everything anew."""
        self._read.clear()
        self._of.clear()

    def forget_of(self, tables: Iterable[str]) -> None:
        """Read anew what was read of these tables."""
        for table in tables:
            self._drop(list(self._of.get(table, ())))

    def follow(self, table: str, row: Row) -> None:
        """Keep what was read of a table right as a new row comes there, or read it anew."""
        self._drop([key for key in self._of.get(table, ()) if not self._keeps(key, table, row)])

    def _keeps(self, key: Hashable, table: str, row: Row) -> bool:
        one = self._read[key]
        return one.follow is not None and one.follow(one.found, self.new, table, row)

    def _drop(self, keys: Iterable[Hashable]) -> None:
        for key in keys:
            for table in self._read.pop(key).tables:
                del self._of[table][key]
