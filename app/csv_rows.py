"""The rows of a .csv file, as systems and Excel write them: in UTF-8 or in GB 18030."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.errors import PersonCanFix
from domain.sheet import CellValue, SheetRow

LARGEST_FILE = 500 * 1024**2
MOST_ROWS = 200_000
MOST_COLUMNS = 256
LONGEST_TEXT = 32_767
NOT_TEXT = "“{file}”不是文字表格，或编码看不懂。请另存为“.xlsx”再导入。"
TOO_LARGE = "“{file}”太大（{why}），没有导入。"
_ENCODINGS = ("utf-8-sig", "gb18030")
_AS_TEXT = re.compile(r'="(.*)"')  # how systems keep Excel from making a number of it


@dataclass(frozen=True, slots=True)
class CsvSheet:
    """A file whose rows can be read, again and again."""

    path: Path
    encoding: str
    delimiter: str
    length: int

    def rows(self) -> Iterator[SheetRow]:
        """Give the rows that hold something."""
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                for number, row in enumerate(csv.reader(file, delimiter=self.delimiter), 1):
                    if number > MOST_ROWS:
                        raise self._refusal(f"超过 {MOST_ROWS} 行，请分几个文件")
                    if len(row) > MOST_COLUMNS:
                        raise self._refusal(f"超过 {MOST_COLUMNS} 列")
                    cells = {place: value for place, value in _cells(row) if value is not None}
                    if cells:
                        yield SheetRow(number, cells)
        except (csv.Error, UnicodeDecodeError):
            raise PersonCanFix(NOT_TEXT.format(file=self.path.name)) from None

    def _refusal(self, why: str) -> PersonCanFix:
        return PersonCanFix(TOO_LARGE.format(file=self.path.name, why=why))


def open_csv(path: Path) -> CsvSheet:
    """Find out how a file is written; `PersonCanFix` when it is no text."""
    if not path.is_file():
        raise PersonCanFix(f"没有“{path.name}”这个文件。")
    if path.stat().st_size > LARGEST_FILE:
        raise PersonCanFix(TOO_LARGE.format(file=path.name, why="超过 500 MB"))
    csv.field_size_limit(LONGEST_TEXT)
    for encoding in _ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as file:
                head = file.readline()
                length = 1 + sum(1 for _ in file)
        except UnicodeDecodeError:
            continue
        if "\0" not in head:
            delimiter = max(",\t;", key=head.count)
            return CsvSheet(path, encoding, delimiter, length)
    raise PersonCanFix(NOT_TEXT.format(file=path.name))


def _cells(row: list[str]) -> Iterator[tuple[int, CellValue]]:
    for place, written in enumerate(row, 1):
        kept = _AS_TEXT.fullmatch(written.strip())
        value = kept[1] if kept is not None else written
        yield place, value if value.strip() else None
