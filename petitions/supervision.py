"""Supervision (督办): what is nearly due or late, and how far up it has climbed.

Three levels, each entered so many days before or after something is due: the unit itself, the
district joint office (区信联办), the leaders' list for the standing meeting. The levels and the
second reception (二次接访) are the office's own rules and stand in its settings; what is due when
is the Regulation's (`petitions.deadlines`). Pure functions of values. Refuses: reading rows,
and knowing who is told.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from domain.letter import Letter, LetterStepKind
from domain.petition import Lodging, Matter, StepKind
from petitions.counting import days_after
from petitions.deadlines import ClockKind, Counting, Whose, clocks

THE_OFFICE = "业务科"
"""Who acts where no unit is named: the petition office's own clerks."""

SECOND_RECEPTION = "second_reception"
LETTER_REPLY = "letter_reply"
_LABEL = {SECOND_RECEPTION: StepKind.SECOND_RECEPTION.label, LETTER_REPLY: "回复提醒函"}
# Until a matter is forwarded it is the office's own to act on; a review is the organ's above.
_NOT_THE_UNITS = frozenset({ClockKind.HANDLE, ClockKind.REVIEW, ClockKind.RECHECK})
# What ends the need for a second reception: the petitioner has an answer, or a refusal.
_ANSWERS = frozenset({StepKind.REPLIED, StepKind.NOT_ACCEPTED, StepKind.NO_LONGER_ACCEPTED})


class SupervisionLevel(enum.IntEnum):
    """How far up something has climbed."""

    UNIT = 1
    JOINT_OFFICE = 2
    LEADERS = 3

    @property
    def label(self) -> str:
        """The level in Chinese."""
        return _LEVEL_LABEL[self]


_LEVEL_LABEL = {
    SupervisionLevel.UNIT: "一级（责任单位）",
    SupervisionLevel.JOINT_OFFICE: "二级（区信联办）",
    SupervisionLevel.LEADERS: "三级（领导）",
}


@dataclass(frozen=True, slots=True)
class SupervisionTimes:
    """When something reaches each level, in calendar days from its last day; below 0: before.

    Each is not earlier than the one before. ``second_reception`` is how many days after the
    registration a first petitioner is to be received again.
    """

    unit: int = -5
    joint_office: int = 1
    leaders: int = 7
    second_reception: int = 15

    def level(self, due_on: date, today: date) -> SupervisionLevel | None:
        """Return how far something has climbed on a day; None: there is time left."""
        over = (today - due_on).days
        reached = (
            (self.leaders, SupervisionLevel.LEADERS),
            (self.joint_office, SupervisionLevel.JOINT_OFFICE),
            (self.unit, SupervisionLevel.UNIT),
        )
        return next((level for since, level in reached if over >= since), None)


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that somebody has to do about a matter or a letter, nearly due or late.

    ``what`` is a kind of clock, a second reception, or a letter's answer. ``matter`` is None
    only for a letter that is about none.
    """

    what: str
    unit: str
    due_on: date
    as_of: date
    level: SupervisionLevel
    matter: Matter | None = None
    letter: Letter | None = None
    provisional: bool = False

    @property
    def label(self) -> str:
        """What is to be done, in Chinese."""
        return _LABEL.get(self.what) or ClockKind(self.what).label

    @property
    def days_over(self) -> int:
        """Days since the last day: 0 on it, below 0 while there is time."""
        return (self.as_of - self.due_on).days

    @property
    def is_late(self) -> bool:
        """Whether the last day is over."""
        return self.days_over > 0

    @property
    def number(self) -> str:
        """The number of the letter, if it is a letter that waits, else of the matter."""
        if self.letter is not None:
            return self.letter.number
        return "" if self.matter is None else self.matter.number

    def reached(self) -> tuple[SupervisionLevel, ...]:
        """Return every level it has climbed past or stands on, the lowest first."""
        return tuple(level for level in SupervisionLevel if level <= self.level)

    def key(self, level: SupervisionLevel) -> str:
        """Return what names its stay on a level, for saying it once; a moved day is anew."""
        if self.letter is not None:
            whose = f"letter:{self.letter.id}"
        else:
            whose = f"matter:{0 if self.matter is None else self.matter.id}"
        return f"{whose}:{self.what}:{self.due_on}:{level.value}"


def due_of_matter(
    matter: Matter, today: date, counting: Counting, times: SupervisionTimes
) -> tuple[Due, ...]:
    """Return what is nearly due or late of a matter that goes on, the latest first."""
    found = (*_limits(matter, today, counting, times), *_reception(matter, today, counting, times))
    return in_order(found)


def due_of_letter(
    letter: Letter,
    matter: Matter | None,
    today: date,
    counting: Counting,
    times: SupervisionTimes,
) -> Due | None:
    """Return a letter whose answer is nearly due or late."""
    due_on = reply_due_on(letter, counting)
    if due_on is None or not letter.waits_for_reply:
        return None
    level = times.level(due_on, today)
    if level is None:
        return None
    return Due(
        what=LETTER_REPLY,
        unit=letter.head.unit,
        due_on=due_on,
        as_of=today,
        level=level,
        matter=matter,
        letter=letter,
    )


def reply_due_on(letter: Letter, counting: Counting) -> date | None:
    """Return until when a letter's answer is due; None while it is not out."""
    sent = letter.last(LetterStepKind.SENT)
    if sent is None:
        return None
    return counting.last_day(days_after(sent.on, letter.head.reply_days))


def second_reception_due_on(
    matter: Matter, counting: Counting, times: SupervisionTimes
) -> date | None:
    """Return until when a first petitioner who came in person is received again; None: never."""
    head = matter.head
    if head.lodging is not Lodging.VISIT or head.repeated:
        return None
    return counting.last_day(days_after(head.registered_on, times.second_reception))


def in_order(found: Iterable[Due]) -> tuple[Due, ...]:
    """Return what is due, the latest first."""
    return tuple(sorted(found, key=lambda one: (one.due_on, one.unit, one.number, one.what)))


def _limits(
    matter: Matter, today: date, counting: Counting, times: SupervisionTimes
) -> Iterator[Due]:
    for clock in clocks(matter.head.kind, matter.steps, today, counting):
        if not clock.is_open or clock.what.whose is not Whose.OFFICE:
            continue
        level = times.level(clock.due_on, today)
        if level is None:
            continue
        own = "" if clock.what in _NOT_THE_UNITS else matter.head.unit
        yield Due(
            what=clock.what.value,
            unit=clock.unit or own or THE_OFFICE,
            due_on=clock.due_on,
            as_of=today,
            level=level,
            matter=matter,
            provisional=clock.provisional,
        )


def _reception(
    matter: Matter, today: date, counting: Counting, times: SupervisionTimes
) -> Iterator[Due]:
    due_on = second_reception_due_on(matter, counting, times)
    done = {step.kind for step in matter.steps if step.on <= today}
    if due_on is None or StepKind.SECOND_RECEPTION in done or done & _ANSWERS:
        return
    level = times.level(due_on, today)
    if level is not None:
        yield Due(
            what=SECOND_RECEPTION,
            unit=matter.head.unit or THE_OFFICE,
            due_on=due_on,
            as_of=today,
            level=level,
            matter=matter,
        )
