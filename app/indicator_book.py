"""A month's indicators as a workbook: the figures, and behind each the matters.

Written row by row, so that a long list needs no memory. Every text stays text: a cell that
begins with = is no formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from app.indicator_rows import FIGURE_HEAD, LIST_HEAD, figure_rows, list_rows
from domain.errors import PersonCanFix
from petitions.indicator_looks import Behind
from petitions.indicator_words import WITHHELD, fraction_words, rule_words
from petitions.indicators import IndicatorRules
from petitions.month_figures import MonthFigures

_FIGURE_WIDTHS = (10, 26, 8, 14, 10, 8, 8, 44, 8, 20)
_LIST_WIDTHS = (16, 26, 10, 10, 12, 12, 12, 14, 64)
_HEAD_FONT = Font(bold=True)
_HEAD_FILL = PatternFill("solid", fgColor="E8EFEA")
_LONGEST_TITLE = 31
_PERCENT = FIGURE_HEAD.index("百分比")


def refuse_file(file: Path) -> None:
    """Refuse a file that is no .xlsx, or that is there already."""
    if file.suffix.lower() != ".xlsx":
        raise PersonCanFix("文件名要以 .xlsx 结尾。")
    if file.exists():
        raise PersonCanFix(f"“{file}”已经有了，请换个名字或先删掉。")


def write_book(
    file: Path, figures: MonthFigures, lists: Iterable[Behind], rules: IndicatorRules
) -> None:
    """Write the figures and a sheet for each list."""
    book = openpyxl.Workbook(write_only=True)
    title = f"{figures.town or ''}{figures.month.label}信访指标（截至 {figures.as_of}）"
    sheet = _sheet(book, "指标", _FIGURE_WIDTHS, rows_above=2)
    _put(sheet, [title], bold=True)
    _put(sheet, FIGURE_HEAD, bold=True)
    for row in figure_rows(figures, rules):
        _put(sheet, [_share(cell) if place == _PERCENT else cell for place, cell in enumerate(row)])
    for found in lists:
        _write_list(book, found, rules)
    try:
        book.save(file)
    except OSError as error:
        raise PersonCanFix(f"“{file}”写不进去：{error.strerror}") from None


def _write_list(book: Any, found: Behind, rules: IndicatorRules) -> None:
    label = found.figure.indicator.label
    sheet = _sheet(book, label[:_LONGEST_TITLE], _LIST_WIDTHS, rows_above=3)
    _put(sheet, [f"{found.figure.label} {fraction_words(found.rate)}"], bold=True)
    withheld = WITHHELD.format(count=found.withheld) if found.withheld else ""
    _put(sheet, [rule_words(found.figure.indicator, rules) + withheld])
    _put(sheet, LIST_HEAD, bold=True)
    for row in list_rows(found):
        _put(sheet, row)


def _sheet(book: Any, title: str, widths: Sequence[int], *, rows_above: int) -> Any:
    sheet = book.create_sheet(title)
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = f"A{rows_above + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"1:{rows_above}"
    return sheet


def _share(shown: str | int) -> str | float:
    """Return a percentage as the number that Excel shows so; a dash stays a dash."""
    words = str(shown)
    return round(float(words.rstrip("%")) / 100, 4) if words.endswith("%") else words


def _put(sheet: Any, row: Sequence[str | float], *, bold: bool = False) -> None:
    cells = []
    for value in row:
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            cell.data_type = "s"
        elif isinstance(value, float):
            cell.number_format = "0.00%"
        if bold:
            cell.font = _HEAD_FONT
            cell.fill = _HEAD_FILL
            cell.alignment = Alignment(vertical="center")
        cells.append(cell)
    sheet.append(cells)
