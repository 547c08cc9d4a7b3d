"""Steps in one word, and China's days off as the State Council announced them.

The days are copied by hand from the yearly notices (国务院办公厅关于部分节假日安排的通知), so that
an expected date owes nothing to the calendar that the product uses.
"""

from __future__ import annotations

from datetime import date, timedelta

from domain.petition import Step, StepKind
from petitions.deadlines import Counting, LastDay

_OFF = (
    ("2024-01-01", 1),
    ("2024-02-10", 8),
    ("2024-04-04", 3),
    ("2024-05-01", 5),
    ("2024-06-10", 1),
    ("2024-09-15", 3),
    ("2024-10-01", 7),
    ("2025-01-01", 1),
    ("2025-01-28", 8),
    ("2025-04-04", 3),
    ("2025-05-01", 5),
    ("2025-05-31", 3),
    ("2025-10-01", 8),
    ("2026-01-01", 3),
    ("2026-02-15", 9),
    ("2026-04-04", 3),
    ("2026-05-01", 5),
    ("2026-06-19", 3),
    ("2026-09-25", 3),
    ("2026-10-01", 7),
)
DAYS_OFF = frozenset(
    date.fromisoformat(first) + timedelta(days=number)
    for first, days in _OFF
    for number in range(days)
)
_WORKED = {
    2024: ("02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"),
    2025: ("01-26", "02-08", "04-27", "09-28", "10-11"),
    2026: ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
}
MAKE_UP_DAYS = frozenset(
    date.fromisoformat(f"{year}-{on}") for year, days in _WORKED.items() for on in days
)


def works_on(day: date) -> bool:
    """Whether offices in China work on a day of 2024 to 2026."""
    return day in MAKE_UP_DAYS or (day not in DAYS_OFF and day.isoweekday() < 6)


KNOWN_TO = date(2026, 12, 31)
MOVED = Counting(works_on, holidays_known_to=KNOWN_TO)
AS_COUNTED = Counting(works_on, LastDay.AS_COUNTED, holidays_known_to=KNOWN_TO)


def day(text: str) -> date:
    """Return a day that is written 2026-03-02."""
    return date.fromisoformat(text)


def row(*steps: str) -> tuple[Step, ...]:
    """Return steps that are written ``accepted 2026-03-02``.

    More may follow: a unit, ``days=30``, ``until=2026-06-01``.
    """
    return tuple(_step(*text.split()) for text in steps)


def _step(kind: str, on: str, *more: str) -> Step:
    named = dict(word.split("=") for word in more if "=" in word)
    return Step(
        StepKind(kind),
        day(on),
        unit="".join(word for word in more if "=" not in word),
        days=int(named["days"]) if "days" in named else None,
        until=day(named["until"]) if "until" in named else None,
    )
