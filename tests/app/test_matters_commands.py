"""``huxin matters …`` as clerks call it: sheets into the ledger, and out of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from app import matters_import
from app.__main__ import main
from domain.access import Asker
from domain.duty import Role
from petitions import workbook
from petitions.ledger import Ledger
from petitions.matter_rows import Line
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING, VARIABLE
from tests.petitions.made_up_sheet import HEADS, write_year
from tests.petitions.made_up_year import MatterTruth, make_year
from tests.petitions.raw_sheet import Cell, write_xlsx

PEOPLE = (
    ("王芳", Role.CLERK, None),
    ("李明", Role.TOWN_OFFICER, "大石街道"),
    ("周志强", Role.DISTRICT_OFFICER, None),
    ("何主任", Role.LEADER, None),
    ("赵建军", Role.TOWN_OFFICER, "石碁镇"),
)
CLERK, TOWN, DISTRICT, LEADER, OTHER_TOWN = (str(number) for number in range(1, 6))
ROW: Mapping[str, Cell] = {
    "编号": "2026-0042",
    "登记日期": "2026-11-02",
    "信访形式": "来访",
    "信访目的": "申诉求决（三十一条六项）",
    "姓名": "何秀珍、陈伟",
    "联系电话": "13800001234、13900005678",
    "证件号码": "440113196807303171",
    "问题属地": "大石街道",
    "概况": "反映植村一处挡土墙开裂。",
    "责任单位": "大石街道办事处",
    "被反映单位": None,
    "受理日期": None,
}


@pytest.fixture
def store(sqlite_file: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Give the commands a database with people in it."""
    monkeypatch.setenv("HUXIN_STORAGE__URL", sqlite_file)
    monkeypatch.setenv("HUXIN_SEALING__KEYS", VARIABLE)
    opened = Store(sqlite_file, keyring=KEYRING)
    for name, role, town in PEOPLE:
        opened.write(lambda uow, n=name, r=role, t=town: uow.people.add(name=n, role=r, town=t))  # type: ignore[misc]
    yield opened
    opened.close()


def call(*words: str, by: str = CLERK) -> Result:
    """Call huxin matters on somebody's behalf."""
    return CliRunner().invoke(main, ["matters", *words, "--as", by])


def sheet(path: Path, *rows: Mapping[str, Cell]) -> str:
    """Write a sheet and return its path."""
    heads = list(dict.fromkeys(head for row in rows for head in row))
    cells: list[Sequence[Cell]] = [["台账"], heads]
    write_xlsx(path, [*cells, *([row.get(head) for head in heads] for row in rows)])
    return str(path)


def many(count: int) -> list[dict[str, Cell]]:
    """Return rows of as many matters."""
    return [{**ROW, "编号": f"2026-{number:04d}"} for number in range(count)]


def numbers(store: Store) -> list[str]:
    """Return the numbers in the ledger."""
    return query(store, "SELECT number FROM matters ORDER BY number")


def query(store: Store, sql: str) -> list[Any]:
    """Return what plain SQL says: values, or tuples of them."""
    rows = store.read(lambda uow: uow.connection.exec_driver_sql(sql).all())
    return [row[0] if len(row) == 1 else tuple(row) for row in rows]


def whole(store: Store) -> list[str]:
    """Return everything that the database holds."""

    def dump(uow: UnitOfWork) -> list[str]:
        sqlite: Any = uow.connection.connection.driver_connection
        return list(sqlite.iterdump())

    return store.read(dump)


def grid(path: Path, sheet_name: str | None = None) -> list[tuple[Any, ...]]:
    """Return the rows under the head of a workbook that was written."""
    book = openpyxl.load_workbook(path)
    page = book[sheet_name] if sheet_name else book.worksheets[0]
    return list(page.iter_rows(min_row=4, values_only=True))


def test_a_dry_run_says_all_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    """Not a row of any table; the same figures as the import after it."""
    file = sheet(tmp_path / "in.xlsx", *many(3), {**ROW, "编号": "2026-9", "登记日期": "待定"})
    call("import", file, "--dry-run")  # the first command of all writes which keys there are
    before = whole(store)
    dry = call("import", file, "--dry-run", "--json")
    assert whole(store) == before
    told = json.loads(dry.stdout)
    assert (told["wrote"], told["new"], told["refused"], dry.exit_code) == (False, 3, 1, 1)
    real = json.loads(call("import", file, "--json").stdout)
    assert {**real, "wrote": 0, "dry_run": 0} == {**told, "wrote": 0, "dry_run": 0}
    assert len(numbers(store)) == 3


