"""What holds for any steps, however they were typed or imported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.petition import MatterKind, Step, StepKind
from petitions.deadlines import Clock, ClockKind, ClockState, Whose, clocks, faults
from tests.law import MOVED, works_on

TODAY = date(2026, 6, 30)
KINDS = st.sampled_from(MatterKind)
STEPS = st.builds(
    Step,
    kind=st.sampled_from([*StepKind, StepKind.FORWARDED, StepKind.ACCEPTED, StepKind.REPLIED]),
    on=st.dates(date(2025, 10, 1), TODAY),
    unit=st.sampled_from(["", "甲局", "乙局"]),
    days=st.none() | st.integers(-5, 50) | st.sampled_from([400, 10**9]),
    until=st.none() | st.dates(date(2025, 9, 1), date(2026, 12, 1)) | st.just(date.max),
)
ROWS = st.lists(STEPS, max_size=12)
LAW_ABIDING = (
    StepKind.REGISTERED,
    StepKind.FORWARDED,
    StepKind.ACCEPTED,
    StepKind.EXTENDED,
    StepKind.REPLIED,
    StepKind.REVIEW_ASKED,
    StepKind.REVIEWED,
    StepKind.RECHECK_ASKED,
    StepKind.HEARING,
    StepKind.RECHECKED,
)


@st.composite
def courses(draw: st.DrawFn) -> list[Step]:
    """Return steps as the law has them, up to some point, each some days after the last."""
    on = date(2025, 10, 9)
    steps = []
    for kind in LAW_ABIDING[: draw(st.integers(1, len(LAW_ABIDING)))]:
        on += timedelta(days=draw(st.integers(0, 25)))
        days = draw(st.integers(1, 30)) if kind is StepKind.EXTENDED else None
        steps.append(Step(kind, on, unit="甲局", days=days))
    return steps


ANY = st.one_of(ROWS, courses())
CONTRADICTIONS = (
    {ClockKind.HANDLE, ClockKind.NOTICE},
    {ClockKind.HANDLE, ClockKind.REPLY},
    {ClockKind.REPLY, ClockKind.ASK_REVIEW},
)


def identity(clock: Clock) -> tuple[ClockKind, date, str]:
    """Return what tells a matter's clocks apart."""
    return clock.what, clock.starts_on, clock.unit


@given(KINDS, ANY, st.dates(date(2025, 10, 1), TODAY))
def test_no_matter_has_two_contradicting_clocks(
    kind: MatterKind, steps: list[Step], today: date
) -> None:
    """At most one open clock of a kind, and none beside one that it presupposes the end of."""
    opened = [one.what for one in clocks(kind, steps, today, MOVED) if one.is_open]
    assert len(opened) == len(set(opened))
    assert not any(pair <= set(opened) for pair in CONTRADICTIONS)


@given(KINDS, ANY)
def test_no_sixty_days_without_thirty_one_six(kind: MatterKind, steps: list[Step]) -> None:
    """Art. 34, whatever steps there are; and with it always when something was accepted."""
    replies = [one for one in clocks(kind, steps, TODAY, MOVED) if one.what is ClockKind.REPLY]
    assert not replies or kind is MatterKind.APPEAL_SIX
    assert len(replies) <= 1


@given(ANY)
def test_an_extension_adds_at_most_thirty_days(steps: list[Step]) -> None:
    """Sixty days at least, ninety at most, however many extensions of whatever length."""
    for clock in clocks(MatterKind.APPEAL_SIX, steps, TODAY, MOVED):
        if clock.what is ClockKind.REPLY:
            assert 60 <= (clock.counted_to - clock.starts_on).days <= 90


@given(st.dates(date(2025, 10, 1), date(2026, 2, 1)), st.lists(st.integers(1, 30), min_size=1))
def test_only_one_extension_counts(accepted_on: date, lengths: list[int]) -> None:
    """Any number of them, a day apart: the first alone adds its days."""
    steps = [Step(StepKind.ACCEPTED, accepted_on)]
    steps += [
        Step(StepKind.EXTENDED, accepted_on + timedelta(days=place), days=days)
        for place, days in enumerate(lengths)
    ]
    (clock,) = clocks(MatterKind.APPEAL_SIX, steps, TODAY, MOVED)
    assert clock.counted_to == accepted_on + timedelta(days=60 + lengths[0])


