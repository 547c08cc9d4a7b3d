"""How days are counted: from which, over which, and what a last day off becomes.

《信访工作条例》 has no rule of its own for it; docs/decisions/0030 says whose rule stands in, and
what a setting decides. Pure functions. Refuses: knowing which days are holidays.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

A_DAY = timedelta(days=1)
LONGEST_REST = 60
"""Beyond this many days off in a row the calendar is taken to have no working day."""

Span = tuple[date, date]
"""The first and last of some days in a row."""


class LastDay(enum.StrEnum):
    """What becomes of a last day on which nobody works."""

    NEXT_WORKING_DAY = "next_working_day"
    AS_COUNTED = "as_counted"


@dataclass(frozen=True, slots=True)
class Counting:
    """What an office's limits are counted with.

    ``works_on`` says whether a day is a working day: weekends and public holidays are not,
    make-up days (调休上班) are. ``office_last_day`` is for the limits of organs; a petitioner's
    last day always moves on. Beyond ``holidays_known_to`` only weekends are known to be off.
    ``own_notice_units`` are units whose notices follow rules of their own (Art. 23(4): those of
    政法 and 纪检监察).
    """

    works_on: Callable[[date], bool]
    office_last_day: LastDay = LastDay.NEXT_WORKING_DAY
    holidays_known_to: date = date.max
    own_notice_units: frozenset[str] = frozenset()

    def last_day(self, counted_to: date, *, office: bool = True) -> date:
        """Return the last day that holds, an organ's or a petitioner's, for one as counted."""
        if office and self.office_last_day is LastDay.AS_COUNTED:
            return counted_to
        return self.next_working_day(counted_to)

    def may_move(self, last_day: date, *, office: bool = True) -> bool:
        """Whether holidays that are still to be announced may move a last day."""
        if office and self.office_last_day is LastDay.AS_COUNTED:
            return False
        return last_day > self.holidays_known_to

    def next_working_day(self, day: date) -> date:
        """Return the day, or the first working day after it (民法典 Art. 203)."""
        found = day
        for _ in range(LONGEST_REST):
            if self.works_on(found):
                return found
            found += A_DAY
        return day

    def working_days_after(self, starts_on: date, days: int) -> date:
        """Return the last of so many working days; the first day itself is not counted."""
        found = starts_on
        for _ in range(days):
            found = self.next_working_day(found + A_DAY)
        return found


def days_after(starts_on: date, days: int, left_out: Iterable[Span] = ()) -> date:
    """Return the last of so many calendar days; the first day itself is not counted.

    Days within a span of ``left_out`` do not count either (a hearing's, Art. 36(2)); the last
    day is therefore never one of them.
    """
    spans = tuple(left_out)
    if not spans:
        return starts_on + days * A_DAY
    found = starts_on
    while days:
        found += A_DAY
        days -= not any(first <= found <= last for first, last in spans)
    return found
