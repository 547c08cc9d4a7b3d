"""Whole sheets as a new file, for commands that write one beside what they print.

Refuses: writing over a file that is there.
"""

from __future__ import annotations

from pathlib import Path

from app.excel_sheets import Book
from domain.errors import PersonCanFix
from domain.sheet import Sheet

NOT_XLSX = "文件名要以 .xlsx 结尾。"
IS_THERE = "“{file}”已经有了，请换个名字或先删掉。"


def require_new(file: Path) -> None:
    """Refuse a file that is there, or that Excel would not open, before any work is done."""
    if file.suffix.lower() != ".xlsx":
        raise PersonCanFix(NOT_XLSX)
    if file.exists():
        raise PersonCanFix(IS_THERE.format(file=file))


def write_sheets(file: Path, *sheets: Sheet) -> None:
    """Write sheets into a new file; `PersonCanFix` when it cannot be written."""
    require_new(file)
    with Book() as book:
        book.write(sheets)
        book.save(file)