@given(KINDS, ANY)
def test_a_last_day_never_lies_before_the_first(kind: MatterKind, steps: list[Step]) -> None:
    """It lies where it was counted or later, and on a day that is worked if nobody set it."""
    for clock in clocks(kind, steps, TODAY, MOVED):
        assert clock.starts_on <= clock.counted_to <= clock.due_on
        assert clock.what is ClockKind.REPORT_BACK or works_on(clock.due_on)


@given(KINDS, ANY, STEPS)
def test_a_later_step_never_revives_a_clock_that_was_met(
    kind: MatterKind, steps: list[Step], step: Step
) -> None:
    """What was done stays done, on its day, against the same last day."""
    before = [one for one in clocks(kind, steps, TODAY, MOVED) if one.met_on]
    later = replace(step, on=TODAY + timedelta(days=1))
    after = clocks(kind, [*steps, later], later.on, MOVED)
    kept = {(identity(one), one.met_on, one.due_on) for one in after}
    assert {(identity(one), one.met_on, one.due_on) for one in before} <= kept


@given(KINDS, ANY, STEPS)
def test_a_later_step_never_clears_what_is_late(
    kind: MatterKind, steps: list[Step], step: Step
) -> None:
    """No extension, hearing or new day set afterwards undoes it.

    But that the matter went to another unit after an objection: that one was never its own.
    """
    before = [one for one in clocks(kind, steps, TODAY, MOVED) if one.state is ClockState.LATE]
    later = replace(step, on=TODAY + timedelta(days=1))
    after = {
        identity(one): one.late_since for one in clocks(kind, [*steps, later], later.on, MOVED)
    }
    for clock in before:
        if clock.what is not ClockKind.NOTICE:
            assert after[identity(clock)] == clock.late_since


@given(KINDS, ANY)
def test_only_organs_are_late(kind: MatterKind, steps: list[Step]) -> None:
    """A right that was not used is nobody's lateness."""
    for clock in clocks(kind, steps, TODAY, MOVED):
        if clock.what.whose is not Whose.OFFICE:
            assert clock.late_since is None
            assert clock.state is not ClockState.LATE


@given(st.dates(date(2025, 11, 1), date(2026, 3, 1)), st.lists(st.integers(0, 60), max_size=6))
def test_hearing_days_are_not_counted(asked_on: date, hearings: list[int]) -> None:
    """Thirty days that were no hearing's lie between the request and the last day as counted."""
    steps = [Step(StepKind.RECHECK_ASKED, asked_on)]
    steps += [
        Step(StepKind.HEARING, asked_on + timedelta(days=away), days=1 + away % 3)
        for away in sorted(set(hearings))
    ]
    (clock,) = clocks(MatterKind.APPEAL_SIX, steps, TODAY, MOVED)
    heard = {one.on + timedelta(days=n) for one in steps[1:] for n in range(one.days or 0)}
    length = (clock.counted_to - asked_on).days
    counted = {asked_on + timedelta(days=n + 1) for n in range(length)} - heard
    assert len(counted) == 30
    assert clock.due_on not in heard


@given(KINDS, ANY)
def test_every_row_of_steps_can_be_looked_at(kind: MatterKind, steps: list[Step]) -> None:
    """Nothing that can be typed stops the ledger, and each fault has its sentence."""
    for fault in faults(kind, steps, date(2026, 3, 1), MOVED):
        assert fault.words.endswith("。")


@given(courses())
def test_what_follows_the_law_has_no_fault(steps: list[Step]) -> None:
    """Each step in its turn, the extension within the sixty days and thirty days long at most."""
    assert faults(MatterKind.APPEAL_SIX, steps, date(2026, 12, 31), MOVED) == ()
