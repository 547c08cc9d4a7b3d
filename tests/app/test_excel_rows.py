"""Workbooks and .csv files of other systems, read row by row; hostile ones are refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from app import excel_parts, excel_rows
from app.csv_rows import open_csv
from app.excel_rows import open_sheet
from domain.errors import PersonCanFix
from domain.sheet import NO_RESULT, CellValue, Mistake
from tests.petitions.raw_sheet import Cell, Shown, Styled, write_xlsx
from tests.petitions.raw_sheet import Mistake as Broken

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


def read(path: Path, name: str | None = None) -> dict[int, dict[int, CellValue]]:
    """Return the cells of a file, row by row."""
    with open_sheet(path, name) as sheet:
        return {row.number: dict(row.cells) for row in sheet.rows()}


def refused(path: Path, name: str | None = None) -> str:
    """Return why a file is refused."""
    with pytest.raises(PersonCanFix) as told:
        read(path, name)
    return told.value.reply


def raw(cells: str, after: str = "") -> dict[str, str]:
    """Return a sheet's part with these cells."""
    text = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData>{after}</worksheet>'
    return {SHEET: text}


def test_cells_come_as_the_file_shows_them(tmp_path: Path) -> None:
    """Texts, numbers, days, times, errors, and what a formula showed last."""
    file = tmp_path / "cells.xlsx"
    row: list[Cell] = [
        "来访",
        5,
        13800001234.0,
        2.5,
        date(2026, 3, 4),
        datetime(2026, 3, 4, 17, 30),  # noqa: DTZ001 - a sheet has no zone
        Broken("#N/A"),
        Shown("TODAY()", 46085),
        Shown('"重"&"复"', "重复"),
        Styled(0.5),
        None,
        "  ",
        "a<b>&c",
    ]
    write_xlsx(file, [row])
    assert read(file)[1] == {
        1: "来访",
        2: 5,
        3: 13800001234,
        4: 2.5,
        5: datetime(2026, 3, 4),  # noqa: DTZ001
        6: datetime(2026, 3, 4, 17, 30),  # noqa: DTZ001
        7: Mistake("#N/A"),
        8: 46085,
        9: "重复",
        10: datetime(1899, 12, 30, 12),  # noqa: DTZ001
        12: "  ",
        13: "a<b>&c",
    }


def test_a_file_of_openpyxl_reads_alike(tmp_path: Path) -> None:
    """Its formulas were never computed: that is told, not guessed."""
    file = tmp_path / "own.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for values in (["编号", "日期"], ["2026-1", date(2026, 3, 4)], ["=1+1", "x"]):
        sheet.append(values)
    sheet["A5"].hyperlink = "https://example.org"
    book.save(file)
    cells = read(file)
    assert cells[2] == {1: "2026-1", 2: datetime(2026, 3, 4)}  # noqa: DTZ001
    assert cells[3][1] == Mistake(NO_RESULT)


def test_inline_rich_and_phonetic_texts_are_texts(tmp_path: Path) -> None:
    """A text in pieces is one; its reading aid is no part of it; a prefix changes nothing."""
    file = tmp_path / "texts.xlsx"
    write_xlsx(file, [["甲", "乙"]], shared=False)
    assert read(file)[1] == {1: "甲", 2: "乙"}
    strings = (
        f'<x:sst xmlns:x="{MAIN}"><x:si><x:r><x:t>何</x:t></x:r><x:r><x:t>秀珍</x:t></x:r>'
        "<x:rPh><x:t>he xiu zhen</x:t></x:rPh></x:si></x:sst>"
    )
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="3"><x:c r="B3" t="s"><x:v>0</x:v>'
        "</x:c><x:c><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    write_xlsx(file, [], parts={"xl/sharedStrings.xml": strings, SHEET: sheet})
    assert read(file) == {3: {2: "何秀珍", 3: 7}}


def test_days_of_the_1904_system_are_days(tmp_path: Path) -> None:
    """Workbooks that began on an old Mac count from another day."""
    file = tmp_path / "mac.xlsx"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    write_xlsx(
        file,
        [[Styled(46085 - 1462)]],
        parts={
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{relation}">'
            '<workbookPr date1904="1"/><sheets><sheet name="一" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>"
        },
    )
    assert read(file)[1][1] == datetime(2026, 3, 4)  # noqa: DTZ001


def test_merged_cells_show_their_value_everywhere(tmp_path: Path) -> None:
    """Downwards, across, and both; where a row has the value from is told."""
    file = tmp_path / "merged.xlsx"
    rows: list[list[Cell]] = [["标题"], ["甲", "乙"], [None, "丙"], ["丁", None, "戊"]]
    write_xlsx(file, rows, merges=["A1:C1", "A2:A3", "B3:C4"])
    with open_sheet(file) as sheet:
        found = {row.number: row for row in sheet.rows()}
    assert dict(found[1].cells) == {1: "标题", 2: "标题", 3: "标题"}
    assert found[1].across == {1, 2, 3}
    assert found[3].cells[1] == "甲"
    assert set(found[3].below) == {1}
    assert dict(found[4].cells) == {1: "丁", 2: "丙", 3: "丙"}
    assert set(found[4].below) == set(found[4].across) == {2, 3}


