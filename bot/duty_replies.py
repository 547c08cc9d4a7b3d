"""Every sentence that the bot answers with about shifts."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.notices import clock
from alerts.office import Office
from alerts.roster import NowAndNext
from domain.channel import Button, OutgoingMessage, Span
from domain.duty import Person
from domain.roster import Entry

NO_DUTY = "现在没有排班。"
NOBODY_NOW = "现在没有人"
TAKEN = "{chair}现在由您值，到 {until}{instead}。交接单马上发出。"
ALREADY = "您正在值班，到 {until}。"
HANDED_BACK = "好的，{chair}又由 {who} 值班。"
HANDED_BACK_EMPTY = "好的。现在{chair}没有人，请尽快找人。"
NOTHING_TO_HAND_BACK = "您没有用「我来值」接过班。"
NOT_YOUR_CHAIR = "这个班不由您值。"
TOO_LONG = "一次最多 24 小时。"
HOW_TO_STAND_IN = "请写清姓名和日期，如：替班 李明 12月3日"
HOW_TO_SWAP = "请写清日期和姓名，如：换班 12月3日 李明 12月5日（您 12月3日 的班，换他 12月5日 的）"
NO_COLLEAGUE = "没有找到与您同一岗位的“{name}”。"
YOUR_OWN = "这就是您自己的班。"
STANDS_IN = "好的，{when} {chair}由您替 {name} 值。"
STOOD_IN_FOR = "{who} 替您值 {when} 的{chair}。"
SWAP_ASKED = "已问 {name}，对方按「同意」就换。"
SWAP_UNREACHED = "{name} 还没有可以收消息的地方，请直接联系，再请管理员改值班表。"
ASK_SWAP = "{who} 想用 {own} 的班换您 {other} 的班（{chair}）。"
AGREE, REFUSE = "同意", "不换"
SWAPPED = "换好了：{own} 由 {other_name} 值，{other} 由 {own_name} 值（{chair}）。"
NOT_SWAPPED = "{name} 不换 {other} 的班。"
REFUSED = "好的，没有换。"
NOT_ASKED = "这个问题不是问您的。"
WORDS_KEPT = "已记下，下次交接时给接班的人看。"


def now_and_next(office: Office, chairs: Sequence[NowAndNext]) -> str:
    """Return who is on duty and who is next, a line a chair."""
    lines = []
    for one in chairs:
        if not one.now and not one.then:
            continue
        now = "、".join(shift.person.name for shift in one.now) or NOBODY_NOW
        until = min((shift.ends_at for shift in one.now), default=None)
        line = f"{one.chair.label}：{now}"
        if until is not None:
            line += f"，到 {clock(office, until, day=True)}"
        if one.then:
            names = "、".join(dict.fromkeys(shift.person.name for shift in one.then))
            line += f"；接下来 {clock(office, one.then[0].starts_at, day=True)} {names}"
        lines.append(line)
    return "\n".join(lines) or NO_DUTY


def when(office: Office, entry: Entry) -> str:
    """Return a shift's time: 12月3日 08:30 到 12月4日 08:30."""
    starts, ends = (clock(office, at, day=True) for at in (entry.starts_at, entry.ends_at))
    return f"{starts} 到 {ends}"


def ask_swap(office: Office, own: Entry, other: Entry, *, asked: int) -> OutgoingMessage:
    """Return the question whether two shifts change their people; ``asked`` names it."""
    words = ASK_SWAP.format(
        who=own.person.title,
        own=when(office, own),
        other=when(office, other),
        chair=own.chair.label,
    )
    buttons = (
        Button(AGREE, f"d:{own.id}:swap:{other.id}.{asked}"),
        Button(REFUSE, f"d:{own.id}:noswap:{other.id}.{asked}"),
    )
    return OutgoingMessage(body=(Span(words),), buttons=(buttons,))


def swapped(office: Office, own: Entry, other: Entry) -> str:
    """Return what both read when their shifts have changed."""
    return SWAPPED.format(
        own=when(office, own),
        other=when(office, other),
        own_name=own.person.name,
        other_name=other.person.name,
        chair=own.chair.label,
    )


def instead_of(people: Sequence[Person]) -> str:
    """Return in brackets whose place somebody takes."""
    return f"（原来是 {'、'.join(one.name for one in people)}）" if people else ""
