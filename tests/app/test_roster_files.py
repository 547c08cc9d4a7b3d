"""The duty sheet in Excel: what offices really keep goes in whole or not at all, and out again."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.worksheet.worksheet import Worksheet

from app import roster_files
from app.__main__ import main
from app.excel import read_grid
from domain.duty import Post, Role, Shift
from domain.errors import PersonCanFix
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING, VARIABLE
from tests.office_people import office_of_panyu

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
PEOPLE = (
    ("李明", Role.TOWN_OFFICER, "大石街道"),
    ("王秀芳", Role.TOWN_OFFICER, "大石街道"),
    ("赵建军", Role.TOWN_OFFICER, "石碁镇"),
    ("周志强", Role.DISTRICT_OFFICER, None),
    ("何主任", Role.LEADER, None),
    ("邓永康", Role.LEADER, None),
    ("陈小燕", Role.GRID_WORKER, "大石街道"),
)
HEADS = ("日期", "星期", "带班领导", "区值班", "大石街道", "石碁镇")
Fill = Callable[[Worksheet], Any]


@pytest.fixture
def database(sqlite_file: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the commands a database with people in it."""
    monkeypatch.setenv("HUXIN_STORAGE__URL", sqlite_file)
    monkeypatch.setenv("HUXIN_SEALING__KEYS", VARIABLE)
    with_store(
        sqlite_file, lambda uow: [uow.people.add(name=n, role=r, town=t) for n, r, t in PEOPLE]
    )
    return sqlite_file


def with_store(url: str, work: Callable[[UnitOfWork], Any]) -> Any:
    """Do something in one unit of work, on the 22nd of November."""
    store = Store(url, keyring=KEYRING, clock=lambda: NOW)
    try:
        return store.write(work)
    finally:
        store.close()


def sheet(path: Path, *rows: tuple[Any, ...], fill: Fill | None = None) -> Path:
    """Write a file with these rows."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in rows:
        page.append(row)
    if fill is not None:
        fill(page)
    book.save(path)
    return path


def call(*words: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(main, words)


def put(url: str, path: Path) -> None:
    """Import a file on the 22nd of November."""
    grid = read_grid(path)
    with_store(url, lambda uow: roster_files.import_grid(uow, office_of_panyu(), grid))


def shifts(url: str) -> list[str]:
    """Return who sits where and when, as people read it."""
    every = datetime(2025, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    found: tuple[Shift, ...] = with_store(url, lambda uow: uow.duty.between(*every))
    zone = office_of_panyu().hours.zone
    return sorted(
        f"{one.starts_at.astimezone(zone):%m-%d %H:%M}→{one.ends_at.astimezone(zone):%m-%d %H:%M} "
        f"{one.town or one.post.label} {one.person.name}"
        for one in found
    )


def wrong(url: str, path: Path) -> list[str]:
    """Return the lines of what is wrong with a file; nothing of it is imported."""
    before = shifts(url)
    with pytest.raises(PersonCanFix) as fault:
        put(url, path)
    assert shifts(url) == before
    return fault.value.reply.splitlines()


def test_the_sheet_that_offices_keep(database: str, tmp_path: Path) -> None:
    """A title, merged heads and cells, real days and words, several names in one cell."""

    def fill(page: Worksheet) -> None:
        page.merge_cells("A1:F1")
        page.merge_cells("A2:A3")
        page.merge_cells("E2:F2")
        page.merge_cells("C4:C6")
        page["E3"], page["F3"] = "白班", "夜班 17:30-次日8:30"
        page.merge_cells("A8:F8")

    file = sheet(
        tmp_path / "d.xlsx",
        ("番禺区2026年12月值班表",),
        ("日期", "星期", "带班领导", "区值班室", "大石街道", None),
        (None, None, None, None, "白班", "夜班"),
        (datetime(2026, 12, 3), "周四", "何主任", "周志强", "李明、王秀芳", "李　明"),  # noqa: DTZ001
        ("12月4日（星期五）", "星期五", None, "周志强13800001111", "王秀芳\n李明", "—"),
        ("12.5 周六", "六", None, "周志强（组长）", "李明/王秀芳", None),
        (None, None, None, None, None, None),
        ("备注：换班请先报告。", None, None, None, None, None),
        fill=fill,
    )
    put(database, file)
    assert shifts(database) == [
        "12-03 08:30→12-03 17:30 大石街道 李明",
        "12-03 08:30→12-03 17:30 大石街道 王秀芳",
        "12-03 08:30→12-04 08:30 区值班 周志强",
        "12-03 08:30→12-04 08:30 带班领导 何主任",
        "12-03 17:30→12-04 08:30 大石街道 李明",
        "12-04 08:30→12-04 17:30 大石街道 李明",
        "12-04 08:30→12-04 17:30 大石街道 王秀芳",
        "12-04 08:30→12-05 08:30 区值班 周志强",
        "12-04 08:30→12-05 08:30 带班领导 何主任",
        "12-05 08:30→12-05 17:30 大石街道 李明",
        "12-05 08:30→12-05 17:30 大石街道 王秀芳",
        "12-05 08:30→12-06 08:30 区值班 周志强",
        "12-05 08:30→12-06 08:30 带班领导 何主任",
    ]


@pytest.mark.parametrize(
    "written",
    ["2026-12-03", "2026/12/3", "2026年12月3日", "12月3日", "12/3", "12.3 周四", "12-3(四)", 46359],
)
def test_days_are_read_as_people_write_them(database: str, tmp_path: Path, written: object) -> None:
    """Text, slashes, dots, the weekday behind, Excel's own number."""
    put(database, sheet(tmp_path / "d.xlsx", HEADS, (written, None, None, None, "李明")))
    assert shifts(database) == ["12-03 08:30→12-04 08:30 大石街道 李明"]


