"""docs/petitions.md has every limit, with its name and article as the program says them."""

from __future__ import annotations

from petitions.deadlines import ClockKind
from petitions.extensions import MOST_EXTENSION_DAYS
from tests.docs.reading import page, rows

LIMITS = [
    cells for cells in rows(page("docs/petitions.md").section("Clocks 期限")) if len(cells) == 5
]


def test_the_table_has_every_limit_by_its_name_and_article() -> None:
    """In the order in which they come."""
    assert [cells[:3] for cells in LIMITS] == [
        [f"`{what}`", what.label, what.article] for what in ClockKind
    ]


def test_the_table_says_how_many_days() -> None:
    """In both languages."""
    for cells, what in zip(LIMITS, ClockKind, strict=True):
        if what.days is not None:
            assert f"{what.days}个工作日" in cells[3] or f"{what.days}日" in cells[3]
            assert f"{what.days} days" in cells[4] or f"{what.days} working days" in cells[4]
        if what is ClockKind.REPLY:
            assert f"最多{MOST_EXTENSION_DAYS}日" in cells[3]
            assert f"at most {MOST_EXTENSION_DAYS} days" in cells[4]
