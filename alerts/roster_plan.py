"""The plan of the roster: replaced by a sheet, repeated by a pattern, written as a sheet.

What a sheet does not change keeps its row; what it takes off stays as history.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from alerts.clock import WorkingHours
from alerts.office import Office
from alerts.roster import chairs_of
from alerts.roster_days import weekday
from alerts.roster_grid import Grid, Merge, Value
from alerts.roster_heads import DAY_HEADS
from alerts.roster_names import Names
from domain.duty import Person, Role
from domain.roster import Chair, DutyHours, Entry, Planned, ShiftKind, ShiftSource
from storage.unit_of_work import UnitOfWork

DAY = timedelta(days=1)
FIRST_ROW = 3  # under the title and the heads
FIRST_COLUMN = 4  # behind day, weekday and hours


class Pattern(enum.StrEnum):
    """The days on which a repeated shift starts."""

    EVERY_DAY = "every_day"
    WEEKDAYS = "weekdays"
    WEEKENDS = "weekends"
    WORKING_DAYS = "working_days"
    DAYS_OFF = "days_off"

    def has(self, day: date, hours: WorkingHours) -> bool:
        """Whether a shift starts on a day."""
        if self is Pattern.EVERY_DAY:
            return True
        if self in {Pattern.WORKING_DAYS, Pattern.DAYS_OFF}:
            return hours.works_on(day) is (self is Pattern.WORKING_DAYS)
        return (day.isoweekday() <= 5) is (self is Pattern.WEEKDAYS)  # noqa: PLR2004 - Friday


@dataclass(frozen=True, slots=True)
class PlanChanges:
    """What a new plan changes: shifts that came, shifts that went, how many stay."""

    added: tuple[Planned, ...]
    removed: tuple[Planned, ...]
    unchanged: int


def day_starts(day: date, hours: WorkingHours) -> datetime:
    """Return the midnight of the office's zone at which a day begins."""
    return datetime.combine(day, time(), hours.zone)


def replace_plan(
    uow: UnitOfWork,
    office: Office,
    planned: Iterable[Planned],
    *,
    chairs: Iterable[Chair],
    first: date,
    last: date,
    source: ShiftSource,
    same_starts: bool = False,
) -> PlanChanges:
    """Make ``planned`` the plan of some chairs for the shifts that start on these days.

    Overrides stay and lie over the new plan. The same plan again changes nothing. With
    ``same_starts`` only shifts that start when a planned one does give way.
    """
    uow.turns.wait("roster")
    wanted = {_key(one): one for one in planned}
    starts, ends = day_starts(first, office.hours), day_starts(last + DAY, office.hours)
    there = {
        _key(one): one
        for one in _plan(uow.duty.entries(starts, ends))
        if one.chair in set(chairs) and starts <= one.starts_at < ends
    }
    moments = {one.starts_at for one in wanted.values()}
    gone = [
        one
        for key, one in there.items()
        if key not in wanted and (not same_starts or one.starts_at in moments)
    ]
    added = [one for key, one in wanted.items() if key not in there]
    uow.duty.take_off(one.id for one in gone)
    for one in added:
        uow.duty.add(
            one.person,
            one.chair.post,
            town=one.chair.town,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            source=source,
        )
    removed = tuple(Planned(one.chair, one.person, one.starts_at, one.ends_at) for one in gone)
    return PlanChanges(tuple(added), removed, len(wanted) - len(added))


def repeat(
    chair: Chair,
    people: Sequence[Person],
    *,
    days: tuple[date, date],
    pattern: Pattern,
    hours: DutyHours,
    office: Office,
) -> tuple[Planned, ...]:
    """Return shifts for each day of a pattern from first to last, the people in turn."""
    first, last = days
    found: list[Planned] = []
    day = first
    while day <= last:
        if pattern.has(day, office.hours):
            starts_at, ends_at = hours.on(day, office.hours.zone)
            person = people[len(found) % len(people)]
            found.append(Planned(chair, person, starts_at, ends_at))
        day += DAY
    return tuple(found)


def sheet_of(uow: UnitOfWork, office: Office, first: date, last: date) -> Grid:
    """Return the plan of some days as a sheet that reads back unchanged; empty: a template.

    What lies over the plan stands in words in the last column, which is not read.
    """
    starts, ends = day_starts(first, office.hours), day_starts(last + DAY, office.hours)
    entries = [one for one in uow.duty.entries(starts, ends) if starts <= one.starts_at < ends]
    plan = list(_plan(entries))
    chairs = chairs_of(office)
    chairs += tuple(dict.fromkeys(one.chair for one in plan if one.chair not in chairs))
    width = FIRST_COLUMN + len(chairs)
    heads = [DAY_HEADS[0], "星期", "班次", *(_head(one) for one in chairs), "备注"]
    cells: dict[tuple[int, int], Value] = {(1, 1): _title(office, first, last)}
    cells |= {(2, column): words for column, words in enumerate(heads, start=1)}
    names = Names(uow.people.serving(*Role))
    row = FIRST_ROW
    for day in _days(first, last):
        own = [one for one in plan if office.hours.local(one.starts_at).date() == day]
        for hours in sorted({_hours(one, office) for one in own}, key=lambda h: h.label) or [
            office.roster.whole_day
        ]:
            cells[row, 1], cells[row, 2], cells[row, 3] = day, weekday(day), hours.label
            for column, chair in enumerate(chairs, start=FIRST_COLUMN):
                here = [one for one in own if one.chair == chair and _hours(one, office) == hours]
                if here:
                    cells[row, column] = "、".join(names.written(one.person, chair) for one in here)
            row += 1
        cells[row - 1, width] = _over(entries, day, office) or None
    filled = {place: value for place, value in cells.items() if value is not None}
    return Grid(filled, (Merge(1, 1, 1, width),), title=f"{first:%Y-%m}")


def _plan(entries: Iterable[Entry]) -> Iterator[Entry]:
    return (one for one in entries if one.kind is ShiftKind.PLAN)


def _key(one: Planned | Entry) -> tuple[Chair, int, datetime, datetime]:
    return one.chair, one.person.id, one.starts_at, one.ends_at


def _hours(one: Entry, office: Office) -> DutyHours:
    starts, ends = office.hours.local(one.starts_at), office.hours.local(one.ends_at)
    over = (ends.date() - starts.date()).days
    is_plain = over <= 1 and (over == 1) is (ends.time() <= starts.time())
    clock = starts.time().replace(tzinfo=None), ends.time().replace(tzinfo=None)
    return DutyHours(*clock, days=0 if is_plain else over)


def _head(chair: Chair) -> str:
    return chair.town or chair.post.label


def _days(first: date, last: date) -> Iterator[date]:
    return (first + DAY * number for number in range((last - first).days + 1))


def _title(office: Office, first: date, last: date) -> str:
    days = f"{first.year}年{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日"
    return f"{office.district}值班表　{days}"


def _over(entries: Iterable[Entry], day: date, office: Office) -> str:
    """Return in words what lies over the plan from a day on."""
    lines = []
    for one in entries:
        local = office.hours.local(one.starts_at)
        if one.kind is ShiftKind.OVERRIDE and local.date() == day:
            until = office.hours.local(one.ends_at)
            lines.append(f"{one.chair.label} {local:%H:%M}-{until:%H:%M} 改由 {one.person.name}")
    return "；".join(lines)
