"""Finds where a matter's steps contradict 《信访工作条例》, or each other.

Pure functions. A step that is at fault stays in the ledger; `petitions.deadlines` says of each
limit what it counts for. Refuses: judging whether a limit was kept, which is no contradiction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from domain.petition import MatterKind, Step, StepKind
from petitions.counting import Counting
from petitions.course import (
    MOST_DAYS,
    Course,
    first,
    in_order,
    is_second_review,
    latest_before,
    up_to_the_end,
)
from petitions.extensions import extension
from petitions.fault_words import Fault, FaultKind


def faults(
    kind: MatterKind, steps: Iterable[Step], today: date, counting: Counting
) -> tuple[Fault, ...]:
    """Return what does not fit, the earliest step first; what is missing as a whole before it."""
    steps = tuple(steps)
    course = in_order(steps, today)
    kept = up_to_the_end(course)
    found = [
        *_registration(course),
        *_forwarding(kept),
        *_acceptance(kind, kept),
        *extension(kind, kept, counting).faults,
        *_review(kind, kept),
        *_recheck(kept),
        *_after_the_end(course[len(kept) :]),
        *(Fault(FaultKind.IN_FUTURE, step) for step in steps if step.on > today),
    ]
    return tuple(sorted(found, key=lambda fault: fault.step.on if fault.step else date.min))


def _registration(course: Course) -> Iterator[Fault]:
    registered = first(course, StepKind.REGISTERED)
    if registered is None:
        if course:
            yield Fault(FaultKind.UNREGISTERED)
        return
    for step in course:
        if step.on < registered.on:
            yield Fault(FaultKind.BEFORE_REGISTERED, step)
        elif step.kind is StepKind.REGISTERED and step is not registered:
            yield Fault(FaultKind.REGISTERED_TWICE, step)


def _forwarding(course: Course) -> Iterator[Fault]:
    for place, step in enumerate(course):
        match step.kind:
            case StepKind.OBJECTED if latest_before(course, place, StepKind.FORWARDED) is None:
                yield Fault(FaultKind.UNFORWARDED, step)
            case StepKind.FORWARDED if step.until is not None and step.until < step.on:
                yield Fault(FaultKind.REPORT_BEFORE_FORWARDED, step)
            case _:
                pass


def _acceptance(kind: MatterKind, course: Course) -> Iterator[Fault]:
    """Yield what does not fit with 受理; a reviewer may send a matter back to be taken up anew."""
    accepted = first(course, StepKind.ACCEPTED)
    for place, step in enumerate(course):
        reviewed = latest_before(course, place, StepKind.REVIEWED, StepKind.RECHECKED)
        came_before = latest_before(course, place, StepKind.ACCEPTED)
        match step.kind:
            case StepKind.ACCEPTED if came_before is not None and reviewed is None:
                yield Fault(FaultKind.ACCEPTED_TWICE, step)
            case StepKind.NOT_ACCEPTED if came_before is not None:
                yield Fault(FaultKind.DROPPED, step)
            case StepKind.NO_LONGER_ACCEPTED if came_before is not None:
                if latest_before(course, place, StepKind.REPLIED, StepKind.RECHECKED) is None:
                    yield Fault(FaultKind.DROPPED, step)
            case StepKind.REPLIED if kind is MatterKind.APPEAL_SIX:
                if accepted is None or step.on < accepted.on:
                    yield Fault(FaultKind.REPLIED_UNACCEPTED, step)
            case _:
                pass


def _review(kind: MatterKind, course: Course) -> Iterator[Fault]:
    for place, step in enumerate(course):
        match step.kind:
            case StepKind.REVIEW_ASKED if kind is not MatterKind.APPEAL_SIX:
                yield Fault(FaultKind.REVIEW_OF_OTHER_KIND, step)
            case StepKind.REVIEW_ASKED if is_second_review(course, place):
                yield Fault(FaultKind.REVIEW_AGAIN, step)
            case StepKind.REVIEW_ASKED if latest_before(course, place, StepKind.REPLIED) is None:
                yield Fault(FaultKind.REVIEW_WITHOUT_REPLY, step)
            case StepKind.REVIEWED if latest_before(course, place, StepKind.REVIEW_ASKED) is None:
                yield Fault(FaultKind.REVIEWED_UNASKED, step)
            case _:
                pass


def _recheck(course: Course) -> Iterator[Fault]:
    for place, step in enumerate(course):
        match step.kind:
            case StepKind.RECHECK_ASKED if latest_before(course, place, StepKind.REVIEWED) is None:
                yield Fault(FaultKind.RECHECK_WITHOUT_REVIEW, step)
            case StepKind.RECHECKED if latest_before(course, place, StepKind.RECHECK_ASKED) is None:
                yield Fault(FaultKind.RECHECKED_UNASKED, step)
            case StepKind.HEARING if _unreadable(step):
                yield Fault(FaultKind.HEARING_DAYS, step)
            case _:
                pass


def _unreadable(hearing: Step) -> bool:
    if hearing.days is not None:
        return not 0 < hearing.days <= MOST_DAYS
    return hearing.until is not None and not 0 <= (hearing.until - hearing.on).days < MOST_DAYS


_MAY_FOLLOW = {
    StepKind.NO_LONGER_ACCEPTED,  # says so in writing
    StepKind.REPLIED,  # how the opinion was carried out
    StepKind.SATISFACTION,
    StepKind.SECOND_RECEPTION,  # care goes on (Art. 37(3))
}


def _after_the_end(rest: Course) -> Iterator[Fault]:
    for step in rest:
        if step.kind not in _MAY_FOLLOW:
            yield Fault(FaultKind.AFTER_END, step)
