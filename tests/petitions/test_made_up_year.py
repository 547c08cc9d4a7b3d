"""The made-up year is what its users count on."""

from __future__ import annotations

from tests.petitions.made_up_year import DISTRICT, make_year


def test_the_year_is_as_large_as_the_source_offices() -> None:
    """5,381 matters, 314 leader messages, 16 towns, and each matter once."""
    year = make_year()
    assert len({one["number"] for one in year.matters}) == 5381
    assert sum(one["lodging"] == "leader_board" for one in year.matters) == 314
    towns = {one["town"] for one in year.matters} - {None}
    assert towns == set(year.towns)
    assert len(towns) == 16
    assert all(f'name = "{town}"' in DISTRICT.read_text("utf-8") for town in towns)


def test_the_same_arguments_give_the_same_year() -> None:
    """Two tests that recount one year speak of the same one."""
    assert make_year(matters=300, leader_messages=20) == make_year(matters=300, leader_messages=20)
    assert (
        make_year(matters=300, seed=1, leader_messages=9).matters
        != make_year(matters=300, seed=2, leader_messages=9).matters
    )


def test_no_step_lies_after_the_day_of_the_year() -> None:
    """The truth is what a sheet of that day can say."""
    year = make_year(matters=600, leader_messages=40)
    days = [step["on"] for one in year.matters for step in one["steps"]]
    assert max(days) <= year.as_of
    assert all(one["steps"][0]["kind"] == "registered" for one in year.matters)


def test_who_is_accused_does_not_handle_the_accusation() -> None:
    """An accusation names somebody, and goes to somebody else."""
    accusations = [one for one in make_year().matters if one["kind"] == "accusation"]
    assert len(accusations) > 300
    assert all(one["about_units"] and one["unit"] not in one["about_units"] for one in accusations)