def test_a_day_alone_takes_its_month_from_the_title(database: str, tmp_path: Path) -> None:
    """3日 under 2027年1月; without a month in the title it is asked for."""
    rows = (HEADS, ("3日", None, None, None, "李明"))
    put(database, sheet(tmp_path / "a.xlsx", ("2027年1月值班表",), *rows))
    assert shifts(database) == ["01-03 08:30→01-04 08:30 大石街道 李明"]
    assert "A2：日期“3日”看不懂" in wrong(database, sheet(tmp_path / "b.xlsx", *rows))[1]


def test_the_sheet_of_december_may_end_in_january(database: str, tmp_path: Path) -> None:
    """1月1日 under 2026年12月 is the next year's."""
    row = ("1月1日", "星期五", None, None, "李明")
    put(database, sheet(tmp_path / "a.xlsx", ("2026年12月值班表",), HEADS, row))
    found = with_store(
        database,
        lambda uow: uow.duty.entries(NOW, datetime(2028, 1, 1, tzinfo=UTC)),
    )
    assert [one.starts_at.year for one in found] == [2027]


def test_every_fault_is_named_by_its_cell_and_nothing_goes_in(
    database: str, tmp_path: Path
) -> None:
    """All at once, in the sheet's order, each with what to write."""
    file = sheet(
        tmp_path / "d.xlsx",
        (*HEADS, "大石街办", "市桥"),
        (date(2026, 12, 3), "星期五", "何主任", "周志强", "李明明", "赵建军", "李明", None),
        ("十二月四号", None, "何主任", None, "李明"),
        (None, None, None, None, "李明"),
        (date(2026, 12, 5), None, "李明", "何主任", "陈小燕", 12.5),
        (12.1, None, None, None, "李明"),
        ("2月30日", None, None, None, "李明"),
        (date(2026, 12, 3), None, None, None, "王秀芳"),
        ("=A2+1", None, None, None, "李明"),
        (date(2026, 12, 9), None, None, None, "=E2"),
    )
    told = wrong(database, file)
    assert (
        told
        == [
            "表里有 13 处要改，什么都没有导入：",
            "G1：没有这个镇街或岗位“大石街办”，最像的是“大石街道”",
            "B2：12月3日（2026 年）是星期四，与表里不符",
            "E2：没有这个人“李明明”，最像的是“李明”",
            "A3：日期“十二月四号”看不懂，请写成 2026-12-03 或 12月3日",
            "A4：这一行没有日期",
            "C5：“李明”是大石街道值班员 李明，不能排带班领导",
            "E5：“陈小燕”是大石街道网格员 陈小燕，不能排大石街道值班",
            "F5：“12.5”不是名字",
            "A6：“12.1”是数字，分不清 12月1日和 12月10日，请写成 12月1日这样的文字",
            "A7：没有 2月30日 这一天",
            "E8：12月3日的大石街道值班在 E2 写过了",
            "A9：是公式，请复制后用“选择性粘贴”只留数值",
            "E10：是公式，请改成名字",
        ]
        or told[0] == f"表里有 {len(told) - 1} 处要改，什么都没有导入："
    )


