"""Worked examples of every limit: steps, the article, and the last day, counted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from domain.petition import MatterKind
from petitions.deadlines import Clock, ClockKind, ClockState, Counting, clocks, next_due
from tests.law import AS_COUNTED, MOVED, day, row, works_on

SIX, OTHER = MatterKind.APPEAL_SIX, MatterKind.APPEAL_OTHER
SUGGESTION, ACCUSATION = MatterKind.SUGGESTION, MatterKind.ACCUSATION
LATER = date(2026, 11, 28)


@dataclass(frozen=True)
class Example:
    """A matter's steps, and the last day of one of its limits as somebody counted it."""

    name: str
    article: str
    what: ClockKind
    steps: tuple[str, ...]
    due: str
    kind: MatterKind = SIX
    counting: Counting = MOVED

    def __str__(self) -> str:
        """The example's name in the list of tests."""
        return f"{self.article} {self.name}"


# fmt: off
EXAMPLES = [
    # Art. 22(1), 23(2): 15 days to forward it, or to tell the petitioner
    Example("a fortnight and a day", "22(1)", ClockKind.HANDLE,
            ("registered 2026-03-02",), "2026-03-17"),
    Example("over the end of January", "22(1)", ClockKind.HANDLE,
            ("registered 2026-01-20",), "2026-02-04"),
    Example("into the Spring Festival of 2026, 15 to 23 February", "22(1)", ClockKind.HANDLE,
            ("registered 2026-02-03",), "2026-02-24"),
    Example("onto a Saturday that is worked", "22(1)", ClockKind.HANDLE,
            ("registered 2026-02-13",), "2026-02-28"),
    Example("over a leap day", "22(1)", ClockKind.HANDLE,
            ("registered 2024-02-15",), "2024-03-01"),
    Example("the same without a leap day, onto a Sunday", "22(1)", ClockKind.HANDLE,
            ("registered 2025-02-15",), "2025-03-03"),
    Example("over New Year, onto a Sunday that is worked", "22(1)", ClockKind.HANDLE,
            ("registered 2025-12-20",), "2026-01-04"),
    Example("into the eight days of October 2025", "23(2)", ClockKind.HANDLE,
            ("registered 2025-09-20",), "2025-10-09", ACCUSATION),
    Example("as counted, where an office has set so", "23(2)", ClockKind.HANDLE,
            ("registered 2025-09-20",), "2025-10-05", ACCUSATION, AS_COUNTED),
    # Art. 23(3): 15 days of receipt to tell the petitioner
    Example("into the Labour Day holidays", "23(3)", ClockKind.NOTICE,
            ("registered 2026-04-16", "forwarded 2026-04-17 大石街道"), "2026-05-06"),
    Example("into the Spring Festival of 2025, 28 January to 4 February", "23(3)",
            ClockKind.NOTICE, ("forwarded 2025-01-14 大石街道",), "2025-02-05"),
    Example("a suggestion, into the Dragon Boat Festival", "23(3)", ClockKind.NOTICE,
            ("forwarded 2026-06-04 区水务局",), "2026-06-22", SUGGESTION),
    Example("the second unit has days of its own", "23(3)", ClockKind.NOTICE,
            ("forwarded 2026-03-02 大石街道", "objected 2026-03-04 大石街道",
             "forwarded 2026-03-06 区住建局"), "2026-03-23"),
    Example("sent again to the same unit, the first receipt counts", "23(3)", ClockKind.NOTICE,
            ("forwarded 2026-03-02 大石街道", "forwarded 2026-03-10 大石街道"), "2026-03-17"),
    Example("sent on after an objection, the units not written down", "23(3)",
            ClockKind.NOTICE,
            ("forwarded 2026-03-02", "objected 2026-03-04", "forwarded 2026-03-06"), "2026-03-23"),
    # Art. 23(3): 5 working days to object
    Example("a week", "23(3)", ClockKind.OBJECT, ("forwarded 2026-03-02",), "2026-03-09"),
    Example("from a Friday", "23(3)", ClockKind.OBJECT, ("forwarded 2026-03-06",), "2026-03-13"),
    Example("from a Saturday", "23(3)", ClockKind.OBJECT,
            ("forwarded 2026-03-07",), "2026-03-13"),
    Example("round October 2025: the 30th, 9, 10, Saturday 11, 13", "23(3)", ClockKind.OBJECT,
            ("forwarded 2025-09-29",), "2025-10-13"),
    Example("round the Spring Festival: 13, Saturday 14, 24, 25, 26", "23(3)", ClockKind.OBJECT,
            ("forwarded 2026-02-12",), "2026-02-26"),
    Example("round New Year: the 31st, Sunday 4, 5, 6, 7", "23(3)", ClockKind.OBJECT,
            ("forwarded 2025-12-30",), "2026-01-07"),
    # Art. 22(1)(三): the day that was set for reporting back
    Example("the day that was set, as it was set", "22(1)(三)", ClockKind.REPORT_BACK,
            ("forwarded 2026-04-01 until=2026-05-02",), "2026-05-02", SUGGESTION),
    # Art. 34: 60 days from acceptance, for 31(六) alone
    Example("the sixtieth day is 1 May", "34", ClockKind.REPLY,
            ("accepted 2026-03-02",), "2026-05-06"),
    Example("the same as counted, where an office has set so", "34", ClockKind.REPLY,
            ("accepted 2026-03-02",), "2026-05-01", SIX, AS_COUNTED),
    Example("onto a Saturday that is worked", "34", ClockKind.REPLY,
            ("accepted 2026-03-10",), "2026-05-09"),
    Example("from the last day of a year, onto a Sunday", "34", ClockKind.REPLY,
            ("accepted 2025-12-31",), "2026-03-02"),
    Example("over a leap day", "34", ClockKind.REPLY, ("accepted 2024-01-01",), "2024-03-01"),
    Example("the same without a leap day, onto a Sunday", "34", ClockKind.REPLY,
            ("accepted 2025-01-01",), "2025-03-03"),
    Example("into the eight days of October 2025", "34", ClockKind.REPLY,
            ("accepted 2025-08-05",), "2025-10-09"),
    Example("a hearing on the way takes nothing off", "34", ClockKind.REPLY,
            ("accepted 2026-06-01", "hearing 2026-06-20 days=3"), "2026-07-31"),
    Example("handed on and accepted again, the first acceptance counts", "34", ClockKind.REPLY,
            ("accepted 2026-06-01", "forwarded 2026-06-10 区住建局", "accepted 2026-06-20"),
            "2026-07-31"),
    # Art. 34: one extension of at most 30 days
    Example("the ninetieth day is a Sunday", "34", ClockKind.REPLY,
            ("accepted 2026-03-02", "extended 2026-04-20 days=30"), "2026-06-01"),
    Example("ten days from the sixtieth, not from where that one moved", "34", ClockKind.REPLY,
            ("accepted 2026-03-02", "extended 2026-04-20 days=10"), "2026-05-11"),
    Example("forty-five days count as thirty", "34", ClockKind.REPLY,
            ("accepted 2026-03-02", "extended 2026-04-20 days=45"), "2026-06-01"),
    Example("by the day that the paper names", "34", ClockKind.REPLY,
            ("accepted 2026-03-02", "extended 2026-04-20 until=2026-05-11"), "2026-05-11"),
    Example("the paper names the day after a Sunday", "34", ClockKind.REPLY,
            ("accepted 2026-03-02", "extended 2026-04-20 until=2026-06-01"), "2026-06-01"),
    Example("granted on the last day", "34", ClockKind.REPLY,
            ("accepted 2026-03-02", "extended 2026-05-06 days=30"), "2026-06-01"),
    Example("granted a day too late", "34", ClockKind.REPLY,
            ("accepted 2026-03-02", "extended 2026-05-07 days=30"), "2026-05-06"),
    Example("granted twice, the first counts", "34", ClockKind.REPLY,
            ("accepted 2026-06-01", "extended 2026-06-30 days=10", "extended 2026-07-10 days=10"),
            "2026-08-10"),
    Example("corrected on the same day", "34", ClockKind.REPLY,
            ("accepted 2026-06-01", "extended 2026-06-30 days=45", "extended 2026-06-30 days=20"),
            "2026-08-20"),
    Example("granted after the last review", "34", ClockKind.REPLY,
            ("accepted 2026-06-01", "recheck_asked 2026-06-05", "rechecked 2026-06-20",
             "extended 2026-06-25 days=30"), "2026-07-31"),
    Example("a last review with nothing before it ends nothing", "34", ClockKind.REPLY,
            ("rechecked 2026-05-01", "accepted 2026-06-01"), "2026-07-31"),
    Example("granted before acceptance", "34", ClockKind.REPLY,
            ("extended 2026-05-29 days=30", "accepted 2026-06-01"), "2026-07-31"),
    # Art. 35: the petitioner's 30 days, and the organ's
    Example("the thirtieth day is in the Spring Festival", "35", ClockKind.ASK_REVIEW,
            ("accepted 2025-12-01", "replied 2026-01-16"), "2026-02-24"),
    Example("what was accepted and written off has its answer all the same", "35",
            ClockKind.ASK_REVIEW, ("accepted 2026-06-01", "no_longer_accepted 2026-06-10",
             "replied 2026-07-01"), "2026-07-31"),
    Example("a petitioner's day moves whatever an office has set", "35", ClockKind.ASK_REVIEW,
            ("accepted 2025-12-01", "replied 2026-01-16"), "2026-02-24", SIX, AS_COUNTED),
    Example("the thirtieth day is in the Mid-Autumn Festival", "35", ClockKind.ASK_REVIEW,
            ("accepted 2026-07-01", "replied 2026-08-28"), "2026-09-28"),
    Example("a review into October", "35", ClockKind.REVIEW,
            ("review_asked 2026-09-04",), "2026-10-08"),
    Example("a review over February, onto a Sunday", "35", ClockKind.REVIEW,
            ("review_asked 2026-01-30",), "2026-03-02"),
    Example("asked again before the answer, nothing restarts", "35", ClockKind.REVIEW,
            ("review_asked 2026-09-04", "review_asked 2026-09-20"), "2026-10-08"),
    # Art. 36: the same once more; a hearing's days are not counted
    Example("over a leap day", "36(1)", ClockKind.ASK_RECHECK,
            ("reviewed 2024-01-31",), "2024-03-01"),
    Example("thirty days", "36(1)", ClockKind.RECHECK,
            ("recheck_asked 2026-06-10",), "2026-07-10"),
    Example("a hearing of three days", "36(2)", ClockKind.RECHECK,
            ("recheck_asked 2026-06-10", "hearing 2026-06-22 days=3"), "2026-07-13"),
    Example("two hearings", "36(2)", ClockKind.RECHECK,
            ("recheck_asked 2026-06-10", "hearing 2026-06-22 days=2", "hearing 2026-07-01 days=1"),
            "2026-07-13"),
    Example("two hearings that share a day", "36(2)", ClockKind.RECHECK,
            ("recheck_asked 2026-06-10", "hearing 2026-06-22 days=3", "hearing 2026-06-24 days=2"),
            "2026-07-14"),
    Example("a hearing with its last day written", "36(2)", ClockKind.RECHECK,
            ("recheck_asked 2026-06-10", "hearing 2026-06-22 until=2026-06-24"), "2026-07-13"),
    Example("a hearing on the last day, then a weekend", "36(2)", ClockKind.RECHECK,
            ("recheck_asked 2026-06-10", "hearing 2026-07-10"), "2026-07-13"),
    Example("a hearing on the Monday to which the last day moved", "36(2)", ClockKind.RECHECK,
            ("recheck_asked 2026-06-11", "hearing 2026-07-13"), "2026-07-14"),
    Example("a hearing after the last day", "36(2)", ClockKind.RECHECK,
            ("recheck_asked 2026-06-10", "hearing 2026-07-13 days=3"), "2026-07-10"),
    Example("a hearing after the opinion", "36(2)", ClockKind.RECHECK,
            ("recheck_asked 2026-06-10", "rechecked 2026-07-01", "hearing 2026-07-02 days=3"),
            "2026-07-10"),
    Example("a hearing before anybody asked", "36(2)", ClockKind.RECHECK,
            ("hearing 2026-06-09 days=5", "recheck_asked 2026-06-10"), "2026-07-10"),
]
# fmt: on


