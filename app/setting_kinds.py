"""The kinds of value a setting may have beside plain words and numbers.

Each turns what stands in the file into a Python value, or says in Chinese what to write.
Refuses: knowledge of any one setting.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from domain.roster import DutyHours

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SIZES = {"B": 1, "KiB": 1024, "MiB": 1024**2}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_SIZE = re.compile(r"([0-9]{1,9})(B|KiB|MiB)")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})")
_LAST_HOUR, _LAST_MINUTE = 23, 59
_SPAN = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")


def wrong(write: str, *place: str | int, found: Any = None) -> PydanticCustomError:
    """Return the error that says what to write.

    ``place`` leads from the checked value down to the part that is wrong, and ``found`` is
    that part, where the checked value is more than one setting.
    """
    return PydanticCustomError("setting", "{write}", {"write": write, "place": place, "at": found})


class WorkingSpan(NamedTuple):
    """A stretch of a working day, local time: from ``starts`` up to, not including, ``ends``."""

    starts: time
    ends: time


def read_duration(value: Any) -> timedelta:
    """Read "0s", "3m", "4h" or "7d"."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong('要写数字加单位（s 秒、m 分、h 小时、d 天），如 "30s"、"3m"、"4h"、"7d"')
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def read_positive_duration(value: Any) -> timedelta:
    """Read a duration that is longer than nothing."""
    duration = read_duration(value)
    if not duration:
        raise wrong('要比 0 长，如 "5m"')
    return duration


def read_size(value: Any) -> int:
    """Read "512KiB" or "1MiB" as bytes."""
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong('要写数字加单位（KiB、MiB），如 "512KiB"、"1MiB"')
    return int(match[1]) * _SIZES[match[2]]


def read_working_hours(value: Any) -> tuple[WorkingSpan, ...]:
    """Read ["08:30-12:00", "14:00-17:30"]; the spans follow one another."""
    if not isinstance(value, list) or not value:
        raise wrong('要写上班时段的列表，如 ["08:30-12:00", "14:00-17:30"]')
    spans = tuple(_read_span(span, index) for index, span in enumerate(value))
    for index, (earlier, later) in enumerate(pairwise(spans), start=1):
        if later.starts < earlier.ends:
            raise wrong("要从早到晚写，不能重叠", index, found=value[index])
    return spans


def read_zone(value: Any) -> ZoneInfo:
    """Read a time zone by its name in the tz database."""
    try:
        return ZoneInfo(value)
    except (TypeError, ValueError, OSError, ZoneInfoNotFoundError):
        raise wrong('要写时区名，如 "Asia/Shanghai"') from None


def read_day(value: Any) -> date:
    """Read "2027-01-01"."""
    try:
        return value if type(value) is date else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise wrong('要写日期，如 "2027-01-01"') from None


def read_time_of_day(value: Any) -> time:
    """Read "16:00"."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1]) > _LAST_HOUR or int(match[2]) > _LAST_MINUTE:
        raise wrong('要写钟点，如 "16:00"')
    return time(int(match[1]), int(match[2]))


def read_duty_hours(value: Any) -> DutyHours:
    """Read "17:30-08:30"; an end that is not later than the start is the next day's."""
    parts = value.split("-") if isinstance(value, str) else ()
    if len(parts) != 2:  # noqa: PLR2004 - from and to
        raise wrong('要写成 "08:30-17:30" 这样；到第二天早上的写 "17:30-08:30"')
    return DutyHours(read_time_of_day(parts[0]), read_time_of_day(parts[1]))


def spell_duration(duration: timedelta) -> str:
    """Write a duration as the file does, in the largest unit that fits."""
    seconds = int(duration.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read_span(value: Any, index: int) -> WorkingSpan:
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong('要写成 "08:30-12:00" 这样', index, found=value)
    hours = [int(part) for part in match.groups()]
    try:
        span = WorkingSpan(time(hours[0], hours[1]), time(hours[2], hours[3]))
    except ValueError:
        raise wrong("没有这样的钟点", index, found=value) from None
    if span.starts >= span.ends:
        raise wrong("结束要晚于开始", index, found=value)
    return span


Duration = Annotated[timedelta, BeforeValidator(read_duration)]
PositiveDuration = Annotated[timedelta, BeforeValidator(read_positive_duration)]
Size = Annotated[int, BeforeValidator(read_size)]
WorkingHours = Annotated[tuple[WorkingSpan, ...], BeforeValidator(read_working_hours)]
Day = Annotated[date, BeforeValidator(read_day)]
TimeOfDay = Annotated[time, BeforeValidator(read_time_of_day)]
Hours = Annotated[DutyHours, BeforeValidator(read_duty_hours)]
Zone = Annotated[ZoneInfo, BeforeValidator(read_zone)]


class Part(BaseModel):
    """A section of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
