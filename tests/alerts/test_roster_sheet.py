"""The duty sheet as plain values: what is written reads back, whatever the shifts are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.roster_days import Around, NoSuchDay, day_of
from alerts.roster_plan import sheet_of
from alerts.roster_sheet import Reader, read_sheet
from alerts.roster_words import take_button
from domain.duty import Person, Post, Role
from domain.roster import Chair, Entry, Gap, ShiftKind, gaps, on_chair, stretches
from storage.store import Store
from storage.tables import people, shifts
from tests.keys import KEYRING
from tests.office_people import office_of_panyu

OFFICE = office_of_panyu()
ZONE = OFFICE.hours.zone
TOWNS = ("大石街道", "石碁镇")
FIRST, LAST = date(2026, 12, 1), date(2026, 12, 7)
CHAIRS = (*(Chair(Post.TOWN_DUTY, town) for town in TOWNS), Chair(Post.LEADER_DUTY))
START = datetime(2026, 12, 1, tzinfo=ZONE)
_shift = st.tuples(
    st.integers(0, 2),  # whose chair
    st.integers(0, 1),  # which of its two people
    st.integers(0, 7 * 96 - 1),  # from which quarter of an hour
    st.integers(1, 300),  # for how many
)


@pytest.fixture
def store(sqlite_file: str) -> Any:
    """Give a store with two people for each chair, the town's two of one name."""
    made = Store(sqlite_file, keyring=KEYRING)
    yield made
    made.close()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(_shift, max_size=25))
def test_a_written_sheet_reads_back(store: Store, planned: list[tuple[int, int, int, int]]) -> None:
    """Any shifts: nights, overlaps, several days long, two of one name, none at all."""

    def there_and_back(uow: Any) -> None:
        uow.connection.execute(shifts.delete())
        uow.connection.execute(people.delete())
        sitting: dict[Chair, list[Person]] = {}
        for chair in CHAIRS:
            role = Role.TOWN_OFFICER if chair.town else Role.LEADER
            for name in ("李明", "李明" if chair.town else "何、主任"):
                person = uow.people.add(name=name, role=role, town=chair.town)
                sitting.setdefault(chair, []).append(person)
        wanted = set()
        for which, who, quarter, length in planned:
            chair = CHAIRS[which]
            starts = (START + timedelta(minutes=15 * quarter)).astimezone(UTC)
            ends = starts + timedelta(minutes=15 * length)
            person = sitting[chair][who]
            uow.duty.add(person, chair.post, town=chair.town, starts_at=starts, ends_at=ends)
            wanted.add((chair, person.id, starts, ends))
        reader = Reader(
            people=uow.people.serving(*Role),
            towns=OFFICE.town_names,
            town=lambda written: getattr(OFFICE.gazetteer.town(written), "name", None),
            times=OFFICE.roster,
            zone=ZONE,
            today=FIRST,
        )
        sheet = read_sheet(sheet_of(uow, OFFICE, FIRST, LAST), reader)
        found = {(one.chair, one.person.id, one.starts_at, one.ends_at) for one in sheet.planned}
        assert found == wanted
        assert (sheet.first, sheet.last) == (FIRST, LAST)

    store.write(there_and_back)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("12月3日", date(2026, 12, 3)),
        ("1月3日", date(2027, 1, 3)),
        ("１２．３", date(2026, 12, 3)),
        ("2026-12-03 00:00:00", date(2026, 12, 3)),
        ("12月3号（周四）", date(2026, 12, 3)),
        ("明天", date(2026, 11, 23)),
        ("王秀芳", None),
        ("3栋", None),
        ("", None),
    ],
)
def test_days(written: str, day: date | None) -> None:
    """The nearest year is meant where none is written; what is no day is none."""
    assert day_of(written, Around(date(2026, 11, 22))) == day


@pytest.mark.parametrize("written", ["2月30日", "2026-13-01", "12.3 周五"])
def test_days_that_cannot_be(written: str) -> None:
    """A day that is none, or has another weekday, is said and not guessed."""
    with pytest.raises(NoSuchDay):
        day_of(written, Around(date(2026, 11, 22)))


LI, WANG = (Person(number, "", Role.TOWN_OFFICER, TOWNS[0]) for number in (1, 2))


def entry(number: int, who: Person, first: int, last: int, **more: Any) -> Entry:
    """Return a shift from one hour to another."""
    hour = timedelta(hours=1)
    return Entry(number, CHAIRS[0], who, START + first * hour, START + last * hour, **more)


def test_what_lies_over_cuts_the_plan_in_two() -> None:
    """Before and after it stands the plan; a later override lies over an earlier one."""
    over: dict[str, Any] = {"kind": ShiftKind.OVERRIDE}
    found = [entry(1, LI, 0, 24), entry(2, WANG, 8, 12, **over), entry(3, LI, 10, 11, **over)]
    hours = [(one.person.id, (one.starts_at - START).seconds // 3600) for one in stretches(found)]
    assert hours == [(1, 0), (2, 8), (1, 10), (2, 11), (1, 12)]
    assert [one.id for one in on_chair(found, START + timedelta(hours=10))] == [3]


def test_gaps_lie_between_shifts_and_at_the_ends() -> None:
    """Shifts that touch leave none; a chair without shifts is one gap."""
    hour = timedelta(hours=1)
    found = gaps([entry(1, LI, 2, 4), entry(2, WANG, 4, 6)], CHAIRS[:1], START, START + 8 * hour)
    assert found == (
        Gap(CHAIRS[0], START, START + 2 * hour),
        Gap(CHAIRS[0], START + 6 * hour, START + 8 * hour),
    )
    assert gaps([], CHAIRS[:1], START, START + hour) == (Gap(CHAIRS[0], START, START + hour),)
    assert gaps([entry(1, LI, 0, 8)], CHAIRS[:1], START, START + hour) == ()


def test_the_button_of_every_town_fits_every_channel() -> None:
    """Telegram takes 64 bytes of data, and a town's name is three a character."""
    for town in OFFICE.town_names:
        button = take_button(Chair(Post.TOWN_DUTY, town), START)
        assert len(button.data.encode()) <= 64
