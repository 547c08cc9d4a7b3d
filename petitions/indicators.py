"""The indicators (信访指标) of a month: which matters are in each figure, and how each counts.

The cohort rule: a matter belongs to the month in which its *deadline* falls, not to that in which
it came or was answered (the provincial report queries). Every matter of the cohort counts, also
one that is open; docs/petitions.md says each rule with its source. Pure counting over matters
and the clocks of `petitions.deadlines`. Refuses: reading, rounding, and any figure of a person.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from domain.petition import Matter, Satisfaction, Step, StepKind
from petitions.counting import A_DAY, Counting, Span, days_after
from petitions.course import Course, first, in_order
from petitions.deadlines import Clock, ClockKind, clocks
from petitions.extensions import MOST_EXTENSION_DAYS, REPLY_DAYS
from petitions.months import Month

HANDLE_DAYS = 15
"""Art. 22(1), 23(2); the clock `ClockKind.HANDLE`."""


class Indicator(enum.StrEnum):
    """What is counted."""

    ACCEPTED = "accepted"
    REPLIED = "replied"
    FORWARDED = "forwarded"
    SATISFIED = "satisfied"
    RATED = "rated"
    REPEATED = "repeated"

    @property
    def label(self) -> str:
        """The figure's name in Chinese."""
        return _INDICATOR_LABEL[self]


_INDICATOR_LABEL = {
    Indicator.ACCEPTED: "及时受理率",
    Indicator.REPLIED: "按期答复率",
    Indicator.FORWARDED: "按时转送率",
    Indicator.SATISFIED: "满意率",
    Indicator.RATED: "参评率",
    Indicator.REPEATED: "重复信访占比",
}


class Standing(enum.StrEnum):
    """How one matter counts in one figure."""

    IN_TIME = "in_time"
    LATE = "late"
    OVERDUE = "overdue"
    RUNNING = "running"
    REFUSED = "refused"
    SATISFIED = "satisfied"
    MOSTLY = "mostly"
    DISSATISFIED = "dissatisfied"
    RATED = "rated"
    UNRATED = "unrated"
    FIRST = "first"
    AGAIN = "again"

    @property
    def label(self) -> str:
        """The standing in Chinese."""
        return _STANDING_LABEL[self]


_STANDING_LABEL = {
    Standing.IN_TIME: "按期",
    Standing.LATE: "逾期完成",
    Standing.OVERDUE: "逾期未完成",
    Standing.RUNNING: "未到期",
    Standing.REFUSED: "按期告知不受理",
    Standing.SATISFIED: "满意",
    Standing.MOSTLY: "基本满意",
    Standing.DISSATISFIED: "不满意",
    Standing.RATED: "已评价",
    Standing.UNRATED: "未评价",
    Standing.FIRST: "初次",
    Standing.AGAIN: "重复",
}
_OF_RATING = {
    Satisfaction.SATISFIED: Standing.SATISFIED,
    Satisfaction.MOSTLY: Standing.MOSTLY,
    Satisfaction.DISSATISFIED: Standing.DISSATISFIED,
}
_ALWAYS_COUNT = {Standing.IN_TIME, Standing.SATISFIED, Standing.RATED, Standing.AGAIN}
_REFUSALS = (StepKind.NOT_ACCEPTED, StepKind.NO_LONGER_ACCEPTED)
_TAKEN_UP = (StepKind.ACCEPTED, StepKind.REPLIED)


@dataclass(frozen=True, slots=True)
class IndicatorRules:
    """What an office decides for itself, the law being silent.

    A matter is to be forwarded within ``forward_within`` days of 登记 (working days if
    ``forward_in_working_days``). ``refusals_count``: a refusal that was told in time keeps
    及时受理率 as an acceptance does. ``mostly_counts``: 基本满意 is satisfied. ``marks`` are what
    the figures are compared with, as shares; a figure without one has none.
    """

    forward_within: int = 15
    forward_in_working_days: bool = False
    refusals_count: bool = False
    mostly_counts: bool = True
    marks: Mapping[Indicator, Fraction] = field(default_factory=dict)

    def forward_by(self, registered_on: date, counting: Counting) -> tuple[date, date]:
        """Return until when a matter is to be forwarded: as counted, and the day that holds."""
        if self.forward_in_working_days:
            last = counting.working_days_after(registered_on, self.forward_within)
            return last, last
        counted_to = days_after(registered_on, self.forward_within)
        return counted_to, counting.last_day(counted_to)

    def counts(self, standing: Standing) -> bool:
        """Whether a matter with a standing is in the numerator; in the denominator all are."""
        if standing is Standing.REFUSED:
            return self.refusals_count
        if standing is Standing.MOSTLY:
            return self.mostly_counts
        return standing in _ALWAYS_COUNT


@dataclass(frozen=True, slots=True)
class Counted:
    """How a matter counts in one figure, with the days that say why.

    ``due_on`` is the deadline that put it into the month (``counted_to`` before a day off moved
    it), None where none did. ``done_on`` is when what was asked for was done, by which step.
    """

    indicator: Indicator
    standing: Standing
    starts_on: date
    due_on: date | None = None
    counted_to: date | None = None
    done_on: date | None = None
    done_by: StepKind | None = None


@dataclass(frozen=True, slots=True)
class _Limit:
    """A limit of the office's own, with what it shares with the law's clocks."""

    starts_on: date
    counted_to: date
    due_on: date
    as_of: date