def test_two_of_one_name_are_told_apart_by_number(database: str, tmp_path: Path) -> None:
    """Two 李明 in one town: the sheet says which; one in another town is not meant."""
    added = with_store(
        database,
        lambda uow: [
            uow.people.add(name="李明", role=Role.TOWN_OFFICER, town=town).id
            for town in ("大石街道", "石碁镇")
        ],
    )
    told = wrong(
        database,
        sheet(tmp_path / "a.xlsx", HEADS, ("12月3日", None, None, None, "李明", "李明")),
    )
    assert told[1:] == [f"E2：有 2 个“李明”，请写 李明#1 或 李明#{added[0]}"]
    put(
        database,
        sheet(
            tmp_path / "b.xlsx",
            HEADS,
            ("12月3日", None, None, None, f"李明#{added[0]}", "李明"),
        ),
    )
    found = with_store(
        database, lambda uow: uow.duty.entries(NOW, datetime(2027, 1, 1, tzinfo=UTC))
    )
    assert sorted(one.person.id for one in found) == added
    out = tmp_path / "c.xlsx"
    assert call(*export(out, "2026-12-03", "2026-12-03")).exit_code == 0
    assert "不变 2 班" in call("roster", "import", str(out)).output


def test_the_same_month_again_replaces_it_and_says_what_changed(
    database: str, tmp_path: Path
) -> None:
    """Other days, other chairs and what lies over the plan stay as they are."""
    rows = [(f"12月{day}日", None, "何主任", "周志强", "李明") for day in range(1, 6)]
    put(database, sheet(tmp_path / "a.xlsx", HEADS, *rows, ("11月30日", None, None, None, "李明")))
    before = shifts(database)
    rows[2] = ("12月3日", None, "何主任", "周志强", "王秀芳")
    file = sheet(tmp_path / "b.xlsx", HEADS[:5], *rows)
    tried = call("roster", "import", str(file), "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert "试一试，没有改" in tried.output
    assert shifts(database) == before
    done = call("roster", "import", str(file))
    assert "新增 1 班，取消 1 班，不变 14 班" in done.output
    assert "12月3日 大石街道值班 08:30-08:30：李明 → 王秀芳" in done.output
    after = [line.replace("王秀芳", "李明") for line in shifts(database)]
    assert after == before
    assert "新增 0 班，取消 0 班，不变 15 班" in call("roster", "import", str(file)).output


def export(file: Path, first: str, last: str) -> tuple[str, ...]:
    """Return the words of an export."""
    return ("roster", "export", "--from", first, "--to", last, str(file))


def test_what_goes_out_comes_back_unchanged(database: str, tmp_path: Path) -> None:
    """Days, nights, odd hours, several names, a shift of two days, what lies over the plan."""
    rows = [(f"12月{day}日", "何主任", "李明、王秀芳", "王秀芳", "周志强") for day in range(1, 32)]
    heads = ("日期", "带班领导", "大石街道白班", "大石街道 17:30-8:30", "区值班 9:15-21:45")
    put(database, sheet(tmp_path / "a.xlsx", heads, *rows))
    add = ("roster", "add", "--post", "town_duty", "--town", "石碁", "--person", "赵建军")
    assert call(*add, "--from", "2026-12-05 10:00", "--to", "2026-12-08 09:00").exit_code == 0
    over = ("--instead", "李明", "--from", "2026-12-09 08:30", "--to", "2026-12-09 17:30")
    words = ("roster", "override", "--post", "town_duty", "--town", "大石", "--person", "王秀芳")
    assert call(*words, *over).exit_code == 0
    before = shifts(database)
    out = tmp_path / "out.xlsx"
    written = call(*export(out, "2026-12-01", "2026-12-31"))
    assert written.exit_code == 0, written.output
    again = call("roster", "import", str(out))
    assert "新增 0 班，取消 0 班" in again.output, again.output
    assert shifts(database) == before
    assert "改由 王秀芳" in str(read_grid(out).cells.values())
    # a file that is there already is left alone
    assert call(*export(out, "2026-12-01", "2026-12-31")).exit_code == 1


def test_the_machines_own_zone_changes_no_shift(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that believes it stands in New York reads and writes the same sheet."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        row = (datetime(2026, 12, 3), "周四", None, None, "李明")  # noqa: DTZ001
        put(database, sheet(tmp_path / "a.xlsx", HEADS, row, ("12月4日", "周五", "何主任")))
        assert shifts(database) == [
            "12-03 08:30→12-04 08:30 大石街道 李明",
            "12-04 08:30→12-05 08:30 带班领导 何主任",
        ]
        out = tmp_path / "out.xlsx"
        assert call(*export(out, "2026-12-03", "2026-12-04")).exit_code == 0
        assert read_grid(out).at(3, 1) == date(2026, 12, 3)
        assert "新增 0 班，取消 0 班，不变 2 班" in call("roster", "import", str(out)).output
    finally:
        monkeypatch.undo()
        time.tzset()


def test_an_empty_month_is_the_template(database: str, tmp_path: Path) -> None:
    """Every town has its column, every day its row; it reads back as nothing."""
    out = tmp_path / "empty.xlsx"
    assert call(*export(out, "2027-02-01", "2027-02-28")).exit_code == 0
    grid = read_grid(out)
    assert grid.text(2, 4) == "带班领导"
    assert {grid.text(2, column) for column in range(1, grid.columns + 1)} > set(
        office_of_panyu().town_names
    )
    assert grid.at(30, 1) == date(2027, 2, 28)
    done = call("roster", "import", str(out))
    assert "新增 0 班，取消 0 班，不变 0 班" in done.output, done.output


def test_a_name_that_looks_like_a_formula_is_written_as_words(
    database: str, tmp_path: Path
) -> None:
    """People choose what they are called; their names are no formulas in anybody's Excel."""
    person = with_store(
        database, lambda uow: uow.people.add(name="=1+1", role=Role.LEADER, town=None)
    )
    with_store(
        database,
        lambda uow: uow.duty.add(
            person,
            Post.LEADER_DUTY,
            town=None,
            starts_at=datetime(2026, 12, 1, 0, 30, tzinfo=UTC),
            ends_at=datetime(2026, 12, 2, 0, 30, tzinfo=UTC),
        ),
    )
    out = tmp_path / "out.xlsx"
    assert call(*export(out, "2026-12-01", "2026-12-01")).exit_code == 0
    assert read_grid(out).at(3, 4) == "=1+1"


def zipped(path: Path, **parts: bytes) -> Path:
    """Write a zip with these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return path


CELLS = b'<worksheet><sheetData><row r="1"><c r="%s"/></row></sheetData>%s</worksheet>'


@pytest.mark.parametrize(
    "parts",
    [
        {"xl__c": CELLS % (b"A1", b'<mergeCell ref="A1:GR2000"/>' * 2)},
        {"xl__media__a": b"." * 20_000_000},
        {f"part{number}": b"" for number in range(400)},
        {"xl__workbook_xml": b'<!DOCTYPE a [<!ENTITY b "cccc">]><a>&b;</a>'},
        {"xl__other": '<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16")},
        {"xl__vbaProject.bin": b"x"},
        {"xl__worksheets__sheet1_xml": CELLS % (b"XFD1048576", b"")},
        {
            "xl__hidden": CELLS
            % (b"A1", b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')
        },
        {"xl__a_xml": CELLS % (b"A1", b'<hyperlinks><hyperlink ref="A1:XFD9999"/></hyperlinks>')},
        {"xl__b_xml": b"<sheetData>" + b'<c r="A1"/>' * 100_001 + b"</sheetData>"},
    ],
    ids=["blocks", "bomb", "parts", "entities", "utf16", "macro", "far", "merge", "link", "cells"],
)
def test_a_file_that_would_fill_the_memory_is_refused(
    tmp_path: Path, parts: dict[str, bytes]
) -> None:
    """Before anything is built of it, with a sentence that says what to do."""
    with pytest.raises(PersonCanFix, match="太大或格式不寻常"):
        read_grid(zipped(tmp_path / "a.xlsx", **parts))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", "日期,星期".encode()])
def test_what_is_no_xlsx_is_refused(tmp_path: Path, data: bytes) -> None:
    """An old .xls, a CSV with another name, half a file: say so, no traceback."""
    file = tmp_path / "a.xlsx"
    file.write_bytes(data)
    with pytest.raises(PersonCanFix, match=r"不是 \.xlsx"):
        read_grid(file)
    with pytest.raises(PersonCanFix, match="没有"):
        read_grid(tmp_path / "nowhere.xlsx")
    empty = zipped(tmp_path / "b.xlsx", a=b"b")
    with pytest.raises(PersonCanFix, match=r"不是 \.xlsx"):
        read_grid(empty)


def test_several_sheets_are_asked_about(database: str, tmp_path: Path) -> None:
    """Nobody guesses which of two filled sheets is meant; an empty one does not count."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(HEADS)
    book.create_sheet("空")
    book.save(tmp_path / "a.xlsx")
    assert read_grid(tmp_path / "a.xlsx").text(1, 1) == "日期"
    book.worksheets[1].append(("别的",))
    book.save(tmp_path / "b.xlsx")
    with pytest.raises(PersonCanFix, match="请只留一张"):
        read_grid(tmp_path / "b.xlsx")


def test_sheets_without_head_or_day_are_refused(database: str, tmp_path: Path) -> None:
    """Nothing is guessed, nothing is taken off the plan."""
    assert "没有找到写着“日期”的表头" in wrong(database, sheet(tmp_path / "a.xlsx", ("你好",)))[0]
    assert "一个日期也没有" in wrong(database, sheet(tmp_path / "b.xlsx", HEADS))[0]


def test_patterns_repeat(database: str) -> None:
    """Working days follow the holidays; people take turns; again with others replaces."""
    words = ("roster", "repeat", "--post", "town_duty", "--town", "大石")
    days = ("--from", "2026-09-28", "--to", "2026-10-11")
    two = ("--person", "李明", "--person", "王秀芳")
    done = call(*words, *two, *days, "--days", "working_days", "--hours", "白班")
    assert done.exit_code == 0, done.output
    names = [line.split()[0] + line.split()[-1] for line in shifts(database)]
    # the first week of October is off; Saturday the 10th makes up for it
    assert names == [
        "09-28李明",
        "09-29王秀芳",
        "09-30李明",
        "10-08王秀芳",
        "10-09李明",
        "10-10王秀芳",
    ]
    done = call(*words, "--person", "王秀芳", *days, "--days", "working_days", "--hours", "白班")
    assert "新增 3 班，取消 3 班，不变 3 班" in done.output
    # other hours on the same days are another shift and stay
    call(*words, "--person", "李明", *days, "--hours", "夜班")
    assert sum("王秀芳" in line for line in shifts(database)) == 6
    assert sum("17:30→" in line and "李明" in line for line in shifts(database)) == 14
    refused = call(*words, "--person", "赵建军", *days)
    assert refused.exit_code == 1
    assert "不能排大石街道值班" in refused.output


def test_gaps_are_listed(database: str) -> None:
    """What is empty, and who never planned; nothing when all is filled."""
    zone = office_of_panyu().hours.zone
    today = datetime.now(zone).date().isoformat()
    words = ("roster", "add", "--post", "leader_duty", "--person", "何主任")
    assert call(*words, "--from", today, "--to", "2099-01-01").exit_code == 0
    shown = call("roster", "show", "--gaps").output
    assert "没有排过班：区值班、" in shown
    assert "没有空班" in shown


def test_swap_by_command(database: str, tmp_path: Path) -> None:
    """Both shifts change, the plan's rows stay; a day without a shift is named."""
    rows = (("2098-12-03", None, None, None, "李明"), ("2098-12-05", None, None, None, "王秀芳"))
    file = sheet(tmp_path / "a.xlsx", HEADS, *rows)
    put(database, file)
    words = ("roster", "swap", "--post", "town_duty", "--town", "大石")
    done = call(*words, "李明", "2098-12-03", "王秀芳", "2098-12-05")
    assert done.exit_code == 0, done.output
    every = datetime(2098, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    found = with_store(database, lambda uow: uow.duty.between(*every))
    assert [one.person.name for one in found] == ["王秀芳", "李明"]
    assert "没有班" in call(*words, "李明", "2098-12-07", "王秀芳", "2098-12-05").output
    assert "不变 2 班" in call("roster", "import", str(file)).output
    history = call("roster", "show", "--history").output
    assert "12-03 08:30 到 12-04 08:30　大石街道值班　王秀芳　换班　替 李明" in history
    # what a later sheet takes off is told as well; what stays is not
    sheet(file, HEADS, ("2098-12-03", None, None, None, "李明"), ("2098-12-05", "", "", ""))
    assert "取消 1 班" in call("roster", "import", str(file)).output
    lines = call("roster", "show", "--history").output.splitlines()
    assert len(lines) == 3
    assert sum("取消" in line for line in lines) == 1
