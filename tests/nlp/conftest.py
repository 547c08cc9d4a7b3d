"""The product's own rulebook, loaded once for all tests of rules."""

from __future__ import annotations

import pytest

from nlp.assess import Assessor
from nlp.rule import Rulebook
from tests import rules


@pytest.fixture(scope="session")
def book() -> Rulebook:
    """Return the rules that the product ships."""
    return rules.shipped()


@pytest.fixture(scope="session")
def assessor(book: Rulebook) -> Assessor:
    """Return an assessor with all rules, those that are tried out too."""
    return Assessor(book, experimental=True)


@pytest.fixture(scope="session")
def stable() -> Assessor:
    """Return the assessor as the office runs it: stable rules only."""
    return rules.assessor()
