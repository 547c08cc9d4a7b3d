"""A whole year's indicators, recounted by loops over the made-up truth; lists sum to figures."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.access import Asker, Way, unit_key
from domain.duty import Person, Role
from petitions import asking
from petitions.counting import Counting, LastDay
from petitions.indicator_looks import Behind, Figure, behind, month_figures
from petitions.indicators import Indicator, IndicatorRules
from petitions.ledger import Ledger
from petitions.month_figures import UNTOLD, Strand
from petitions.months import Month
from storage.petitioners import Known
from storage.store import Store
from tests.fakes import PushedClock
from tests.keys import KEYRING
from tests.petitions.indicator_recount import Figures, moved, recount, works_on
from tests.petitions.kept_year import keep
from tests.petitions.made_up_year import MadeUpYear, make_year

DASHI = "大石街道"
RULES = IndicatorRules(forward_within=10)
CLERK = Asker(Person(1, "某某", Role.CLERK, None), Way.COMMAND)
OFFICER = Asker(Person(2, "某某", Role.TOWN_OFFICER, DASHI), Way.WEB)
MONTHS = [Month(2025, number) for number in range(1, 13)]


def ledger_of(last_day: LastDay) -> Ledger:
    """Return the office, counting one way or the other."""
    counting = Counting(works_on, last_day)
    return Ledger("区信访局", "番禺区", ZoneInfo("Asia/Shanghai"), (), counting)


MOVED = ledger_of(LastDay.NEXT_WORKING_DAY)


@pytest.fixture(scope="module")
def year() -> MadeUpYear:
    """Make the source office's year up."""
    return make_year()


Opener = Callable[[MadeUpYear], Store]


