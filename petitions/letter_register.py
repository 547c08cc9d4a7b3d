"""The register of reminder letters: how each stands, and the return rate (回函率).

Pure functions of letters. The source office's mark: 78 sent in 2021, 78 answered.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.letter import Letter, LetterStepKind
from petitions.deadlines import Counting
from petitions.supervision import reply_due_on


class Standing(enum.StrEnum):
    """How a letter stands."""

    DRAWN_UP = "drawn_up"
    SENT = "sent"
    RECEIVED = "received"
    OVERDUE = "overdue"
    REPLIED = "replied"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The standing in Chinese."""
        return _LABEL[self]

    @property
    def is_over(self) -> bool:
        """Whether nobody has to do anything about it any longer."""
        return self in {Standing.REPLIED, Standing.CANCELLED}


_LABEL = {
    Standing.DRAWN_UP: "未发出",
    Standing.SENT: "待签收",
    Standing.RECEIVED: "待回函",
    Standing.OVERDUE: "超期未回",
    Standing.REPLIED: "已回函",
    Standing.CANCELLED: "已作废",
}


@dataclass(frozen=True, slots=True)
class Rate:
    """How many letters went out and what came back; cancelled ones are not counted.

    ``in_time`` were answered by their last day; ``overdue`` are late and not answered.
    """

    made: int
    sent: int
    received: int
    replied: int
    in_time: int
    overdue: int

    @property
    def share(self) -> float | None:
        """The return rate: answered of those that were sent; None: none was."""
        return self.replied / self.sent if self.sent else None


def standing(letter: Letter, today: date, counting: Counting) -> Standing:
    """Return how a letter stands on a day."""
    if letter.is_cancelled:
        return Standing.CANCELLED
    if letter.last(LetterStepKind.REPLIED) is not None:
        return Standing.REPLIED
    due_on = reply_due_on(letter, counting)
    if due_on is None:
        return Standing.DRAWN_UP
    if due_on < today:
        return Standing.OVERDUE
    return Standing.SENT if letter.last(LetterStepKind.RECEIVED) is None else Standing.RECEIVED


def rate(letters: Iterable[Letter], today: date, counting: Counting) -> Rate:
    """Return the figures of some letters. Who has answered has received."""
    counted = [letter for letter in letters if not letter.is_cancelled]
    sent = [letter for letter in counted if letter.last(LetterStepKind.SENT) is not None]
    replied = [letter for letter in sent if letter.last(LetterStepKind.REPLIED) is not None]
    received = [
        letter
        for letter in sent
        if letter in replied or letter.last(LetterStepKind.RECEIVED) is not None
    ]
    stand = [standing(letter, today, counting) for letter in sent]
    return Rate(
        made=len(counted),
        sent=len(sent),
        received=len(received),
        replied=len(replied),
        in_time=sum(1 for letter in replied if _is_in_time(letter, counting)),
        overdue=stand.count(Standing.OVERDUE),
    )


def rates(
    letters: Sequence[Letter], today: date, counting: Counting
) -> tuple[tuple[str, Rate], ...]:
    """Return the figures of each unit, in the order of their first letters."""
    units: dict[str, list[Letter]] = {}
    for letter in letters:
        units.setdefault(letter.head.unit, []).append(letter)
    return tuple((unit, rate(own, today, counting)) for unit, own in units.items())


def _is_in_time(letter: Letter, counting: Counting) -> bool:
    replied, due_on = letter.last(LetterStepKind.REPLIED), reply_due_on(letter, counting)
    return replied is not None and due_on is not None and replied.on <= due_on
