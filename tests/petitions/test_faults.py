"""Steps that contradict the law, each named, with its sentence."""

from __future__ import annotations

from datetime import date

import pytest

from domain.errors import PersonCanFix
from domain.petition import MatterKind
from petitions.deadlines import FaultKind, faults
from tests.law import MOVED, day, row

SIX = MatterKind.APPEAL_SIX
LATER = date(2026, 11, 28)
REGISTERED = "registered 2026-01-05"
ACCEPTED = (REGISTERED, "accepted 2026-01-07")  # the sixtieth day is Sunday 8 March
REPLIED = (*ACCEPTED, "replied 2026-03-02")
REVIEWED = (*REPLIED, "review_asked 2026-03-03", "reviewed 2026-03-10")
RECHECKED = (*REVIEWED, "recheck_asked 2026-03-12", "rechecked 2026-04-01")


def found(
    *steps: str, kind: MatterKind = SIX, today: date = LATER
) -> list[tuple[FaultKind, date | None]]:
    """Return which faults stand on which day."""
    return [
        (one.kind, one.step.on if one.step else None)
        for one in faults(kind, row(*steps), today, MOVED)
    ]


# fmt: off
CASES = [
    (FaultKind.REGISTERED_TWICE, (REGISTERED, "registered 2026-02-05"), "2026-02-05"),
    (FaultKind.BEFORE_REGISTERED, (REGISTERED, "accepted 2026-01-04"), "2026-01-04"),
    (FaultKind.IN_FUTURE, (REGISTERED, "accepted 2062-01-07"), "2062-01-07"),
    (FaultKind.UNFORWARDED, (REGISTERED, "objected 2026-01-07"), "2026-01-07"),
    (FaultKind.REPORT_BEFORE_FORWARDED,
     (REGISTERED, "forwarded 2026-01-06 until=2026-01-05"), "2026-01-06"),
    (FaultKind.ACCEPTED_TWICE, (*ACCEPTED, "accepted 2026-01-09"), "2026-01-09"),
    (FaultKind.DROPPED, (*ACCEPTED, "not_accepted 2026-01-09"), "2026-01-09"),
    (FaultKind.DROPPED, (*ACCEPTED, "no_longer_accepted 2026-01-09"), "2026-01-09"),
    (FaultKind.EXTENSION_UNACCEPTED, (REGISTERED, "extended 2026-01-06 days=30"), "2026-01-06"),
    (FaultKind.EXTENSION_UNACCEPTED,
     (REGISTERED, "extended 2026-01-06 days=30", "accepted 2026-01-07"), "2026-01-06"),
    (FaultKind.EXTENSION_AFTER_REPLY, (*REPLIED, "extended 2026-03-03 days=30"), "2026-03-03"),
    (FaultKind.EXTENSION_TOO_LATE, (*ACCEPTED, "extended 2026-03-10 days=30"), "2026-03-10"),
    (FaultKind.EXTENSION_LENGTH, (*ACCEPTED, "extended 2026-03-01"), "2026-03-01"),
    (FaultKind.EXTENSION_LENGTH, (*ACCEPTED, "extended 2026-03-01 days=0"), "2026-03-01"),
    (FaultKind.EXTENSION_LENGTH, (*ACCEPTED, "extended 2026-03-01 until=2026-03-08"),
     "2026-03-01"),
    (FaultKind.EXTENSION_TOO_LONG, (*ACCEPTED, "extended 2026-03-01 days=31"), "2026-03-01"),
    (FaultKind.EXTENSION_TOO_LONG, (*ACCEPTED, "extended 2026-03-01 until=2026-04-08"),
     "2026-03-01"),
    (FaultKind.EXTENSION_MISMATCH,
     (*ACCEPTED, "extended 2026-03-01 days=10 until=2026-03-28"), "2026-03-01"),
    (FaultKind.EXTENDED_TWICE,
     (*ACCEPTED, "extended 2026-03-01 days=10", "extended 2026-03-08 days=10"), "2026-03-08"),
    (FaultKind.REPLIED_UNACCEPTED, (REGISTERED, "replied 2026-01-20"), "2026-01-20"),
    (FaultKind.REPLIED_UNACCEPTED,
     (REGISTERED, "replied 2026-01-06", "accepted 2026-01-07"), "2026-01-06"),
    (FaultKind.REVIEW_WITHOUT_REPLY, (*ACCEPTED, "review_asked 2026-03-03"), "2026-03-03"),
    (FaultKind.REVIEW_AGAIN, (*REVIEWED, "review_asked 2026-03-12"), "2026-03-12"),
    (FaultKind.REVIEWED_UNASKED, (*REPLIED, "reviewed 2026-03-10"), "2026-03-10"),
    (FaultKind.RECHECK_WITHOUT_REVIEW, (*REPLIED, "recheck_asked 2026-03-12"), "2026-03-12"),
    (FaultKind.RECHECKED_UNASKED, (*REVIEWED, "rechecked 2026-04-01"), "2026-04-01"),
    (FaultKind.HEARING_DAYS, (*ACCEPTED, "hearing 2026-02-01 days=0"), "2026-02-01"),
    (FaultKind.HEARING_DAYS, (*ACCEPTED, "hearing 2026-02-01 days=20260201"), "2026-02-01"),
    (FaultKind.HEARING_DAYS, (*ACCEPTED, "hearing 2026-02-01 until=2026-01-31"), "2026-02-01"),
    (FaultKind.AFTER_END, (*RECHECKED, "review_asked 2026-05-04"), "2026-05-04"),
    (FaultKind.AFTER_END, (*RECHECKED, "forwarded 2026-05-04"), "2026-05-04"),
    (FaultKind.AFTER_END,
     (REGISTERED, "no_longer_accepted 2026-01-06", "forwarded 2026-01-07"), "2026-01-07"),
]
# fmt: on


