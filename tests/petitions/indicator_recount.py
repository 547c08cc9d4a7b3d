"""A month's indicators counted once more, by loops over a made-up year's truth.

    recount(year.matters, Month(2025, 8), moved, forward_days=15)

It shares nothing with the product but the words in which steps are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from petitions.months import Month
from tests.petitions.made_up_year import MatterTruth

# 国务院办公厅关于2025年部分节假日安排的通知, copied by hand: days off and make-up days.
OFF = {
    date(2025, month, first) + timedelta(more)
    for month, first, days in ((1, 1, 1), (1, 28, 8), (4, 4, 3), (5, 1, 5), (5, 31, 3), (10, 1, 8))
    for more in range(days)
} | {date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)}
MADE_UP_FOR = {
    date(2025, 1, 26),
    date(2025, 2, 8),
    date(2025, 4, 27),
    date(2025, 9, 28),
    date(2025, 10, 11),
    date(2026, 1, 4),
}


def works_on(day: date) -> bool:
    """Whether offices work on a day of 2025."""
    return day in MADE_UP_FOR or (day.isoweekday() < 6 and day not in OFF)


def moved(day: date) -> date:
    """Return the next working day, by counting on."""
    while not works_on(day):
        day += timedelta(1)
    return day


Days = Callable[[date], date]
Figures = dict[tuple[str, str, bool], list[int]]
"""By unit, figure, and whether it came again: numerator and denominator."""


def first(one: MatterTruth, *kinds: str) -> date | None:
    """Return the day of the earliest step of some kinds."""
    return min((step["on"] for step in one["steps"] if step["kind"] in kinds), default=None)


def recount(
    matters: tuple[MatterTruth, ...], month: Month, end: Days, *, forward_days: int
) -> Figures:
    """Count a month's matters; ``end`` says what becomes of a last day."""
    found: Figures = {}
    for one in matters:
        for figure, limit, hit in (*by_arrival(one, end, forward_days), *by_answer(one, end)):
            if (limit.year, limit.month) == (month.year, month.number):
                line = found.setdefault((one["unit"], figure, one["repeated"]), [0, 0])
                line[0] += hit
                line[1] += 1
    return found


def by_arrival(one: MatterTruth, end: Days, forward_days: int) -> Iterator[tuple[str, date, bool]]:
    """Give the figures that run from 登记: name, day of the month, whether it counts."""
    came = one["registered_on"]
    yield "repeated", came, one["repeated"]
    for figure, days in (("accepted", 15), ("forwarded", forward_days)):
        done, limit = first(one, figure), end(came + timedelta(days))
        yield figure, limit, done is not None and done <= limit


def by_answer(one: MatterTruth, end: Days) -> Iterator[tuple[str, date, bool]]:
    """Give the figures that run from 受理, of 31(六) alone."""
    accepted, replied = first(one, "accepted"), first(one, "replied")
    if one["kind"] != "appeal_six" or accepted is None:
        return
    more = sum(step["days"] or 0 for step in one["steps"] if step["kind"] == "extended")
    limit = end(accepted + timedelta(60 + more))
    yield "replied", limit, replied is not None and replied <= limit
    if replied is not None:
        yield "rated", limit, one["satisfaction"] is not None
    if one["satisfaction"] is not None:
        yield "satisfied", limit, one["satisfaction"] in {"satisfied", "mostly"}
