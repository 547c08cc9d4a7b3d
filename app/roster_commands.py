"""Commands for the roster: shifts by hand, by pattern, over the plan; what is empty."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import click

from alerts import roster
from alerts.roster_heads import hours_in
from alerts.roster_plan import Pattern, replace_plan
from alerts.roster_plan import repeat as repeated
from alerts.roster_words import gap_line
from app.invite_command import known_town
from app.office_commands import find_person
from app.office_settings import Reads, build_office
from app.roster_files import change_lines, read_day
from app.settings import Settings
from app.wiring import open_store
from domain.duty import Person, Post
from domain.errors import PersonCanFix
from domain.roster import Chair, Change, DutyHours, Entry, ShiftKind, ShiftSource
from domain.sheet import bare
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_WRITTEN = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
LONGEST_DAYS = 400
FAR = datetime(9000, 1, 1, tzinfo=UTC)


def add_shift(
    settings: Settings, *, post: str, person: str, town: str | None, starts: str, ends: str
) -> None:
    """Put somebody on a post; `PersonCanFix` names what is wrong."""
    chair = _chair(settings, post, town)
    starts_at, ends_at = _span(settings, starts, ends)
    store = open_store(settings)
    try:
        who = _fitting(store, person, chair)
        store.write(
            lambda uow: uow.duty.add(
                who, chair.post, town=chair.town, starts_at=starts_at, ends_at=ends_at
            )
        )
    finally:
        store.close()
    click.echo(f"{chair.post.label}　{who.title}　{starts} 到 {ends}")


def show_roster(settings: Settings, days: int) -> None:
    """Print who is in fact on duty in the coming days."""
    store = open_store(settings)
    try:
        shifts = store.read(lambda uow: uow.duty.between(uow.now, uow.now + timedelta(days=days)))
    finally:
        store.close()
    for shift in shifts:
        starts, ends = (
            at.astimezone(settings.office.time_zone).strftime("%m-%d %H:%M")
            for at in (shift.starts_at, shift.ends_at)
        )
        chair = Chair(shift.post, shift.town)
        click.echo(f"{starts} 到 {ends}　{chair.label}　{shift.person.name}")
    if not shifts:
        click.echo("没有排班。用 huxin roster import 导入，或 huxin roster add 排班。")


def show_gaps(settings: Settings, days: int) -> None:
    """Print where nobody is on duty in the coming days."""
    office = build_office(settings, reads=Reads.NEVER)
    store = open_store(settings)
    try:
        empty = store.read(lambda uow: roster.empty_times(uow, office, within=timedelta(days=days)))
    finally:
        store.close()
    for gap in empty.gaps:
        click.echo(gap_line(office, gap))
    if empty.unplanned:
        click.echo("没有排过班：" + "、".join(chair.label for chair in empty.unplanned))
    if not empty.gaps:
        click.echo(f"{days} 天内没有空班。" if not empty.unplanned else "排过班的岗位没有空班。")


def show_history(settings: Settings, days: int) -> None:
    """Print what lay over the plan or was taken off it in the past days, and from now on."""
    store = open_store(settings)
    try:
        lines = store.read(
            lambda uow: [
                _changed(uow, settings, change)
                for change in uow.duty.history(uow.now - timedelta(days=days), FAR)
            ]
        )
    finally:
        store.close()
    click.echo("\n".join(lines) or "没有换过班。")


def _changed(uow: UnitOfWork, settings: Settings, change: Change) -> str:
    one, zone = change.entry, settings.office.time_zone
    starts, ends = (f"{at.astimezone(zone):%m-%d %H:%M}" for at in (one.starts_at, one.ends_at))
    whose = "" if one.instead_of is None else f"替 {uow.people.get(one.instead_of).name}"
    words = [
        f"{starts} 到 {ends}　{one.chair.label}　{one.person.name}",
        change.source.label,
        whose,
    ]
    if change.made_at is not None:
        words.append(f"{change.made_at.astimezone(zone):%m-%d %H:%M} 排")
    if change.made_by is not None:
        words.append(f"{uow.people.get(change.made_by).name} 说的")
    if change.removed_at is not None:
        words.append(f"{change.removed_at.astimezone(zone):%m-%d %H:%M} 取消")
    return "　".join(word for word in words if word)


def repeat(
    settings: Settings,
    *,
    post: str,
    people: tuple[str, ...],
    town: str | None,
    first: str,
    last: str,
    pattern: str,
    hours: str,
) -> None:
    """Plan a chair by a pattern, the people in turn."""
    chair = _chair(settings, post, town)
    days = read_day(first), read_day(last)
    if not timedelta() <= days[1] - days[0] <= timedelta(days=LONGEST_DAYS):
        raise PersonCanFix(f"--to 要不早于 --from，最多 {LONGEST_DAYS} 天。")
    office = build_office(settings, reads=Reads.NEVER)
    lasts = _hours(settings, hours)
    store = open_store(settings)
    try:
        who = [_fitting(store, one, chair) for one in people]
        planned = repeated(
            chair, who, days=days, pattern=Pattern(pattern), hours=lasts, office=office
        )
        changes = store.write(
            lambda uow: replace_plan(
                uow,
                office,
                planned,
                chairs=[chair],
                first=days[0],
                last=days[1],
                source=ShiftSource.REPEAT,
                same_starts=True,
            )
        )
    finally:
        store.close()
    click.echo("\n".join(change_lines(changes, settings.office.time_zone)))


def override(
    settings: Settings,
    *,
    post: str,
    person: str,
    instead: str | None,
    town: str | None,
    starts: str,
    ends: str,
) -> None:
    """Lay somebody over the plan for a time; the plan stands again afterwards."""
    chair = _chair(settings, post, town)
    starts_at, ends_at = _span(settings, starts, ends)
    store = open_store(settings)
    try:
        who = _fitting(store, person, chair)
        whose = None if instead is None else find_person(store, instead)
        store.write(
            lambda uow: uow.duty.add(
                who,
                chair.post,
                town=chair.town,
                starts_at=starts_at,
                ends_at=ends_at,
                kind=ShiftKind.OVERRIDE,
                instead_of=None if whose is None else whose.id,
            )
        )
    finally:
        store.close()
    whose_words = "" if whose is None else f"替 {whose.name} "
    click.echo(f"{chair.label}　{who.name} {whose_words}值 {starts} 到 {ends}，过后恢复原样。")


def swap(
    settings: Settings,
    *,
    post: str,
    town: str | None,
    one: str,
    one_day: str,
    other: str,
    other_day: str,
) -> None:
    """Let two people change their shifts."""
    chair = _chair(settings, post, town)
    office = build_office(settings, reads=Reads.NEVER)
    days = read_day(one_day), read_day(other_day)
    store = open_store(settings)
    try:
        people = _fitting(store, one, chair), _fitting(store, other, chair)

        def change(uow: UnitOfWork) -> None:
            first, second = (
                _shift(roster.shift_of(uow, office, chair, who, day), who, day)
                for who, day in zip(people, days, strict=True)
            )
            roster.swap(uow, first, second)

        store.write(change)
    finally:
        store.close()
    click.echo(f"{chair.label}　{days[0]} 由 {people[1].name} 值，{days[1]} 由 {people[0].name} 值")


def _chair(settings: Settings, post: str, town: str | None) -> Chair:
    try:
        found = Post(post)
    except ValueError:
        names = "、".join(f"{one.value}（{one.label}）" for one in Post)
        raise PersonCanFix(f"没有「{post}」这个岗位。有：{names}") from None
    if (found is Post.TOWN_DUTY) == (town is None):
        raise PersonCanFix("镇街值班要写 --town，其他岗位不写。")
    return Chair(found, None if town is None else known_town(settings, town))


def _fitting(store: Store, written: str, chair: Chair) -> Person:
    person = find_person(store, written)
    if not chair.takes(person):
        raise PersonCanFix(f"{person.title}不能排{chair.label}。")
    return person


def _shift(entry: Entry | None, who: Person, day: date) -> Entry:
    if entry is None:
        raise PersonCanFix(f"{who.name} 在 {day} 没有班，或已经过了。")
    return entry


def _hours(settings: Settings, written: str) -> DutyHours:
    try:
        hours, rest = hours_in(bare(written), settings.roster.times())
    except ValueError:
        hours, rest = None, ""
    if hours is None or rest:
        raise PersonCanFix(f"时段「{written}」看不懂，请写 全天、白班、夜班 或 17:30-次日08:30")
    return hours


def _span(settings: Settings, starts: str, ends: str) -> tuple[datetime, datetime]:
    starts_at, ends_at = _time(settings, starts), _time(settings, ends)
    if ends_at <= starts_at:
        raise PersonCanFix("--to 要比 --from 晚。")
    return starts_at, ends_at


def _time(settings: Settings, written: str) -> datetime:
    for form in _WRITTEN:
        try:
            local = datetime.strptime(written, form)  # noqa: DTZ007 - the office's zone follows
        except ValueError:
            continue
        return local.replace(tzinfo=settings.office.time_zone).astimezone(UTC)
    raise PersonCanFix(f"时间「{written}」看不懂，请写成 2026-11-22 08:00")
