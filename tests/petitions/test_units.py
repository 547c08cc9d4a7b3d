"""Towns and units as sheets write them."""

from __future__ import annotations

import pytest

from tests.petitions.ledger_desk import panyu

UNITS = panyu()[1]


@pytest.mark.parametrize(
    "written",
    [
        "大石街道",
        "大石街道办事处",
        "番禺区大石街",
        "大石 街",
        "大石",
        "广东省广州市番禺区大石街道办",
        "大石街道党工委",
        "大石街道信访办",
    ],
)
def test_a_town_has_one_name(written: str) -> None:
    """With its office, short, under its district."""
    assert UNITS.unit(written) == "大石街道"


@pytest.mark.parametrize(
    "written", ["区教育局", "市公安局番禺区分局", "大石村村委会", "植村股份社", "南沙区信访局"]
)
def test_a_unit_that_is_not_known_stays_as_it_is_written(written: str) -> None:
    """A village, a bureau, somebody else's office."""
    assert UNITS.unit(written) == written


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("石碁镇人民政府", ("石碁镇", True)),
        ("广州市番禺区大石街道植村", ("大石街道", True)),
        ("番禺区", (None, True)),
        ("南沙区", (None, False)),
        ("大石街道、石壁街道", (None, False)),
    ],
)
def test_where_a_matter_belongs(written: str, place: tuple[str | None, bool]) -> None:
    """A town, the district, or a place that is not ours to give to a town."""
    assert UNITS.place(written) == place


@pytest.mark.parametrize(
    ("written", "towns"),
    [
        ("大石街道办事处", {"大石街道"}),
        ("大石街道城管办", {"大石街道"}),
        ("南村镇规建办工作人员", {"南村镇"}),
        ("大石街道办事处某干部", {"大石街道"}),
        ("沙湾街道办及沙湾派出所", {"沙湾街道"}),
        ("大石街道植村村委会", set()),
        ("大石派出所", set()),
        ("区教育局", set()),
    ],
)
def test_an_office_in_a_towns_house_is_the_town_as_well(written: str, towns: set[str]) -> None:
    """Otherwise its own officers would get the matter that complains about it (Art. 30(3))."""
    about = set(UNITS.about(written))
    assert about & {"大石街道", "南村镇", "沙湾街道"} == towns
    assert written in about or towns == about
