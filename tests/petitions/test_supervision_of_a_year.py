"""Three levels of supervision over a made-up year, against a recount that knows no product code.

The recount counts days with the calendar's own package and loops over the year's truth.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import chinese_calendar
import openpyxl
import pytest
import sqlalchemy as sa

from app.sheet_files import write_sheets
from domain import access
from domain.access import Way
from domain.channel import Address
from domain.duty import Person, Role
from domain.letter import LetterStep, LetterStepKind
from domain.petition import Lodging, Matter, MatterHead, MatterKind, Step, StepKind, Tier
from petitions import letter_register, letters
from petitions.due_list import listed
from petitions.matters import standing
from petitions.supervision import SupervisionLevel, SupervisionTimes
from petitions.supervision_rounds import gather
from petitions.supervision_sheet import level_sheet
from storage.store import Store
from storage.tables import matter_steps, matters, petitioners
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING
from tests.office_people import ledger_of_panyu
from tests.petitions.made_up_year import MadeUpYear, MatterTruth, make_year
from tests.supervised import TIMES

NOON = datetime(2025, 12, 31, 4, tzinfo=UTC)
TOLD = {"accepted", "not_accepted", "no_longer_accepted", "replied"}
LEDGER = ledger_of_panyu()


class Recounted(NamedTuple):
    """One line of the recount."""

    number: str
    what: str
    due_on: date
    level: int


# The recount -------------------------------------------------------------------------------


def last_day(start: date, days: int) -> date:
    """Return the last of so many days, moved on to a working day."""
    day = start + timedelta(days)
    while not chinese_calendar.is_workday(day):
        day += timedelta(1)
    return day


def days_of(one: MatterTruth, *kinds: str) -> list[date]:
    """Return the days of a matter's steps of some kinds."""
    return [step["on"] for step in one["steps"] if step["kind"] in kinds]


def open_limits(one: MatterTruth) -> Iterator[tuple[str, date]]:
    """Give what is not done in a matter on the year's last day, and its last day."""
    if not days_of(one, "forwarded", *TOLD):
        yield "handle", last_day(one["registered_on"], 15)
    for forwarded in days_of(one, "forwarded"):
        if not days_of(one, *TOLD):
            yield "notice", last_day(forwarded, 15)
    accepted = days_of(one, "accepted")
    if one["kind"] == "appeal_six" and accepted and not days_of(one, "replied"):
        more = sum(step["days"] or 0 for step in one["steps"] if step["kind"] == "extended")
        yield "reply", last_day(accepted[0], 60 + more)
    for asks, answers in (("review_asked", "reviewed"), ("recheck_asked", "rechecked")):
        if days_of(one, asks) and not days_of(one, answers):
            yield answers.removesuffix("ed"), last_day(days_of(one, asks)[0], 30)
    answered = days_of(one, "replied", "not_accepted", "no_longer_accepted", "second_reception")
    if one["lodging"] == "visit" and not one["repeated"] and not answered:
        yield "second_reception", last_day(one["registered_on"], 15)


def recount(year: MadeUpYear, level: int, town: str | None = None) -> set[Recounted]:
    """Return what stands on a level or above, for the district or for a town's officers."""
    found = set()
    for one in year.matters:
        hidden = one["kind"] == "accusation" or town in one["about_units"]
        if town is not None and (one["town"] != town or hidden):
            continue
        for what, due_on in open_limits(one):
            over = (year.as_of - due_on).days
            stands = 3 if over >= 7 else 2 if over >= 1 else 1 if over >= -5 else 0
            if stands >= level:
                found.add(Recounted(one["number"], what, due_on, stands))
    return found


# The year in a database --------------------------------------------------------------------


@pytest.fixture(scope="module")
def year() -> MadeUpYear:
    """Give a year as large as the source office's."""
    return make_year()


@pytest.fixture(scope="module")
def store(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, year: MadeUpYear
) -> Iterator[Store]:
    """Give a store that holds the year."""
    file = tmp_path_factory.mktemp("year") / "huxin.db"
    shutil.copyfile(migrated_sqlite, file)
    opened = Store(f"sqlite:///{file}", keyring=KEYRING, clock=lambda: NOON)
    opened.write(lambda uow: fill(uow, year))
    yield opened
    opened.close()