@pytest.fixture(scope="module")
def opened(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """Give a way to open a ledger with a year in it, on the year's last day."""
    stores: list[Store] = []

    def open_with(year: MadeUpYear) -> Store:
        file = tmp_path_factory.mktemp("year") / "huxin.db"
        shutil.copyfile(migrated_sqlite, file)
        clock = PushedClock(datetime(2025, 12, 31, 4, tzinfo=UTC))
        stores.append(Store(f"sqlite:///{file}", keyring=KEYRING, clock=clock))
        keep(stores[-1], year)
        return stores[-1]

    yield open_with
    for store in stores:
        store.close()


@pytest.fixture(scope="module")
def store(year: MadeUpYear, opened: Opener) -> Store:
    """Give the year's ledger."""
    return opened(year)


@pytest.fixture(scope="module")
def small(opened: Opener) -> tuple[MadeUpYear, Store]:
    """Give a small year and its ledger, for what is asked again and again."""
    year = make_year(matters=700, leader_messages=40)
    return year, opened(year)


def flat(store: Store, ledger: Ledger, asker: Asker, month: Month) -> Figures:
    """Return the product's figures in the recount's shape; empty cohorts are not there."""
    figures = store.read(lambda uow: month_figures(uow, ledger, RULES, asker, month))
    return {
        (line.unit or "", indicator.value, strand is Strand.REPEATED): [
            rate.numerator,
            rate.denominator,
        ]
        for line in figures.lines
        for (indicator, strand), rate in line.rates.items()
        if strand is not Strand.ALL
    }


def test_every_months_figures_are_those_of_a_recount(store: Store, year: MadeUpYear) -> None:
    """Unit by unit, first and repeated, over the source office's 5,381 matters."""
    cohorts: Counter[str] = Counter()
    for month in MONTHS:
        wanted = recount(year.matters, month, moved, forward_days=10)
        assert flat(store, MOVED, CLERK, month) == wanted, month
        for (_, figure, _), (_, denominator) in wanted.items():
            cohorts[figure] += denominator
    assert cohorts["repeated"] == 5381
    assert min(cohorts.values()) > 500  # no figure was compared with nothing


def test_an_office_that_moves_no_last_day_has_other_months(
    small: tuple[MadeUpYear, Store],
) -> None:
    """A deadline on a day off stays where it was counted to, and may be another month's."""
    year, store = small
    ledger = ledger_of(LastDay.AS_COUNTED)
    for month in MONTHS:
        wanted = recount(year.matters, month, lambda day: day, forward_days=10)
        assert flat(store, ledger, CLERK, month) == wanted, month


def test_a_towns_officers_have_the_figures_of_their_town(
    small: tuple[MadeUpYear, Store],
) -> None:
    """What they may not see is not in them either: a count would tell that it is there."""
    year, store = small
    own = tuple(
        one
        for one in year.matters
        if one["kind"] != "accusation" and DASHI not in one["about_units"] and one["town"] == DASHI
    )
    for month in MONTHS:
        counted, wanted = (
            flat(store, MOVED, OFFICER, month),
            recount(own, month, moved, forward_days=10),
        )
        assert summed(counted) == summed(wanted)


def summed(figures: Figures) -> dict[tuple[str, bool], list[int]]:
    """Sum over units."""
    sums: dict[tuple[str, bool], list[int]] = {}
    for (_, figure, repeated), (numerator, denominator) in figures.items():
        line = sums.setdefault((figure, repeated), [0, 0])
        line[0] += numerator
        line[1] += denominator
    return sums


def matters_behind(store: Store, asker: Asker, figure: Figure) -> Behind:
    """Return the list of a figure."""
    return store.read(lambda uow: behind(uow, MOVED, RULES, asker, figure))


def officer_of_a_town_with_an_accusation(year: MadeUpYear) -> Asker:
    """Return an officer in whose town somebody was accused in August."""
    (town, *_) = (
        one["town"]
        for one in year.matters
        if one["kind"] == "accusation" and one["town"] and one["registered_on"].month == 8
    )
    return Asker(Person(3, "某某", Role.TOWN_OFFICER, town), Way.WEB)


def with_an_interest(store: Store, year: MadeUpYear) -> Asker:
    """Return a clerk who withdrew from a unit and from somebody who petitions."""
    name = next(
        one
        for one in year.matters
        if one["kind"] != "accusation" and one["registered_on"] == date(2025, 8, 4)
    )["petitioners"][0]["name"]
    person = store.read(lambda uow: asking.person_key(uow, Known.NAME, name))
    keys = frozenset({unit_key("区教育局"), person})
    return Asker(CLERK.person, Way.COMMAND, interests=keys)


@pytest.mark.parametrize("who", ["clerk", "officer", "withdrew"])
def test_the_list_behind_a_figure_sums_to_it(small: tuple[MadeUpYear, Store], who: str) -> None:
    """Every figure of a month: each unit's and everybody's, all, first and repeated."""
    year, store = small
    asker = {"clerk": CLERK, "officer": officer_of_a_town_with_an_accusation(year)}.get(who)
    asker = asker or with_an_interest(store, year)
    month = Month(2025, 8)
    figures = store.read(lambda uow: month_figures(uow, MOVED, RULES, asker, month))
    lines = [(None, figures.total), *((line.unit, line) for line in figures.lines)]
    withheld = 0
    for unit, line in (*lines[:6], lines[-1]):
        for indicator in Indicator:
            for strand in Strand:
                figure = Figure(month, indicator, strand, unit)
                found = matters_behind(store, asker, figure)
                rate = line.rate(indicator, strand)
                assert (found.rate.numerator, found.rate.denominator) == (
                    rate.numerator,
                    rate.denominator,
                )
                assert len({one.number for one in found.listed}) == len(found.listed)
                withheld += found.withheld
                if not found.withheld:
                    assert dict(found.rate.standings) == rate.standings
    assert (withheld > 0) == (who == "withdrew")


def test_a_town_is_told_nothing_of_what_it_may_not_see(
    small: tuple[MadeUpYear, Store],
) -> None:
    """Neither a number of an accusation or of a matter about itself, nor who has it."""
    year, store = small
    seen = [
        one
        for one in year.matters
        if one["kind"] != "accusation" and DASHI not in one["about_units"] and one["town"] == DASHI
    ]
    listed: set[str] = set()
    for month in MONTHS:
        figure = Figure(month, Indicator.ACCEPTED)
        found = matters_behind(store, OFFICER, figure)
        listed |= {one.number for one in found.listed}
        units = {key[0] for key in flat(store, MOVED, OFFICER, month)}
        assert units <= {one["unit"] for one in seen} | {UNTOLD}
    assert listed <= {one["number"] for one in seen}
    assert len(listed) > 20
