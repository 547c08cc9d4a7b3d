"""A reminder letter (提醒函): the office's paper that asks a unit how something stands.

It has a number of its year, is sent, signed for and answered. Each of these is a step on a day
of the office's calendar. A number once given stays given: a letter made by mistake is cancelled.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime


class LetterStepKind(enum.StrEnum):
    """What happened to a letter."""

    SENT = "sent"
    RECEIVED = "received"
    REPLIED = "replied"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The step in Chinese."""
        return _STEP_LABEL[self]


_STEP_LABEL = {
    LetterStepKind.SENT: "发出",
    LetterStepKind.RECEIVED: "签收",
    LetterStepKind.REPLIED: "回函",
    LetterStepKind.CANCELLED: "作废",
}


@dataclass(frozen=True, slots=True)
class LetterStep:
    """One step, on a day of the office's calendar.

    ``way`` is how it went or came (专人, 邮寄, 公文系统); ``document`` the number of the paper that
    says so, as a reply's.
    """

    kind: LetterStepKind
    on: date
    way: str = ""
    document: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LetterHead:
    """What a letter is: to whom, about what, and how many days they have to answer.

    It is about a matter, about an alert's follow-up, or about neither. ``about`` is what people
    call that: 2026-0042, A-0132. ``words`` are the writer's own, one paragraph a line.
    """

    unit: str
    title: str
    reply_days: int
    matter_id: int | None = None
    alert_id: int | None = None
    about: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter with its steps, in the order in which they were written down."""

    id: int
    year: int
    serial: int
    head: LetterHead
    made_on: date
    made_at: datetime
    made_by: int | None
    steps: tuple[LetterStep, ...] = ()

    @property
    def number(self) -> str:
        """The number as papers carry it (GB/T 9704-2012, 7.2.5): 〔2026〕3号."""
        return f"〔{self.year}〕{self.serial}号"

    def last(self, kind: LetterStepKind) -> LetterStep | None:
        """Return the step of a kind that counts: the one written down last, which corrects."""
        return next((step for step in reversed(self.steps) if step.kind is kind), None)

    @property
    def is_cancelled(self) -> bool:
        """Whether it was made by mistake and is out of use."""
        return self.last(LetterStepKind.CANCELLED) is not None

    @property
    def waits_for_reply(self) -> bool:
        """Whether it is out and nobody has answered it."""
        return (
            not self.is_cancelled
            and self.last(LetterStepKind.SENT) is not None
            and self.last(LetterStepKind.REPLIED) is None
        )