def test_the_result_names_each_refused_row_cell_and_reason(store: Store, tmp_path: Path) -> None:
    """In a workbook beside the sheet; what people's cells hold is not repeated."""
    rows = [
        ROW,
        {**ROW, "编号": "2026-0043", "登记日期": "2026年2月30日"},
        {**ROW, "编号": "2026-0044", "联系电话": "=打不通"},
    ]
    result = call("import", sheet(tmp_path / "in.xlsx", *rows))
    assert result.exit_code == 1
    assert (
        "共 3 行：新增 2，更新 0，没有变化 0，没有导入 1；另有 1 行已导入，请核对" in result.output
    )
    assert "没有“2026年2月30日”这一天" in result.output
    assert grid(tmp_path / "in-导入结果.xlsx") == [
        (4, "2026-0043", "B4", "登记日期", "2026年2月30日", "没有导入",
         "没有“2026年2月30日”这一天，请核对"),
        (5, "2026-0044", "F5", "联系电话", None, "新增，请核对", "不像电话号码，照原样记，请核对"),
    ]  # fmt: skip
    counts = dict(row[:2] for row in grid(tmp_path / "in-导入结果.xlsx", "合计"))
    assert (counts["没有导入"], counts["新增"], counts["第 1 列“编号”"]) == (1, 2, "读作 number")


def test_all_or_nothing_means_it(store: Store, tmp_path: Path) -> None:
    """One refused row anywhere, and not one is imported; without it all are."""
    good = many(workbook.BATCH + 5)
    file = sheet(tmp_path / "in.xlsx", *good, {**ROW, "编号": None})
    result = call("import", file, "--all-or-nothing")
    assert (result.exit_code, "什么都没有导入" in result.output) == (1, True)
    assert numbers(store) == []
    assert query(store, "SELECT count(*) FROM access_log WHERE what = 'import'") == [0]
    assert call("import", sheet(tmp_path / "in.xlsx", *good), "--all-or-nothing").exit_code == 0
    assert len(numbers(store)) == len(good)


def test_an_import_that_is_killed_is_simply_run_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole batches are there; the same command finishes, and no step is there twice."""
    file = sheet(tmp_path / "in.xlsx", *many(5))
    monkeypatch.setattr(matters_import, "BATCH", 2)
    batches = 0

    def put(
        uow: UnitOfWork, ledger: Ledger, asker: Asker, lines: Sequence[Line]
    ) -> tuple[workbook.Result, ...]:
        nonlocal batches
        batches += 1
        done = workbook.put(uow, ledger, asker, lines)
        if batches == 2:
            raise RuntimeError("killed while the second batch is written")
        return done

    monkeypatch.setattr(matters_import, "put", put)
    assert isinstance(call("import", file).exception, RuntimeError)
    assert numbers(store) == ["2026-0000", "2026-0001"]
    told = json.loads(call("import", file, "--json").stdout)
    assert (told["unchanged"], told["new"]) == (2, 3)
    assert query(store, "SELECT count(*), count(DISTINCT matter_id) FROM matter_steps") == [(5, 5)]


@pytest.mark.parametrize("by", [TOWN, DISTRICT, LEADER, "99"])
def test_nobody_but_a_clerk_imports(store: Store, tmp_path: Path, by: str) -> None:
    """Not a town's officer, the district's, a leader, or a number that nobody has."""
    result = call("import", sheet(tmp_path / "in.xlsx", ROW), by=by)
    assert result.exit_code == 1
    assert numbers(store) == []
    assert not (tmp_path / "in-导入结果.xlsx").exists()


def test_a_csv_file_comes_in_as_well(store: Store, tmp_path: Path) -> None:
    """As systems export it, in GB 18030."""
    file = tmp_path / "in.csv"
    lines = [",".join(ROW), ",".join(str(value or "") for value in ROW.values())]
    file.write_text("\r\n".join(lines), "gb18030")
    assert call("import", str(file)).exit_code == 0
    assert numbers(store) == ["2026-0042"]


def exported(tmp_path: Path, command: str, *words: str, by: str = CLERK) -> list[dict[str, Any]]:
    """Call an export and return its rows by their heads."""
    file = tmp_path / f"{command}-{by}{len(words)}.xlsx"
    result = call(command, str(file), *words, by=by)
    assert result.exit_code == 0, result.output
    rows = list(openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True))
    heads = [str(head) for head in rows[2]]
    return [dict(zip(heads, row, strict=True)) for row in rows[3:] if isinstance(row[0], int)]


SPAN = ("--from", "2026-01-01", "--to", "2026-12-31")


def test_phones_are_masked_unless_they_are_asked_for(store: Store, tmp_path: Path) -> None:
    """An ID number is never whole; each export is in the log, with phones as what it is."""
    call("import", sheet(tmp_path / "in.xlsx", ROW))
    (masked,) = exported(tmp_path, "export", *SPAN)
    (whole,) = exported(tmp_path, "export", *SPAN, "--phones")
    assert masked["联系电话"] == "138****1234、139****5678"
    assert whole["联系电话"] == "13800001234、13900005678"
    assert masked["证件号码"] == whole["证件号码"] == "****3171、无"
    looks = store.read(lambda uow: uow.audit.looks())
    assert looks[-2:] == (
        (1, "export", "2026-01-01 – 2026-12-31（1 件）"),
        (1, "export with phones", "2026-01-01 – 2026-12-31（1 件）"),
    )


def test_each_sees_in_an_export_what_is_theirs(store: Store, tmp_path: Path) -> None:
    """A town its own; nobody what complains about them; the district's officer no ledger."""
    rows = [
        {**ROW, "编号": "1"},
        {**ROW, "编号": "2", "被反映单位": "大石街道城管办"},
        {**ROW, "编号": "3", "信访目的": "检举控告", "被反映单位": "区水务局"},
        {**ROW, "编号": "4", "问题属地": "石碁镇"},
    ]
    call("import", sheet(tmp_path / "in.xlsx", *rows))
    seen = {
        by: [row["信访件编号"] for row in exported(tmp_path, "export", *SPAN, by=by)]
        for by in (CLERK, LEADER, TOWN, OTHER_TOWN)
    }
    assert seen == {CLERK: ["1", "2", "3", "4"], LEADER: ["1", "2", "3", "4"],
                    TOWN: ["1"], OTHER_TOWN: ["4"]}  # fmt: skip
    refused = call("export", str(tmp_path / "no.xlsx"), *SPAN, by=DISTRICT)
    assert (refused.exit_code, "台账不在您的职责范围" in refused.output) == (1, True)
    assert not (tmp_path / "no.xlsx").exists()


