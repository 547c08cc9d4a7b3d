"""`huxin indicators`: figures, lists, files, and who gets which."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from app.__main__ import main
from domain.duty import Role
from domain.petition import MatterKind, Step, StepKind
from petitions.months import Month
from storage.store import Store
from storage.tables import matter_changes, matter_steps, matters, name_slips, petitioners
from storage.unit_of_work import UnitOfWork
from tests import keys
from tests.ledger_rows import clerk_of, with_matter
from tests.office_people import DASHI, SHIQI
from tests.petitions.indicator_recount import moved, recount
from tests.petitions.made_up_sheet import write_year
from tests.petitions.made_up_year import make_year

LEDGER = (matter_changes, matter_steps, petitioners, name_slips, matters)
STEPS = (
    Step(StepKind.REGISTERED, date(2026, 2, 2)),
    Step(StepKind.FORWARDED, date(2026, 2, 4)),
    Step(StepKind.ACCEPTED, date(2026, 2, 10)),
    Step(StepKind.REPLIED, date(2026, 3, 10)),
)
LATE = (*STEPS[:2], Step(StepKind.ACCEPTED, date(2026, 3, 2)))


@dataclass
class Terminal:
    """A terminal at an office's ledger."""

    store: Store
    people: dict[str, int]

    def __call__(self, who: str | None, *words: str) -> Result:
        """Call the command as somebody."""
        asking = () if who is None else ("--as", str(self.people[who]))
        return CliRunner().invoke(main, ["indicators", *asking, "--month", "2026-02", *words])

    def lists_seen(self) -> list[tuple[int | None, str]]:
        """Return the looks at lists that were written down."""
        looks = self.store.read(lambda uow: uow.audit.looks())
        return [(person, whose) for person, what, whose in looks if what == "indicator_list"]


