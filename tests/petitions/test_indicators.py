"""How one matter counts: in which month, in which figure, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import PersonCanFix
from domain.petition import (
    Lodging,
    Matter,
    MatterHead,
    MatterKind,
    Satisfaction,
    Step,
    StepKind,
    Tier,
)
from petitions import indicator_words as words
from petitions.counting import Counting
from petitions.indicators import (
    Counted,
    Indicator,
    IndicatorRules,
    Standing,
    accepted_within,
    counted,
    registered_within,
)
from petitions.month_figures import Rate, Strand, Tally
from petitions.months import Month, month_of, read_month

WEEKDAYS = Counting(lambda day: day.isoweekday() < 6)
RULES = IndicatorRules()
TODAY = date(2026, 6, 30)
MARK = Fraction(98, 100)


def matter(
    *steps: str,
    kind: MatterKind = MatterKind.APPEAL_SIX,
    repeated: bool = False,
    satisfaction: Satisfaction | None = None,
) -> Matter:
    """Return a matter with steps that are written ``accepted 2026-03-02``."""
    done = tuple(
        Step(StepKind(name), date.fromisoformat(on), days=int(days[0]) if days else None)
        for name, on, *days in (step.split() for step in steps)
    )
    head = MatterHead(
        number="2026-0042",
        kind=kind,
        lodging=Lodging.VISIT,
        tier=Tier.DISTRICT,
        registered_on=min((step.on for step in done), default=date(2026, 3, 2)),
        subject="",
        unit="大石街道",
        repeated=repeated,
        satisfaction=satisfaction,
    )
    return Matter(1, head, (), done, 1, datetime(2026, 1, 1, tzinfo=UTC))


def months_of(
    one: Matter, indicator: Indicator, *, today: date = TODAY, rules: IndicatorRules = RULES
) -> dict[str, Standing]:
    """Return the months in whose figure a matter counts, and how."""
    return {
        str(month): how.standing
        for month in (Month(year, number) for year in (2025, 2026, 2027) for number in range(1, 13))
        for how in counted(one, month, today, counting=WEEKDAYS, rules=rules)
        if how.indicator is indicator
    }


# 2026-03-02 is a Monday; 15 days later is Tuesday 2026-03-17.
ACCEPTANCES = [
    (("registered 2026-03-02", "accepted 2026-03-17"), Standing.IN_TIME),
    (("registered 2026-03-02", "accepted 2026-03-18"), Standing.LATE),
    (("registered 2026-03-02", "replied 2026-03-05"), Standing.IN_TIME),
    (("registered 2026-03-02", "not_accepted 2026-03-17"), Standing.REFUSED),
    (("registered 2026-03-02", "no_longer_accepted 2026-03-09"), Standing.REFUSED),
    (("registered 2026-03-02", "not_accepted 2026-03-18"), Standing.LATE),
    (("registered 2026-03-02", "not_accepted 2026-03-09", "accepted 2026-03-12"), Standing.IN_TIME),
    (("registered 2026-03-02", "not_accepted 2026-03-09", "accepted 2026-04-12"), Standing.REFUSED),
    (("registered 2026-03-02", "forwarded 2026-03-05"), Standing.OVERDUE),
    (("registered 2026-03-02",), Standing.OVERDUE),
]


@pytest.mark.parametrize(("steps", "standing"), ACCEPTANCES)
def test_acceptance_is_in_time_within_fifteen_days(
    steps: tuple[str, ...], standing: Standing
) -> None:
    """Art. 22(1), 23: whoever forwards it has not accepted it yet; a refusal stands apart."""
    assert months_of(matter(*steps), Indicator.ACCEPTED) == {"2026-03": standing}


def test_a_matter_without_registration_counts_from_its_head() -> None:
    """No matter escapes its figure because a step was never written down."""
    assert months_of(matter(), Indicator.ACCEPTED) == {"2026-03": Standing.OVERDUE}


# Accepted on 2026-03-02: 60 days later is Friday 2026-05-01, which these offices work on.
REPLIES = [
    (("accepted 2026-03-02", "replied 2026-05-01"), "2026-05", Standing.IN_TIME),
    (("accepted 2026-03-02", "replied 2026-05-02"), "2026-05", Standing.LATE),
    (("accepted 2026-03-02",), "2026-05", Standing.OVERDUE),
    (("accepted 2026-05-04",), "2026-07", Standing.RUNNING),
    (("accepted 2026-03-02", "extended 2026-04-20 30"), "2026-06", Standing.OVERDUE),
    (
        ("accepted 2026-03-02", "extended 2026-04-20 30", "replied 2026-06-01"),
        "2026-06",
        Standing.IN_TIME,
    ),
    # 2026-02-28 was a Saturday 60 days after 2025-12-30: the deadline moves into March.
    (("accepted 2025-12-30", "replied 2026-03-02"), "2026-03", Standing.IN_TIME),
]


@pytest.mark.parametrize(("steps", "month", "standing"), REPLIES)
def test_an_answer_counts_in_the_month_of_its_deadline(
    steps: tuple[str, ...], month: str, standing: Standing
) -> None:
    """Not in the month in which the matter came or was answered; extensions and days off move."""
    one = matter("registered 2025-12-29", *steps)
    assert months_of(one, Indicator.REPLIED) == {month: standing}


@pytest.mark.parametrize(
    "kind", [MatterKind.APPEAL_OTHER, MatterKind.SUGGESTION, MatterKind.ACCUSATION]
)
def test_what_has_no_sixty_days_is_in_no_cohort_of_answers(kind: MatterKind) -> None:
    """Art. 34 speaks of 31(六) alone: neither rate nor rating of the others hangs on a deadline."""
    one = matter(
        "registered 2026-03-02",
        "accepted 2026-03-04",
        "replied 2026-04-01",
        kind=kind,
        satisfaction=Satisfaction.SATISFIED,
    )
    for indicator in (Indicator.REPLIED, Indicator.RATED, Indicator.SATISFIED):
        assert months_of(one, indicator) == {}
    assert months_of(one, Indicator.ACCEPTED) == {"2026-03": Standing.IN_TIME}


@pytest.mark.parametrize(
    ("within", "working", "steps", "expected"),
    [
        (15, False, ("forwarded 2026-03-17",), {"2026-03": Standing.IN_TIME}),
        (5, False, ("forwarded 2026-03-10",), {"2026-03": Standing.LATE}),
        (5, False, ("forwarded 2026-03-09",), {"2026-03": Standing.IN_TIME}),  # 7th: Saturday
        (5, True, ("forwarded 2026-03-09",), {"2026-03": Standing.IN_TIME}),
        (4, True, ("forwarded 2026-03-09",), {"2026-03": Standing.LATE}),
        (15, False, ("forwarded 2026-03-04", "accepted 2026-03-04"), {"2026-03": Standing.IN_TIME}),
        (15, False, ("accepted 2026-03-03", "forwarded 2026-03-04"), {}),
        (15, False, ("replied 2026-03-04",), {}),
        (15, False, (), {"2026-03": Standing.OVERDUE}),
    ],
)
def test_forwarding_follows_the_offices_own_rule(
    within: int,
    working: bool,  # noqa: FBT001
    steps: tuple[str, ...],
    expected: dict[str, Standing],
) -> None:
    """Days or working days after 登记; what the office took up itself was not to be forwarded."""
    rules = IndicatorRules(forward_within=within, forward_in_working_days=working)
    one = matter("registered 2026-03-02", *steps)
    assert months_of(one, Indicator.FORWARDED, rules=rules) == expected


@pytest.mark.parametrize(
    ("rating", "rated", "satisfied"),
    [
        (Satisfaction.SATISFIED, Standing.RATED, {"2026-05": Standing.SATISFIED}),
        (Satisfaction.MOSTLY, Standing.RATED, {"2026-05": Standing.MOSTLY}),
        (Satisfaction.DISSATISFIED, Standing.RATED, {"2026-05": Standing.DISSATISFIED}),
        (None, Standing.UNRATED, {}),
    ],
)
def test_rating_and_satisfaction_are_apart(
    rating: Satisfaction | None, rated: Standing, satisfied: dict[str, Standing]
) -> None:
    """Who was answered may rate (Art. 18(1), 21(2)); only who rated is satisfied or not."""
    steps = ("registered 2026-03-01", "accepted 2026-03-02", "replied 2026-04-01")
    one = matter(*steps, satisfaction=rating)
    assert months_of(one, Indicator.RATED) == {"2026-05": rated}
    assert months_of(one, Indicator.SATISFIED) == satisfied
    open_one = matter(*steps[:2], satisfaction=rating)
    assert months_of(open_one, Indicator.RATED) == {}


def test_settings_decide_what_the_law_leaves_open() -> None:
    """Refusals told in time, and 基本满意."""
    assert not RULES.counts(Standing.REFUSED)
    assert IndicatorRules(refusals_count=True).counts(Standing.REFUSED)
    assert RULES.counts(Standing.MOSTLY)
    assert not IndicatorRules(mostly_counts=False).counts(Standing.MOSTLY)
    never = (Standing.LATE, Standing.OVERDUE, Standing.RUNNING, Standing.UNRATED)
    assert not any(RULES.counts(one) for one in never)


def rate_of(**standings: int) -> Rate:
    """Return the rate of a tally of 按期答复."""
    tally = Tally(RULES)
    for name, count in standings.items():
        for _ in range(count):
            how = Counted(Indicator.REPLIED, Standing(name), TODAY)
            tally.add("大石街道", [how], repeated=False)
    return tally.result(Month(2026, 6), TODAY, None).total.rate(Indicator.REPLIED)


def test_everything_of_the_cohort_is_in_the_denominator() -> None:
    """In time / (in time + late + open and overdue + open and not yet due)."""
    rate = rate_of(in_time=90, late=4, overdue=3, running=3)
    assert (rate.numerator, rate.denominator) == (90, 100)
    assert words.percent_words(rate) == "90.00%"
    assert words.standings_words(rate) == "按期 90、逾期完成 4、逾期未完成 3、未到期 3"


def test_an_empty_cohort_is_a_dash() -> None:
    """Neither 0 nor 100 %, and it neither reaches a mark nor misses it."""
    assert words.percent_words(Rate()) == "—"
    assert words.mark_words(Rate(), MARK) == ""
    assert Rate().short_of(MARK) == 0


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [
        (2, 3, "66.67%"),
        (1, 3, "33.33%"),
        (1, 16, "6.25%"),
        (1, 800, "0.13%"),
        (0, 7, "0.00%"),
        (7, 7, "100.00%"),
    ],
)
def test_percentages_round_halves_up(numerator: int, denominator: int, shown: str) -> None:
    """Two places, as Excel shows them; the fraction stands beside."""
    rate = Rate(numerator, denominator)
    assert words.percent_words(rate) == shown
    assert words.fraction_words(rate) == f"{numerator}/{denominator}"


def test_the_mark_is_compared_with_the_exact_share() -> None:
    """97.996 % is shown as 98.00 % and does not reach 98 %: one matter is missing."""
    rate = Rate(97_996, 100_000)
    assert words.percent_words(rate) == "98.00%"
    assert words.mark_words(rate, MARK) == "未达 98%，差 4 件"
    assert words.mark_words(Rate(98, 100), MARK) == "达到 98%"
    assert words.mark_words(Rate(97, 99), MARK) == "未达 98%，差 1 件"
    assert words.mark_words(Rate(0, 9), None) == ""


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(0, 1000))
def test_what_is_short_of_a_mark_is_just_enough(of: int, more: int, tenths: int) -> None:
    """With so many more it is reached, with one fewer not."""
    mark, denominator = Fraction(tenths, 1000), of + more
    short = Rate(of, denominator).short_of(mark)
    assert Fraction(of + short, denominator) >= mark
    assert short == 0 or Fraction(of + short - 1, denominator) < mark


DAYS = st.dates(date(2025, 11, 1), date(2026, 7, 31))
STEPS = st.lists(st.tuples(st.sampled_from(list(StepKind)), DAYS, st.integers(0, 40)), max_size=7)


@given(STEPS, DAYS, st.sampled_from(list(MatterKind)), st.sampled_from([None, *Satisfaction]))
def test_no_matter_falls_between_two_months(
    steps: list[tuple[StepKind, date, int]],
    registered_on: date,
    kind: MatterKind,
    rating: Satisfaction | None,
) -> None:
    """Whatever was written down, a figure counts a matter in one month at most, and finds it.

    What is read for a month are the days of 登记 and 受理 that may bring a deadline into it.
    """
    done = tuple(Step(name, on, days=days) for name, on, days in steps)
    one = matter(kind=kind, satisfaction=rating)
    head = MatterHead(
        **{name: getattr(one.head, name) for name in ("number", "kind", "lodging", "tier")},
        registered_on=registered_on,
        subject="",
        satisfaction=rating,
    )
    one = Matter(1, head, (), done, 1, one.changed_at)
    seen: set[Indicator] = set()
    month = Month(2025, 8)
    while month < Month(2027, 2):
        for how in counted(one, month, TODAY, counting=WEEKDAYS, rules=RULES):
            assert how.indicator not in seen
            seen.add(how.indicator)
            assert is_found(one, month)
        month = month.after


def is_found(one: Matter, month: Month) -> bool:
    """Whether the days asked for hold a matter's registration or one of its acceptances."""
    registered = registered_within(month, WEEKDAYS, RULES)
    accepted = accepted_within(month, WEEKDAYS)
    return (
        any(
            step.kind is StepKind.REGISTERED and registered[0] <= step.on <= registered[1]
            for step in one.steps
        )
        or registered[0] <= one.head.registered_on <= registered[1]
        or any(
            step.kind is StepKind.ACCEPTED and accepted[0] <= step.on <= accepted[1]
            for step in one.steps
        )
    )


