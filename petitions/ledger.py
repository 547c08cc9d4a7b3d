"""What the ledger's use cases know of the office: its name, calendar, towns, counting.

Made once at the start from the settings and passed in; holds no rows and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from petitions.counting import Counting


@dataclass(frozen=True, slots=True)
class Ledger:
    """One office's ledger. ``towns`` are full names, in the district file's order."""

    office: str
    district: str
    zone: ZoneInfo
    towns: tuple[str, ...]
    counting: Counting

    def today(self, now: datetime) -> date:
        """Return the day of a moment on the office's calendar."""
        return now.astimezone(self.zone).date()
