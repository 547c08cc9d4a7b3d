"""The roster as an Excel file: read in, written out, and what a new plan changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from pathlib import Path

import click

from alerts.office import Office
from alerts.roster_grid import Grid
from alerts.roster_plan import PlanChanges, replace_plan, sheet_of
from alerts.roster_sheet import Reader, read_sheet
from app.excel import read_grid, write_grid
from app.office_settings import Reads, build_office
from app.settings import Settings
from app.wiring import open_store
from domain.duty import Role
from domain.errors import PersonCanFix
from domain.roster import Planned, ShiftSource
from storage.unit_of_work import UnitOfWork

SHOWN_CHANGES = 60
LONGEST_DAYS = 400


class _DryRun(Exception):  # noqa: N818 - carries what would have changed out of the unit
    """Undoes the unit; nothing was asked for but to look."""

    def __init__(self, changes: PlanChanges) -> None:
        super().__init__()
        self.changes = changes


def import_sheet(settings: Settings, file: Path, *, dry_run: bool) -> None:
    """Make a sheet the plan of its days, all of it or nothing; says what changed."""
    grid = read_grid(file)
    office = build_office(settings, reads=Reads.NEVER)
    store = open_store(settings)

    def put(uow: UnitOfWork) -> PlanChanges:
        changes = import_grid(uow, office, grid)
        if dry_run:
            raise _DryRun(changes)
        return changes

    try:
        changes = store.write(put)
    except _DryRun as looked:
        changes = looked.changes
    finally:
        store.close()
    lines = change_lines(changes, settings.office.time_zone)
    click.echo("\n".join(["试一试，没有改：" if dry_run else "已导入：", *lines]))


def import_grid(uow: UnitOfWork, office: Office, grid: Grid) -> PlanChanges:
    """Read a sheet and make it the plan, in one unit of work."""
    sheet = read_sheet(
        grid,
        Reader(
            people=uow.people.serving(*Role),
            towns=office.town_names,
            town=lambda written: getattr(office.gazetteer.town(written), "name", None),
            times=office.roster,
            zone=office.hours.zone,
            today=office.hours.local(uow.now).date(),
        ),
    )
    return replace_plan(
        uow,
        office,
        sheet.planned,
        chairs=sheet.chairs,
        first=sheet.first,
        last=sheet.last,
        source=ShiftSource.SHEET,
    )


def export_sheet(settings: Settings, file: Path, *, first: str, last: str) -> None:
    """Write the plan of some days as a sheet; an existing file is not overwritten."""
    days = read_day(first), read_day(last)
    if not timedelta() <= days[1] - days[0] < timedelta(days=LONGEST_DAYS):
        raise PersonCanFix(f"--to 要不早于 --from，最多 {LONGEST_DAYS} 天。")
    if file.suffix.lower() != ".xlsx":
        raise PersonCanFix("文件名要以 .xlsx 结尾。")
    if file.exists():
        raise PersonCanFix(f"“{file}”已经有了，请换个名字或先删掉。")
    office = build_office(settings, reads=Reads.NEVER)
    store = open_store(settings)
    try:
        grid = store.read(lambda uow: sheet_of(uow, office, *days))
    finally:
        store.close()
    try:
        write_grid(grid, file)
    except OSError as error:
        raise PersonCanFix(f"“{file}”写不进去：{error.strerror}") from None
    click.echo(f"已写好：{file}")


def change_lines(changes: PlanChanges, zone: tzinfo) -> list[str]:
    """Return what a new plan changes: a count, then a line for each day and chair."""
    counts = (
        f"新增 {len(changes.added)} 班，取消 {len(changes.removed)} 班，不变 {changes.unchanged} 班"
    )
    if not changes.removed:
        return [counts]
    came, went = _by_place(changes.added, zone), _by_place(changes.removed, zone)
    places = sorted(came.keys() | went.keys())
    lines = [
        f"{_day(day)} {chair} {span}：{went.get(place) or '（空）'} → {came.get(place) or '（空）'}"
        for place in places
        for day, span, chair in [place]
    ]
    more = [f"……还有 {len(lines) - SHOWN_CHANGES} 处"] if len(lines) > SHOWN_CHANGES else []
    return [counts, *lines[:SHOWN_CHANGES], *more]


def read_day(written: str) -> date:
    """Read 2026-12-01; `PersonCanFix` says how to write it."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise PersonCanFix(f"日期「{written}」看不懂，请写成 2026-12-01") from None


def _by_place(shifts: Iterable[Planned], zone: tzinfo) -> dict[tuple[datetime, str, str], str]:
    def place(one: Planned) -> tuple[datetime, str, str]:
        starts, ends = one.starts_at.astimezone(zone), one.ends_at.astimezone(zone)
        return starts, f"{starts:%H:%M}-{ends:%H:%M}", one.chair.label

    ordered = sorted(shifts, key=place)
    return {
        where: "、".join(one.person.name for one in own) for where, own in groupby(ordered, place)
    }


def _day(at: datetime) -> str:
    return f"{at.month}月{at.day}日"
