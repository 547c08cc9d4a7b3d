"""Whether an extension (延期) of the 60 days counts, for how many days, and if not why.

Art. 34: for 31(六) alone, approved by the organ's head, at most 30 days. The Regulation speaks
of one extension of a limit that still runs, so a second one, and one that comes after the last
day or after the answer, add nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from domain.petition import MatterKind, Step, StepKind
from petitions.counting import Counting, days_after
from petitions.course import Course, first
from petitions.fault_words import Fault, FaultKind

REPLY_DAYS = 60
MOST_EXTENSION_DAYS = 30


@dataclass(frozen=True, slots=True)
class Extension:
    """How many days are added to the 60, and what is wrong with what was written."""

    days: int
    faults: tuple[Fault, ...]


def extension(kind: MatterKind, course: Course, counting: Counting) -> Extension:
    """Return what a course's extensions come to."""
    days = 0
    faults: list[Fault] = []
    for step in course:
        if step.kind is not StepKind.EXTENDED:
            continue
        refused = _refused(kind, course, step, counting)
        if refused is None and days:
            refused = FaultKind.EXTENDED_TWICE
        if refused is not None:
            faults.append(Fault(refused, step))
            continue
        accepted = first(course, StepKind.ACCEPTED)
        asked = 0 if accepted is None else _asked(step, accepted.on)
        faults += (Fault(fault, step) for fault in _length_faults(step, asked, course, counting))
        days = max(0, min(asked, MOST_EXTENSION_DAYS))
    return Extension(days, tuple(faults))


def _refused(kind: MatterKind, course: Course, step: Step, counting: Counting) -> FaultKind | None:
    """Return why an extension counts for nothing, whatever its length."""
    if kind is not MatterKind.APPEAL_SIX:
        return FaultKind.EXTENSION_OF_OTHER_KIND
    accepted = first(course, StepKind.ACCEPTED)
    if accepted is None or step.on < accepted.on:
        return FaultKind.EXTENSION_UNACCEPTED
    replied = first(course, StepKind.REPLIED, since=accepted.on)
    if replied is not None and replied.on < step.on:
        return FaultKind.EXTENSION_AFTER_REPLY
    if step.on > counting.last_day(days_after(accepted.on, REPLY_DAYS)):
        return FaultKind.EXTENSION_TOO_LATE
    return None


def _asked(step: Step, accepted_on: date) -> int:
    """Return the length that the paper states: in days, else by the day that it names."""
    if step.days is not None:
        return step.days
    if step.until is not None:
        return (step.until - days_after(accepted_on, REPLY_DAYS)).days
    return 0


def _length_faults(
    step: Step, asked: int, course: Course, counting: Counting
) -> Iterator[FaultKind]:
    accepted = first(course, StepKind.ACCEPTED)
    if asked <= 0 or accepted is None:
        yield FaultKind.EXTENSION_LENGTH
        return
    days = min(asked, MOST_EXTENSION_DAYS)
    counted_to = days_after(accepted.on, REPLY_DAYS + days)
    fits = step.until is None or counted_to <= step.until <= counting.last_day(counted_to)
    if asked > MOST_EXTENSION_DAYS and not (step.days is None and fits):
        yield FaultKind.EXTENSION_TOO_LONG
    elif not fits:
        yield FaultKind.EXTENSION_MISMATCH
