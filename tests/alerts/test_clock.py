"""Working time of the office, and the chain that is frozen from it."""

from __future__ import annotations

import os
import time as clocks
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.clock import WorkingHours
from alerts.escalation import freeze_chain, outcome_due
from alerts.holidays import calendar_of_china, only_weekends
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


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        (panyu(4, 8, 30), panyu(4, 17, 30)),
        (panyu(4, 11, 59), panyu(4, 17, 30)),
        (panyu(4, 8, 29), None),
        (panyu(4, 12), None),
        (panyu(4, 17, 30), None),
        (panyu(7, 10), None),
    ],
)
def test_when_a_working_day_ends(at: datetime, ends: datetime | None) -> None:
    """Asked at night, at noon or on a weekend: nobody works."""
    assert HOURS.open_until(at.astimezone(UTC)) == ends


def test_an_office_without_hours_always_works() -> None:
    """No spans: plain time, and every day lasts until midnight."""
    assert ALWAYS.open_until(panyu(7, 3)) == panyu(8, 0)
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


CHINA = calendar_of_china()
AS_CHINA = replace(HOURS, off=CHINA.off, on=CHINA.on)


def autumn(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """Return a time of 2026 on the office's wall clock."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("at", "hours", "then"),
    [
        (autumn(10, 1, 10), 0, autumn(10, 8, 8, 30)),  # 国庆 ends on the 7th
        (autumn(9, 30, 17), 1, autumn(10, 8, 9)),
        (autumn(10, 10, 10), 0, autumn(10, 10, 10)),  # a Saturday that makes up for it
        (autumn(10, 9, 17), 1, autumn(10, 10, 9)),
        (autumn(10, 11, 10), 0, autumn(10, 12, 8, 30)),  # the Sunday after is a Sunday
        (autumn(9, 20, 10), 0, autumn(9, 20, 10)),
        (autumn(10, 17, 10), 0, autumn(10, 19, 8, 30)),
    ],
)
def test_public_holidays_are_off_and_make_up_days_are_on(
    at: datetime, hours: float, then: datetime
) -> None:
    """As the State Council says for 2026; without the calendar weekends alone count."""
    assert AS_CHINA.add(at.astimezone(UTC), timedelta(hours=hours)) == then
    assert HOURS.add(autumn(10, 1, 10), timedelta()) == autumn(10, 1, 10)


def test_the_calendar_says_how_far_it_knows() -> None:
    """Beyond its years nothing is guessed: a weekday is a working day, and it says so."""
    later = CHINA.last_year + 1
    assert CHINA.knows(date(2026, 10, 1))
    assert not CHINA.knows(date(later, 10, 1))
    first = next(d for d in range(1, 8) if date(later, 10, d).isoweekday() == 1)
    assert AS_CHINA.works_on(date(later, 10, first))
    assert only_weekends().knows(date(later, 1, 1))
    assert not only_weekends().off


def test_an_office_writes_the_days_of_a_new_year_itself() -> None:
    """Its own days lie over the calendar's, and make its year known."""
    later = CHINA.last_year + 1
    own = calendar_of_china([date(later, 1, 1), date(2026, 10, 10)], [date(2026, 10, 5)])
    assert own.knows(date(later, 1, 1))
    assert date(later, 1, 1) in own.off
    assert date(2026, 10, 10) not in own.on
    assert date(2026, 10, 5) not in own.off


@pytest.fixture
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the machine believe that it stands in New York."""
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", "America/New_York")
    clocks.tzset()
    yield
    if before is None:
        monkeypatch.delenv("TZ")
    else:
        monkeypatch.setenv("TZ", before)
    clocks.tzset()


def test_the_machines_own_zone_changes_nothing(in_new_york: None) -> None:
    """Ten at night in New York is ten in the morning of the next day in Panyu."""
    assert datetime(2026, 9, 30, 22).astimezone(SHANGHAI) == autumn(10, 1, 10)
    assert AS_CHINA.add(autumn(9, 30, 17).astimezone(UTC), timedelta(hours=1)) == autumn(10, 8, 9)
    assert AS_CHINA.local(autumn(10, 1, 10).astimezone(UTC)).day == 1