def test_an_interest_bars_from_an_export(store: Store, tmp_path: Path) -> None:
    """Who declared one does not find the matter in their sheet."""
    call("import", sheet(tmp_path / "in.xlsx", *many(2)))
    store.write(
        lambda uow: uow.interests.declare(1, "number:2026-0001", "2026-0001", declared_by=1)
    )
    (row,) = exported(tmp_path, "export", *SPAN)
    assert row["信访件编号"] == "2026-0000"


def test_an_export_may_be_filled_in_and_read_again(store: Store, tmp_path: Path) -> None:
    """Its stars say nothing, so nothing is lost; what was filled in is new."""
    call("import", sheet(tmp_path / "in.xlsx", ROW))
    exported(tmp_path, "export", *SPAN)
    file = tmp_path / f"export-{CLERK}4.xlsx"
    told = json.loads(call("import", str(file), "--json").stdout)
    assert (told["unchanged"], told["noted"], told["refused"]) == (1, 0, 0)
    book = openpyxl.load_workbook(file)
    page = book.worksheets[0]
    heads = [cell.value for cell in page[3]]
    page.cell(4, heads.index("受理日期") + 1).value = date(2026, 11, 9)
    book.save(file)
    assert json.loads(call("import", str(file), "--json").stdout)["changed"] == 1
    assert query(store, "SELECT on_day FROM matter_steps WHERE kind = 'accepted'") == ["2026-11-09"]


def test_a_formula_that_came_in_goes_out_as_words(store: Store, tmp_path: Path) -> None:
    """Through the whole house: imported as text, exported as text."""
    hostile = {
        "概况": '=HYPERLINK("http://127.0.0.1","看")',
        "姓名": "+何秀珍",
        "责任单位": "@区水务局",
    }
    call("import", sheet(tmp_path / "in.xlsx", {**ROW, **hostile}))
    file = tmp_path / "out.xlsx"
    call("export", str(file), *SPAN)
    page = openpyxl.load_workbook(file).worksheets[0]
    cells = {str(cell.value): cell for line in page for cell in line}
    for words in hostile.values():
        assert (cells[words].data_type, cells[words].quotePrefix) == ("s", True)
        assert cells[words].hyperlink is None


def test_the_days_list_says_what_came_what_was_done_and_what_is_left(
    store: Store, tmp_path: Path
) -> None:
    """Of one day: registered, done, due and late; each once, with whether it is cleared."""
    rows = [
        {**ROW, "编号": "1", "登记日期": "2026-03-10", "转送日期": None},
        {**ROW, "编号": "2", "登记日期": "2026-03-10", "转送日期": "2026-03-10"},
        {
            **ROW,
            "编号": "3",
            "登记日期": "2026-02-02",
            "转送日期": "2026-02-03",
            "受理日期": "2026-03-10",
        },
        {**ROW, "编号": "4", "登记日期": "2026-02-24", "转送日期": "2026-02-25"},
        {**ROW, "编号": "5", "登记日期": "2026-02-02", "转送日期": "2026-02-03"},
        {**ROW, "编号": "6", "登记日期": "2026-03-09", "转送日期": "2026-03-09"},
    ]
    call("import", sheet(tmp_path / "in.xlsx", *rows))
    found = exported(tmp_path, "daily", "--day", "2026-03-10")
    listed = {row["信访件编号"]: (row["类别"], row["当日办理"], row["是否日清"]) for row in found}
    assert listed == {
        "1": ("当日登记", "登记", "未清"),
        "2": ("当日登记", "登记、转送交办", "已清"),
        "3": ("当日办理", "受理", "已清"),
        "5": ("超期未办", None, "未清"),
    }


