"""The product's own rules, and jieba's dictionary: read once a process, however many ask."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import jieba
import pytest

from app import settings
from nlp import rulebook, segment
from nlp.assess import Assessor
from nlp.rule import Rulebook


@cache
def shipped() -> Rulebook:
    """Return the rules that the product ships."""
    return rulebook.load(settings.load(environ={}).rules.folder)


@cache
def assessor() -> Assessor:
    """Return the assessor as the office runs it: stable rules only."""
    return Assessor(shipped())


@pytest.fixture(autouse=True, scope="session")
def _jieba_read_once() -> Iterator[None]:
    """Give each segmenter a dictionary of its own, copied from the first that was read."""
    with pytest.MonkeyPatch.context() as patch:
        read = cache(segment._dictionary)

        def copied(_: jieba.Tokenizer) -> tuple[dict[str, int], int]:
            known, total = read(jieba.dt)
            return dict(known), total

        patch.setattr(segment, "_dictionary", copied)
        yield