@pytest.mark.parametrize(("kind", "steps", "on"), CASES)
def test_a_contradiction_is_named_where_it_stands(
    kind: FaultKind, steps: tuple[str, ...], on: str
) -> None:
    """One fault, of one kind, on one step."""
    assert found(*steps) == [(kind, day(on))]


def test_a_matter_that_nobody_registered() -> None:
    """The step that is missing has no day; without any step there is nothing to say."""
    assert found("forwarded 2026-01-06") == [(FaultKind.UNREGISTERED, None)]
    assert found() == []


@pytest.mark.parametrize("kind", [one for one in MatterKind if one is not SIX])
def test_sixty_days_an_extension_and_a_review_belong_to_thirty_one_six(kind: MatterKind) -> None:
    """Elsewhere an extension or a review shows that the matter's type may be wrong."""
    assert found(*ACCEPTED, "extended 2026-02-02 days=30", kind=kind) == [
        (FaultKind.EXTENSION_OF_OTHER_KIND, day("2026-02-02"))
    ]
    assert found(*REPLIED, "review_asked 2026-03-03", kind=kind) == [
        (FaultKind.REVIEW_OF_OTHER_KIND, day("2026-03-03"))
    ]
    assert found(REGISTERED, "replied 2026-01-20", kind=kind) == []


WHOLE = (
    REGISTERED,
    "forwarded 2026-01-05 甲局",
    "objected 2026-01-06 甲局",
    "forwarded 2026-01-07 乙局 until=2026-05-01",
    "accepted 2026-01-08 乙局",
    "extended 2026-03-09 days=30 until=2026-04-08",
    "replied 2026-04-08",
    "satisfaction 2026-04-09",
    "review_asked 2026-04-20",
    "reviewed 2026-05-08",
    "recheck_asked 2026-05-20",
    "hearing 2026-06-02 days=2",
    "rechecked 2026-06-18",
    "no_longer_accepted 2026-07-01",
    "second_reception 2026-07-02",
)


@pytest.mark.parametrize("length", range(len(WHOLE) + 1))
def test_a_matter_that_goes_its_way_has_no_fault(length: int) -> None:
    """From registration to the last review, at each step."""
    assert found(*WHOLE[:length]) == []


def test_late_is_no_contradiction() -> None:
    """A limit that was missed is the clock's to show."""
    assert found(REGISTERED, "accepted 2026-03-01", "replied 2026-09-01") == []


def test_sent_back_by_the_review_it_is_accepted_anew() -> None:
    """The organ above may have it handled again; there is a new answer and a new review."""
    again = ("accepted 2026-03-20", "replied 2026-04-20", "review_asked 2026-04-21")
    assert found(*REVIEWED, *again) == []


def test_a_correction_on_the_same_day_takes_the_fault_away() -> None:
    """The later of two alike in a row counts."""
    assert found(*ACCEPTED, "extended 2026-03-01 days=45", "extended 2026-03-01 days=30") == []
    assert found(REGISTERED, "registered 2026-01-05 来访") == []


def test_an_extension_to_the_day_to_which_its_last_day_moves() -> None:
    """The ninetieth day is Tuesday 7 April; of another matter a Saturday, the paper says Monday."""
    assert found(*ACCEPTED, "extended 2026-03-01 until=2026-04-07") == []
    assert found(REGISTERED, "accepted 2026-01-11", "extended 2026-03-01 until=2026-04-13") == []


def test_several_are_told_at_once_the_earliest_first() -> None:
    """What is missing as a whole comes before."""
    assert found("replied 2026-01-06", "extended 2026-01-05 days=30") == [
        (FaultKind.UNREGISTERED, None),
        (FaultKind.EXTENSION_UNACCEPTED, day("2026-01-05")),
        (FaultKind.REPLIED_UNACCEPTED, day("2026-01-06")),
    ]


def test_a_fault_reads_as_something_that_a_clerk_can_put_right() -> None:
    """The day, the step, what does not fit, the article, what to look at."""
    (fault,) = faults(SIX, row(*ACCEPTED, "extended 2026-03-10 days=30"), LATER, MOVED)
    reply = PersonCanFix(fault.words).reply
    assert reply == (
        "2026-03-10 延期：期限已过，不能再延（第三十四条），没有计算，请核对批准日期。"
    )


@pytest.mark.parametrize("kind", FaultKind)
def test_every_fault_is_told_by_an_example(kind: FaultKind) -> None:
    """None that nothing shows."""
    shown = {kind for kind, _, _ in CASES}
    others = {
        FaultKind.UNREGISTERED,
        FaultKind.EXTENSION_OF_OTHER_KIND,
        FaultKind.REVIEW_OF_OTHER_KIND,
    }
    assert kind in shown | others
