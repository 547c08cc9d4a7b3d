"""``huxin matters export``, ``progress``, ``daily``: the ledger's sheets as files.

A file is there only once the access log says who took it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from app.asking_person import asker_at_terminal
from app.excel_sheets import Book
from app.invite_command import known_town
from app.office_settings import Reads, build_ledger, build_office
from app.roster_files import read_day
from app.settings import Settings
from app.sheet_files import require_new
from app.wiring import open_store
from domain.access import Asker, Topic
from domain.errors import PersonCanFix
from domain.sheet import Sheet
from petitions.asking import looked
from petitions.daily_sheet import daily_sheet
from petitions.ledger import Ledger
from petitions.ledger_sheet import ledger_sheet
from petitions.progress_sheet import progress_sheet
from storage.matter_pages import Span
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Taken:
    """A sheet to be taken: its name in the access log, of what, and how it is made."""

    what: str
    whose: str
    sheet: Callable[[UnitOfWork, Ledger, Asker], Sheet]


def export_ledger(
    settings: Settings,
    file: Path,
    *,
    as_person: int | None,
    since: str | None,
    until: str | None,
    town: str | None,
    phones: bool,
) -> None:
    """Write the ledger of a span."""

    def taken(today: date) -> Taken:
        span = _span(settings, today, (since, until), town)
        return Taken(
            "export with phones" if phones else "export",
            _said(span),
            lambda uow, ledger, asker: ledger_sheet(uow, ledger, asker, span, phones=phones),
        )

    _take(settings, file, as_person, taken)


def export_progress(
    settings: Settings,
    file: Path,
    *,
    as_person: int | None,
    since: str | None,
    until: str | None,
    town: str | None,
) -> None:
    """Write 初次信访事项办理情况进度表 of a span."""

    def taken(today: date) -> Taken:
        span = _span(settings, today, (since, until), town)
        return Taken(
            "progress",
            _said(span),
            lambda uow, ledger, asker: progress_sheet(uow, ledger, asker, span),
        )

    _take(settings, file, as_person, taken)


def export_daily(settings: Settings, file: Path, *, as_person: int | None, day: str | None) -> None:
    """Write the 日清日结 list of a day."""

    def taken(today: date) -> Taken:
        of = today if day is None else read_day(day)
        return Taken(
            "daily", f"{of}", lambda uow, ledger, asker: daily_sheet(uow, ledger, asker, of)
        )

    _take(settings, file, as_person, taken)


def _take(
    settings: Settings, file: Path, as_person: int | None, taken: Callable[[date], Taken]
) -> None:
    require_new(file)
    store = open_store(settings)
    try:
        asker = asker_at_terminal(store, as_person, Topic.LEDGER)
        ledger = build_ledger(settings, build_office(settings, reads=Reads.NEVER))
        one = taken(ledger.today(store.clock()))
        unfinished = file.with_name(f".{file.name}.part")
        with Book() as book:
            count = store.read(lambda uow: book.write([one.sheet(uow, ledger, asker)]))
            try:
                book.save(unfinished)
                store.write(lambda uow: looked(uow, asker, one.what, f"{one.whose}（{count} 件）"))
                unfinished.rename(file)
            finally:
                unfinished.unlink(missing_ok=True)
    finally:
        store.close()
    click.echo(f"已写好：{file}（{count} 件）")


def _span(
    settings: Settings, today: date, days: tuple[str | None, str | None], town: str | None
) -> Span:
    """Return what is asked for; without days, this year up to today."""
    since, until = days
    last = today if until is None else read_day(until)
    first = date(last.year, 1, 1) if since is None else read_day(since)
    if first > last:
        raise PersonCanFix("--to 要不早于 --from。")
    return Span(first, last, None if town is None else known_town(settings, town))


def _said(span: Span) -> str:
    return f"{span.since} – {span.until}" + (f" {span.town}" if span.town else "")
