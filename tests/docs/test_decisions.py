"""Decisions are numbered, dated, complete and listed."""

from __future__ import annotations

import re

import pytest

from tests.docs.reading import DOCS, ROOT, Page, page

FILES = sorted((DOCS / "decisions").glob("[0-9]*.md"))
DECISIONS = [page(str(file.relative_to(ROOT))) for file in FILES]
STATUS = re.compile(r"^Status: (?:accepted|superseded by \[\d{4}\]\(.+\))$", re.MULTILINE)
DATE = re.compile(r"^Date: 20\d\d-\d\d-\d\d$", re.MULTILINE)


def test_numbers_have_no_gap() -> None:
    """The first is 0001, and each is one more than the one before."""
    assert [int(file.name[:4]) for file in FILES] == list(range(1, len(FILES) + 1))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda one: str(one.path.stem))
def test_each_has_every_part(decision: Page) -> None:
    """Number and title, status, date, then the four sections, none of them empty."""
    depth, title = decision.headings[0]
    assert depth == 1
    assert title.startswith(f"{decision.path.name[:4]}. ")
    assert STATUS.search(decision.text)
    assert DATE.search(decision.text)
    parts = [words for depth, words in decision.headings if depth == 2]
    assert parts == ["Context", "Options", "Decision", "Consequences"]
    assert all(len(decision.section(part).strip()) > 40 for part in parts)


def test_the_list_names_each_with_its_title() -> None:
    """docs/decisions/README.md has one line a decision, in order."""
    listed = re.findall(
        r"^\| (\d{4}) \| \[(.+)\]\((.+)\) \|$", page("docs/decisions/README.md").text, re.MULTILINE
    )
    there = [
        (
            one.path.name[:4],
            one.headings[0][1].removeprefix(f"{one.path.name[:4]}. "),
            one.path.name,
        )
        for one in DECISIONS
    ]
    assert listed == there