WHYS = [
    (
        ("registered 2026-03-02", "accepted 2026-03-18"),
        Indicator.ACCEPTED,
        "2026-03-02登记，期限 2026-03-17；2026-03-18受理，逾期 1 天",
    ),
    (
        ("registered 2026-03-02", "not_accepted 2026-03-10"),
        Indicator.ACCEPTED,
        "2026-03-02登记，期限 2026-03-17；2026-03-10不予受理",
    ),
    (
        ("registered 2025-12-29", "accepted 2026-03-03", "extended 2026-04-20 30"),
        Indicator.REPLIED,
        "2026-03-03受理，期限 2026-06-01（含延期 30 日）；至今未答复，已逾期 29 天",
    ),
    (
        ("registered 2025-12-29", "accepted 2025-12-30", "replied 2026-03-02"),
        Indicator.REPLIED,
        "2025-12-30受理，期限 2026-03-02（遇休息日顺延）；2026-03-02答复办结，按期",
    ),
    (
        ("registered 2026-06-25",),
        Indicator.FORWARDED,
        "2026-06-25登记，期限 2026-07-10；还未转送交办，未到期",
    ),
    (("registered 2026-06-25",), Indicator.REPEATED, "2026-06-25登记，初次信访"),
]


@pytest.mark.parametrize(("steps", "indicator", "why"), WHYS)
def test_the_reason_names_the_days(steps: tuple[str, ...], indicator: Indicator, why: str) -> None:
    """Whoever doubts a percentage finds the day, the limit and what moved it."""
    one = matter(*steps)
    (how,) = (
        how
        for month in (Month(2026, number) for number in range(1, 13))
        for how in counted(one, month, TODAY, counting=WEEKDAYS, rules=RULES)
        if how.indicator is indicator
    )
    assert words.why_words(how, TODAY) == why