def newest(
    what: ClockKind,
    *steps: str,
    kind: MatterKind = SIX,
    today: date = LATER,
    counting: Counting = MOVED,
) -> Clock:
    """Return the clock of a kind that started last."""
    return [one for one in clocks(kind, row(*steps), today, counting) if one.what is what][-1]


def kinds(kind: MatterKind, *steps: str, counting: Counting = MOVED) -> set[ClockKind]:
    """Return which clocks some steps start."""
    return {one.what for one in clocks(kind, row(*steps), LATER, counting)}


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_last_day_is_the_one_that_was_counted_by_hand(example: Example) -> None:
    """Each limit of the Regulation, over month ends, leap years, holidays and hearings."""
    clock = newest(example.what, *example.steps, kind=example.kind, counting=example.counting)
    assert clock.due_on == day(example.due)


ALL_OF_A_MATTER = (
    "registered 2026-01-05",
    "forwarded 2026-01-06 大石街道",
    "accepted 2026-01-07 大石街道",
)


@pytest.mark.parametrize("kind", [OTHER, SUGGESTION, ACCUSATION])
def test_only_thirty_one_six_has_sixty_days(kind: MatterKind) -> None:
    """Art. 34 is for 31(六) alone; with it go the extension and the chance of a review."""
    more = (*ALL_OF_A_MATTER, "extended 2026-02-01 days=30", "replied 2026-03-02")
    assert ClockKind.REPLY in kinds(SIX, *more)
    assert kinds(kind, *more) == {ClockKind.HANDLE, ClockKind.NOTICE, ClockKind.OBJECT}


