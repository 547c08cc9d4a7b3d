"""Roles × areas × kinds × ways in: every cell, written down by hand, refused unless it says so."""

from __future__ import annotations

import itertools

import pytest

from domain.access import (
    ACCUSATIONS,
    Asker,
    Reach,
    Ruling,
    Subject,
    Topic,
    Way,
    area,
    is_office_of,
    open_to,
    reach,
    rule,
)
from domain.duty import Person, Role

DASHI, SHIQI = "大石街道", "石碁镇"

# D: the whole district. T: their own town. A dot: never.
#           grid  social property town district leader clerk admin auditor
ROLES = """
board         .     .     .      .     D       D      .     D     D
alert         .     .     .      T     D       D      .     D     D
matter        .     .     .      T     D       D      D     .     .
petitioner    .     .     .      T     D       D      D     .     .
accusation    .     .     .      .     .       D      D     .     .
ledger        .     .     .      T     .       D      D     .     .
keeping       .     .     .      .     .       .      D     .     .
figures       .     .     .      T     D       D      D     D     D
access_log    .     .     .      .     .       .      .     .     D
extract       .     .     .      .     .       .      D     .     .
"""
#           private group web command
WAYS = """
board         .      .     x    x
alert         x      x     x    x
matter        x      .     x    x
petitioner    x      .     x    x
accusation    x      .     x    x
ledger        .      .     x    x
keeping       .      .     x    x
figures       x      .     x    x
access_log    .      .     x    x
extract       .      .     .    x
"""


def _table(text: str) -> dict[str, list[str]]:
    return {line.split()[0]: line.split()[1:] for line in text.strip().splitlines()}


FAR = {
    (Topic(topic), role): cell
    for topic, cells in _table(ROLES).items()
    for role, cell in zip(Role, cells, strict=True)
}
OPEN = {
    (Topic(topic), way): cell == "x"
    for topic, cells in _table(WAYS).items()
    for way, cell in zip(Way, cells, strict=True)
}
CELLS = list(itertools.product(Topic, Role, Way))


def _somebody(role: Role, town: str = DASHI) -> Person:
    return Person(id=1, name="某某", role=role, town=town if role.needs_town else None)


@pytest.mark.parametrize(("topic", "role", "way"), CELLS)
def test_each_cell_of_the_table(topic: Topic, role: Role, way: Way) -> None:
    """Their own town's, another town's, and what belongs to the district alone."""
    asker = Asker(_somebody(role), way)
    own = rule(asker, topic, Subject(town=DASHI)).allows
    other = rule(asker, topic, Subject(town=SHIQI)).allows
    nowhere = rule(asker, topic).allows
    cell = FAR[topic, role] if OPEN[topic, way] else "."
    assert (own, other, nowhere) == (cell in "DT", cell == "D", cell == "D")


@pytest.mark.parametrize(("topic", "role", "way"), CELLS)
def test_an_interest_bars_everybody(topic: Topic, role: Role, way: Way) -> None:
    """Art. 28(3): with a reason neither."""
    asker = Asker(_somebody(role), way, frozenset({"number:7"}), frozenset({"number:7"}))
    assert not rule(asker, topic, Subject(DASHI, keys=frozenset({"number:7"}))).allows
    plain = Asker(_somebody(role), way)
    other = Subject(DASHI, keys=frozenset({"number:8"}))
    assert rule(asker, topic, other) is rule(plain, topic, other)


@pytest.mark.parametrize(("topic", "way"), list(itertools.product(Topic, Way)))
def test_the_unit_complained_about_never_knows(topic: Topic, way: Way) -> None:
    """Art. 30(3), 46(五): its own officers, in whose town the matter may well be."""
    opened = frozenset({"number:7"})
    asker = Asker(_somebody(Role.TOWN_OFFICER), way, opened=opened)
    for town in (DASHI, SHIQI, None):
        assert not rule(asker, topic, Subject(town, (DASHI,), opened)).allows


@pytest.mark.parametrize(("topic", "role", "way"), CELLS)
def test_a_reason_opens_another_town_to_a_town_officer_alone(
    topic: Topic, role: Role, way: Way
) -> None:
    """A matter and its people; no accusation, no list, no log."""
    opened = frozenset({"number:7"})
    asker = Asker(_somebody(role), way, opened=opened)
    ruling = rule(asker, topic, Subject(SHIQI, keys=opened))
    expected = (
        role is Role.TOWN_OFFICER and topic in {Topic.MATTER, Topic.PETITIONER} and OPEN[topic, way]
    )
    assert (ruling is Ruling.GRANTED_FOR_A_REASON) == expected
    other = Subject(SHIQI, keys=frozenset({"number:8"}))
    assert rule(asker, topic, other) is rule(Asker(_somebody(role), way), topic, other)


@pytest.mark.parametrize(("topic", "way"), list(itertools.product(Topic, Way)))
def test_whoever_is_not_enrolled_knows_nothing(topic: Topic, way: Way) -> None:
    """Nor whoever was enrolled once: channels know them no longer."""
    assert rule(Asker(None, way), topic, Subject(DASHI)) is Ruling.NOT_ENROLLED


def test_reach_is_the_table_too() -> None:
    """What lists and look-ups are narrowed by."""
    letters = {Reach.DISTRICT: "D", Reach.OWN_TOWN: "T", Reach.NONE: "."}
    assert {cell: letters[reach(cell[1], cell[0])] for cell in FAR} == FAR


@pytest.mark.parametrize("accusation", [True, False])
@pytest.mark.parametrize("about", [(), (DASHI,), (SHIQI,), (SHIQI, DASHI)])
@pytest.mark.parametrize("town", [None, DASHI])
@pytest.mark.parametrize("role", list(Role))
def test_what_is_narrowed_away_is_what_is_refused(
    role: Role,
    town: str | None,
    about: tuple[str, ...],
    accusation: bool,  # noqa: FBT001
) -> None:
    """What a look-up can read at all and the ruling say the same of everybody."""
    topic = Topic.ACCUSATION if accusation else Topic.MATTER
    kept = open_to(town, about, accusation=accusation)
    for home in (DASHI, SHIQI):
        asker = Asker(_somebody(role, home), Way.PRIVATE)
        may_read = area(asker)
        reads = may_read is not None and (
            kept == may_read.town
            if may_read.town is not None
            else may_read.accusations or kept != ACCUSATIONS
        )
        assert rule(asker, topic, Subject(town, about)).allows == reads


def test_in_a_group_nothing_is_looked_up() -> None:
    """The answer goes to the private chat."""
    assert area(Asker(_somebody(Role.CLERK), Way.GROUP)) is None
    assert area(Asker(None, Way.PRIVATE)) is None


@pytest.mark.parametrize(
    ("unit", "own"),
    [
        ("大石街道", True),
        ("大石街道办事处", True),
        ("番禺区大石街道城管办", True),
        ("大石 街道综治中心", True),
        ("大石街道植村村委会", False),
        ("石碁镇政府", False),
        ("区住建局", False),
        ("", False),
    ],
)
def test_a_towns_office_under_another_name(unit: str, own: bool) -> None:  # noqa: FBT001
    """Complained about, it learns nothing; a village's committee is not the town's office."""
    asker = Asker(_somebody(Role.TOWN_OFFICER), Way.PRIVATE)
    allowed = rule(asker, Topic.MATTER, Subject(DASHI, (unit,))).allows
    assert allowed != own
    assert (open_to(DASHI, (unit,), accusation=False) == DASHI) != own
    assert not is_office_of(None, unit)
