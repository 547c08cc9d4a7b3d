"""China's public holidays and the working days that make up for them.

The State Council announces each year's in the autumn before (国务院办公厅关于部分节假日安排
的通知); nothing can be computed beyond. The years are those of the installed calendar; for
later ones an office writes the days into its settings, else weekends alone count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import chinese_calendar


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days off and make-up days, and the last year for which they are known."""

    off: frozenset[date]
    on: frozenset[date]
    last_year: int

    def knows(self, day: date) -> bool:
        """Whether a day's year has its holidays here; if not, weekends alone count."""
        return day.year <= self.last_year


def calendar_of_china(off: Iterable[date] = (), on: Iterable[date] = ()) -> Calendar:
    """Return the installed calendar with an office's own days over it."""
    own_off, own_on = frozenset(off), frozenset(on)
    known_off = frozenset(chinese_calendar.holidays)
    known_on = frozenset(chinese_calendar.workdays)
    return Calendar(
        off=(known_off - own_on) | own_off,
        on=(known_on - own_off) | own_on,
        last_year=max(day.year for day in known_off | own_off),
    )


def only_weekends(off: Iterable[date] = (), on: Iterable[date] = ()) -> Calendar:
    """Return a calendar without public holidays, for an office that keeps none."""
    return Calendar(off=frozenset(off), on=frozenset(on), last_year=date.max.year)