def test_a_clock_runs_is_late_and_stays_so_in_the_books() -> None:
    """Days left, the last day, late since, and what an answer makes of it."""
    accepted = "accepted 2026-06-01"
    running = newest(ClockKind.REPLY, accepted, today=day("2026-07-29"))
    assert (running.state, running.days_left, running.late_since) == (ClockState.RUNNING, 2, None)
    last = newest(ClockKind.REPLY, accepted, today=day("2026-07-31"))
    assert (last.state, last.days_left, last.late_since) == (ClockState.RUNNING, 0, None)
    late = newest(ClockKind.REPLY, accepted, today=day("2026-08-04"))
    assert (late.state, late.days_left, late.late_since) == (
        ClockState.LATE,
        -4,
        day("2026-08-01"),
    )
    answered = newest(ClockKind.REPLY, accepted, "replied 2026-08-05")
    assert (answered.state, answered.days_left) == (ClockState.MET_LATE, None)
    assert answered.late_since == day("2026-08-01")
    in_time = newest(ClockKind.REPLY, accepted, "replied 2026-07-31")
    assert (in_time.state, in_time.late_since) == (ClockState.MET, None)


def test_a_last_day_that_moved_says_from_where() -> None:
    """Somebody who looks at 6 May sees that 1 May was counted."""
    clock = newest(ClockKind.REPLY, "accepted 2026-03-02", today=day("2026-05-02"))
    assert (clock.counted_to, clock.due_on, clock.days_left) == (
        day("2026-05-01"),
        day("2026-05-06"),
        4,
    )


