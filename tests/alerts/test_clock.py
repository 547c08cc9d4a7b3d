"""Working time of the office, and the chain that is frozen from it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.clock import WorkingHours
from alerts.escalation import freeze_chain, outcome_due
from domain.alert import LevelTimes, Recipient, Step

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = WorkingHours(
    zone=SHANGHAI,
    days=frozenset({1, 2, 3, 4, 5}),
    spans=((time(8, 30), time(12)), (time(14), time(17, 30))),
)
ALWAYS = WorkingHours(zone=SHANGHAI, days=frozenset(), spans=())


def panyu(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a time of March 2026 on the office's wall clock; the 2nd is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("at", "hours", "then"),
    [
        (panyu(4, 10), 0, panyu(4, 10)),
        (panyu(4, 3), 0, panyu(4, 8, 30)),
        (panyu(4, 12), 0, panyu(4, 14)),
        (panyu(4, 13), 0, panyu(4, 14)),
        (panyu(4, 17, 30), 0, panyu(5, 8, 30)),
        (panyu(6, 23), 0, panyu(9, 8, 30)),
        (panyu(7, 10), 0, panyu(9, 8, 30)),
        (panyu(4, 8, 30), 1, panyu(4, 9, 30)),
        (panyu(4, 11, 30), 1, panyu(4, 14, 30)),
        (panyu(4, 17), 1, panyu(5, 9)),
        (panyu(6, 17), 1, panyu(9, 9)),
        (panyu(4, 8, 30), 3.5, panyu(4, 14)),
        (panyu(4, 8, 30), 7, panyu(5, 8, 30)),
        (panyu(4, 8, 30), 35, panyu(11, 8, 30)),
    ],
)
def test_working_time_is_counted(at: datetime, hours: float, then: datetime) -> None:
    """Nights, noon and weekends do not count."""
    assert HOURS.add(at.astimezone(UTC), timedelta(hours=hours)) == then


def test_an_office_without_hours_always_works() -> None:
    """No spans: plain time."""
    assert ALWAYS.add(panyu(7, 3), timedelta(hours=2)) == panyu(7, 5)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(0, 60 * 60),
    st.integers(0, 60 * 60),
)
def test_more_working_time_never_ends_earlier(at: datetime, one: int, more: int) -> None:
    """Never before the start, always in working time, and growing."""
    first = HOURS.add(at, timedelta(seconds=one))
    second = HOURS.add(at, timedelta(seconds=one + more))
    assert at <= first <= second
    local = HOURS.local(first)
    assert local.isoweekday() in HOURS.days
    assert any(begins <= local.time() < ends for begins, ends in HOURS.spans)


def test_the_chain_of_a_level_that_waits_and_one_that_does_not() -> None:
    """Each step's own ``working_hours`` counts; the outcome waits by the level's."""
    to = (Recipient.TOWN_GROUP,)
    now, four = timedelta(), timedelta(hours=4)
    red = LevelTimes((Step(now, to), Step(four, to)), four, four)
    yellow = LevelTimes(
        (Step(now, to, working_hours=True), Step(four, to, working_hours=True)),
        four,
        four,
        working_hours=True,
    )
    night = panyu(6, 22).astimezone(UTC)
    assert freeze_chain(red, night, HOURS).due_at == (night, night + four)
    chain = freeze_chain(yellow, night, HOURS)
    assert chain.due_at == (panyu(9, 8, 30), panyu(9, 14, 30))
    assert outcome_due(chain, night, HOURS) == panyu(9, 14, 30)
    assert outcome_due(freeze_chain(red, night, HOURS), night, HOURS) == night + four
