"""Months of the office's calendar, as figures are asked for: 2026-03."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from domain.errors import PersonCanFix

_WRITTEN = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)
_EARLIEST, _LATEST = 1990, 2200


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of the calendar."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def label(self) -> str:
        """What people call it: 2026年3月."""
        return f"{self.year}年{self.number}月"

    @property
    def before(self) -> Month:
        """The month before."""
        return month_of(self.first - timedelta(days=1))

    @property
    def after(self) -> Month:
        """The month after."""
        return month_of(self.last + timedelta(days=1))

    def __str__(self) -> str:
        """Write it as people write it: 2026-03."""
        return f"{self.year:04d}-{self.number:02d}"

    def __contains__(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last


def month_of(day: date) -> Month:
    """Return the month in which a day lies."""
    return Month(day.year, day.month)


def read_month(written: str) -> Month:
    """Read 2026-03; `PersonCanFix` says how to write it."""
    found = _WRITTEN.fullmatch(written.strip())
    if found is not None:
        month = Month(int(found[1]), int(found[2]))
        if _EARLIEST <= month.year <= _LATEST and 1 <= month.number <= 12:  # noqa: PLR2004
            return month
    raise PersonCanFix(f"月份「{written[:20]}」看不懂，请写成 2026-03。")