def fill(uow: UnitOfWork, year: MadeUpYear) -> None:
    """Write a year's rows as an import does: with what follows from the steps."""
    heads, people, steps = [], [], []
    for row_id, one in enumerate(year.matters, start=1):
        kind = MatterKind(one["kind"])
        open_to = access.open_to(
            one["town"], tuple(one["about_units"]), accusation=kind is MatterKind.ACCUSATION
        )
        due_on, ended_on = standing(matter_of(one), LEDGER.counting, year.as_of)
        heads.append(
            {
                "next_due_on": due_on,
                "ended_on": ended_on,
                **{name: one[name] for name in HEAD},  # type: ignore[literal-required]
                "id": row_id,
                "open_to": open_to,
                "changed_at": NOON,
            }
        )
        people += [
            {
                "matter_id": row_id,
                "position": position,
                "name_mark": who["name"],
                "phone_mark": None,
                "id_mark": None,
                "open_to": open_to,
                **who,
            }
            for position, who in enumerate(one["petitioners"])
        ]
        steps += [
            {
                "matter_id": row_id,
                "kind": step["kind"],
                "on_day": step["on"],
                "unit": step["unit"],
                "days": step["days"],
                "until_day": step["until"],
                "recorded_at": NOON,
                "source": "test",
            }
            for step in one["steps"]
        ]
    for table, rows in ((matters, heads), (petitioners, people), (matter_steps, steps)):
        uow.connection.execute(sa.insert(table), rows)


def matter_of(one: MatterTruth) -> Matter:
    """Return of a matter what its clocks need."""
    head = MatterHead(
        number=one["number"],
        kind=MatterKind(one["kind"]),
        lodging=Lodging(one["lodging"]),
        tier=Tier(one["tier"]),
        registered_on=one["registered_on"],
        subject=one["subject"],
    )
    steps = tuple(
        Step(StepKind(step["kind"]), step["on"], unit=step["unit"], days=step["days"])
        for step in one["steps"]
    )
    return Matter(0, head, (), steps, version=1, changed_at=NOON)


HEAD = (
    *("number", "kind", "lodging", "tier", "registered_on", "subject", "words", "place", "town"),
    *("unit", "lead", "about_units", "repeated", "group_size", "satisfaction"),
)


def somebody(store: Store, role: Role, town: str | None = None) -> Person:
    """Enrol somebody."""
    return store.write(lambda uow: uow.people.add(name="某人", role=role, town=town))


def lines(
    store: Store, person: Person, level: int, times: SupervisionTimes = TIMES
) -> set[Recounted]:
    """Return the product's list for somebody."""
    found = store.read(
        lambda uow: listed(
            uow,
            LEDGER,
            times,
            uow.interests.asker(person, Way.COMMAND),
            level=SupervisionLevel(level),
        )
    )
    return {Recounted(due.number, due.what, due.due_on, due.level.value) for due, _ in found}


@pytest.mark.parametrize("level", [1, 2, 3])
def test_each_levels_list_is_the_recounts(store: Store, year: MadeUpYear, level: int) -> None:
    """For the district's clerk and leader: the same matters, days and levels."""
    expected = recount(year, level)
    assert len(expected) > 20
    assert lines(store, somebody(store, Role.CLERK), level) == expected
    assert lines(store, somebody(store, Role.LEADER), level) == expected


def test_a_towns_list_is_the_recounts(store: Store, year: MadeUpYear) -> None:
    """Each town's officer: the town's own, no accusation, nothing that complains of the town."""
    seen = 0
    for town in year.towns:
        expected = recount(year, 1, town)
        assert lines(store, somebody(store, Role.TOWN_OFFICER, town), 1) == expected, town
        seen += len(expected)
    assert seen > 50


def test_every_kind_of_limit_is_on_the_lists(year: MadeUpYear) -> None:
    """The year has some of each, so that the comparison means something."""
    kinds = {one.what for one in recount(year, 1)}
    assert {"handle", "notice", "reply", "second_reception"} <= kinds
    accusations = {one["number"] for one in year.matters if one["kind"] == "accusation"}
    assert {one.number for one in recount(year, 1)} & accusations


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_workbook_holds_the_list(
    store: Store, year: MadeUpYear, level: int, tmp_path: Path
) -> None:
    """Opened again: one row a line, in its order, and nothing that a cell would compute."""
    asker = store.read(lambda uow: uow.interests.asker(somebody(store, Role.CLERK), Way.COMMAND))
    wanted = SupervisionLevel(level)
    found = store.read(lambda uow: listed(uow, LEDGER, TIMES, asker, level=wanted))
    file = tmp_path / "list.xlsx"
    write_sheets(file, level_sheet(LEDGER, found, wanted, year.as_of))
    sheet = openpyxl.load_workbook(file).worksheets[0]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert [(row[1], row[9], row[10].date()) for row in rows] == [  # type: ignore[union-attr]
        (due.number, due.label, due.due_on) for due, _ in found
    ]
    assert sorted(row[10] for row in rows) == [row[10] for row in rows]  # type: ignore[type-var]
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    assert f"共 {len(recount(year, level))} 件" in str(sheet["A2"].value)


