"""Sheets written as offices pass them round: title, head, lines, and a line to sign.

Rows go to the file as they come, so a ledger of any length fits. Whatever a cell says is
written as text that no program computes: no formula, link or comment that stood in an imported
cell comes out of here alive. Refuses: to write over a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Self

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.cell_range import CellRange

from domain.errors import PersonCanFix
from domain.sheet import Column, Look, Sheet, Written, cell_name, column_name

LONGEST_TEXT = 32_767  # what Excel lets into a cell
LONGEST_NAME = 31
TITLE_FONT, HEAD_FONT, BODY_FONT = "方正小标宋简体", "黑体", "仿宋"
TITLE_ROW, UNDER_ROW, HEAD_ROW = 1, 2, 3
TITLE_HEIGHT, LINE_HEIGHT, HEAD_HEIGHT = 36, 20, 32
A4 = 9
DAY = "yyyy-mm-dd"
# Where a program that is less careful than Excel begins to compute.
COMPUTES = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_NOT_IN_A_NAME = re.compile(r"[\\/*?:\[\]]")
_THIN = Side(style="thin", color="808080")
_LINES = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_GREY = PatternFill("solid", fgColor="E7E6E6")
_ACROSS = {Look.TEXT: "left", Look.SHORT: "center", Look.DAY: "center", Look.NUMBER: "center"}


class Book:
    """A workbook that is being written; nothing is there before `save`.

    Use it as a context: what was begun and is not saved is given up at its end.
    """

    def __init__(self) -> None:
        """Begin an empty one."""
        self._pages: list[Page] = []
        self._book = Workbook(write_only=True)
        self._book.properties.creator = "护信"

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give up what is not finished: an error came in between."""
        for page in self._pages:
            page.give_up()

    def page(self, sheet: Sheet) -> Page:
        """Begin a sheet with its title and head; the rows follow by `Page.append`."""
        self._pages.append(Page(self._book, sheet))
        return self._pages[-1]

    def write(self, sheets: Iterable[Sheet]) -> int:
        """Write whole sheets and return how many rows they have together."""
        count = 0
        for sheet in sheets:
            page = self.page(sheet)
            for row in sheet.rows:
                page.append(row)
            page.end()
            count += page.count
        return count

    def save(self, path: Path) -> None:
        """Write the file; `PersonCanFix` when it cannot be."""
        try:
            # names stand in it: on a shared machine it is for nobody else
            path.touch(0o600)
            self._book.save(path)
        except OSError as error:
            raise PersonCanFix(f"“{path}”写不进去：{error.strerror}") from None


class Page:
    """One sheet that is being written, row by row."""

    def __init__(self, book: Workbook, sheet: Sheet) -> None:
        """Write what stands above the rows."""
        self.count = 0
        self._sheet = sheet
        self._page: Any = book.create_sheet(_NOT_IN_A_NAME.sub("", sheet.name)[:LONGEST_NAME])
        self._set_up(sheet)
        self._cells = [
            (self._cell(column), self._cell(column, is_guarded=True)) for column in sheet.columns
        ]
        self._line(sheet.title, Font(name=TITLE_FONT, size=18), "center", TITLE_ROW)
        self._line(sheet.under_title, Font(name=BODY_FONT, size=11), "left", UNDER_ROW)
        self._page.append([self._head(column) for column in sheet.columns])

    def append(self, row: tuple[Written, ...]) -> None:
        """Write the next row."""
        self.count += 1
        self._page.append(
            [
                _filled(plain, guarded, value)
                for (plain, guarded), value in zip(self._cells, row, strict=True)
            ]
        )

    def end(self) -> None:
        """Write what stands under the rows."""
        last = HEAD_ROW + self.count
        right = column_name(len(self._sheet.columns))
        self._page.auto_filter.ref = f"A{HEAD_ROW}:{right}{max(last, HEAD_ROW)}"
        if self._sheet.signature:
            self._page.append([])
            self._line(self._sheet.signature, Font(name=BODY_FONT, size=11), "left", last + 2)
        self._page.close()

    def give_up(self) -> None:
        """Write no more; nothing, where it has ended."""
        if not self._page.closed:
            self._page.close()

    def _set_up(self, sheet: Sheet) -> None:
        """Say how it looks on the screen and on paper, before any row is written."""
        page = self._page
        for place, column in enumerate(sheet.columns, 1):
            page.column_dimensions[column_name(place)].width = column.width
        for row, height in (
            (TITLE_ROW, TITLE_HEIGHT),
            (UNDER_ROW, LINE_HEIGHT),
            (HEAD_ROW, HEAD_HEIGHT),
        ):
            page.row_dimensions[row].height = height
        page.freeze_panes = cell_name(HEAD_ROW + 1, sheet.frozen + 1)
        page.print_title_rows = f"{TITLE_ROW}:{HEAD_ROW}"
        page.page_setup.orientation = "landscape"
        page.page_setup.paperSize = A4
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
        page.sheet_properties.pageSetUpPr.fitToPage = True
        page.print_options.horizontalCentered = True
        page.page_margins.left = page.page_margins.right = 0.4  # inches
        page.page_margins.top = page.page_margins.bottom = 0.6
        page.oddFooter.center.text = "第 &P 页　共 &N 页"

    def _line(self, words: str, font: Font, across: str, row: int) -> None:
        """Write one line across the sheet."""
        cell = WriteOnlyCell(self._page)
        cell.font = font
        cell.alignment = Alignment(horizontal=across, vertical="center")
        self._page.append([_put(cell, words)])
        if len(self._sheet.columns) > 1:
            block = CellRange(min_col=1, max_col=len(self._sheet.columns), min_row=row, max_row=row)
            self._page.merged_cells.add(block)

    def _head(self, column: Column) -> Cell:
        cell = WriteOnlyCell(self._page)
        cell.font = Font(name=HEAD_FONT, size=11)
        cell.fill = _GREY
        cell.border = _LINES
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        return _put(cell, column.head)

    def _cell(self, column: Column, *, is_guarded: bool = False) -> Cell:
        """Return a cell of a column, to be filled again for each row."""
        cell = WriteOnlyCell(self._page)
        cell.font = Font(name=BODY_FONT, size=11)
        cell.border = _LINES
        cell.alignment = Alignment(
            horizontal=_ACROSS[column.look], vertical="center", wrap_text=True
        )
        cell.number_format = DAY if column.look is Look.DAY else "General"
        if column.look in {Look.TEXT, Look.SHORT}:
            cell.number_format = "@"
        cell.quotePrefix = is_guarded
        return cell


def _filled(plain: Cell, guarded: Cell, value: Written) -> Cell:
    is_guarded = isinstance(value, str) and value.lstrip().startswith(COMPUTES)
    return _put(guarded if is_guarded else plain, value)


def _put(cell: Cell, value: Written) -> Cell:
    if isinstance(value, str):
        # One line end, whichever library writes the XML: a lone CR begins a formula for some.
        lines = value.replace("\r\n", "\n").replace("\r", "\n")
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", lines)[:LONGEST_TEXT]
        cell.data_type = "s"  # what begins with = is no formula, #N/A no error
    elif isinstance(value, date) or value is None:
        style = cell.number_format
        cell.value = value
        cell.number_format = style  # a day would bring its own
    else:
        cell.value = value
    return cell