def test_holidays_that_are_not_announced_may_move_a_last_day() -> None:
    """Past the known calendar a date is provisional, unless it does not move."""
    accepted = "accepted 2026-11-20"
    assert newest(ClockKind.REPLY, accepted).provisional
    assert not newest(ClockKind.REPLY, accepted, counting=AS_COUNTED).provisional
    assert not newest(ClockKind.REPLY, "accepted 2026-10-20").provisional
    set_by_hand = newest(ClockKind.REPORT_BACK, "forwarded 2026-11-20 until=2027-02-10")
    assert not set_by_hand.provisional


def test_handed_on_is_done_with_and_an_objection_alone_stops_nothing() -> None:
    """Until the matter goes to somebody else the unit that objected still has it."""
    objected = ("forwarded 2026-03-02 大石街道", "objected 2026-03-04 大石街道")
    waiting = newest(ClockKind.NOTICE, *objected, today=day("2026-03-20"))
    assert (waiting.unit, waiting.state) == ("大石街道", ClockState.LATE)
    found = clocks(SIX, row(*objected, "forwarded 2026-03-20 区住建局"), day("2026-03-20"), MOVED)
    notices = [(one.unit, one.state) for one in found if one.what is ClockKind.NOTICE]
    assert notices == [("大石街道", ClockState.OVERTAKEN), ("区住建局", ClockState.RUNNING)]
    assert not any(one.late_since for one in found)


