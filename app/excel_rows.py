"""The rows of one sheet of an .xlsx file, one after another, whatever the sheet's length.

openpyxl, reading row by row, holds every different text of a file in memory and knows nothing
of merged blocks; this holds one row, and the blocks. Values are those that the file was saved
with: a formula's last result, an error as a `Mistake`, a day as `datetime`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from xml.parsers import expat

from openpyxl.utils import column_index_from_string, range_boundaries

from app.excel_blocks import Blocks
from app.excel_parts import (
    BROKEN,
    NO_SHEET,
    NOT_EXCEL,
    NOTHING,
    SEVERAL,
    Book,
    NamedSheet,
    Parts,
    bare_name,
)
from app.excel_texts import LONGEST_TEXT, SharedTexts
from domain.errors import PersonCanFix
from domain.sheet import NO_RESULT, CellValue, Mistake, SheetRow

MOST_ROWS = 200_000
MOST_COLUMNS = 256
EXCEL_ROWS = 1_048_576
_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's day 0; a sheet has no zone
_FROM_1904 = 1462  # days between the two systems
_LAST_SERIAL = 2_958_465  # 9999-12-31
_HOLDS = re.compile(rb"<(?:\w+:)?(?:v|is|t)[\s>]")
_BLOCK = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_ROW = re.compile(rb"<(?:\w+:)?row[\s>]")
_KEPT = 256  # bytes of a piece that the next one may go on with


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """A sheet whose rows can be read, again and again; ``length`` is how many there are."""

    parts: Parts
    book: Book
    texts: SharedTexts
    part: str
    blocks: tuple[tuple[int, int, int, int], ...]
    length: int

    def rows(self) -> Iterator[SheetRow]:
        """Give the rows that hold something; `PersonCanFix` where the file breaks off."""
        reading = _Reading(self.book, self.texts, self.parts)
        blocks = Blocks(self.blocks)
        try:
            for _ in self.parts.feed(self.part, reading.parser()):
                for number, cells in reading.take():
                    row = blocks.fill(number, cells)
                    if row.cells:
                        yield row
        except BROKEN:
            raise PersonCanFix(NOT_EXCEL.format(file=self.parts.file)) from None


@contextmanager
def open_sheet(path: Path, name: str | None = None) -> Iterator[OpenSheet]:
    """Open the sheet of a name, or the only one; `PersonCanFix` says why it cannot be read."""
    try:
        parts = Parts(path)
    except FileNotFoundError:
        raise PersonCanFix(f"没有“{path.name}”这个文件。") from None
    except BROKEN:
        raise PersonCanFix(NOT_EXCEL.format(file=path.name)) from None
    texts = None
    try:
        try:
            book = parts.book()
            part, blocks, length = _chosen(parts, book, name)
            texts = SharedTexts(parts, book.strings)
        except BROKEN:
            raise PersonCanFix(NOT_EXCEL.format(file=path.name)) from None
        yield OpenSheet(parts, book, texts, part, blocks, length)
    finally:
        if texts is not None:
            texts.close()
        parts.close()


def _chosen(
    parts: Parts, book: Book, name: str | None
) -> tuple[str, tuple[tuple[int, int, int, int], ...], int]:
    if name is not None:
        found = [one for one in book.sheets if one.name == name]
        if not found:
            names = "、".join(one.name for one in book.sheets)
            raise PersonCanFix(NO_SHEET.format(file=parts.file, name=name, names=names))
        return _looked_through(parts, found[0])
    looked = [(one, _looked_through(parts, one)) for one in book.sheets]
    filled = [(one, found) for one, found in looked if found[2]]
    if not filled:
        raise PersonCanFix(NOTHING.format(file=parts.file))
    if len(filled) > 1:
        names = "、".join(one.name for one, _ in filled)
        raise PersonCanFix(SEVERAL.format(file=parts.file, count=len(filled), names=names))
    return filled[0][1]


def _looked_through(
    parts: Parts, sheet: NamedSheet
) -> tuple[str, tuple[tuple[int, int, int, int], ...], int]:
    """Return a sheet's part, its merged blocks and how many rows it has; 0: it holds nothing.

    The blocks stand behind the cells, so they are looked for first, without parsing.
    """
    blocks: list[tuple[int, int, int, int]] = []
    rows, is_filled, kept = 0, False, b""
    for chunk in parts.chunks(sheet.part):
        if b"\0" in chunk:
            raise parts.refusal("编码不寻常")
        piece = kept + chunk
        # What ends within the part that is kept is found again with the next piece.
        rows += sum(1 for one in _ROW.finditer(piece) if one.end() > len(kept))
        is_filled = is_filled or _HOLDS.search(piece) is not None
        for one in _BLOCK.finditer(piece):
            if one.end() > len(kept):
                left, top, right, bottom = (
                    int(at or 0) for at in range_boundaries(one[1].decode())
                )
                blocks.append((top, left, bottom, right))
        kept = piece[-_KEPT:]
    if Blocks.too_many(blocks):
        raise parts.refusal("合并的单元格太多")
    return sheet.part, tuple(sorted(blocks)), rows if is_filled else 0


@dataclass(slots=True)
class _Reading:
    """What of a sheet has been read so far; rows are taken out as they are complete."""

    book: Book
    texts: SharedTexts
    parts: Parts
    done: list[tuple[int, dict[int, CellValue]]] = field(default_factory=list)
    cells: dict[int, CellValue] = field(default_factory=dict)
    row: int = 0
    filled: int = 0
    column: int = 0
    kind: str = "n"
    style: int = 0
    has_formula: bool = False
    reads: bool = False
    pieces: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)

    def parser(self) -> expat.XMLParserType:
        """Return a parser that tells this."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._words
        return parser

    def take(self) -> list[tuple[int, dict[int, CellValue]]]:
        """Return the rows that are complete, once."""
        done, self.done = self.done, []
        return done

    def _start(self, name: str, given: dict[str, str]) -> None:
        name = bare_name(name) if ":" in name else name
        if name == "c":
            place = given.get("r", "").rstrip("0123456789")
            self.column = self._column(place) if place else self.column + 1
            self.kind, self.style = given.get("t", "n"), int(given.get("s", "0"))
            self.has_formula = False
            self.pieces.clear()
        elif name in {"v", "t"}:
            self.reads = True
        elif name == "f":
            self.has_formula = True
        elif name == "row":
            self.row = int(given.get("r", self.row + 1))
            self.column = 0
            if self.row > EXCEL_ROWS:
                raise self.parts.refusal("行号不寻常")

    def _end(self, name: str) -> None:
        name = bare_name(name) if ":" in name else name
        if name in {"v", "t", "rPh"}:
            self.reads = False
        elif name == "c":
            value = self._value()
            if value is not None:
                self.cells[self.column] = value
        elif name == "row" and self.cells:
            self.filled += 1
            if self.filled > MOST_ROWS:
                raise self.parts.refusal(f"超过 {MOST_ROWS} 行，请分几个文件")
            self.done.append((self.row, self.cells))
            self.cells = {}

    def _words(self, text: str) -> None:
        if self.reads:
            self.pieces.append(text)

    def _column(self, letters: str) -> int:
        found = self.columns.get(letters)
        if found is None:
            found = self.columns[letters] = column_index_from_string(letters)
            if found > MOST_COLUMNS:
                raise self.parts.refusal(f"超过 {MOST_COLUMNS} 列")
        return found

    def _value(self) -> CellValue:
        written = "".join(self.pieces)
        if not written:
            return Mistake(NO_RESULT) if self.has_formula and self.kind != "str" else None
        if len(written) > LONGEST_TEXT:
            raise self.parts.refusal("一个格子的字太多")
        if self.kind == "s":
            return self.texts.get(int(written)) or None
        if self.kind == "e":
            return Mistake(written)
        if self.kind == "n":
            return self._number(written)
        return written if written.strip() else None

    def _number(self, written: str) -> CellValue:
        number = float(written)
        if self.style in self.book.date_styles and 0 < number < _LAST_SERIAL:
            offset = _FROM_1904 if self.book.from_1904 else 0
            return _ZERO + timedelta(days=int(number) + offset, seconds=round(number % 1 * 86400))
        return int(number) if number.is_integer() else number
