"""A list as a workbook that prints: a title, what it counts, heads, rows.

Texts are written as texts, so that one which begins with = is no formula. Refuses: writing over
a file that is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from domain.errors import PersonCanFix
from petitions.letter_paper import printable

Value = str | int | float | date | None

HEADS = 3  # the row under the title and the note
PER_CENT = "0.0%"
NOT_XLSX = "文件名要以 .xlsx 结尾。"
IS_THERE = "“{file}”已经有了，请换个名字或先删掉。"


@dataclass(frozen=True, slots=True)
class ListSheet:
    """One list: each column with its head and its width in characters."""

    name: str
    title: str
    note: str
    columns: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[Value]]


def require_new(file: Path) -> None:
    """Refuse a file that is there, or that Excel would not open, before any work is done."""
    if file.suffix.lower() != ".xlsx":
        raise PersonCanFix(NOT_XLSX)
    if file.exists():
        raise PersonCanFix(IS_THERE.format(file=file))


def write_lists(file: Path, *lists: ListSheet) -> None:
    """Write lists, a sheet each; `PersonCanFix` when the file cannot be written."""
    require_new(file)
    book = openpyxl.Workbook()
    for one, sheet in zip(lists, [*book.worksheets, *(None for _ in lists)], strict=False):
        _write(book.create_sheet() if sheet is None else sheet, one)
    try:
        book.save(file)
    except OSError as error:
        raise PersonCanFix(f"“{file}”写不进去：{error.strerror}") from None


def _write(sheet: Worksheet, one: ListSheet) -> None:
    sheet.title = one.name
    width = len(one.columns)
    for row, text in ((1, one.title), (2, one.note)):
        _put(sheet, row, 1, text)
        sheet.merge_cells(None, row, 1, row, width)
    for column, (head, wide) in enumerate(one.columns, start=1):
        _put(sheet, HEADS, column, head)
        sheet.column_dimensions[get_column_letter(column)].width = wide
    for row, values in enumerate(one.rows, start=HEADS + 1):
        for column, value in enumerate(values, start=1):
            _put(sheet, row, column, value)
    _dress(sheet, width)


def _put(sheet: Worksheet, row: int, column: int, value: Value) -> None:
    cell = sheet.cell(row, column)
    cell.value = printable(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    if isinstance(value, float):
        cell.number_format = PER_CENT


def _dress(sheet: Worksheet, width: int) -> None:
    thin = Side(style="thin", color="BBBBBB")
    lines = Border(left=thin, right=thin, top=thin, bottom=thin)
    for row in sheet.iter_rows(HEADS, max(sheet.max_row, HEADS), 1, width):
        for cell in row:
            cell.alignment = Alignment(vertical="center", wrap_text=True)
            cell.border = lines
    for column in range(1, width + 1):
        sheet.cell(HEADS, column).font = Font(bold=True)
        sheet.cell(HEADS, column).fill = PatternFill("solid", fgColor="EEEEEE")
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    sheet.freeze_panes = f"A{HEADS + 1}"
    sheet.auto_filter.ref = f"A{HEADS}:{get_column_letter(width)}{max(sheet.max_row, HEADS)}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = f"{HEADS}:{HEADS}"
