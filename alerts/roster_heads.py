"""What the columns of a duty sheet mean: whose chair, which hours, or nothing we read."""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import time

from domain.duty import Post
from domain.roster import Chair, DutyHours, RosterTimes
from domain.sheet import bare

DAY_HEADS = ("日期", "值班日期", "时间", "值班时间")
_WEEKDAY = frozenset({"星期", "周", "星期几", "周几", "礼拜"})
_HOURS = frozenset({"班次", "时段", "值班时段", "时间", "值班时间", "班"})
_ALOUD = frozenset({"", "备注", "说明", "序号", "电话", "联系电话", "值班电话", "手机"})
_LEADER = frozenset({"带班领导", "值班领导", "领导", "带班", "带班人"})
_DISTRICT = frozenset({"区值班", "区值班室", "区值班员", "区值班人员", "区局值班", "值班室"})
_SPAN = re.compile(
    r"(?P<h>\d{1,2}):(?P<m>\d{2})(?:-|–|—|~|至|到)+"
    r"(?P<later>次日|翌日|第二天|(?P<days>\d{1,2})日后)?(?P<h2>\d{1,2}):(?P<m2>\d{2})"
)
_NAMED = re.compile(
    r"(?P<day>白班|日班|白天)|(?P<night>夜班|晚班|夜间|晚上)|(?P<whole>全天|24小时)"
)
_BRACKETS = re.compile(r"[()\[\]【】/]")
_OF_TOWN = re.compile(r"(?:值班(?:人员|员|室)?|带班)$")


class Kind(enum.Enum):
    """What a column holds."""

    CHAIR = enum.auto()
    WEEKDAY = enum.auto()
    HOURS = enum.auto()
    NOTHING = enum.auto()
    UNKNOWN = enum.auto()


@dataclass(frozen=True, slots=True)
class Head:
    """One column; ``near`` is what an unknown head is most like."""

    column: int
    kind: Kind
    words: str = ""
    chair: Chair | None = None
    hours: DutyHours | None = None
    near: str = ""


def read_head(
    column: int,
    words: Iterable[str],
    town: Callable[[str], str | None],
    *,
    times: RosterTimes,
    towns: Iterable[str],
) -> Head:
    """Say what a column is by the words above it, from top to bottom."""
    whole = "".join(dict.fromkeys(bare(one) for one in words))
    hours, rest = hours_in(whole, times)
    rest = _BRACKETS.sub("", rest)
    if rest in _WEEKDAY:
        return Head(column, Kind.WEEKDAY)
    if rest in _HOURS and hours is None:
        return Head(column, Kind.HOURS)
    if rest in _ALOUD and hours is None:
        return Head(column, Kind.NOTHING)
    chair = _chair(rest, town)
    if chair is not None:
        return Head(column, Kind.CHAIR, whole, chair, hours)
    known = [*towns, Post.LEADER_DUTY.label, Post.DISTRICT_DUTY.label]
    near = difflib.get_close_matches(rest, known, 1, 0.4)
    return Head(column, Kind.UNKNOWN, whole, near=near[0] if near else "")


def hours_in(text: str, times: RosterTimes) -> tuple[DutyHours | None, str]:
    """Return the hours that words name, and the words without them; ValueError: no such time."""
    found = _SPAN.search(text)
    named = _NAMED.search(text)
    rest = _NAMED.sub("", _SPAN.sub("", text))
    if found is not None:
        starts = time(int(found["h"]), int(found["m"]))
        # 24:00 is how offices write midnight
        ends = time(int(found["h2"]) % 24, int(found["m2"]))
        days = int(found["days"]) if found["days"] else 1 if found["later"] else 0
        return DutyHours(starts, ends, days), rest
    if named is None:
        return None, rest
    kinds = {"day": times.day, "night": times.night, "whole": times.whole_day}
    return kinds[named.lastgroup or "whole"], rest


def _chair(rest: str, town: Callable[[str], str | None]) -> Chair | None:
    if rest in _LEADER:
        return Chair(Post.LEADER_DUTY)
    if rest in _DISTRICT:
        return Chair(Post.DISTRICT_DUTY)
    full = town(rest) or town(_OF_TOWN.sub("", rest))
    return None if full is None else Chair(Post.TOWN_DUTY, full)