def test_digests_hold_what_their_readers_may_know(store: Store, year: MadeUpYear) -> None:
    """A town reads its own unit's matters; the clerks all that no town may or has to."""
    truth = {one["number"]: one for one in year.matters}

    def enrol(uow: UnitOfWork) -> dict[str, Person]:
        people = {}
        for place, (role, town) in enumerate(
            [(Role.CLERK, None), (Role.LEADER, None), (Role.DISTRICT_OFFICER, None)]
            + [(Role.TOWN_OFFICER, town) for town in year.towns]
        ):
            person = uow.people.add(name="某人", role=role, town=town)
            address = Address(channel="wire", chat=f"private-{place}")
            uow.groups.keep_address(address, person_id=person.id)
            people[address.chat] = person
        return people

    people = store.write(enrol)
    digests = store.read(lambda uow: gather(uow, LEDGER, TIMES))
    told = {
        people[digest.reached.address.chat].town
        or people[digest.reached.address.chat].role.value: {due.number for due, _ in digest.found}
        for digest in digests
    }
    all_due = {one.number for one in recount(year, 1)}
    for town in year.towns:
        own = {
            one.number
            for one in recount(year, 1, town)
            if truth[one.number]["unit"] == town and one.what not in {"handle", "review"}
        }
        assert told.get(town, set()) == own, town
    late = {one.number for one in recount(year, 2)}
    accusations = {number for number in all_due if truth[number]["kind"] == "accusation"}
    assert told["district_officer"] == late - accusations
    assert told["leader"] == {one.number for one in recount(year, 3)}
    with_towns = set().union(*(told.get(town, set()) for town in year.towns))
    assert told["clerk"] | with_towns == all_due
    assert accusations <= told["clerk"]


def test_letters_of_the_year_are_the_recounts(store: Store, year: MadeUpYear) -> None:
    """A letter for all that is late: numbers without a gap, and the rate counted by plain SQL."""
    person = somebody(store, Role.CLERK)
    asker = store.read(lambda uow: uow.interests.asker(person, Way.COMMAND))
    truth = {one["number"]: one for one in year.matters}
    late = sorted({one.number for one in recount(year, 2)})

    def write(uow: UnitOfWork) -> None:
        for place, number in enumerate(late):
            wanted = letters.Wanted(unit=truth[number]["unit"], reply_days=15, matter=number)
            letter = letters.draw_up(uow, LEDGER, asker, wanted)
            kinds = [LetterStepKind.SENT, LetterStepKind.RECEIVED, LetterStepKind.REPLIED]
            for kind in kinds[: 1 + place % 3]:
                step = LetterStep(kind, year.as_of)
                letter = letters.record(uow, LEDGER, asker, letter, step)

    store.write(write)
    found = store.write(lambda uow: letters.register_of(uow, asker, year.year))
    assert [letter.serial for letter in found] == list(range(1, len(late) + 1))
    assert [letter.head.about for letter in found] == late
    names = {who["name"] for number in late for who in truth[number]["petitioners"]}
    subjects = {truth[number]["subject"] for number in late}
    text = "\n".join(letter.head.words for letter in found)
    assert not any(word in text for word in names | subjects)
    counted = {
        unit: (rate.sent, rate.received, rate.replied)
        for unit, rate in letter_register.rates(found, year.as_of, LEDGER.counting)
    }
    rows = store.read(lambda uow: uow.connection.execute(sa.text(BY_UNIT)).all())
    assert counted == {row[0]: tuple(row[1:]) for row in rows}
    total = letter_register.rate(found, year.as_of, LEDGER.counting)
    assert total.share == sum(row[3] for row in rows) / len(late)


BY_UNIT = """
SELECT unit, sum(sent), sum(received), sum(replied) FROM (
  SELECT l.unit,
    max(s.kind = 'sent') AS sent, max(s.kind = 'received') AS received,
    max(s.kind = 'replied') AS replied
  FROM letters l JOIN letter_steps s ON s.letter_id = l.id GROUP BY l.id
) GROUP BY unit
"""
