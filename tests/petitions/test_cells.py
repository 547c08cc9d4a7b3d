"""What one cell of an exported sheet says, however its system wrote it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sheet import CellValue, Mistake
from petitions import cells
from petitions.cells import Unreadable

DAY = date(2026, 3, 4)
FULL = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    "value",
    [
        DAY,
        datetime(2026, 3, 4, 17, 30),  # noqa: DTZ001 - a sheet has no zone
        "2026年3月4日",
        "2026年03月04日 09:15",
        "2026.3.4",
        "2026/03/04",
        "2026-3-4 9:15:00",
        "2026-03-04T09:15:00",
        "2026-03-04 上午 9:15",
        "2026 年 3 月 4 日",
        "20260304",
        20260304,
        20260304.0,
        "20260304091500",
        46085,
        46085.729,
        "46085",
        "２０２６年３月４日",
        "\u3000２０２６－０３－０４ ",
    ],
    ids=repr,
)
def test_a_day_is_read_however_it_is_written(value: CellValue) -> None:
    """Texts, dates, packed digits, full-width digits and Excel's own numbers."""
    assert cells.day(value) == DAY


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("2025年2月29日", "没有“2025年2月29日”这一天"),
        ("2026-13-01", "没有"),
        ("20260230", "没有"),
        ("待定", "看不懂"),
        ("3月4日", "看不懂"),
        ("2026-03-04至2026-03-08", "看不懂"),
        ("2206-03-04", "年份"),
        (12, "看不懂"),
        (1.5, "看不懂"),
        (Mistake("#N/A"), "#N/A"),
    ],
    ids=repr,
)
def test_what_is_no_day_is_not_guessed(value: CellValue, says: str) -> None:
    """A slip of the pen is told, with what to write."""
    with pytest.raises(Unreadable, match=says):
        cells.day(value)


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)), st.integers(0, 5))
def test_every_day_survives_every_spelling(day: date, spelling: int) -> None:
    """All spellings of a day are the same day."""
    written: CellValue = (
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        (day - cells.SERIAL_ZERO).days,
        f"{day:%Y/%m/%d}".translate(FULL),
        int(f"{day:%Y%m%d}"),
    )[spelling]
    assert cells.day(written) == day


@pytest.mark.parametrize(
    ("value", "phones"),
    [
        ("13800001234", ("13800001234",)),
        (13800001234, ("13800001234",)),
        (1.3800001234e10, ("13800001234",)),
        ("１３８ ００００ １２３４", ("13800001234",)),
        ("+86 138-0000-1234", ("13800001234",)),
        ("020-84880000", ("02084880000",)),
        ("13800001234（儿子）", ("13800001234",)),
        ("13800001234、13900005678", ("13800001234", "13900005678")),
        ("13800001234/13900005678\n13700009999", ("13800001234", "13900005678", "13700009999")),
        ("13800001234；无；13900005678", ("13800001234", "", "13900005678")),
        ("无", ()),
    ],
    ids=repr,
)
def test_phones_are_digits_whatever_excel_made_of_them(
    value: CellValue, phones: tuple[str, ...]
) -> None:
    """A number, a number with a point, signs in between, several in a cell."""
    assert cells.phones(value) == phones


def test_an_id_number_that_lost_its_digits_is_not_kept() -> None:
    """Excel keeps fifteen digits of a number: what is left names somebody else."""
    assert cells.id_numbers("44011319680730317x") == ("44011319680730317X",)
    with pytest.raises(Unreadable, match="末几位已经丢失"):
        cells.id_numbers(4.40113196807303e17)


@pytest.mark.parametrize(
    ("value", "people"),
    [(5, 5), (5.0, 5), ("5人", 5), ("５", 5), ("12 人", 12), ("两人", 2), ("十", 10)],
    ids=repr,
)
def test_how_many_people_is_a_number(value: CellValue, people: int) -> None:
    """Digits of any width, with or without 人."""
    assert cells.count(value) == people


@pytest.mark.parametrize("value", ["很多", 0, -1, "5-6人", 3.5, "1000000"], ids=repr)
def test_what_is_no_number_of_people_is_told(value: CellValue) -> None:
    """Nothing is rounded or guessed."""
    with pytest.raises(Unreadable):
        cells.count(value)


@pytest.mark.parametrize("value", [None, "", "  ", "\u3000", "无", "—", "/", "NULL"], ids=repr)
def test_words_for_nothing_are_nothing(value: CellValue) -> None:
    """Such a cell says nothing, and an import leaves alone what is there."""
    assert cells.is_empty(value)


@pytest.mark.parametrize(
    "how",
    [cells.day, cells.count, cells.text, cells.phones],
    ids=["day", "count", "text", "phones"],
)
def test_an_error_cell_is_never_a_value(how: Callable[[CellValue], object]) -> None:
    """#N/A is told as what it is."""
    with pytest.raises(Unreadable, match="#REF!"):
        how(Mistake("#REF!"))


def test_signs_for_machines_do_not_get_into_the_ledger() -> None:
    """Controls, byte order marks and signs that turn the direction of writing."""
    assert cells.text("\ufeff何\u202e秀\x07珍\u200b") == "何秀珍"
    assert cells.text("第一行\n第二行\t后") == "第一行\n第二行 后"


def test_names_stand_in_a_cell_in_many_ways() -> None:
    """Each once, without the blanks that make them equally wide."""
    assert cells.listed("何 秀珍、陈伟，李强;何秀珍\n欧阳 明") == (
        "何秀珍",
        "陈伟",
        "李强",
        "欧阳明",
    )
