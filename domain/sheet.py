"""A sheet as plain values: what a cell holds, what people call it, and a sheet to be written.

Refuses: files. What reads and writes Excel hands rows over and takes sheets.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

NO_RESULT = "没有结果的公式"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A cell that shows no value: an error as #N/A, or a formula without a result."""

    code: str


CellValue = str | int | float | date | Mistake | None
"""What a cell holds; a datetime is a date as well."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that was read: the cells that hold something, by column, counted from 1.

    A merged block's value stands in each of its cells. ``below`` are the columns whose value
    comes from a block that began in a row above, ``across`` those that lie in a block of
    several columns.
    """

    number: int
    cells: Mapping[int, CellValue]
    below: frozenset[int] = frozenset()
    across: frozenset[int] = frozenset()


class Look(enum.Enum):
    """How a column looks when it is written."""

    TEXT = enum.auto()
    SHORT = enum.auto()  # in the middle: kinds, names, numbers of papers
    DAY = enum.auto()
    NUMBER = enum.auto()


@dataclass(frozen=True, slots=True)
class Column:
    """One column to be written; ``width`` in characters of a usual digit."""

    head: str
    width: int = 12
    look: Look = Look.SHORT


Written = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet to be written: title, a line under it, heads, rows, a line to sign.

    ``rows`` may be a generator: they are taken once, in order. ``frozen`` columns stay when
    somebody scrolls to the right.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Written, ...]]
    under_title: str = ""
    signature: str = ""
    frozen: int = 1


def tidy(text: str) -> str:
    """Return words in one spelling: full-width signs as usual ones, no blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def bare(text: str) -> str:
    """Return words without any blanks, as heads of columns are compared."""
    return re.sub(r"\s+", "", tidy(text))


def column_name(column: int) -> str:
    """Return what people call a column: 3 is C."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Return what people call a cell: C7."""
    return f"{column_name(column)}{row}"
