"""Merged blocks of a sheet, filled row by row: each of their cells shows the block's value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.sheet import CellValue, SheetRow

MOST_BLOCKS = 200_000
MOST_CELLS = 5_000_000  # that lie in blocks, all together

Block = tuple[int, int, int, int]
"""Top, left, bottom, right."""


@dataclass(slots=True)
class _Open:
    """A block that reaches into the rows to come, and what it shows."""

    block: Block
    value: CellValue


class Blocks:
    """The blocks of one sheet, used from its first row to its last."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        """Bind to the blocks, the topmost first."""
        self._waiting = list(reversed(blocks))
        self._open: list[_Open] = []

    @staticmethod
    def too_many(blocks: Sequence[Block]) -> bool:
        """Whether filling these would cost more than a sheet's own cells."""
        cells = sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in blocks)
        return len(blocks) > MOST_BLOCKS or cells > MOST_CELLS

    def fill(self, number: int, cells: dict[int, CellValue]) -> SheetRow:
        """Return a row with the blocks that reach into it."""
        while self._waiting and self._waiting[-1][0] <= number:
            block = self._waiting.pop()
            # Where the block's first row is not in the file, it shows nothing.
            value = cells.get(block[1]) if block[0] == number else None
            self._open.append(_Open(block, value))
        if not self._open:
            return SheetRow(number, cells)
        self._open = [one for one in self._open if one.block[2] >= number]
        below: set[int] = set()
        across: set[int] = set()
        for one in self._open:
            top, left, _, right = one.block
            columns = range(left, right + 1)
            if one.value is None:
                continue
            cells.update(dict.fromkeys(columns, one.value))
            below.update(columns if top < number else ())
            across.update(columns if left < right else ())
        return SheetRow(number, cells, frozenset(below), frozenset(across))
