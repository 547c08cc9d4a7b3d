"""The ledger's sheets as plain rows: whose matters, in which order, page after page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from domain.access import Asker
from domain.duty import Role
from domain.sheet import Sheet
from petitions.daily_sheet import daily_sheet
from petitions.ledger_sheet import ledger_sheet
from petitions.progress_sheet import progress_sheet
from storage import matter_pages
from storage.matter_pages import Span
from tests.petitions.ledger_desk import PLAIN, LedgerDesk, ledger_desk

YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def desk(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[LedgerDesk]:
    """Open the ledger on either database; two matters are a page."""
    monkeypatch.setattr(matter_pages, "PAGE", 2)
    with ledger_desk(database) as opened:
        yield opened


def numbers(sheet: Sheet) -> list[str]:
    """Return the numbers of a sheet's matters, in its order."""
    place = [column.head for column in sheet.columns].index("信访件编号")
    rows = list(sheet.rows)
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert {len(row) for row in rows} <= {len(sheet.columns)}
    return [str(row[place]) for row in rows]


def ledger_of(desk: LedgerDesk, asker: Asker, span: Span = YEAR) -> list[str]:
    """Return whose numbers somebody finds in the ledger's sheet."""
    return desk.store.read(
        lambda uow: numbers(ledger_sheet(uow, desk.ledger, asker, span, phones=False))
    )


def test_every_matter_stands_in_a_list_once(desk: LedgerDesk) -> None:
    """By the day of registration, those of one day as they came, over the ends of pages."""
    days = ["2026-03-04", "2026-03-02", "2026-03-02", "2026-03-02", "2026-03-09", "2025-12-31"]
    desk.bring(*({**PLAIN, "编号": f"{place}", "登记日期": day} for place, day in enumerate(days)))
    town = desk.asker("李明", Role.TOWN_OFFICER, "大石街道")
    other = desk.asker("赵建军", Role.TOWN_OFFICER, "石碁镇")
    assert ledger_of(desk, desk.clerk) == ["1", "2", "3", "0", "4"]
    assert ledger_of(desk, town) == ["1", "2", "3", "0", "4"]
    assert ledger_of(desk, other) == []
    assert ledger_of(desk, desk.clerk, Span(date(2026, 3, 2), date(2026, 3, 2))) == ["1", "2", "3"]
    assert ledger_of(desk, desk.clerk, Span(YEAR.since, YEAR.until, town="石碁镇")) == []


def test_the_progress_sheet_leaves_repeated_ones_out(desk: LedgerDesk) -> None:
    """It is about first petitions."""
    desk.bring(*({**PLAIN, "编号": one, "初次/重复": one} for one in ("初次", "重复")))
    found = desk.store.read(lambda uow: numbers(progress_sheet(uow, desk.ledger, desk.clerk, YEAR)))
    assert found == ["初次"]


def test_a_days_list_is_as_it_was_in_its_evening(desk: LedgerDesk) -> None:
    """What was done later is not looked at; what had nothing to do with the day is not there."""
    desk.bring(
        {**PLAIN, "编号": "1", "登记日期": "2026-03-02", "转送日期": "2026-03-12"},
        {**PLAIN, "编号": "2", "登记日期": "2026-03-02", "转送日期": "2026-03-03"},
        {**PLAIN, "编号": "3", "登记日期": "2026-02-02", "转送日期": "2026-02-03"},
    )

    def listed(day: date) -> list[str]:
        return desk.store.read(lambda uow: numbers(daily_sheet(uow, desk.ledger, desk.clerk, day)))

    assert listed(date(2026, 3, 2)) == ["3", "1", "2"]
    assert listed(date(2026, 3, 3)) == ["3", "2"]
    assert listed(date(2026, 3, 4)) == ["3"]
