"""Rows of an exported sheet into the ledger, a batch a unit of work.

Repeatable: the same number changes what is there (`petitions.merging`), so an import that was
killed is simply run again. A step that contradicts the Regulation is imported with a remark
and does not refuse its row: a matter that is missing is watched by no clock, while the clocks
count a contradicting step for nothing and the clerk is told. Refuses: files, and whoever may
not keep the ledger.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.access import Asker, Topic
from domain.petition import Matter, MatterKind
from petitions import asking
from petitions.deadlines import faults
from petitions.heads import Field
from petitions.ledger import Ledger
from petitions.matter_rows import Line, Said
from petitions.matters import standing
from petitions.merging import BY_SHEET, Merged, merged, missing, new_matter
from petitions.near_names import spellings
from petitions.row_cells import Remark, RowCells
from petitions.step_cells import COLUMN_OF
from storage.matter_batches import Entry, Kept
from storage.unit_of_work import UnitOfWork

BATCH = 200
"""Rows of one unit of work: an alert that waits behind it waits a fraction of a second."""

ACCUSED_ANSWERS = "检举控告不能交给被反映的单位（第三十条第三款），请改交别的单位"
CLEARED = "这件事已按保存期限清除，不再登记"


class Outcome(enum.StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """The outcome in Chinese."""
        return _OUTCOME_LABEL[self]


_OUTCOME_LABEL = {
    Outcome.NEW: "新增",
    Outcome.CHANGED: "更新",
    Outcome.UNCHANGED: "没有变化",
    Outcome.REFUSED: "没有导入",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row, and what is to be looked at in it."""

    row: int
    number: str
    outcome: Outcome
    remarks: tuple[Remark, ...]


def put(uow: UnitOfWork, ledger: Ledger, asker: Asker, lines: Sequence[Line]) -> tuple[Result, ...]:
    """Write a batch of rows into the ledger; those that are refused are left out.

    Imports follow one another. One line in the access log for the batch.
    """
    asking.require(asker, Topic.KEEPING)
    uow.turns.wait("matters import")
    planned = _plan(uow, ledger, lines, lock=True)
    entries = [entry for _, entry in planned if entry is not None]
    if asker.person is not None and entries:
        numbers = sorted(entry.head.number for entry in entries)
        asking.looked(uow, asker, "import", f"{numbers[0]} … {numbers[-1]}（{len(numbers)} 件）")
        uow.matter_batches.write(entries, person_id=asker.person.id, source=BY_SHEET)
    return tuple(result for result, _ in planned)


def look(
    uow: UnitOfWork, ledger: Ledger, asker: Asker, lines: Sequence[Line]
) -> tuple[Result, ...]:
    """Return what `put` would make of a batch; writes nothing."""
    asking.require(asker, Topic.KEEPING)
    return tuple(result for result, _ in _plan(uow, ledger, lines, lock=False))


def _plan(
    uow: UnitOfWork, ledger: Ledger, lines: Sequence[Line], *, lock: bool
) -> list[tuple[Result, Entry | None]]:
    numbers = [line.number for line in lines if line.said is not None]
    there = uow.matter_batches.kept(numbers, lock=lock)
    return [_planned(uow, ledger, line, there.get(line.number)) for line in lines]


def _planned(
    uow: UnitOfWork, ledger: Ledger, line: Line, kept: Kept | None
) -> tuple[Result, Entry | None]:
    # a copy: a unit of work may run twice
    told = replace(line.cells, remarks=list(line.cells.remarks))
    said = line.said
    if said is not None and kept is None:
        for what, words in missing(said):
            told.remark(what, words, refuses=True)
    if kept is not None and kept.is_cleared:
        told.remark(Field.NUMBER, CLEARED, refuses=True)
    if said is None or told.is_refused:
        return Result(line.row, line.number, Outcome.REFUSED, tuple(told.remarks)), None
    after = new_matter(said) if kept is None else merged(kept, said)
    for what, words in after.notes:
        told.remark(what, words)
    if after.head.kind is MatterKind.ACCUSATION and after.head.unit in after.head.about_units:
        told.remark(Field.UNIT, ACCUSED_ANSWERS)
    _remark_faults(uow, ledger, told, said, after)
    entry = _entry(uow, ledger, after, kept)
    outcome = Outcome.NEW if kept is None else _compared(entry, kept)
    is_written = outcome is not Outcome.UNCHANGED or _winds(entry, kept)
    result = Result(line.row, line.number, outcome, tuple(told.remarks))
    return result, entry if is_written else None


def _remark_faults(
    uow: UnitOfWork, ledger: Ledger, told: RowCells, said: Said, after: Merged
) -> None:
    """Tell where the matter's steps contradict the Regulation, by the cell if the row has it."""
    written = {(step.kind, step.on) for step in said.steps}
    for fault in faults(after.head.kind, after.standing, ledger.today(uow.now), ledger.counting):
        step = fault.step
        is_here = step is not None and (step.kind, step.on) in written
        what = COLUMN_OF.get(step.kind) if step is not None and is_here else None
        told.remark(what or Field.REGISTERED_ON, fault.words)


def _entry(uow: UnitOfWork, ledger: Ledger, after: Merged, kept: Kept | None) -> Entry:
    matter = Matter(
        id=0 if kept is None else kept.matter.id,
        head=after.head,
        petitioners=after.petitioners,
        steps=after.standing,
        version=1,
        changed_at=uow.now,
    )
    due_on, ended_on = standing(matter, ledger.counting, ledger.today(uow.now))
    return Entry(
        head=after.head,
        petitioners=after.petitioners,
        steps=after.steps,
        open_to=asking.open_to(after.head),
        next_due_on=due_on,
        ended_on=ended_on,
        slips=tuple(
            (one.name, spelling) for one in after.petitioners for spelling in spellings(one.name)
        ),
        kept=kept,
        was_open_to="" if kept is None else asking.open_to(kept.matter.head),
    )


def _compared(entry: Entry, kept: Kept) -> Outcome:
    before = kept.matter
    same = (entry.head, entry.petitioners) == (before.head, before.petitioners)
    return Outcome.UNCHANGED if same and not entry.steps else Outcome.CHANGED


def _winds(entry: Entry, kept: Kept | None) -> bool:
    """Whether what follows from the steps has changed with the days alone."""
    if kept is None:
        return True
    return (entry.next_due_on, entry.ended_on) != (kept.matter.next_due_on, kept.matter.ended_on)