def test_a_unit_that_sits_on_a_matter_before_it_hands_it_on_was_late() -> None:
    """The second unit's new days do not clear the first one."""
    found = clocks(SIX, row("forwarded 2026-03-02 甲局", "forwarded 2026-03-20 乙局"), LATER, MOVED)
    first, second = [one for one in found if one.what is ClockKind.NOTICE]
    assert (first.state, first.late_since) == (ClockState.MET_LATE, day("2026-03-18"))
    assert second.due_on == day("2026-04-07")  # 4 April, then the Qingming holidays


def test_whoever_does_not_object_is_not_late() -> None:
    """The 5 working days are a chance; they lapse, and an acceptance ends them."""
    lapsed = newest(ClockKind.OBJECT, "forwarded 2026-03-02", today=day("2026-03-10"))
    assert (lapsed.state, lapsed.late_since, lapsed.is_open) == (ClockState.LAPSED, None, False)
    taken = newest(ClockKind.OBJECT, "forwarded 2026-03-02", "accepted 2026-03-05")
    assert taken.state is ClockState.OVERTAKEN
    taken_later = newest(ClockKind.OBJECT, "forwarded 2026-03-02", "accepted 2026-03-16")
    assert taken_later.state is ClockState.LAPSED
    used = newest(ClockKind.OBJECT, "forwarded 2026-03-02", "objected 2026-03-09")
    assert used.state is ClockState.MET
    slow = newest(ClockKind.OBJECT, "forwarded 2026-03-02", "objected 2026-03-10")
    assert slow.state is ClockState.MET_LATE


def test_a_petitioner_is_never_late() -> None:
    """Their 30 days lapse quietly; when they had the paper in hand is theirs to show."""
    answered = ("accepted 2026-06-01", "replied 2026-07-01")
    lapsed = newest(ClockKind.ASK_REVIEW, *answered)
    assert (lapsed.state, lapsed.late_since) == (ClockState.LAPSED, None)
    asked = newest(ClockKind.ASK_REVIEW, *answered, "review_asked 2026-08-10")
    assert (asked.state, asked.late_since) == (ClockState.MET, None)
    review = newest(ClockKind.REVIEW, *answered, "review_asked 2026-08-10")
    assert review.state is ClockState.LATE


def test_a_new_answer_gives_new_days() -> None:
    """What an organ writes again can be reviewed again."""
    found = clocks(
        SIX,
        row("accepted 2026-06-01", "replied 2026-07-01", "replied 2026-07-20"),
        day("2026-08-01"),
        MOVED,
    )
    chances = [(one.due_on, one.state) for one in found if one.what is ClockKind.ASK_REVIEW]
    assert chances == [
        (day("2026-07-31"), ClockState.OVERTAKEN),
        (day("2026-08-19"), ClockState.RUNNING),
    ]


