"""The product's own rulebook, loaded once for all tests of rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp import rulebook
from nlp.assess import Assessor
from nlp.rule import Rulebook

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def book() -> Rulebook:
    """Return the rules that the product ships."""
    return rulebook.load(ROOT / "nlp" / "rules")


@pytest.fixture(scope="session")
def assessor(book: Rulebook) -> Assessor:
    """Return an assessor with all rules, those that are tried out too."""
    return Assessor(book, experimental=True)


@pytest.fixture(scope="session")
def stable(book: Rulebook) -> Assessor:
    """Return the assessor as the office runs it: stable rules only."""
    return Assessor(book)
