"""Sheets that are written: how they look, and that nothing in them computes."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from app.excel_sheets import LONGEST_TEXT, Book
from domain.errors import PersonCanFix
from domain.sheet import Column, Look, Sheet, Written

NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
COLUMNS = (
    Column("编号", 12),
    Column("概况", 40, Look.TEXT),
    Column("登记日期", 12, Look.DAY),
    Column("人数", 6, Look.NUMBER),
)
HOSTILE = (
    "=1+1",
    '=HYPERLINK("http://127.0.0.1/?"&A1,"看")',
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "#N/A",
    "<f>1+1</f>",
    "</t></is></c><c><f>1+1</f></c>",
    "{=1+1}",
    "'=1+1",
)


def sheet(rows: tuple[tuple[Written, ...], ...]) -> Sheet:
    """Return a sheet with these rows."""
    return Sheet(
        name="台账",
        title="番禺区信访事项台账",
        columns=COLUMNS,
        rows=rows,
        under_title="填报单位：区信访局",
        signature="填表人：",
        frozen=1,
    )


def written(path: Path, *rows: tuple[Written, ...]) -> Path:
    """Write a workbook of one sheet."""
    book = Book()
    assert book.write([sheet(rows)]) == len(rows)
    book.save(path)
    return path


def cells(path: Path) -> Iterator[ET.Element]:
    """Give every cell of every sheet, as it stands in the file."""
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if name.startswith("xl/worksheets/"):
                yield from ET.fromstring(packed.read(name)).iterfind(".//m:c", NAMES)  # noqa: S314


def test_no_formula_survives_into_a_sheet(tmp_path: Path) -> None:
    """The file's own XML: every such cell is a text, none has a formula, the text is unchanged."""
    file = written(tmp_path / "out.xlsx", *((text, text, None, 1) for text in HOSTILE))
    found = list(cells(file))
    texts = [cell for cell in found if cell.get("t") == "inlineStr"]
    assert [cell for cell in found if cell.find("m:f", NAMES) is not None] == []
    assert {cell.get("t") for cell in found if cell.find("m:v", NAMES) is not None} == {"n"}
    shown = ["".join(cell.itertext()) for cell in texts]
    assert [text for text in HOSTILE if text.replace("\r", "\n") not in shown] == []


def test_what_begins_like_a_formula_keeps_its_quote(tmp_path: Path) -> None:
    """A program that lets somebody edit the cell does not compute it either."""
    file = written(tmp_path / "out.xlsx", *((text, "话", None, 1) for text in HOSTILE))
    book = openpyxl.load_workbook(file)
    quoted = {cell.value for cell in book.worksheets[0]["A"] if cell.quotePrefix}
    begins = {text for text in HOSTILE if text.strip()[0] in "=+-@＝"}
    assert quoted == {text.replace("\r", "\n") for text in begins}  # XML knows one line end


def test_a_workbook_has_no_parts_that_act(tmp_path: Path) -> None:
    """No macro, link, comment, connection or picture."""
    file = written(tmp_path / "out.xlsx", ("=1", "http://example.org", None, 1))
    with zipfile.ZipFile(file) as packed:
        names = set(packed.namelist())
        whole = b"".join(packed.read(name) for name in names)
    assert not any(word in name for name in names for word in ("vba", "comment", "link", "connect"))
    assert b"hyperlink" not in whole.lower()
    assert b"TargetMode" not in whole


def test_a_sheet_looks_as_offices_pass_them_round(tmp_path: Path) -> None:
    """Title and head, panes that stay, one page wide on A4 across, heads on each page."""
    file = written(tmp_path / "out.xlsx", ("2026-1", "话", date(2026, 3, 4), 5))
    page = openpyxl.load_workbook(file).worksheets[0]
    assert [str(one) for one in sorted(page.merged_cells.ranges, key=str)] == [
        "A1:D1",
        "A2:D2",
        "A6:D6",
    ]
    assert (page["A1"].value, page["A3"].value, page["A6"].value) == (
        "番禺区信访事项台账",
        "编号",
        "填表人：",
    )
    assert (page["C4"].number_format, page["C4"].is_date) == ("yyyy-mm-dd", True)
    assert (page.freeze_panes, page.print_title_rows) == ("B4", "$1:$3")
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
    setup = page.sheet_properties.pageSetUpPr
    assert setup is not None
    assert setup.fitToPage
    assert page.column_dimensions["B"].width == 40
    assert page["B4"].alignment.wrap_text


def test_texts_that_excel_cannot_hold_are_made_to_fit(tmp_path: Path) -> None:
    """Signs that are not allowed in XML, and more than a cell holds; the file opens."""
    file = written(tmp_path / "out.xlsx", ("a\x00b\x0bc", "长" * 40_000, None, None))
    page = openpyxl.load_workbook(file).worksheets[0]
    assert (page["A4"].value, len(str(page["B4"].value))) == ("abc", LONGEST_TEXT)


def test_a_file_with_names_is_for_its_owner(tmp_path: Path) -> None:
    """On a shared machine nobody else opens it."""
    file = written(tmp_path / "out.xlsx", ("2026-1", "话", None, 1))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that is not there is answered with a sentence."""
    book = Book()
    book.write([sheet(())])
    with pytest.raises(PersonCanFix, match="写不进去"):
        book.save(tmp_path / "nowhere" / "out.xlsx")
