"""When something climbs, whose it is, and which unit is which: pure rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.petition import Lodging, Matter, MatterHead, MatterKind, Step, StepKind, Tier
from petitions.deadlines import Counting
from petitions.same_unit import is_among, town_of
from petitions.supervision import (
    THE_OFFICE,
    SupervisionLevel,
    SupervisionTimes,
    due_of_matter,
    second_reception_due_on,
)

TOWNS = ("大石街道", "石碁镇", "石壁街道")
PANYU = "番禺区"
EVERY_DAY = Counting(works_on=lambda _day: True)
DAY = timedelta(days=1)
DAYS = some.dates(date(2020, 1, 1), date(2030, 1, 1))


def matter(*steps: Step, **head: object) -> Matter:
    """Return a matter with these steps."""
    usual = {
        "number": "2026-0001",
        "kind": MatterKind.APPEAL_SIX,
        "lodging": Lodging.LETTER,
        "tier": Tier.DISTRICT,
        "registered_on": date(2026, 1, 1),
        "subject": "",
        "unit": "区水务局",
    }
    made = MatterHead(**{**usual, **head})  # type: ignore[arg-type]
    return Matter(1, made, (), steps, version=1, changed_at=datetime(2026, 1, 1, tzinfo=UTC))


@given(due_on=DAYS, days=some.integers(-400, 400), rises=some.lists(some.integers(0, 60)))
def test_a_level_is_never_left_downwards(due_on: date, days: int, rises: list[int]) -> None:
    """As days go by something only climbs, and each level is reached on its own day."""
    steps = [-30, *[*rises, 0, 0][:2]]
    unit, joint, leaders = steps[0], steps[0] + steps[1], steps[0] + steps[1] + steps[2]
    times = SupervisionTimes(unit=unit, joint_office=joint, leaders=leaders)
    today = due_on + days * DAY
    before, now = times.level(due_on, today - DAY), times.level(due_on, today)
    assert (before or 0) <= (now or 0)
    expected = sum(days >= since for since in (unit, joint, leaders))
    assert (now or 0) == expected


@pytest.mark.parametrize(
    ("over", "level"),
    [(-6, None), (-5, 1), (0, 1), (1, 2), (6, 2), (7, 3), (100, 3)],
)
def test_the_products_own_days(over: int, level: int | None) -> None:
    """Five days before, a day late, a week late."""
    due_on = date(2026, 3, 6)
    assert SupervisionTimes().level(due_on, due_on + over * DAY) == level


def test_what_the_office_has_to_do_is_not_the_units() -> None:
    """Until it is forwarded it is the clerks'; then each unit's that has it."""
    registered = Step(StepKind.REGISTERED, date(2026, 1, 1))
    (handle,) = due_of_matter(matter(registered), date(2026, 1, 16), EVERY_DAY, SupervisionTimes())
    assert (handle.unit, handle.label) == (THE_OFFICE, "转送交办或告知")
    forwarded = Step(StepKind.FORWARDED, date(2026, 1, 2), unit="区教育局")
    (notice,) = due_of_matter(
        matter(registered, forwarded), date(2026, 1, 17), EVERY_DAY, SupervisionTimes()
    )
    assert (notice.unit, notice.due_on) == ("区教育局", date(2026, 1, 17))


def test_a_petitioners_chance_is_nobodys_to_be_late_with() -> None:
    """30 days to ask for a review, and 5 working days to object, are no duty of the unit."""
    steps = (
        Step(StepKind.REGISTERED, date(2026, 1, 1)),
        Step(StepKind.FORWARDED, date(2026, 1, 2), unit="区教育局"),
        Step(StepKind.ACCEPTED, date(2026, 1, 3), unit="区教育局"),
        Step(StepKind.REPLIED, date(2026, 2, 1), unit="区教育局"),
    )
    for days in range(60):
        today = date(2026, 2, 1) + days * DAY
        assert due_of_matter(matter(*steps), today, EVERY_DAY, SupervisionTimes()) == ()


@given(registered_on=DAYS, days=some.integers(1, 60))
def test_a_second_reception_is_due_on_a_working_day(registered_on: date, days: int) -> None:
    """Not before the set days are over, and never on a weekend."""
    weekdays = Counting(works_on=lambda day: day.isoweekday() < 6)
    times = SupervisionTimes(second_reception=days)
    visit = matter(lodging=Lodging.VISIT, registered_on=registered_on)
    due_on = second_reception_due_on(visit, weekdays, times)
    assert due_on is not None
    assert due_on.isoweekday() < 6
    assert 0 <= (due_on - registered_on).days - days <= 2


def test_each_stay_on_a_level_has_its_own_key() -> None:
    """The same matter moved to another day is another one to say."""
    first, moved = (
        due_of_matter(
            matter(Step(StepKind.REGISTERED, day)), day + 15 * DAY, EVERY_DAY, SupervisionTimes()
        )[0]
        for day in (date(2026, 1, 1), date(2026, 1, 2))
    )
    levels = list(SupervisionLevel)
    assert len({one.key(level) for one in (first, moved) for level in levels}) == 6


@pytest.mark.parametrize(
    ("unit", "town"),
    [
        ("大石街道", "大石街道"),
        ("大石街道办事处", "大石街道"),
        (" 番禺区 大石街道 综治中心", "大石街道"),
        ("石壁街道", "石壁街道"),
        ("石碁镇人民政府", "石碁镇"),
        ("区水务局", None),
        ("番禺区水务局", None),
        ("", None),
        ("番禺区", None),
    ],
)
def test_a_towns_office_under_any_name(unit: str, town: str | None) -> None:
    """Its name, its office's, with the district before it."""
    assert town_of(unit, TOWNS, PANYU) == town


@pytest.mark.parametrize(
    ("unit", "others", "is_one"),
    [
        ("大石街道", ("大石街道",), True),
        ("大石街道办事处", ("大石街道城管办",), True),
        ("区水务局", ("番禺区水务局", "大石街道"), True),
        ("番禺水务局", ("区水务局",), True),
        ("区水务局", ("区城管局", "大石街道"), False),
        ("区水务局", ("区水务局河涌所",), True),
        ("区水务局河涌所", ("区水务局",), True),
        ("石碁镇", ("大石街道", "区水务局"), False),
        ("区水务局", (), False),
        ("区水务局", ("",), False),
        ("", ("区水务局",), False),
    ],
)
def test_who_is_complained_about(unit: str, others: tuple[str, ...], *, is_one: bool) -> None:
    """All offices of a town are one; so are a bureau and what belongs to it."""
    assert is_among(unit, others, TOWNS, PANYU) is is_one
