"""Every sentence of supervision. No name stands in any: numbers, units, what is due and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from petitions.supervision import Due, SupervisionLevel

MOST_LINES = 20

HEAD = "【督办提醒】{day}\n临近期限或超期的有 {count} 件，其中超期 {late} 件："
LINE = "· {number}　{unit}　{what}　{far}（{due}到期{perhaps}）{level}"
MORE = "另有 {count} 件没有列出。"
TAIL = "办好、答复或延期后，请让业务科登记，第二天就不再提醒。"
_LEVEL = {
    SupervisionLevel.UNIT: "",
    SupervisionLevel.JOINT_OFFICE: "　已到区信联办",
    SupervisionLevel.LEADERS: "　已上领导清单",
}


def digest_words(today: date, found: Sequence[Due]) -> str:
    """Return the digest of one chat; what is late the longest stands first."""
    head = HEAD.format(
        day=_day(today, today), count=len(found), late=sum(1 for one in found if one.is_late)
    )
    lines = [line_of(one) for one in found[:MOST_LINES]]
    if len(found) > MOST_LINES:
        lines.append(MORE.format(count=len(found) - MOST_LINES))
    return "\n".join([head, *lines, TAIL])


def line_of(due: Due) -> str:
    """Return one thing that is due, as a line."""
    number = due.number
    if due.letter is not None:
        number = f"提醒函{number}"
    return LINE.format(
        number=number,
        unit=due.unit,
        what=due.label,
        far=far(due),
        due=_day(due.due_on, due.as_of),
        perhaps="，节假日未公布" if due.provisional else "",
        level=_LEVEL[due.level],
    )


def far(due: Due) -> str:
    """Return how far off the last day is: 还有 3 天, 今天到期, 超期 2 天."""
    if due.days_over == 0:
        return "今天到期"
    return f"超期 {due.days_over} 天" if due.is_late else f"还有 {-due.days_over} 天"


def _day(day: date, today: date) -> str:
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"
