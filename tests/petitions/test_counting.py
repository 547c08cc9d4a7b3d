"""How days are counted."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.holidays import calendar_of_china
from petitions.counting import Counting, days_after
from tests.law import AS_COUNTED, DAYS_OFF, MAKE_UP_DAYS, MOVED, day, works_on

DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 1))


def test_the_day_itself_is_not_counted() -> None:
    """From 1 March, 30 days end on the 31st."""
    assert days_after(day("2026-03-01"), 30) == day("2026-03-31")
    assert days_after(day("2026-03-01"), 0) == day("2026-03-01")


@given(DAYS, st.integers(0, 120))
def test_without_days_left_out_it_is_plain_addition(starts_on: date, days: int) -> None:
    """Calendar days are calendar days."""
    assert days_after(starts_on, days) == starts_on + timedelta(days=days)


@given(DAYS, st.integers(1, 40), st.integers(0, 60), st.integers(0, 20))
def test_days_left_out_are_made_up_for(starts_on: date, days: int, away: int, more: int) -> None:
    """What lies between, less what is left out, is what was given; the last day counts."""
    first = starts_on + timedelta(days=away)
    last = first + timedelta(days=more)
    end = days_after(starts_on, days, [(first, last)])
    between = {starts_on + timedelta(days=n + 1) for n in range((end - starts_on).days)}
    assert len([one for one in between if not first <= one <= last]) == days
    assert not first <= end <= last


@given(DAYS, st.integers(1, 30))
def test_so_many_working_days_lie_within(starts_on: date, days: int) -> None:
    """The last one is worked, and with it there are as many as were given."""
    end = MOVED.working_days_after(starts_on, days)
    between = [starts_on + timedelta(days=n + 1) for n in range((end - starts_on).days)]
    assert works_on(end)
    assert len([one for one in between if works_on(one)]) == days


@given(DAYS)
def test_a_last_day_off_moves_to_the_next_day_that_is_worked(counted_to: date) -> None:
    """民法典 Art. 203; no worked day lies between, and a worked day stays."""
    last = MOVED.last_day(counted_to)
    between = [counted_to + timedelta(days=n) for n in range((last - counted_to).days)]
    assert works_on(last)
    assert not any(works_on(one) for one in between)


@given(DAYS)
def test_an_office_may_leave_its_own_last_day_where_it_is(counted_to: date) -> None:
    """The setting is for organs; a petitioner's day moves all the same."""
    assert AS_COUNTED.last_day(counted_to) == counted_to
    assert AS_COUNTED.last_day(counted_to, office=False) == MOVED.last_day(counted_to)


def test_a_calendar_without_a_working_day_moves_nothing() -> None:
    """A wrong setting must not hang the ledger."""
    never = Counting(lambda _: False)
    assert never.last_day(day("2026-03-02")) == day("2026-03-02")
    assert never.working_days_after(day("2026-03-02"), 5) == day("2026-03-07")


def test_the_products_calendar_has_the_announced_days() -> None:
    """The examples' days, copied from the notices, are those that the product would use."""
    calendar = calendar_of_china()
    years = {2024, 2025, 2026}
    assert {one for one in calendar.off if one.year in years} == DAYS_OFF
    on = {one for one in calendar.on if one.year in years and one.isoweekday() > 5}
    assert on == MAKE_UP_DAYS
