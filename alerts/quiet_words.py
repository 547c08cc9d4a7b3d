"""Every sentence about what is held back, gathered, paused, or cannot arrive.

The card itself is in `alerts.notices`. Refuses: looking anything up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from alerts.clipping import marked
from alerts.office import Office
from domain.alert import Alert, AlertState
from domain.channel import OutgoingMessage, Span, Style, plain
from domain.danger import Level
from domain.duty import Group

WAIT_REASONS = {
    "way": "在路上",
    "wait": "等警方、医院回复",
    "kin": "等家属、单位",
    "back": "已联系，稍后回访",
}
OWN_WORDS = "other"
OWN_WORDS_LABEL = "其他（写一句）"

SNOOZE_CHOICES = {
    "15m": timedelta(minutes=15),
    "30m": timedelta(minutes=30),
    "1h": timedelta(hours=1),
    "2h": timedelta(hours=2),
    "4h": timedelta(hours=4),
    "8h": timedelta(hours=8),
    "1d": timedelta(days=1),
}

SNOOZE_TOO_LONG = "{level}色预警一次最多暂缓 {most}，请重新选。"

PAUSE_TOO_LONG = "值班群维护最多 {most}，请写短一些。"
PAUSE_LAST = "这是区里最后一个能收到预警的值班群，不能维护。请先绑定另一个。"
PAUSE_NO_DESK = "区值班室现在没有能收到预警的地方，不能维护。"
PAUSE_NO_GROUP = "{town}没有绑定值班群。"
PAUSE_NOT_ON = "{town}值班群没有在维护。"


def snooze_choices(office: Office, level: Level) -> dict[str, str]:
    """Return for how long an alert of a level may be held back, as (key, words)."""
    longest = office.silence.longest_snooze(level)
    return {key: for_long(span) for key, span in SNOOZE_CHOICES.items() if span <= longest}


def for_long(span: timedelta) -> str:
    """Return a length of time as people say it: 15分钟, 2小时, 1天."""
    minutes = span // timedelta(minutes=1)
    for unit, size in (("天", 24 * 60), ("小时", 60)):
        if minutes >= size and minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}分钟"


def undeliverable_words(alert: Alert, *, where: str, why: str, taken_by: str) -> OutgoingMessage:
    """Return what the district desk reads when a notice can go nowhere."""
    drill = "【演练】" if alert.drill else ""
    town = alert.town or "区"
    instead = {
        AlertState.OPEN: "已马上叫下一级"
        if alert.step < len(alert.chain.times.steps)
        else "各级都已叫过，到时再呼叫",
        AlertState.TAKEN: f"{taken_by} 已接收",
        AlertState.WATCHED: f"{taken_by} 关注中",
    }.get(alert.state, "")
    return OutgoingMessage(
        body=(
            Span(
                f"{drill}{alert.number}（{alert.level.label}，{town}）送不到：{where}\n",
                Style.STRONG,
            ),
            Span(f"原因：{why}\n{instead}。\n"),
            Span(f"请电话联系{where}，当面告诉。", Style.STRONG),
        ),
        level=alert.level.value,
    )


def summary_words(
    alert: Alert, *, more: int, total: int, latest: str, within: str
) -> OutgoingMessage:
    """Return what a group reads in place of a message for each report of a storm."""
    head = (
        f"{alert.number} {within}内又有 {more} 条上报（共 {total} 条），没有新的等级、地点或人。\n"
    )
    return OutgoingMessage(
        body=(Span(head, Style.STRONG), Span("最近一条：\n", Style.QUIET), *marked(latest, [])),
        level=alert.level.value,
    )


def paused_line(office: Office, groups: Iterable[Group]) -> str:
    """Return the card's line about groups in maintenance, or nothing."""
    return "".join(
        f"{group.title}维护中，到 {office.hours.local(group.paused_until):%H:%M}"
        f"（{group.paused_why}），由区值班室先接。\n"
        for group in groups
        if group.paused_until is not None
    )


def pause_words(
    office: Office, groups: tuple[Group, ...], *, who: str, live: int
) -> OutgoingMessage:
    """Return what the groups and the district desk read when a pause begins."""
    first = groups[0]
    until = office.hours.local(first.paused_until) if first.paused_until is not None else None
    when = "" if until is None else f"{until.month}月{until.day}日 {until:%H:%M}"
    names = "、".join(dict.fromkeys(group.title for group in groups))
    waiting = f"现有 {live} 条预警没有接收，也转区值班室。" if live else ""
    return plain(
        f"{names}维护到 {when}：{first.paused_why}（{who}）。\n"
        f"这段时间的预警由区值班室接，值班员本人仍会接到通知。{waiting}"
    )


def pause_over_words(
    groups: tuple[Group, ...], *, early: bool, live: tuple[str, ...]
) -> OutgoingMessage:
    """Return what the groups and the district desk read when a pause ends."""
    names = "、".join(dict.fromkeys(group.title for group in groups))
    left = f"\n还没有办结的：{'、'.join(live)}" if live else ""
    how = "维护已提前结束" if early else "维护时间到"
    return plain(f"{names}{how}，预警照常发到群里。{left}")