@pytest.fixture
def call(sqlite_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """Give a terminal; the ledger holds four matters whose acceptance is due in February."""
    monkeypatch.setenv("HUXIN_STORAGE__URL", sqlite_file)
    monkeypatch.setenv("HUXIN_WEB__COOKIE_SECRET_FILE", str(tmp_path / "cookie.key"))
    monkeypatch.setenv("HUXIN_SEALING__KEYS", keys.VARIABLE)
    store = Store(sqlite_file, keyring=keys.KEYRING)

    def fill(uow: UnitOfWork) -> dict[str, int]:
        with_matter(uow, number="2026-0042", steps=STEPS)
        with_matter(uow, number="2026-0043", steps=LATE, repeated=True)
        with_matter(uow, number="2026-0044", steps=LATE, town=SHIQI, unit='=HYPERLINK("x")')
        with_matter(
            uow, number="2026-0666", kind=MatterKind.ACCUSATION, about_units=(DASHI,), steps=STEPS
        )
        who = {"clerk": clerk_of(uow).person}
        for name, role in (("officer", Role.TOWN_OFFICER), ("auditor", Role.AUDITOR)):
            town = DASHI if role.needs_town else None
            who[name] = uow.people.add(name="某某", role=role, town=town)
        who["worker"] = uow.people.add(name="某某", role=Role.GRID_WORKER, town=DASHI)
        return {name: person.id for name, person in who.items() if person is not None}

    yield Terminal(store, store.write(fill))
    store.close()


def test_a_month_is_a_table_with_fractions_and_marks(call: Terminal) -> None:
    """A line a unit, all of them together last, what is missing for the mark."""
    said = call("clerk").output
    assert "2026年2月信访指标" in said
    (total,) = (line for line in said.splitlines() if line.startswith("合计"))
    assert total.split()[:3] == ["合计", "50.00%", "2/4"]
    assert "—" in total
    assert "及时受理率：未达 98%，差 2 件（按期 2、逾期完成 2）" in said


def test_every_matter_behind_a_figure_is_explained(call: Terminal) -> None:
    """Also by its other name; the look is in the log."""
    said = call("clerk", "--explain", "及时受理率", "--only", "重复").output
    assert "2026-02 重复 及时受理率 0/1" in said
    assert "2026-02-02登记，期限 2026-02-24（遇休息日顺延）；2026-03-02受理，逾期 6 天" in said
    assert "2026-0042" not in said
    assert "没有属于这项指标的事项" in call("clerk", "--explain", "按期办结率").output
    assert call.lists_seen() == [
        (call.people["clerk"], "2026-02 重复 及时受理率"),
        (call.people["clerk"], "2026-02 按期答复率"),
    ]


def test_a_town_officer_gets_the_own_town(call: Terminal) -> None:
    """What may not be listed is counted, and no more is said of it."""
    said = call("officer").output + call("officer", "--explain", "及时受理率").output
    assert "大石街道2026年2月" in said
    assert "2026-0042" in said
    assert "另有 1 件按规定不在名单中列出" in said
    assert "2026-0044" not in said
    assert "2026-0666" not in said


def test_who_sees_figures_alone_gets_no_list(call: Terminal, tmp_path: Path) -> None:
    """An auditor: numbers, in a workbook of one sheet; a refused list leaves no line."""
    file = tmp_path / "numbers.xlsx"
    assert call("auditor", "--xlsx", str(file)).exit_code == 0
    assert openpyxl.load_workbook(file).sheetnames == ["指标"]
    refused = call("auditor", "--explain", "及时受理率")
    assert refused.exit_code == 1
    assert "不在您的职责范围" in refused.output
    assert call.lists_seen() == []


@pytest.mark.parametrize("who", [None, "worker"])
def test_whoever_may_see_no_figures_gets_a_sentence(call: Terminal, who: str | None) -> None:
    """Nobody named, or a grid worker."""
    refused = call(who)
    assert refused.exit_code == 1
    assert "%" not in refused.output


def test_json_holds_the_exact_counts(call: Terminal) -> None:
    """An empty cohort's percent is null; a list sums to its figure."""
    given = json.loads(call("clerk", "--json").output)
    total = {(one["indicator"], one["strand"]): one for one in given["figures"] if one["total"]}
    accepted = total["accepted", "all"]
    assert (accepted["numerator"], accepted["denominator"], accepted["percent"]) == (2, 4, 50.0)
    assert accepted["standings"] == {"in_time": 2, "late": 2}
    assert (accepted["mark"], accepted["short_of_mark"]) == (98.0, 2)
    assert total["satisfied", "all"]["percent"] is None
    found = json.loads(call("clerk", "--explain", "及时受理率", "--json").output)
    assert sum(one["counts"] for one in found["matters"]) == found["numerator"] == 2
    assert len(found["matters"]) + found["withheld"] == found["denominator"] == 4


def test_no_cell_of_a_file_is_a_formula(call: Terminal, tmp_path: Path) -> None:
    """A unit whose name begins with = stays a text, in CSV and in a workbook."""
    printed = call("clerk", "--csv").stdout_bytes
    assert printed.startswith("\ufeff".encode())
    rows = list(csv.DictReader(io.StringIO(printed.decode("utf-8-sig"))))
    assert {row["分母"] for row in rows if row["责任单位"] == "合计"} >= {"4"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith("=")]
    file = tmp_path / "month.xlsx"
    assert call("clerk", "--xlsx", str(file)).exit_code == 0
    book = openpyxl.load_workbook(file)
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert '=HYPERLINK("x")' in {cell.value for cell in cells}
    assert "f" not in {cell.data_type for cell in cells}


def test_a_workbook_holds_the_figures_and_a_sheet_behind_each(
    call: Terminal, tmp_path: Path
) -> None:
    """Numerators are numbers, days are days; each sheet's look is in the log."""
    file = tmp_path / "month.xlsx"
    call("clerk", "--xlsx", str(file))
    book = openpyxl.load_workbook(file)
    assert book.sheetnames[:3] == ["指标", "及时受理率", "按期答复率"]
    total = next(
        line for line in book["指标"].iter_rows(min_row=4, values_only=True) if line[1] == "合计"
    )
    assert total[:7] == ("2026-02", "合计", "全部", "及时受理率", "50.00%", 2, 4)
    rows = list(book["及时受理率"].iter_rows(min_row=4, values_only=True))
    assert [row[0] for row in rows] == ["2026-0043", "2026-0044", "2026-0042", "2026-0666"]
    assert rows[0][5] == datetime(2026, 2, 24)  # noqa: DTZ001 - a day, as openpyxl reads it
    assert len(call.lists_seen()) == 6
    again = call("clerk", "--xlsx", str(file))
    assert again.exit_code == 1
    assert "已经有了" in again.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--explain", "危险率"), "没有「危险率」这项指标。可以写：及时受理率、按期答复率"),
        (("--unit", "没有的局"), "2026年2月没有「没有的局」的事项"),
        (("--month", "二月"), "请写成 2026-03"),
        (("--xlsx", "month.csv"), "要以 .xlsx 结尾"),
    ],
)
def test_what_is_asked_wrongly_is_answered_with_a_sentence(
    call: Terminal, words: tuple[str, ...], sentence: str
) -> None:
    """And the exit code 1."""
    result = call("clerk", *words)
    assert (result.exit_code, sentence in result.output) == (1, True), result.output


def test_one_unit_stands_alone(call: Terminal) -> None:
    """Its name takes the place of the sum."""
    said = call("clerk", "--unit", DASHI).output
    assert "合计" not in said
    assert "66.67% 2/3" in said
    listed = call("clerk", "--unit", DASHI, "--explain", "及时受理率").output
    assert "2026-02 大石街道 及时受理率 2/3" in listed


def test_a_year_that_was_imported_has_the_figures_of_a_recount(
    call: Terminal, tmp_path: Path
) -> None:
    """From a messy sheet to a month's figures, unit by unit, first and repeated."""
    call.store.write(lambda uow: [uow.connection.execute(sa.delete(one)) for one in LEDGER])
    year = make_year(matters=260, leader_messages=15)
    write_year(year, tmp_path / "year.xlsx")
    clerk = str(call.people["clerk"])
    words = ["matters", "import", str(tmp_path / "year.xlsx"), "--json", "--as", clerk]
    assert json.loads(CliRunner().invoke(main, words).stdout)["new"] == 260
    for month in (Month(2025, 4), Month(2025, 10), Month(2025, 12)):
        told = json.loads(call("clerk", "--month", str(month), "--json").output)
        figures = {
            (one["unit"], one["indicator"], one["strand"] == "repeated"): [
                one["numerator"],
                one["denominator"],
            ]
            for one in told["figures"]
            if not one["total"] and one["denominator"] and is_a_part(one)
        }
        wanted = recount(year.matters, month, moved, forward_days=15)
        assert figures == {key: counts for key, counts in wanted.items() if key[1] != "repeated"}
        assert len(figures) > 30


def is_a_part(figure: dict[str, str]) -> bool:
    """Whether a figure is of first or of repeated petitions."""
    return figure["strand"] != "all"
