"""Keeping the ledger: matters registered and changed, their steps written down.

Whoever keeps it needs the policy's leave (`Topic.KEEPING`), and each of these leaves its line
in the access log. What follows from the steps (what is due next, whether it has ended, which
town may see it) is kept with the matter in the same unit, so that lists need no counting.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from domain.access import Asker, Topic
from domain.errors import PersonCanFix
from domain.petition import Matter, MatterHead, Petitioner, Step, StepKind
from petitions import asking
from petitions.deadlines import Counting, clocks, next_due
from petitions.ledger import Ledger
from petitions.near_names import spellings
from storage.matter_batches import spell
from storage.matter_values import Change
from storage.unit_of_work import UnitOfWork

BY_HAND = "hand"

_ENDS = frozenset(
    {
        StepKind.REPLIED,
        StepKind.NOT_ACCEPTED,
        StepKind.NO_LONGER_ACCEPTED,
        StepKind.REVIEWED,
        StepKind.RECHECKED,
    }
)
_GOES_ON = frozenset({StepKind.REVIEW_ASKED, StepKind.RECHECK_ASKED})


def register(
    uow: UnitOfWork,
    ledger: Ledger,
    asker: Asker,
    head: MatterHead,
    *,
    petitioners: Iterable[Petitioner],
    steps: Iterable[Step] = (),
    source: str = BY_HAND,
) -> Matter:
    """Put a new matter into the ledger; `PersonCanFix` when its number is there already."""
    person_id = keeper(uow, asker, "register", head.number)
    if uow.matters.by_number(head.number) is not None:
        raise PersonCanFix(f"{head.number} 已经在台账里，请用更正。")
    open_to = asking.open_to(head)
    matter_id = uow.matters.add(head, open_to=open_to)
    _let_in(uow, matter_id, petitioners, open_to)
    for step in steps:
        uow.matters.record(matter_id, step, person_id=person_id, source=source)
    return wind(uow, ledger, matter_id)


def change(
    uow: UnitOfWork,
    ledger: Ledger,
    asker: Asker,
    matter: Matter,
    *,
    head: MatterHead | None = None,
    petitioners: tuple[Petitioner, ...] | None = None,
    source: str = BY_HAND,
) -> Matter:
    """Correct a matter's head or people; what stood before stays in its history."""
    person_id = keeper(uow, asker, "change", matter.number)
    after = matter.head if head is None else replace(head, number=matter.number)
    open_to = asking.open_to(after)
    people = matter.petitioners if petitioners is None else petitioners
    if people != matter.petitioners:
        uow.matters.note_change(
            matter.id,
            Change(
                field="petitioners",
                before=spell(matter.petitioners),
                after=spell(people),
                at=uow.now,
                person_id=person_id,
                source=source,
            ),
        )
    if people != matter.petitioners or open_to != asking.open_to(matter.head):
        uow.petitioners.remove(matter.id)
        _let_in(uow, matter.id, people, open_to)
    uow.matters.change(matter, after, open_to=open_to, person_id=person_id, source=source)
    return wind(uow, ledger, matter.id)


def write_down(
    uow: UnitOfWork,
    ledger: Ledger,
    asker: Asker,
    matter: Matter,
    step: Step,
    *,
    replaces: int | None = None,
    void: bool = False,
    source: str = BY_HAND,
) -> Matter:
    """Write a step down, in place of the row ``replaces`` if one is named; ``void`` takes it away.

    `PersonCanFix` when that row is not a standing step of this matter.
    """
    person_id = keeper(uow, asker, "step", matter.number)
    if replaces is not None or void:
        kept = uow.matters.steps(matter.id)
        gone = {row.replaces for row in kept}
        if not any(row.id == replaces and row.id not in gone and not row.void for row in kept):
            raise PersonCanFix("没有这一步，或已经更正过，请再看一遍。")
    uow.matters.record(
        matter.id, step, person_id=person_id, source=source, replaces=replaces, void=void
    )
    return wind(uow, ledger, matter.id)


def wind(uow: UnitOfWork, ledger: Ledger, matter_id: int) -> Matter:
    """Bring what follows from a matter's steps up to date and return the matter."""
    matter = uow.matters.get(matter_id)
    if matter is None:
        raise KeyError(matter_id)
    due_on, ended_on = standing(matter, ledger.counting, ledger.today(uow.now))
    uow.matters.set_clock(matter, next_due_on=due_on, ended_on=ended_on)
    return uow.matters.get(matter_id) or matter


def standing(matter: Matter, counting: Counting, today: date) -> tuple[date | None, date | None]:
    """Return until when something is due of a matter, and when it ended; both None: it goes on.

    It ends with an answer, a refusal or the opinion of a review, until somebody asks for the
    next review.
    """
    due = next_due(clocks(matter.head.kind, matter.steps, today, counting))
    if due is not None:
        return due.due_on, None
    last = next((one for one in reversed(matter.steps) if one.kind in _ENDS | _GOES_ON), None)
    return None, last.on if last is not None and last.kind in _ENDS else None


def keeper(uow: UnitOfWork, asker: Asker, what: str, number: str) -> int:
    """Return who keeps the ledger, with a line in the log; `PersonCanFix` for anybody else."""
    asking.require(asker, Topic.KEEPING)
    asking.looked(uow, asker, what, number)
    if asker.person is None:
        raise KeyError(number)
    return asker.person.id


def _let_in(uow: UnitOfWork, matter_id: int, people: Iterable[Petitioner], open_to: str) -> None:
    named = tuple(people)
    uow.petitioners.add(matter_id, named, open_to=open_to)
    for one in named:
        uow.petitioners.keep_slips(one.name, spellings(one.name), open_to=open_to)