def test_the_sheet_that_is_meant(tmp_path: Path) -> None:
    """The only one with something in it; of several the one that is named; never a hidden one."""
    file = tmp_path / "sheets.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].title = "空表"
    for name, value in (("初信", "甲"), ("说明", "乙"), ("底稿", "丙")):
        book.create_sheet(name).append([value])
    book["底稿"].sheet_state = "hidden"
    book.save(file)
    assert "2 张有内容的表（初信、说明）" in refused(file)
    assert read(file, "初信") == {1: {1: "甲"}}
    assert "没有名为“底稿”的表，有：空表、初信、说明" in refused(file, "底稿")


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"xl/vbaProject.bin": "x"}, "有宏或外部链接"),
        ({"xl/externalLinks/externalLink1.xml": "<a/>"}, "有宏或外部链接"),
        ({f"xl/media/{number}.png": "" for number in range(600)}, "部件太多"),
        (
            {SHEET: '<!DOCTYPE a [<!ENTITY b "c">]><a><row><c><v>1</v></c></row></a>'},
            "有不该有的声明",
        ),
        (
            {"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'},
            "有不该有的声明",
        ),
        (raw('<row r="1"><c r="ZZ1"><v>1</v></c></row>'), "超过 256 列"),
        (raw('<row r="99999999"><c r="A1"><v>1</v></c></row>'), "行号不寻常"),
        (raw(f'<row r="1"><c t="str"><v>{"x" * 40_000}</v></c></row>'), "一个格子的字太多"),
        (raw(f'<row r="1" a="{"x" * 3_000_000}"><c><v>1</v></c></row>'), "一个格子太大"),
        (
            raw(
                '<row r="1"><c><v>1</v></c></row>',
                "<mergeCells>" + '<mergeCell ref="A1:XFD99999"/>' * 9 + "</mergeCells>",
            ),
            "合并的单元格太多",
        ),
        ({SHEET: "<worksheet>\0<v>1</v></worksheet>"}, "编码不寻常"),
        (raw('<row r="1"><c t="s"><v>77</v></c></row>'), "可能已经损坏"),
        (raw('<row r="1"><c><v>x1</v></c></row>'), "可能已经损坏"),
        ({SHEET: "<worksheet><sheetData><row><c><v>1</v></c>"}, "可能已经损坏"),
        ({"xl/workbook.xml": "<workbook/>"}, "没有内容"),
    ],
    ids=[
        "macro",
        "link",
        "parts",
        "entity in a sheet",
        "entity in the book",
        "columns",
        "rows",
        "text",
        "attribute",
        "merges",
        "nul",
        "no such text",
        "no number",
        "breaks off",
        "no sheet",
    ],
)
def test_a_hostile_or_broken_workbook_is_refused(
    tmp_path: Path, parts: dict[str, str], says: str
) -> None:
    """With a sentence, and before it fills the memory."""
    file = tmp_path / "hostile.xlsx"
    write_xlsx(file, [["甲"]], parts=parts)
    assert says in refused(file)


def test_what_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes out is counted over all parts, whatever they declare."""
    monkeypatch.setattr(excel_parts, "LARGEST_UNPACKED", 1024**2)
    file = tmp_path / "bomb.xlsx"
    write_xlsx(file, [["x" * 1000] for _ in range(1500)], shared=False)
    assert "解开以后太大" in refused(file)


def test_more_rows_than_a_province_has_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that hold something are counted; a million empty ones with a frame are not."""
    monkeypatch.setattr(excel_rows, "MOST_ROWS", 5)
    file = tmp_path / "long.xlsx"
    write_xlsx(file, [*([["甲"]] * 5), *([[None]] * 50)])
    assert len(read(file)) == 5
    write_xlsx(file, [["甲"]] * 6)
    assert "超过 5 行" in refused(file)


def not_zipped(path: Path) -> None:
    """Write something that is no workbook at all."""
    path.write_bytes(b"PK\x03\x04 not really")


def old_excel(path: Path) -> None:
    """Write how a .xls file, or one with a password, begins."""
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500)


def web_page(path: Path) -> None:
    """Write what some systems call an Excel file."""
    path.write_text("<html><table><tr><td>编号</td></tr></table></html>", "utf-8")


def cut_off(path: Path) -> None:
    """Write half a workbook."""
    write_xlsx(path, [["甲"]])
    path.write_bytes(path.read_bytes()[:-300])


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (not_zipped, "可能已经损坏"),
        (old_excel, "老的 .xls 表格，或者设了密码"),
        (web_page, "其实是网页"),
        (cut_off, "可能已经损坏"),
        (Path.mkdir, "可能已经损坏"),
        (lambda _: None, "没有“some.xlsx”这个文件"),
    ],
    ids=["not zipped", "old", "page", "cut off", "folder", "nothing"],
)
def test_what_is_no_workbook_is_told_what_to_do(
    tmp_path: Path, write: Callable[[Path], None], says: str
) -> None:
    """Saving it as .xlsx helps with nearly all of them."""
    file = tmp_path / "some.xlsx"
    write(file)
    assert says in refused(file)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t"], ids=["comma", "tab"])
def test_a_csv_file_is_read_in_either_encoding(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    """With quoted line breaks, and the trick that keeps Excel from making numbers of texts."""
    file = tmp_path / "some.csv"
    lines = [
        ["编号", "联系电话", "概况"],
        ["2026-1", '"=""13800001234"""', '"一\n二"'],
        ["", "", ""],
    ]
    file.write_text("\r\n".join(delimiter.join(line) for line in lines), encoding, newline="")
    rows = list(open_csv(file).rows())
    assert dict(rows[1].cells) == {1: "2026-1", 2: "13800001234", 3: "一\n二"}
    assert len(rows) == 2


def test_a_csv_file_that_is_none_is_told(tmp_path: Path) -> None:
    """A picture with the wrong name."""
    file = tmp_path / "some.csv"
    file.write_bytes(bytes(range(256)) * 4)
    with pytest.raises(PersonCanFix, match="不是文字表格"):
        list(open_csv(file).rows())
