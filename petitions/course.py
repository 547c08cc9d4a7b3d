"""A matter's steps read in order: what counts, what came after what, where it ended in law.

Pure functions of steps. Refuses: limits, and judging.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from domain.petition import Step, StepKind
from petitions.counting import Span

Course = Sequence[Step]
"""Steps as `in_order` returns them."""

MOST_DAYS = 366
"""A hearing or an extension of more days than a year has is a slip of the pen."""


def in_order(steps: Iterable[Step], today: date) -> tuple[Step, ...]:
    """Return the steps that count on a day, the earliest first.

    Steps of one day stay in the order in which they were written. Of two alike in a row on one
    day the later one corrects the earlier one. What lies after ``today`` has not happened.
    """
    course = sorted((step for step in steps if step.on <= today), key=lambda step: step.on)
    corrected = {
        place
        for place, (step, after) in enumerate(pairwise(course))
        if (step.kind, step.on) == (after.kind, after.on)
    }
    return tuple(step for place, step in enumerate(course) if place not in corrected)


def first(course: Course, *kinds: StepKind, since: date = date.min) -> Step | None:
    """Return the earliest step of some kinds on or after a day."""
    return next((step for step in course if step.kind in kinds and step.on >= since), None)


def first_after(course: Course, place: int, before: int, *kinds: StepKind) -> Step | None:
    """Return the earliest step of some kinds between two places of the course."""
    return first(course[place + 1 : before], *kinds)


def latest_before(course: Course, place: int, *kinds: StepKind) -> Step | None:
    """Return the last step of some kinds before a place of the course."""
    return next((step for step in reversed(course[:place]) if step.kind in kinds), None)


def is_second_review(course: Course, place: int) -> bool:
    """Whether a request follows a review with no new answer between: 复核 is next (Art. 36)."""
    last = latest_before(course, place, StepKind.REPLIED, StepKind.REVIEWED)
    return last is not None and last.kind is StepKind.REVIEWED


def begun(course: Course, kind: StepKind) -> list[int]:
    """Return where steps of a kind stand that may start something: up to the end in law."""
    end = end_in_law(course)
    return [place for place, step in enumerate(course[:end]) if step.kind is kind]


def up_to_the_end(course: Course) -> Course:
    """Return the course with the step that ends it in law, and without what came after."""
    return course[: end_in_law(course) + 1]


def end_in_law(course: Course) -> int:
    """Return the place after which nothing new begins; the course's length if there is none.

    It is the opinion of the last review (复核意见), once there was something to look at again
    (Art. 36(3)), or 不再受理 of a matter that was never accepted.
    """
    came: set[StepKind] = set()
    for place, step in enumerate(course):
        if step.kind is StepKind.RECHECKED and came & _BEFORE_A_RECHECK:
            return place
        if step.kind is StepKind.NO_LONGER_ACCEPTED and StepKind.ACCEPTED not in came:
            return place
        came.add(step.kind)
    return len(course)


_BEFORE_A_RECHECK = {StepKind.REPLIED, StepKind.REVIEWED, StepKind.RECHECK_ASKED}


def hearing_days(step: Step) -> Span:
    """Return a hearing's first and last day; its own day alone if nothing else is written."""
    if step.until is not None and step.days is None:
        over = (step.until - step.on).days
    else:
        over = (step.days or 1) - 1
    return step.on, step.on + timedelta(days=over if 0 <= over < MOST_DAYS else 0)