def test_an_answer_before_acceptance_ends_no_sixty_days() -> None:
    """One of the two dates is wrong; the matter stays in sight until it is put right."""
    early = ("replied 2026-05-30", "accepted 2026-06-01")
    today = day("2026-06-05")
    assert newest(ClockKind.REPLY, *early).state is ClockState.LATE
    assert newest(ClockKind.ASK_REVIEW, *early, today=today).state is ClockState.OVERTAKEN
    twice = ("accepted 2026-05-01", *early)
    assert newest(ClockKind.ASK_REVIEW, *twice, today=today).state is ClockState.RUNNING


def test_a_second_request_for_the_first_review_starts_nothing() -> None:
    """After a review comes the last review (Art. 36), unless there is a new answer."""
    reviewed = ("accepted 2026-01-05", "replied 2026-03-02", "review_asked 2026-03-03",
                "reviewed 2026-03-10")  # fmt: skip
    again = newest(ClockKind.REVIEW, *reviewed, "review_asked 2026-03-12")
    assert again.starts_on == day("2026-03-03")
    anew = newest(ClockKind.REVIEW, *reviewed, "replied 2026-04-01", "review_asked 2026-04-10")
    assert anew.starts_on == day("2026-04-10")


def test_after_the_last_review_nothing_begins() -> None:
    """Art. 36(3): the same facts and reasons are not taken up again."""
    ended = ("accepted 2026-01-05", "replied 2026-03-02", "review_asked 2026-03-03",
             "reviewed 2026-03-10", "recheck_asked 2026-03-12", "rechecked 2026-04-01")  # fmt: skip
    more = (
        "no_longer_accepted 2026-04-20",
        "forwarded 2026-05-01",
        "accepted 2026-05-02",
        "replied 2026-05-03",
        "review_asked 2026-05-04",
        "recheck_asked 2026-05-05",
    )
    assert clocks(SIX, row(*ended, *more), LATER, MOVED) == clocks(SIX, row(*ended), LATER, MOVED)
    assert not any(one.is_open for one in clocks(SIX, row(*ended), LATER, MOVED))


def test_a_repeated_petition_that_is_no_longer_accepted_is_done_with() -> None:
    """It is registered, answered in writing with 不再受理, and no clock is left."""
    found = clocks(SIX, row("registered 2026-05-06", "no_longer_accepted 2026-05-08"), LATER, MOVED)
    assert [(one.what, one.state) for one in found] == [(ClockKind.HANDLE, ClockState.MET)]


@pytest.mark.parametrize("word", ["not_accepted", "no_longer_accepted"])
def test_what_was_accepted_cannot_be_written_off(word: str) -> None:
    """The 60 days run until there is an answer, whatever else is written."""
    clock = newest(ClockKind.REPLY, "accepted 2026-06-01", f"{word} 2026-06-10")
    assert clock.state is ClockState.LATE


def test_police_courts_and_discipline_tell_by_their_own_rules() -> None:
    """Art. 23(4): no 15 days of notice there for accusations; for a 31(六) appeal there are."""
    own = Counting(works_on, own_notice_units=frozenset({"区纪委监委"}))
    forwarded = "forwarded 2026-03-02 区纪委监委"
    assert kinds(ACCUSATION, forwarded, counting=own) == {ClockKind.OBJECT}
    assert kinds(OTHER, forwarded, counting=own) == {ClockKind.OBJECT}
    assert kinds(SIX, forwarded, counting=own) == {ClockKind.OBJECT, ClockKind.NOTICE}
    assert ClockKind.NOTICE in kinds(ACCUSATION, "forwarded 2026-03-02 大石街道", counting=own)