def registered_within(month: Month, counting: Counting, rules: IndicatorRules) -> Span:
    """Return the days of 登记 of all that may count in a month by it."""

    def handled(day: date) -> date:
        return counting.last_day(days_after(day, HANDLE_DAYS))

    def forwarded(day: date) -> date:
        return rules.forward_by(day, counting)[1]

    return min(_earliest(month, handled), _earliest(month, forwarded)), month.last


def accepted_within(month: Month, counting: Counting) -> Span:
    """Return the days of 受理 of all whose answer may be due in a month, extended or not."""
    longest = REPLY_DAYS + MOST_EXTENSION_DAYS
    earliest = _earliest(month, lambda day: counting.last_day(days_after(day, longest)))
    return earliest, month.last - REPLY_DAYS * A_DAY


def _earliest(month: Month, due: Callable[[date], date]) -> date:
    """Return the first day from which something becomes due in a month or later."""
    day = month.first
    while due(day - A_DAY) >= month.first:
        day -= A_DAY
    return day


def counted(
    matter: Matter, month: Month, today: date, *, counting: Counting, rules: IndicatorRules
) -> Iterator[Counted]:
    """Yield how a matter counts in each figure of a month; each figure at most once."""
    steps = _with_registration(matter)
    course = in_order(steps, today)
    running = clocks(matter.head.kind, steps, today, counting)
    handle = _only(running, ClockKind.HANDLE)
    if handle is not None:
        if handle.due_on in month:
            yield _acceptance(handle, course)
        yield from _forwarding(handle, course, month, counting=counting, rules=rules)
        if handle.starts_on in month:
            standing = Standing.AGAIN if matter.head.repeated else Standing.FIRST
            yield Counted(Indicator.REPEATED, standing, handle.starts_on)
    reply = _only(running, ClockKind.REPLY)
    if reply is not None and reply.due_on in month:
        yield _reply(reply, course)
        yield from _ratings(reply, course, matter.head.satisfaction)


def _with_registration(matter: Matter) -> tuple[Step, ...]:
    """Return a matter's steps; one without 登记 is registered on the day that its head says."""
    if any(step.kind is StepKind.REGISTERED for step in matter.steps):
        return matter.steps
    return Step(StepKind.REGISTERED, matter.head.registered_on), *matter.steps


def _only(running: tuple[Clock, ...], what: ClockKind) -> Clock | None:
    """Return a matter's clock of a kind that it has at most one of."""
    return next((clock for clock in running if clock.what is what), None)


def _acceptance(handle: Clock, course: Course) -> Counted:
    """Count 及时受理: accepted, or answered at once, within 15 days of 登记 (Art. 22(1), 23).

    A refusal (不予受理, 不再受理) that was told in time stands apart.
    """
    taken, refused = first(course, *_TAKEN_UP), first(course, *_REFUSALS)
    if refused is not None and refused.on <= handle.due_on and not _in_time(taken, handle):
        return _of_clock(Indicator.ACCEPTED, Standing.REFUSED, handle, refused)
    done = taken or refused
    return _of_clock(Indicator.ACCEPTED, _standing(handle, done), handle, done)


def _forwarding(
    handle: Clock, course: Course, month: Month, *, counting: Counting, rules: IndicatorRules
) -> Iterator[Counted]:
    """Count 按时转送, by the office's own rule.

    What the office decided or answered itself before anybody was asked was not to be forwarded.
    """
    forwarded = first(course, StepKind.FORWARDED)
    own = first(course, *_TAKEN_UP, *_REFUSALS)
    if own is not None and (forwarded is None or own.on < forwarded.on):
        return
    registered_on = handle.starts_on
    counted_to, due_on = rules.forward_by(registered_on, counting)
    if due_on in month:
        limit = _Limit(registered_on, counted_to, due_on, handle.as_of)
        yield _of_clock(Indicator.FORWARDED, _standing(limit, forwarded), limit, forwarded)


def _reply(reply: Clock, course: Course) -> Counted:
    """Count 按期答复 (按期办结): 31(六) alone, 60 days of 受理 and what extended them (Art. 34)."""
    replied = first(course, StepKind.REPLIED, since=reply.starts_on)
    return _of_clock(Indicator.REPLIED, _standing(reply, replied), reply, replied)


def _ratings(reply: Clock, course: Course, rating: Satisfaction | None) -> Iterator[Counted]:
    """Count 参评 among what was answered, and 满意 among what was rated (Art. 18(1), 21(2))."""
    if reply.met_on is None:
        return
    if rating is None:
        yield _of_clock(Indicator.RATED, Standing.UNRATED, reply, None)
        return
    rated = first(course, StepKind.SATISFACTION, since=reply.met_on)
    yield _of_clock(Indicator.RATED, Standing.RATED, reply, rated)
    yield _of_clock(Indicator.SATISFIED, _OF_RATING[rating], reply, rated)


def _in_time(step: Step | None, limit: Clock | _Limit) -> bool:
    return step is not None and step.on <= limit.due_on


def _standing(limit: Clock | _Limit, done: Step | None) -> Standing:
    """Return how a limit stands: in time, late, open and overdue, or open and not yet due."""
    if done is not None:
        return Standing.IN_TIME if _in_time(done, limit) else Standing.LATE
    return Standing.RUNNING if limit.as_of <= limit.due_on else Standing.OVERDUE


def _of_clock(
    indicator: Indicator, standing: Standing, limit: Clock | _Limit, done: Step | None
) -> Counted:
    return Counted(
        indicator,
        standing,
        starts_on=limit.starts_on,
        due_on=limit.due_on,
        counted_to=limit.counted_to,
        done_on=None if done is None else done.on,
        done_by=None if done is None else done.kind,
    )
