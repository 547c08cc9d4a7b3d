"""Matters found for counting, alike on both engines, a page at a time and with nothing opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from domain.petition import Matter, MatterKind, Satisfaction, Step, StepKind
from storage import cohorts
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.fakes import PushedClock
from tests.keys import KEYRING
from tests.ledger_rows import HEAD, with_matter
from tests.office_people import DASHI, SHIQI

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
NEVER = (date(1990, 1, 1), date(1990, 1, 2))
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """Give a ledger with five matters."""
    opened = Store(database, keyring=KEYRING, clock=PushedClock(NOW))

    def fill(uow: UnitOfWork) -> None:
        with_matter(uow, number="1", steps=steps("registered 2026-03-01"))
        with_matter(uow, number="2", steps=steps("registered 2026-03-31"), unit="区教育局")
        with_matter(uow, number="3", steps=steps("registered 2026-04-01", "accepted 2026-04-02"))
        with_matter(uow, number="4", steps=(), registered_on=date(2026, 3, 9), town=SHIQI)
        with_matter(
            uow,
            number="5",
            kind=MatterKind.ACCUSATION,
            steps=steps("registered 2026-01-05", "accepted 2026-03-20"),
            about_units=("某局",),
            satisfaction=Satisfaction.MOSTLY,
            repeated=True,
        )

    opened.write(fill)
    yield opened
    opened.close()


def steps(*written: str) -> tuple[Step, ...]:
    """Return steps that are written ``accepted 2026-03-02``."""
    parts = (one.split() for one in written)
    return tuple(Step(StepKind(kind), date.fromisoformat(on)) for kind, on in parts)


def found(store: Store, **asked: object) -> list[Matter]:
    """Return the matters of some days; days that are not asked for hold none."""
    days = {"registered": NEVER, "accepted": NEVER} | asked
    return store.read(lambda uow: list(uow.cohorts.matters(**days)))  # type: ignore[arg-type]


def numbers(store: Store, **asked: object) -> list[str]:
    """Return their numbers."""
    return [one.number for one in found(store, **asked)]


def test_matters_are_found_by_what_was_done_on_some_days(store: Store) -> None:
    """First and last day included; without 登记 it is the head's day that counts."""
    assert numbers(store, registered=MARCH) == ["1", "2", "4"]
    assert numbers(store, accepted=MARCH) == ["5"]
    assert numbers(store, registered=MARCH, accepted=MARCH) == ["1", "2", "4", "5"]
    assert numbers(store) == []


def test_a_town_or_a_unit_narrows_them(store: Store) -> None:
    """By the matter's area, by who answers for it."""
    both = {"registered": MARCH, "accepted": MARCH}
    assert numbers(store, **both, town=SHIQI) == ["4"]
    assert numbers(store, **both, unit="区教育局") == ["2"]
    assert numbers(store, **both, unit=DASHI, town=DASHI) == ["1", "5"]
    assert numbers(store, **both, unit="没有的") == []


def test_they_come_a_page_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the page's size, each comes once and in order."""
    for size in (1, 2, 3):
        monkeypatch.setattr(cohorts, "PAGE", size)
        assert numbers(store, registered=MARCH, accepted=MARCH) == ["1", "2", "4", "5"]


def test_a_step_that_was_replaced_or_taken_away_counts_no_more(store: Store) -> None:
    """As for every other reader of the ledger."""

    def correct(uow: UnitOfWork) -> None:
        one = uow.matters.by_number("1")
        assert one is not None
        (row,) = uow.matters.steps(one.id)
        (later,) = steps("registered 2026-03-02")
        uow.matters.record(one.id, later, person_id=None, source="hand", replaces=row.id)

    store.write(correct)
    assert found(store, registered=MARCH)[0].steps == steps("registered 2026-03-02")


def test_nothing_that_is_sealed_is_opened(store: Store) -> None:
    """A store without keys finds the same matters: heads and days, no people and no words."""
    keyless = Store(store.url, keyring=None, clock=PushedClock(NOW))
    try:
        (one,) = found(keyless, accepted=MARCH)
    finally:
        keyless.close()
    assert (one.head.subject, one.head.words, one.head.lead, one.petitioners) == ("", "", "", ())
    assert one.head.kind is MatterKind.ACCUSATION
    assert one.head.about_units == ("某局",)
    assert one.head.satisfaction is Satisfaction.MOSTLY
    assert one.head.repeated
    assert one.head.tier is HEAD.tier


def test_the_days_are_found_by_an_index(sqlite_file: str) -> None:
    """A month of a large ledger is found without reading all of it."""
    store = Store(sqlite_file, keyring=None)
    query = sa.text(
        "EXPLAIN QUERY PLAN SELECT matter_id FROM matter_steps "
        "WHERE kind = 'accepted' AND on_day BETWEEN '2026-03-01' AND '2026-03-31'"
    )
    plan = store.read(lambda uow: str(uow.connection.execute(query).all()))
    store.close()
    assert "ix_matter_steps_kind_on_day" in plan
