"""The steps that a row of a sheet tells of: a column a step, its day, its paper.

A sheet has one place for each kind of step; what happened twice stands in it once. Refuses:
making up a day that is not written.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.petition import Satisfaction, Step, StepKind
from petitions import cells, sheet_words
from petitions.heads import Field
from petitions.row_cells import RowCells

# A step's day, and its paper where there is a column for it; in the order of the law.
_PLAIN = (
    (StepKind.SECOND_RECEPTION, Field.SECOND_RECEPTION_ON),
    (StepKind.NOT_ACCEPTED, Field.NOT_ACCEPTED_ON),
    (StepKind.NO_LONGER_ACCEPTED, Field.NO_LONGER_ACCEPTED_ON),
    (StepKind.REVIEW_ASKED, Field.REVIEW_ASKED_ON),
    (StepKind.REVIEWED, Field.REVIEWED_ON),
    (StepKind.RECHECK_ASKED, Field.RECHECK_ASKED_ON),
    (StepKind.RECHECKED, Field.RECHECKED_ON),
)
_ORDER = {kind: place for place, kind in enumerate(StepKind)}
COLUMN_OF = {
    StepKind.REGISTERED: Field.REGISTERED_ON,
    StepKind.FORWARDED: Field.FORWARDED_ON,
    StepKind.ACCEPTED: Field.ACCEPTED_ON,
    StepKind.EXTENDED: Field.EXTENDED_ON,
    StepKind.REPLIED: Field.REPLIED_ON,
    StepKind.SATISFACTION: Field.RATED_ON,
    **dict(_PLAIN),
}
"""The column in which a step of a kind is looked for."""


def read_steps(told: RowCells, *, registered_on: date | None, unit: str) -> tuple[Step, ...]:
    """Return the steps of a row, the earliest first; ``unit`` answers for the matter."""
    found = [*_reception(told, registered_on, unit), *_answer(told, unit)]
    for kind, what in _PLAIN:
        day = told.day(what)
        if day is not None:
            found.append(Step(kind, day))
    return tuple(sorted(found, key=lambda step: (step.on, _ORDER[step.kind])))


def _reception(told: RowCells, registered_on: date | None, unit: str) -> Iterator[Step]:
    if registered_on is not None:
        yield Step(StepKind.REGISTERED, registered_on)
    document = told.short(Field.FORWARDED_DOCUMENT)
    forwarded_on = told.day(Field.FORWARDED_ON)
    if forwarded_on is not None:
        yield Step(StepKind.FORWARDED, forwarded_on, document, unit)
    accepted_on, notified_on = told.day(Field.ACCEPTED_ON), told.day(Field.NOTIFIED_ON)
    outcome = told.say(Field.ACCEPTANCE, sheet_words.acceptance)
    day = accepted_on or notified_on
    if day is not None:
        apart = accepted_on and notified_on and accepted_on != notified_on
        yield Step(
            outcome or StepKind.ACCEPTED,
            day,
            told.short(Field.ACCEPTED_DOCUMENT),
            note=f"书面告知 {notified_on}" if apart else "",
        )


def _answer(told: RowCells, unit: str) -> Iterator[Step]:
    extended_on = told.day(Field.EXTENDED_ON)
    counts = extended_on is not None
    days = told.read(Field.EXTENDED_DAYS, cells.days, decides=counts)
    until = told.day(Field.EXTENDED_UNTIL, decides=counts)
    if extended_on is not None:
        yield Step(StepKind.EXTENDED, extended_on, days=days, until=until)
    elif days is not None or until is not None:
        what = Field.EXTENDED_DAYS if days is not None else Field.EXTENDED_UNTIL
        told.remark(what, "没有写延期批准的日期，延期没有记，期限仍按原来的算")
    replied_on = told.day(Field.REPLIED_ON)
    if replied_on is not None:
        yield Step(StepKind.REPLIED, replied_on, told.short(Field.REPLIED_DOCUMENT), unit)
    rated_on = told.day(Field.RATED_ON)
    if rated_on is not None:
        rating = told.say(Field.SATISFACTION, sheet_words.satisfaction)
        yield Step(StepKind.SATISFACTION, rated_on, note=_rated(rating))


def _rated(rating: Satisfaction | None) -> str:
    return "" if rating is None else rating.label
