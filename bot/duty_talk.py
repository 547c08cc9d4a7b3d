"""Shifts in the chat: 值班, 我来值, 还班, 替班, 换班, 交接, and the buttons under them.

Somebody's role says which chair is theirs; nobody takes another's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from alerts import outbox, roster, shift_change
from alerts.notices import clock
from alerts.roster_days import Around, NoSuchDay, day_of
from alerts.roster_words import take_button
from alerts.routing import private_chats
from bot import duty_replies, replies
from bot.commands import Asked, Command
from bot.hearing import Hearing
from bot.report_presses import row_id
from domain.channel import OutgoingMessage, plain
from domain.duty import Person
from domain.errors import PersonCanFix
from domain.roster import Chair, Entry

COMMANDS = frozenset(
    {
        Command.DUTY,
        Command.TAKE_SHIFT,
        Command.HAND_BACK,
        Command.STAND_IN,
        Command.SWAP,
        Command.SHIFT_WORDS,
    }
)
TAKES_WORDS = frozenset({Command.SHIFT_WORDS})
TEXT_PARTS = 2  # a name and a day
SWAP_PARTS = 3
NOTICE_LASTS = timedelta(days=2)

_HOURS = re.compile(r"\d{1,3}")


def is_theirs(person: Person | None, command: Asked) -> bool:
    """Whether words behind a command are for the next shift, and not a report."""
    return command.command not in TAKES_WORDS or roster.own_chair(person) is not None


def obey(hearing: Hearing, command: Asked) -> None:
    """Answer a command about shifts; `PersonCanFix` says what was missing."""
    if command.command is Command.DUTY:
        hearing.answer(_on_duty(hearing))
        return
    person = hearing.person
    chair = roster.own_chair(person)
    if person is None or chair is None:
        raise PersonCanFix(roster.NO_CHAIR)
    _OBEY[command.command](hearing, person, chair, command.rest)


def _on_duty(hearing: Hearing) -> OutgoingMessage:
    person = hearing.person
    town = None if person is None else person.town
    chairs = [
        chair
        for chair in roster.chairs_of(hearing.office)
        if chair.town is None or town is None or chair.town == town
    ]
    found = [roster.now_and_next(hearing.uow, chair) for chair in chairs]
    words = duty_replies.now_and_next(hearing.office, found)
    own = roster.own_chair(person)
    if (
        own is None
        or person is None
        or any(shift.person == person for one in found if one.chair == own for shift in one.now)
    ):
        return plain(words)
    now = [shift.ends_at for one in found if one.chair == own for shift in one.now]
    latest = hearing.uow.now + roster.LONGEST_TAKEN
    return plain(words, (take_button(own, min([*now, latest])),))


def _take(hearing: Hearing, person: Person, _chair: Chair, rest: str) -> None:
    hours = _HOURS.match(rest)
    lasts = timedelta(hours=int(hours[0])) if hours else None
    if lasts is not None and not timedelta() < lasts <= roster.LONGEST_TAKEN:
        raise PersonCanFix(duty_replies.TOO_LONG)
    hearing.answer(_taken(hearing, person, lasts))


def _taken(hearing: Hearing, person: Person, lasts: timedelta | None) -> str:
    taken = roster.take_now(hearing.uow, person, lasts)
    until = clock(hearing.office, taken.until, day=True)
    if taken.already:
        return duty_replies.ALREADY.format(until=until)
    return duty_replies.TAKEN.format(
        chair=taken.chair.label, until=until, instead=duty_replies.instead_of(taken.instead)
    )


def _hand_back(hearing: Hearing, person: Person, chair: Chair, _rest: str) -> None:
    back = roster.hand_back(hearing.uow, person)
    if back is None:
        raise PersonCanFix(duty_replies.NOTHING_TO_HAND_BACK)
    words = duty_replies.HANDED_BACK if back else duty_replies.HANDED_BACK_EMPTY
    hearing.answer(words.format(chair=chair.label, who="、".join(one.name for one in back)))


def _stand_in(hearing: Hearing, person: Person, chair: Chair, rest: str) -> None:
    parts = rest.split()
    if len(parts) != TEXT_PARTS:
        raise PersonCanFix(duty_replies.HOW_TO_STAND_IN)
    days = [day for day in (_day(hearing, part) for part in parts) if day is not None]
    names = [part for part in parts if _day(hearing, part) is None]
    if len(days) != 1 or len(names) != 1:
        raise PersonCanFix(duty_replies.HOW_TO_STAND_IN)
    colleague = _colleague(hearing, chair, names[0])
    if colleague == person:
        raise PersonCanFix(duty_replies.YOUR_OWN)
    entry = _shift(hearing, chair, colleague, days[0])
    roster.stand_in(hearing.uow, entry, person)
    when = duty_replies.when(hearing.office, entry)
    hearing.answer(duty_replies.STANDS_IN.format(when=when, chair=chair.label, name=colleague.name))
    words = duty_replies.STOOD_IN_FOR.format(who=person.title, when=when, chair=chair.label)
    _tell(hearing, colleague, plain(words))


def _swap(hearing: Hearing, person: Person, chair: Chair, rest: str) -> None:
    parts = rest.split()
    days = [_day(hearing, part) for part in parts]
    if len(parts) != SWAP_PARTS or days[0] is None or days[1] is not None or days[2] is None:
        raise PersonCanFix(duty_replies.HOW_TO_SWAP)
    colleague = _colleague(hearing, chair, parts[1])
    if colleague == person:
        raise PersonCanFix(duty_replies.YOUR_OWN)
    own = _shift(hearing, chair, person, days[0])
    other = _shift(hearing, chair, colleague, days[2])
    question = duty_replies.ask_swap(hearing.office, own, other, asked=hearing.inbox_id)
    asked = _tell(hearing, colleague, question, key=_swap_key(own.id, other.id, hearing.inbox_id))
    words = duty_replies.SWAP_ASKED if asked else duty_replies.SWAP_UNREACHED
    hearing.answer(words.format(name=colleague.name))


def _leave_words(hearing: Hearing, person: Person, chair: Chair, rest: str) -> None:
    if rest:
        key = f"words:{hearing.inbox_id}"
        shift_change.leave_words(
            hearing.uow, chair, person, rest, heard_in=hearing.address, key=key
        )
        hearing.answer(duty_replies.WORDS_KEPT)
        return
    if not hearing.is_private and hearing.uow.groups.at(hearing.address) is None:
        raise PersonCanFix(replies.NOT_FOR_GROUP)
    if not hearing.is_private and hearing.uow.groups.town_at(hearing.address) != chair.town:
        raise PersonCanFix(replies.NOT_FOR_GROUP)
    on_duty = hearing.uow.duty.on_duty(chair.post, chair.town)
    hearing.answer(
        shift_change.note(
            hearing.uow,
            hearing.office,
            chair,
            gone="、".join(one.name for one in on_duty) or duty_replies.NOBODY_NOW,
            come="下一班",
            since=shift_change.since_of(hearing.uow, chair),
        )
    )


_OBEY: dict[Command, Callable[[Hearing, Person, Chair, str], None]] = {
    Command.TAKE_SHIFT: _take,
    Command.HAND_BACK: _hand_back,
    Command.STAND_IN: _stand_in,
    Command.SWAP: _swap,
    Command.SHIFT_WORDS: _leave_words,
}


def _press_take(hearing: Hearing, until: int, choice: str) -> None:
    if hearing.person is None:
        raise PersonCanFix(replies.ENROL_FIRST)
    if until <= hearing.uow.now.timestamp():
        raise PersonCanFix(replies.STALE_BUTTON)
    chair = roster.own_chair(hearing.person)
    if chair is None or chair.key != choice:
        raise PersonCanFix(duty_replies.NOT_YOUR_CHAIR)
    words = _taken(hearing, hearing.person, None)
    hearing.toast(words)


def _press_swap(hearing: Hearing, own_id: int, choice: str) -> None:
    own, other = _asked_swap(hearing, own_id, choice)
    roster.swap(hearing.uow, own, other)
    words = duty_replies.swapped(hearing.office, own, other)
    hearing.toast(duty_replies.AGREE)
    hearing.replace_pressed(words)
    _tell(hearing, own.person, plain(words))


def _press_no_swap(hearing: Hearing, own_id: int, choice: str) -> None:
    own, other = _asked_swap(hearing, own_id, choice)
    hearing.toast(duty_replies.REFUSED)
    hearing.replace_pressed(duty_replies.REFUSED)
    when = duty_replies.when(hearing.office, other)
    words = duty_replies.NOT_SWAPPED.format(name=other.person.name, other=when)
    _tell(hearing, own.person, plain(words))


VERBS: dict[str, Callable[[Hearing, int, str], None]] = {
    "take": _press_take,
    "swap": _press_swap,
    "noswap": _press_no_swap,
}


def _asked_swap(hearing: Hearing, own_id: int, choice: str) -> tuple[Entry, Entry]:
    other_id, _, asked = choice.partition(".")
    uow = hearing.uow
    own, other = uow.duty.entry(own_id), uow.duty.entry(row_id(other_id))
    if own is None or other is None:
        raise PersonCanFix(roster.SHIFT_OVER)
    if hearing.person != other.person:
        raise PersonCanFix(duty_replies.NOT_ASKED)
    if not uow.shift_changes.was_asked(_swap_key(own.id, other.id, row_id(asked))):
        raise PersonCanFix(replies.STALE_BUTTON)
    return own, other


def _swap_key(own_id: int, other_id: int, asked: int) -> str:
    return f"swap:{own_id}:{other_id}:{asked}"


def _day(hearing: Hearing, written: str) -> date | None:
    today = hearing.office.hours.local(hearing.uow.now).date()
    try:
        return day_of(written, Around(today))
    except NoSuchDay as fault:
        raise PersonCanFix(f"{fault}。") from None


def _colleague(hearing: Hearing, chair: Chair, name: str) -> Person:
    fitting = [one for one in hearing.uow.people.named(name) if roster.own_chair(one) == chair]
    if len(fitting) != 1:
        raise PersonCanFix(duty_replies.NO_COLLEAGUE.format(name=name))
    return fitting[0]


def _shift(hearing: Hearing, chair: Chair, person: Person, day: date) -> Entry:
    entry = roster.shift_of(hearing.uow, hearing.office, chair, person, day)
    if entry is None:
        words = f"{day.month}月{day.day}日 "
        raise PersonCanFix(roster.NO_SHIFT.format(day=words, chair=chair.label, name=person.name))
    return entry


def _tell(hearing: Hearing, person: Person, message: OutgoingMessage, *, key: str = "") -> bool:
    """Send something to a colleague's own chat; False when they have none."""
    for target in private_chats(hearing.uow, (person,)):
        outbox.say(
            hearing.uow,
            target.address,
            message,
            key=key or f"shift:{hearing.inbox_id}:{person.id}",
            lasts=NOTICE_LASTS,
        )
        return True
    return False