def test_the_progress_sheet_has_first_petitions_and_their_limits(
    store: Store, tmp_path: Path
) -> None:
    """With whether the notice was in time and until when an answer is due."""
    days: dict[str, Cell] = {
        "登记日期": "2026-03-02",
        "转送日期": "2026-03-03",
        "初次/重复": "初次",
    }
    first = {**ROW, **days}
    rows = [
        {**first, "编号": "1", "受理日期": "2026-03-10", "办结日期": "2026-04-10"},
        {
            **first,
            "编号": "2",
            "受理日期": "2026-04-10",
            "延期日期": "2026-05-20",
            "延期天数": 30,
            "办结日期": "2026-07-20",
        },
        {**first, "编号": "3", "初次/重复": "重复"},
    ]
    call("import", sheet(tmp_path / "in.xlsx", *rows))
    one, two = exported(tmp_path, "progress", *SPAN)
    asked = ("信访件编号", "是否及时受理", "是否按期办结", "目前进度")
    assert [one[head] for head in asked] == ["1", "是", "是", "已答复"]
    assert [two[head] for head in asked] == ["2", "否", "否", "已答复"]
    assert (one["办理期限"].date(), two["办理期限"].date()) == (date(2026, 5, 9), date(2026, 7, 9))


def truth_of(found: Any) -> MatterTruth:
    """Spell a matter of the ledger as the made-up year spells it."""
    head = found.matter.head
    return MatterTruth(
        number=head.number,
        kind=head.kind.value,
        lodging=head.lodging.value,
        tier=head.tier.value,
        registered_on=head.registered_on,
        subject=head.subject,
        words=head.words,
        place=head.place,
        town=head.town,
        unit=head.unit,
        lead=head.lead,
        about_units=list(head.about_units),
        repeated=head.repeated,
        group_size=head.group_size,
        satisfaction=None if head.satisfaction is None else head.satisfaction.value,
        petitioners=[
            {
                "name": one.name,
                "phone": one.phone,
                "id_number": one.id_number,
                "village": one.village,
                "address": one.address,
            }
            for one in found.matter.petitioners
        ],
        steps=[
            {
                "kind": step.kind.value,
                "on": step.on,
                "document": step.document,
                "unit": step.unit,
                "days": step.days,
                "until": step.until,
            }
            for step in found.matter.steps
        ],
    )


def test_a_whole_year_comes_in_as_it_was(store: Store, tmp_path: Path) -> None:
    """5,381 matters in a messy sheet, 40 rows that cannot be: all recounted by the year's truth."""
    year = make_year()
    file = tmp_path / "year.xlsx"
    wrong = write_year(year, file, spoiled=40)
    told = json.loads(call("import", str(file), "--json").stdout)
    assert (told["new"], told["refused"], told["rows"]) == (5381, 40, 5421)
    assert told["unread"] == ["序号"]
    refused = {(one["row"], one["head"]) for one in told["remarks"] if one["refuses"]}
    assert refused == {(one.row, one.head) for one in wrong}

    assert dict(query(store, "SELECT lodging, count(*) FROM matters GROUP BY 1")) == Counter(
        one["lodging"] for one in year.matters
    )
    by_month = (
        "SELECT town, substr(registered_on, 1, 7), kind, count(*) FROM matters GROUP BY 1, 2, 3"
    )
    assert {row[:3]: row[3] for row in query(store, by_month)} == Counter(
        (one["town"], f"{one['registered_on']:%Y-%m}", one["kind"]) for one in year.matters
    )
    assert dict(query(store, "SELECT kind, count(*) FROM matter_steps GROUP BY 1")) == Counter(
        step["kind"] for one in year.matters for step in one["steps"]
    )
    kept = store.read(lambda uow: uow.matter_batches.kept([one["number"] for one in year.matters]))
    for one in year.matters:
        found = truth_of(kept[one["number"]])
        assert {**found, "steps": by_day(found)} == {**one, "steps": by_day(one)}
    assert len(HEADS) == len(told["columns"]) + len(told["unread"])


def by_day(one: MatterTruth) -> list[tuple[Any, ...]]:
    """Return steps in an order that does not depend on how those of one day were written."""
    return sorted(tuple(str(value) for value in step.values()) for step in one["steps"])
