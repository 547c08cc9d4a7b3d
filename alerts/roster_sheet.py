"""A duty sheet as offices keep it, read whole: every fault by its cell, or a plan.

Days down, posts and towns across, heads and names in merged cells, several names in one
cell. Refuses: half a sheet; one fault anywhere, and nothing is returned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo

from alerts.roster_days import Around, NoSuchDay, check_weekday, day_of, month_of
from alerts.roster_grid import Formula, Grid, Value
from alerts.roster_heads import DAY_HEADS, Head, Kind, hours_in, read_head
from alerts.roster_names import Names
from domain.duty import Person
from domain.errors import PersonCanFix
from domain.roster import Chair, DutyHours, Planned, RosterTimes
from domain.sheet import bare, cell_name

HEAD_WITHIN = 15  # rows from the top
LONGEST_DAYS = 400
SHOWN_FAULTS = 60
SERIAL_FROM, SERIAL_TO = 36526, 73050  # Excel's numbers of 2000-01-01 and 2099-12-31
SERIAL_ZERO = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Reader:
    """What a sheet is read by."""

    people: Sequence[Person]
    towns: Sequence[str]
    town: Callable[[str], str | None]
    times: RosterTimes
    zone: tzinfo
    today: date


@dataclass(frozen=True, slots=True)
class DutySheet:
    """What a sheet plans: for these chairs, from the first day to the last."""

    chairs: tuple[Chair, ...]
    first: date
    last: date
    planned: tuple[Planned, ...]


@dataclass(slots=True)
class _Found:
    """What was found so far, and by which names."""

    names: Names
    faults: list[tuple[int, int, str]] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    written: dict[tuple[date, DutyHours, Chair], str] = field(default_factory=dict)

    def fault(self, row: int, column: int, words: str) -> None:
        """Keep what is wrong with a cell, once."""
        if (row, column, words) not in self.faults:
            self.faults.append((row, column, words))


def read_sheet(grid: Grid, reader: Reader) -> DutySheet:
    """Read a sheet; `PersonCanFix` names every cell that is wrong, in the sheet's order."""
    top, day_column = _find_head(grid)
    block = grid.block(top, day_column)
    bottom = top if block is None else block.bottom
    around = _around(grid, top, reader.today)
    found = _Found(Names(reader.people))
    heads = _heads(grid, reader, found, rows=(top, bottom), day_column=day_column)
    for row in grid.below(bottom):
        _read_row(grid, reader, found, row=row, day_column=day_column, heads=heads, around=around)
    if not found.days and not found.faults:
        raise PersonCanFix("表里一个日期也没有，没有导入。")
    if found.days and max(found.days) - min(found.days) > timedelta(days=LONGEST_DAYS):
        raise PersonCanFix("表里的日期隔了一年以上，请检查年份。没有导入。")
    if found.faults:
        raise PersonCanFix(_told(found.faults))
    chairs = tuple(dict.fromkeys(head.chair for head in heads if head.chair is not None))
    if not chairs:
        raise PersonCanFix("表头里没有岗位或镇街，没有导入。")
    return DutySheet(chairs, min(found.days), max(found.days), tuple(found.planned))


def _find_head(grid: Grid) -> tuple[int, int]:
    for wanted in DAY_HEADS:
        for row in range(1, min(grid.rows, HEAD_WITHIN) + 1):
            for column in range(1, grid.columns + 1):
                if bare(grid.text(row, column)) == wanted:
                    return row, column
    raise PersonCanFix("没有找到写着“日期”的表头，没有导入。空表：huxin roster export")


def _around(grid: Grid, top: int, today: date) -> Around:
    """Return the year and month of the titles above the head, or of the sheet's name."""
    titles = [grid.text(row, column) for row in range(1, top) for column in range(1, 4)]
    for title in [*titles, grid.title]:
        year, month = month_of(title)
        if year is not None and month is not None:
            # the sheet of December may end on the 1st of January
            return Around(date(year, month, 15), month=month)
        if year is not None or month is not None:
            return Around(today, year, month)
    return Around(today)


def _heads(
    grid: Grid, reader: Reader, found: _Found, *, rows: tuple[int, int], day_column: int
) -> list[Head]:
    top, bottom = rows
    heads = []
    for column in range(1, grid.columns + 1):
        if column == day_column:
            continue
        words = [grid.text(row, column) for row in range(top, bottom + 1)]
        try:
            head = read_head(column, words, reader.town, times=reader.times, towns=reader.towns)
        except ValueError:
            found.fault(bottom, column, f"“{''.join(words)}”里的钟点不对")
            continue
        if head.kind is Kind.UNKNOWN:
            if any(grid.at(row, column) is not None for row in grid.below(bottom)):
                near = f"，最像的是“{head.near}”" if head.near else ""
                found.fault(bottom, column, f"没有这个镇街或岗位“{head.words}”{near}")
            continue
        heads.append(head)
    return heads