def test_the_day_for_reporting_back_is_kept_while_a_matter_travels() -> None:
    """Who set it still waits, through whatever hands it goes; a new day takes its place."""
    first = "forwarded 2026-03-02 番禺区 until=2026-05-20"
    on = (first, "forwarded 2026-03-03 大石街道")
    clock = newest(ClockKind.REPORT_BACK, *on, kind=SUGGESTION, today=day("2026-05-21"))
    assert (clock.due_on, clock.state) == (day("2026-05-20"), ClockState.LATE)
    done = newest(ClockKind.REPORT_BACK, *on, "replied 2026-05-19", kind=SUGGESTION)
    assert done.state is ClockState.MET
    found = clocks(
        SUGGESTION, row(first, "forwarded 2026-05-10 大石街道 until=2026-06-10"), LATER, MOVED
    )
    days = [(one.due_on, one.state) for one in found if one.what is ClockKind.REPORT_BACK]
    assert days == [
        (day("2026-05-20"), ClockState.OVERTAKEN),
        (day("2026-06-10"), ClockState.LATE),
    ]


def test_a_day_for_reporting_back_before_the_day_itself_is_none() -> None:
    """It is a slip, and `faults` says so."""
    assert ClockKind.REPORT_BACK not in kinds(SUGGESTION, "forwarded 2026-03-02 until=2026-03-01")


def test_what_has_not_happened_yet_counts_for_nothing() -> None:
    """A slip of the pen in the year neither answers nor accepts."""
    slips = ("accepted 2026-06-01", "replied 2062-07-01", "extended 9999-12-31 days=30")
    clock = newest(ClockKind.REPLY, *slips, today=day("2026-07-01"))
    assert (clock.due_on, clock.met_on) == (day("2026-07-31"), None)


def test_steps_of_one_day_follow_each_other_as_they_were_written() -> None:
    """Registered, forwarded, objected to, forwarded again and accepted within a day."""
    found = clocks(
        OTHER,
        row(
            "registered 2026-03-02",
            "forwarded 2026-03-02 甲局",
            "objected 2026-03-02 甲局",
            "forwarded 2026-03-02 乙局",
            "accepted 2026-03-02 乙局",
        ),
        LATER,
        MOVED,
    )
    assert [(one.what, one.unit, one.state) for one in found] == [
        (ClockKind.HANDLE, "", ClockState.MET),
        (ClockKind.NOTICE, "甲局", ClockState.OVERTAKEN),
        (ClockKind.NOTICE, "乙局", ClockState.MET),
        (ClockKind.OBJECT, "甲局", ClockState.MET),
        (ClockKind.OBJECT, "乙局", ClockState.OVERTAKEN),
    ]


def test_the_order_in_which_steps_are_handed_in_does_not_matter() -> None:
    """An import lists them as its columns stand."""
    steps = row(*ALL_OF_A_MATTER, "extended 2026-02-01 days=10", "replied 2026-03-02")
    assert clocks(SIX, steps[::-1], LATER, MOVED) == clocks(SIX, steps, LATER, MOVED)


def test_what_is_due_next_is_what_an_organ_has_to_do() -> None:
    """The earliest open limit of an organ; a petitioner's chance is nobody's duty."""
    steps = (*ALL_OF_A_MATTER, "forwarded 2026-02-11 区住建局")
    due = next_due(clocks(SIX, row(*steps), day("2026-02-25"), MOVED))
    assert due is not None
    assert (due.what, due.due_on) == (ClockKind.NOTICE, day("2026-02-26"))
    answered = clocks(SIX, row(*ALL_OF_A_MATTER, "replied 2026-02-20"), day("2026-02-25"), MOVED)
    assert any(one.is_open for one in answered)
    assert next_due(answered) is None
    assert next_due(()) is None


@pytest.mark.parametrize("what", ClockKind)
def test_every_limit_names_its_article(what: ClockKind) -> None:
    """What is to be done, and where the Regulation says so."""
    assert what.label
    assert what.article.startswith("第")
    assert all(state.label for state in ClockState)
