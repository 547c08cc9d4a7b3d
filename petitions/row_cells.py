"""One row of a sheet, cell by cell, with what is wrong in it.

A cell that decides in law (the number, a day, a kind) refuses its row when it cannot be read;
any other is left out with a remark, so that one #N/A in an address does not hold up a matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from domain.sheet import CellValue, Mistake, SheetRow, cell_name
from petitions import cells
from petitions.cells import Unreadable
from petitions.heads import Field, Heads

_T = TypeVar("_T")
SHOWN = 40
# What a cell of these holds is not repeated in a list of faults.
_PRIVATE = frozenset({Field.NAME, Field.PHONE, Field.ID_NUMBER, Field.ADDRESS})


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong with a cell, or with a row: ``column`` 0; ``refuses`` keeps the row out."""

    row: int
    column: int
    head: str
    found: str
    words: str
    refuses: bool

    @property
    def cell(self) -> str:
        """What people call the cell: C7, or the row's number where it is about no one cell."""
        return cell_name(self.row, self.column) if self.column else f"第{self.row}行"


@dataclass(slots=True)
class RowCells:
    """The cells of one row by what they mean; remarks are gathered on the way."""

    row: SheetRow
    heads: Heads
    remarks: list[Remark] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether something in the row keeps it out."""
        return any(one.refuses for one in self.remarks)

    def value(self, what: Field) -> CellValue:
        """Return a cell as it is; None where there is no such column."""
        return self.row.cells.get(self.heads.columns.get(what, 0))

    def is_empty(self, what: Field) -> bool:
        """Whether a cell says nothing."""
        return cells.is_empty(self.value(what))

    def read(
        self, what: Field, how: Callable[[CellValue], _T], *, decides: bool = True
    ) -> _T | None:
        """Read a cell; None where it says nothing, or nothing that can be read."""
        value = self.value(what)
        if cells.is_empty(value):
            return None
        try:
            return how(value)
        except Unreadable as fault:
            self.remark(what, str(fault) if decides else f"{fault}，没有记", refuses=decides)
            return None

    def say(self, what: Field, how: Callable[[str], _T]) -> _T | None:
        """Read a cell that decides by its words."""
        return self.read(what, lambda value: how(cells.folded(value)))

    def words(self, what: Field) -> str:
        """Return a cell's text; empty where there is none, or with a remark."""
        return self.read(what, cells.text, decides=False) or ""

    def short(self, what: Field) -> str:
        """Return a short cell's text in one spelling."""
        return self.read(what, cells.folded, decides=False) or ""

    def day(self, what: Field, *, decides: bool = True) -> date | None:
        """Return the day of a cell."""
        return self.read(what, cells.day, decides=decides)

    def remark(self, what: Field, words: str, *, refuses: bool = False) -> None:
        """Keep what is wrong with a cell."""
        column = self.heads.columns.get(what, 0)
        remark = Remark(
            row=self.row.number,
            column=column,
            head=self.heads.words.get(column, ""),
            found="" if what in _PRIVATE else _shown(self.value(what)),
            words=words,
            refuses=refuses,
        )
        if remark not in self.remarks:  # a cell may be read twice
            self.remarks.append(remark)


def _shown(value: CellValue) -> str:
    words = value.code if isinstance(value, Mistake) else "" if value is None else str(value)
    words = words.strip()
    return words if len(words) <= SHOWN else words[:SHOWN] + "…"