def _read_row(
    grid: Grid,
    reader: Reader,
    found: _Found,
    *,
    row: int,
    day_column: int,
    heads: list[Head],
    around: Around,
) -> None:
    block = grid.block(row, day_column)
    if block is not None and block.right > block.left:
        return  # a line of words across the sheet
    chairs = [head for head in heads if head.kind is Kind.CHAIR]
    is_empty = all(grid.at(row, head.column) is None for head in chairs)
    value = grid.at(row, day_column)
    if value is None and is_empty:
        return
    day = _day(value, found, row, day_column, around=around, is_empty=is_empty)
    if day is None:
        return
    hours = None
    for head in heads:
        if head.kind is Kind.WEEKDAY:
            try:
                check_weekday(day, grid.text(row, head.column))
            except NoSuchDay as fault:
                found.fault(row, head.column, str(fault))
        elif head.kind is Kind.HOURS:
            hours = _row_hours(grid, reader, found, row, head.column)
    found.days.append(day)
    for head in chairs:
        _read_cell(grid, reader, found, row=row, head=head, day=day, hours=hours)


def _day(
    value: Value | Formula,
    found: _Found,
    row: int,
    column: int,
    *,
    around: Around,
    is_empty: bool,
) -> date | None:
    """Return a row's day; None, with a fault, when there should be one."""
    try:
        if isinstance(value, date):
            return date(value.year, value.month, value.day)
        if isinstance(value, Formula):
            found.fault(row, column, "是公式，请复制后用“选择性粘贴”只留数值")
            return None
        day = _numbered(value, around) if isinstance(value, int | float) else None
        if isinstance(value, str):
            day = day_of(value, around)
    except NoSuchDay as fault:
        found.fault(row, column, str(fault))
        return None
    if day is None and value is None:
        found.fault(row, column, "这一行没有日期")
    elif day is None and not is_empty:
        found.fault(row, column, f"日期“{value}”看不懂，请写成 2026-12-03 或 12月3日")
    return day


def _numbered(value: float, around: Around) -> date | None:
    """Read a number where a day should be: Excel's own, 3 for the 3rd, 12.3 for 12月3日."""
    if SERIAL_FROM <= value <= SERIAL_TO:
        return SERIAL_ZERO + timedelta(days=int(value))
    text = f"{value:g}"
    month, _, day = text.partition(".")
    if day in {"1", "2", "3"}:
        either = f"{month}月{day}日和 {month}月{day}0日"
        raise NoSuchDay(f"“{text}”是数字，分不清 {either}，请写成 {month}月{day}日这样的文字")
    return day_of(text, around)


def _row_hours(
    grid: Grid, reader: Reader, found: _Found, row: int, column: int
) -> DutyHours | None:
    if isinstance(grid.at(row, column), Formula):
        found.fault(row, column, "是公式，请复制后用“选择性粘贴”只留数值")
        return None
    text = bare(grid.text(row, column))
    try:
        hours, _ = hours_in(text, reader.times)
    except ValueError:
        hours = None
    if text and hours is None:
        found.fault(
            row, column, f"班次“{text}”看不懂，请写 08:30-17:30、17:30-次日08:30、白班或夜班"
        )
    return hours


def _read_cell(
    grid: Grid,
    reader: Reader,
    found: _Found,
    *,
    row: int,
    head: Head,
    day: date,
    hours: DutyHours | None,
) -> None:
    value = grid.at(row, head.column)
    chair = head.chair
    if value is None or chair is None:
        return
    if not isinstance(value, str):
        is_formula = isinstance(value, Formula)
        found.fault(row, head.column, "是公式，请改成名字" if is_formula else f"“{value}”不是名字")
        return
    people, wrong = found.names.meant(value, chair)
    for words in wrong:
        found.fault(row, head.column, words)
    lasts = head.hours or hours or reader.times.whole_day
    here, key = cell_name(row, head.column), (day, lasts, chair)
    if people and found.written.setdefault(key, here) != here:
        earlier = found.written[key]
        found.fault(row, head.column, f"{day.month}月{day.day}日的{chair.label}在 {earlier} 写过了")
        return
    starts_at, ends_at = lasts.on(day, reader.zone)
    found.planned += [Planned(chair, person, starts_at, ends_at) for person in people]


def _told(faults: list[tuple[int, int, str]]) -> str:
    lines = [f"{cell_name(row, column)}：{words}" for row, column, words in sorted(faults)]
    more = [f"……还有 {len(lines) - SHOWN_FAULTS} 处"] if len(lines) > SHOWN_FAULTS else []
    head = f"表里有 {len(lines)} 处要改，什么都没有导入："
    return "\n".join([head, *lines[:SHOWN_FAULTS], *more])
