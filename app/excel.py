"""Excel files in and out, as plain grids.

A file comes from anywhere, so it is looked at before it is opened: how much it unpacks to,
how far its cells reach, and that no part of it declares entities. Refuses: macros, links to
other files, sheets larger than a year of duty needs.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from alerts.roster_grid import Formula, Grid, Merge, Value
from domain.errors import PersonCanFix

LARGEST_FILE = 4 * 1024**2
LARGEST_UNPACKED = 12 * 1024**2
LARGEST_PART = 6 * 1024**2
MOST_PARTS = 300
MOST_ROWS = 2000
MOST_COLUMNS = 200
MOST_CELLS = 100_000
MOST_MERGED = 100_000  # cells that lie in merged blocks, all together
HEADS = 2  # the row under the title
NARROW, WIDE = 12, 16

NOT_EXCEL = "“{file}”不是 .xlsx 表格。请在 Excel 或 WPS 里另存为“.xlsx”再导入。"
TOO_LARGE = "“{file}”太大或格式不寻常（{why}）。请把值班表单独复制到一个新的 .xlsx 再导入。"
SEVERAL = "“{file}”里有 {count} 张有内容的表（{names}），请只留一张。"

# What the library and what it stands on raise for a file that is none of theirs.
BROKEN = (
    AttributeError,
    EOFError,
    ET.ParseError,
    InvalidFileException,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)

_REF = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
_XML = re.compile(rb"\xef\xbb\xbf|\xff\xfe|\xfe\xff|\0|\s*<")  # whatever a part is called
_REFERS = frozenset({"mergeCell", "hyperlink", "f", "c"})
_DECLARES = (b"<!DOCTYPE", b"<!ENTITY")


def read_grid(path: Path) -> Grid:
    """Read the one sheet of a file; `PersonCanFix` says why it cannot be read."""
    try:
        _look_through(path)
        book = openpyxl.load_workbook(path, data_only=False, keep_links=False)
    except PersonCanFix:
        raise
    except FileNotFoundError:
        raise PersonCanFix(f"没有“{path.name}”这个文件。") from None
    except BROKEN:
        raise PersonCanFix(NOT_EXCEL.format(file=path.name)) from None
    try:
        sheets = [
            sheet
            for sheet in book.worksheets
            if sheet.sheet_state == "visible" and any(_held(sheet))
        ]
        if len(sheets) != 1:
            names = "、".join(sheet.title for sheet in sheets)
            raise PersonCanFix(SEVERAL.format(file=path.name, count=len(sheets), names=names))
        return _grid(sheets[0])
    finally:
        book.close()


def write_grid(grid: Grid, path: Path) -> None:
    """Write a grid as a sheet that prints on one page's width."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = grid.title or "值班表"
    for (row, column), value in grid.cells.items():
        cell = sheet.cell(row, column)
        cell.value = None if isinstance(value, Formula) else value
        if isinstance(value, str):
            cell.data_type = "s"  # a name that begins with = is no formula
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
    for merge in grid.merges:
        sheet.merge_cells(None, merge.top, merge.left, merge.bottom, merge.right)
    _dress(sheet, grid)
    book.save(path)


def _dress(sheet: Worksheet, grid: Grid) -> None:
    """Make a sheet readable on paper: a title, heads, lines, one page wide."""
    thin = Side(style="thin", color="BBBBBB")
    lines = Border(left=thin, right=thin, top=thin, bottom=thin)
    for row in sheet.iter_rows(1, grid.rows, 1, grid.columns):
        for cell in row:
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            cell.border = lines
    for column in range(1, grid.columns + 1):
        sheet.column_dimensions[get_column_letter(column)].width = NARROW
        sheet.cell(HEADS, column).font = Font(bold=True)
        sheet.cell(HEADS, column).fill = PatternFill("solid", fgColor="EEEEEE")
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    sheet.column_dimensions["C"].width = WIDE
    sheet.freeze_panes = "D3"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = "1:2"


def _look_through(path: Path) -> None:
    """Refuse what could fill the memory, before anything is built of it."""

    def refuse(why: str) -> PersonCanFix:
        return PersonCanFix(TOO_LARGE.format(file=path.name, why=why))

    if path.stat().st_size > LARGEST_FILE:
        raise refuse(f"超过 {LARGEST_FILE // 1024**2} MB")
    with zipfile.ZipFile(path) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS:
            raise refuse("部件太多")
        left = LARGEST_UNPACKED
        for part in parts:
            name = part.filename.lower()
            if "vbaproject" in name or "externallink" in name:
                raise refuse("有宏或外部链接")
            # The size that a part declares may be a lie: what comes out is counted.
            with packed.open(part) as stream:
                data = stream.read(min(LARGEST_PART, left) + 1)
            if len(data) > min(LARGEST_PART, left):
                raise refuse("解开以后太大")
            left -= len(data)
            if name.endswith((".xml", ".rels")) or _XML.match(data):
                if b"\0" in data or any(word in data for word in _DECLARES):
                    raise refuse("有不该有的声明")
                _look_at_part(data, refuse)


def _look_at_part(data: bytes, refuse: Callable[[str], PersonCanFix]) -> None:
    cells = merged = 0
    root = ET.fromstring(data)  # noqa: S314 - without declarations nothing expands
    for element in root.iter():
        kind = element.tag.rpartition("}")[2]
        if kind not in _REFERS:
            continue
        cells += kind == "c"
        for rows, columns, last_row, last_column in _reach(element):
            if last_row > MOST_ROWS or last_column > MOST_COLUMNS:
                raise refuse(f"超过 {MOST_ROWS} 行或 {MOST_COLUMNS} 列")
            merged += rows * columns if kind != "c" else 0
    if cells > MOST_CELLS or merged > MOST_MERGED:
        raise refuse("格子太多")


def _reach(element: ET.Element) -> Iterator[tuple[int, int, int, int]]:
    """Give a reference's rows, columns, last row and last column: C7, or A1:C7."""
    reference = element.get("ref") or element.get("r") or ""
    if _REF.fullmatch(reference):
        bounds = range_boundaries(reference)
        left, top, right, bottom = (int(bound or 0) for bound in bounds)
        yield abs(bottom - top) + 1, abs(right - left) + 1, max(top, bottom), max(left, right)


def _held(sheet: Worksheet) -> Iterator[Cell]:
    for row in sheet.iter_rows():
        for cell in row:
            if not isinstance(cell, MergedCell) and _value(cell) is not None:
                yield cell


def _grid(sheet: Worksheet) -> Grid:
    cells = {(cell.row, cell.column): _value(cell) for cell in _held(sheet)}
    merges = tuple(
        Merge(one.min_row, one.min_col, one.max_row, one.max_col)
        for one in sheet.merged_cells.ranges
    )
    return Grid(dict(cells), merges, title=sheet.title)


def _value(cell: Cell) -> Value | Formula:
    value: Any = cell.value
    if cell.data_type == "f":
        return Formula()
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, datetime):
        return value.date()
    if value is None or (isinstance(value, date | int | float) and not isinstance(value, bool)):
        return value
    return str(value)
