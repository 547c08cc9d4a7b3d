"""Days as people write them: 2026-12-03, 12月3日, 12.3 周四, 明天.

Pure functions; the day that counts as today is passed in.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

HALF_A_YEAR = timedelta(days=183)
WEEKDAYS = "一二三四五六日"

_WHOLE = re.compile(r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?")
_MONTH_DAY = re.compile(r"(?P<m>\d{1,2})\s*(?:[-/.]|月)\s*(?P<d>\d{1,2})\s*[日号]?")
_DAY = re.compile(r"(?P<d>\d{1,2})\s*[日号]?")
_REST = re.compile(
    r"[\s(]*(?:00:00(?::00)?)?[\s(]*(?:(?:星期|周|礼拜)?(?P<w>[一二三四五六日天]))?[)\s]*"
)
_MONTH = re.compile(r"(?:(?P<y>\d{4})\s*[-/.年]\s*)?(?P<m>\d{1,2})\s*月")
_YEAR = re.compile(r"(?P<y>20\d{2})\s*年")
_NEAR = {"今天": 0, "今日": 0, "今晚": 0, "明天": 1, "明日": 1, "明晚": 1, "后天": 2}


class NoSuchDay(ValueError):  # noqa: N818 - named for what it is
    """The words look like a day, and there is none such: 2月30日, or the weekday is another."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a day is read by when it is not written whole: year and month of a title, today."""

    today: date
    year: int | None = None
    month: int | None = None


def weekday(day: date) -> str:
    """Return 星期四."""
    return f"星期{WEEKDAYS[day.weekday()]}"


def day_of(written: str, around: Around) -> date | None:
    """Return the day that words name; None when they name none; `NoSuchDay` when it cannot be."""
    text = unicodedata.normalize("NFKC", written).strip()
    if text in _NEAR:
        return around.today + timedelta(days=_NEAR[text])
    for pattern in (_WHOLE, _MONTH_DAY, _DAY):
        found = pattern.match(text)
        rest = _REST.fullmatch(text, found.end()) if found is not None else None
        if found is None or rest is None:
            continue
        parts = found.groupdict()
        month = int(parts["m"]) if "m" in parts else around.month
        if month is None:
            return None
        year = int(parts["y"]) if "y" in parts else around.year
        day = _make(year, month, int(parts["d"]), around.today)
        check_weekday(day, rest["w"])
        return day
    return None


def check_weekday(day: date, written: str | None) -> None:
    """Raise `NoSuchDay` when the weekday that stands beside a day is another's."""
    found = re.search("[一二三四五六日天]", (written or "").replace("星期", ""))
    if found is not None and WEEKDAYS[day.weekday()] != found[0].replace("天", "日"):
        raise NoSuchDay(f"{day.month}月{day.day}日（{day.year} 年）是{weekday(day)}，与表里不符")


def month_of(written: str) -> tuple[int | None, int | None]:
    """Return the year and the month that a title names, each if it does."""
    text = unicodedata.normalize("NFKC", written)
    found = _MONTH.search(text)
    year = _YEAR.search(text)
    month = int(found["m"]) if found and 1 <= int(found["m"]) <= 12 else None  # noqa: PLR2004
    return (int(year["y"]) if year else None), month


def _make(year: int | None, month: int, day: int, today: date) -> date:
    years = [year] if year is not None else [today.year - 1, today.year, today.year + 1]
    made = []
    for one in years:
        try:
            made.append(date(one, month, day))
        except ValueError:
            continue
    if not made:
        raise NoSuchDay(f"没有 {month}月{day}日 这一天")
    return min(made, key=lambda one: abs(one - today))