def test_a_figure_is_asked_for_by_its_name() -> None:
    """按期办结率 is another name of 按期答复率; what is no figure is none."""
    assert words.indicator_named("按期答复率") is Indicator.REPLIED
    assert words.indicator_named(" 按期办结率 ") is Indicator.REPLIED
    assert {words.indicator_named(one.label) for one in Indicator} == set(Indicator)
    assert words.indicator_named("危险率") is None


def test_first_and_repeated_petitions_sum_to_all() -> None:
    """Each figure three times: all, 初次, 重复."""
    tally = Tally(RULES)
    for repeated, count in ((False, 3), (True, 2)):
        for _ in range(count):
            how = Counted(Indicator.REPLIED, Standing.IN_TIME, TODAY)
            tally.add("大石街道", [how], repeated=repeated)
    (line,) = tally.result(Month(2026, 6), TODAY, None).lines
    assert [line.rate(Indicator.REPLIED, strand).denominator for strand in Strand] == [5, 3, 2]


@pytest.mark.parametrize("written", ["2026-13", "2026-00", "2026", "三月", "0026-03", "2026-3-1"])
def test_a_month_that_cannot_be_read_says_how_to_write_it(written: str) -> None:
    """A sentence, and no traceback."""
    with pytest.raises(PersonCanFix, match="请写成 2026-03"):
        read_month(written)


def test_months_follow_one_another() -> None:
    """Over the end of a year, and to the last of February."""
    assert read_month("2026-3") == Month(2026, 3)
    assert str(Month(2025, 12).after) == "2026-01"
    assert str(Month(2026, 1).before) == "2025-12"
    assert Month(2024, 2).last == date(2024, 2, 29)
    assert month_of(date(2026, 3, 31)) == Month(2026, 3)
