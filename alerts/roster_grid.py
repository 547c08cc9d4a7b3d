"""A duty sheet as plain values: cells, and what is merged.

Refuses: files. What reads and writes Excel hands a grid over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from domain.sheet import tidy

Value = str | int | float | date | None  # a datetime is a date


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that is computed; nobody can say here what it shows."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A block of cells that show one value; rows and columns count from 1."""

    top: int
    left: int
    bottom: int
    right: int

    def places(self) -> Iterator[tuple[int, int]]:
        """Give every cell that is part of it."""
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                yield row, column


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one sheet that hold something."""

    cells: Mapping[tuple[int, int], Value | Formula]
    merges: tuple[Merge, ...] = ()
    title: str = ""
    rows: int = field(init=False)
    columns: int = field(init=False)
    _blocks: dict[tuple[int, int], Merge] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Measure it, merged blocks with it."""
        held = list(self.cells)
        rows = max((row for row, _ in held), default=0)
        columns = [column for _, column in held]
        columns += [one.right for one in self.merges if (one.top, one.left) in self.cells]
        bottoms = [one.bottom for one in self.merges if (one.top, one.left) in self.cells]
        object.__setattr__(self, "rows", max([rows, *bottoms]))
        object.__setattr__(self, "columns", max(columns, default=0))
        blocks = {place: one for one in self.merges for place in one.places()}
        object.__setattr__(self, "_blocks", blocks)

    def at(self, row: int, column: int) -> Value | Formula:
        """Return what a cell shows: its own value, or its block's."""
        block = self.block(row, column)
        return self.cells.get((row, column) if block is None else (block.top, block.left))

    def block(self, row: int, column: int) -> Merge | None:
        """Return the merged block that a cell is part of."""
        return self._blocks.get((row, column))

    def text(self, row: int, column: int) -> str:
        """Return a cell's words, tidy; empty for a number, a day, a formula and nothing."""
        value = self.at(row, column)
        return tidy(value) if isinstance(value, str) else ""

    def below(self, row: int) -> Iterator[int]:
        """Give the rows under one."""
        yield from range(row + 1, self.rows + 1)
