"""How a term in a rule file is written, and the plain words that it stands for.

A term is a word with three shorthands: ``(a|b)`` for either, ``#`` for a number, ``…``
for at most six characters that may stand between (``……`` for at most twelve). Refuses:
regular expressions, which nobody reads aloud and whose time nobody knows.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.normalize import plain

NUMBERS = "0123456789一二两三四五六七八九十半几"
SHORT_GAP = 6
LONG_GAP = 12
_MOST = 600  # spellings of one term; more is a slip of the pen
_CHOICE = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Term:
    """One plain way to say a term: its pieces in order, and how far apart they may stand."""

    pieces: tuple[str, ...]
    gap: int = 0

    @property
    def longest(self) -> str:
        """The piece that says most, by which the term is looked for first."""
        return max(self.pieces, key=len)


def expand(written: str) -> tuple[Term, ...]:
    """Return every plain way to say ``written``.

    Raises `ValueError` with a sentence for the writer of the rule.
    """
    if written.count("(") != written.count(")"):
        raise ValueError("括号要成对")
    choices = [choice.split("|") for choice in _CHOICE.findall(written)]
    fixed = _CHOICE.split(written)[::2]
    said: dict[Term, None] = {}
    for picked in itertools.islice(itertools.product(*choices), _MOST + 1):
        spelt = "".join(a + b for a, b in itertools.zip_longest(fixed, picked, fillvalue=""))
        for word in _numbers(spelt):
            said[_term(word, written)] = None
    if len(said) > _MOST:
        raise ValueError(f"展开后超过 {_MOST} 种写法，请分成几条")
    return tuple(said)


def _numbers(word: str) -> Iterator[str]:
    if word.count("#") > 1:
        raise ValueError("一个词里只写一个 #")
    if "#" not in word:
        yield word
        return
    for number in NUMBERS:
        yield word.replace("#", number)


def _term(word: str, written: str) -> Term:
    gap = LONG_GAP if "……" in word else SHORT_GAP if "…" in word else 0
    pieces = tuple(plain(piece) for piece in re.split("…+", word))
    if not all(piece.strip() for piece in pieces):
        raise ValueError(f"“{written}” 里有空的部分")
    return Term(pieces, gap)
