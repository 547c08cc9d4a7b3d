"""The README says the same in two languages, and begins with what a newcomer needs."""

from __future__ import annotations

import re

import pytest

from tests.docs.reading import Page, page, rows

ENGLISH, CHINESE = page("README.md"), page("README.zh-CN.md")
BOTH = pytest.mark.parametrize("readme", [ENGLISH, CHINESE], ids=lambda one: str(one.name))


@BOTH
def test_it_leads_with_the_picture_and_two_commands(readme: Page) -> None:
    """Before the first sentence stand a picture of the page, `make run` and `make test`."""
    picture = readme.text.index("](docs/picture.png)")
    first = readme.blocks[0]
    assert first.text == "make run\nmake test\n"
    between = readme.text[picture : readme.text.index("```")]
    assert between.strip() == "](docs/picture.png)"
    assert "\n## " not in readme.text[:picture]


def test_both_have_the_same_headings() -> None:
    """As many, in the same order of depths."""
    assert [depth for depth, _ in ENGLISH.headings] == [depth for depth, _ in CHINESE.headings]


def test_both_have_the_same_code_blocks() -> None:
    """Commands and settings are not translated."""
    assert ENGLISH.blocks == CHINESE.blocks


def test_both_name_the_same_code() -> None:
    """Commands, paths and settings in backticks, in the same order within each section."""
    assert sections(ENGLISH) == sections(CHINESE)


def test_both_lead_to_the_same_places() -> None:
    """All links but those to each other."""
    other = {ENGLISH.name, CHINESE.name}
    assert [link for link in ENGLISH.links if link not in other] == [
        link for link in CHINESE.links if link not in other
    ]


def test_both_have_tables_and_lists_of_the_same_size() -> None:
    """A line that one of them lacks would go unseen."""
    assert len(rows(ENGLISH.text)) == len(rows(CHINESE.text))
    assert items(ENGLISH) == items(CHINESE)


def sections(readme: Page) -> list[list[str]]:
    """Return the words in backticks of each section, sorted."""
    parts = re.split(r"^## .+$", readme.prose, flags=re.MULTILINE)
    return [sorted(re.findall(r"`([^`\n]+)`", part)) for part in parts]


def items(readme: Page) -> int:
    """Return how many list items there are."""
    return len(re.findall(r"^(?:- |\d+\. )", readme.prose, re.MULTILINE))
