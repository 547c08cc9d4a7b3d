"""Every sentence about the roster that is sent unasked: gaps, and the note at a shift's change.

Refuses: looking anything up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.notices import LEVEL_SIGN, clock
from alerts.office import Office
from alerts.roster import EmptyTimes
from alerts.roster_days import weekday
from domain.alert import Alert, AlertState
from domain.channel import Button, OutgoingMessage, Span, Style
from domain.duty import Person
from domain.roster import Chair, Gap

MOST_GAPS = 30
NOBODY = "没有人"
TAKE_LABEL = "我来值"
HOW_TO_FILL = "能补的请补：换班、加班请找管理员改值班表；到时也可以发「我来值」。"


def gap_line(office: Office, gap: Gap) -> str:
    """Return a gap as one line: 大石街道值班　12月5日 星期六 08:30 到 12月6日 08:30."""
    day = weekday(office.hours.local(gap.starts_at).date())
    starts, ends = (clock(office, at, day=True) for at in (gap.starts_at, gap.ends_at))
    date_words, _, time_words = starts.partition(" ")
    return f"{gap.chair.label}　{date_words} {day} {time_words} 到 {ends}"


def gaps_words(office: Office, empty: EmptyTimes) -> OutgoingMessage:
    """Return what those who can fill the gaps of the next days read."""
    lines = [gap_line(office, gap) for gap in empty.gaps[:MOST_GAPS]]
    if len(empty.gaps) > MOST_GAPS:
        lines.append(f"……还有 {len(empty.gaps) - MOST_GAPS} 处")
    if empty.unplanned:
        lines.append("没有排过班：" + "、".join(chair.label for chair in empty.unplanned))
    return OutgoingMessage(
        body=(
            Span("今后 7 天有空班：\n", Style.STRONG),
            Span("\n".join([*lines, HOW_TO_FILL])),
        )
    )


def names(people: Sequence[Person]) -> str:
    """Return names as a note lists them."""
    return "、".join(person.name for person in people) or NOBODY


def open_line(alert: Alert, *, taken_by: str, office: Office, now: datetime, town: bool) -> str:
    """Return where an open alert stands and what runs out when, in one line."""
    drill = "【演练】" if alert.drill else ""
    place = f"{alert.town or '镇街未定'}　" if town else ""
    at = alert.next_escalation_at
    when = "" if at is None else near_clock(office, at, now)
    if alert.state is AlertState.TAKEN:
        state = f"{taken_by} 已接收" + (f"，{when} 前要报结果" if when else "")
    elif alert.state is AlertState.WATCHED:
        state = f"关注到 {when}，{taken_by}" if when else f"关注中，{taken_by}"
    else:
        state = "待接收" + (f"，{when} 再呼叫" if when else "")
    return f"{LEVEL_SIGN[alert.level]} {drill}{alert.number}　{place}{state}"


def near_clock(office: Office, at: datetime, now: datetime) -> str:
    """Return a time, with its day unless it is within half a day."""
    return clock(office, at, day=abs(at - now) > timedelta(hours=12))


def change_head(office: Office, chair: Chair, gone: str, come: str, now: datetime) -> str:
    """Return the first words of a note: 【交接】大石街道值班 12月3日 08:30　李国明 → 王秀芳."""
    return f"【交接】{chair.label} {clock(office, now, day=True)}　{gone} → {come}"


def change_words(
    head: str, *, opened: Sequence[str], undelivered: Sequence[str], left: Sequence[str]
) -> OutgoingMessage:
    """Return the note at a change of shift; one line when nothing is open and nothing was left."""
    if not opened and not left:
        return OutgoingMessage(body=(Span(f"{head}，没有未办结的预警。"),))
    lines = [f"未办结 {len(opened)} 条：", *opened] if opened else ["没有未办结的预警。"]
    lines += ["没有送到：", *undelivered] if undelivered else []
    lines += ["上一班留话：", *left] if left else []
    lines.append("要补充请回复：交接 要说的话")
    return OutgoingMessage(
        body=(Span(head + "\n", Style.STRONG), Span("\n".join(lines))),
    )


def empty_chair_words(note: OutgoingMessage, chair: Chair, take: Button) -> OutgoingMessage:
    """Return the note of a shift that ends with nobody to follow, and the way to take it."""
    words = f"\n现在{chair.label}没有人，能值的请按「{TAKE_LABEL}」。"
    return OutgoingMessage(
        body=(*note.body, Span(words, Style.STRONG)),
        buttons=((take,),),
    )


def words_left(chair: Chair, person: Person, words: str) -> OutgoingMessage:
    """Return what the others on a chair read when somebody adds to the note."""
    head = f"【交接】{chair.label}　{person.name} 留话："
    return OutgoingMessage(body=(Span(head, Style.STRONG), Span(words)))


def take_button(chair: Chair, until: datetime) -> Button:
    """Return the button 我来值 of one chair, which holds until a time.

    An old one takes no later shift; somebody else who presses it takes no other chair.
    """
    return Button(TAKE_LABEL, f"d:{int(until.timestamp())}:take:{chair.key}")
