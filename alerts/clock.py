"""Working time of the office: when a level that can wait is called.

Pure functions of a time; nothing here asks what time it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SOME_DAYS = 400
"""Beyond this many days without working time the settings are taken to have none."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The hours in which the office works.

    ``days`` are ISO weekdays (1 is Monday); ``spans`` are (from, to) times of day in
    ``zone``, in order. No span at all means that the office always works. ``off`` are days
    on which nobody works (public holidays), ``on`` days on which everybody does (those that
    make up for them, 调休上班); a day in both is off.
    """

    zone: ZoneInfo
    days: frozenset[int]
    spans: tuple[tuple[time, time], ...]
    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        """Whether the office works on a day of its own calendar."""
        return day not in self.off and (day in self.on or day.isoweekday() in self.days)

    def local(self, at: datetime) -> datetime:
        """Return a time as the office's wall clock shows it."""
        return at.astimezone(self.zone)

    def add(self, at: datetime, working: timedelta) -> datetime:
        """Return the moment when ``working`` of working time has passed since ``at``.

        With zero it is ``at`` itself in working time, else the next moment of it.
        """
        if not self.spans or not self.days:
            return at + working
        left = working
        local = self.local(at)
        day = local.date()
        for _ in range(SOME_DAYS):
            for begins, ends in self._spans_of(day):
                start = max(begins, local)
                if start >= ends:
                    continue
                if left < ends - start:
                    return (start + left).astimezone(UTC)
                left -= ends - start
            day += timedelta(days=1)
        return at + working

    def open_until(self, at: datetime) -> datetime | None:
        """Return when the working day of a moment ends; None when nobody works at it."""
        local = self.local(at)
        if not self.spans or not self.days:
            midnight = datetime.combine(local.date() + timedelta(days=1), time(), self.zone)
            return midnight.astimezone(UTC)
        spans = self._spans_of(local.date())
        if not any(begins <= local < ends for begins, ends in spans):
            return None
        return max(ends for _, ends in spans).astimezone(UTC)

    def _spans_of(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        if not self.works_on(day):
            return ()
        return tuple(
            (
                datetime.combine(day, begins, self.zone),
                datetime.combine(day, ends, self.zone),
            )
            for begins, ends in self.spans
        )
