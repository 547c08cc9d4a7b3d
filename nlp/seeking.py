"""What of a word can be looked for in a text as it was sent, before anything is normalised.

Normalising takes separators out, simplifies characters and shortens long runs; what is
sought here stands in the text before if the word stands in it afterwards. Refuses:
finding where; too much may be found, nothing may be missed.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import ahocorasick_rs

from nlp.everyday import rarest
from nlp.normalize import GAP, MARKS, character_list

_ENOUGH = 4
_KEPT_WORDS = 1 << 17
_COMMON = 0.01  # a piece seen more often is looked for only with its neighbours
_FEW = 12  # words that are quicker looked for one by one
_ODD = {"So", "Lo"}  # emoji and characters that few know; never common
_GAP = re.compile(GAP)
_PLAIN = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")
_SOLID = re.compile("[\u4e00-\u9fff0-9a-z]+")
_DOUBLE = re.compile(r".(.)\1.")


@functools.lru_cache(_KEPT_WORDS)
def seldom(word: str) -> str:
    """Return the piece of ``word`` that is rarest in everyday reports; empty if none is sure.

    Four characters are enough: many words share them, which keeps the automaton small.
    """
    if len(word) <= _ENOUGH and _SOLID.fullmatch(word):
        return word
    best, least = "", 1.0
    for part in _parts(word):
        at, here = rarest(part, _ENOUGH)
        if here < least:
            best, least = part[at : at + _ENOUGH], here
    return longest(word) if least > _COMMON else best


@functools.lru_cache(_KEPT_WORDS)
def longest(word: str) -> str:
    """Return the longest piece of ``word`` that is sure to stand in the text as sent."""
    if _is_sure(word):
        return word
    return max(_parts(word), key=len, default="")


def _is_sure(word: str) -> bool:
    return bool(_SOLID.fullmatch(word)) and not _DOUBLE.search(word)


def _parts(word: str) -> Iterator[str]:
    """Yield the pieces between marks; a run inside a piece may have been longer in the text."""
    if _is_sure(word):
        yield word
        return
    odd = [one for one in word if unicodedata.category(one) in _ODD and not _SOLID.match(one)]
    yield from odd[:1]
    for run in _SOLID.findall(_GAP.sub("", word)):
        start = 0
        for at in range(2, len(run) - 1):
            if run[at] == run[at - 1]:
                yield run[start : at + 1]
                start = at - 1
        yield run[start:]


class Sought:
    """Words of which one must stand in a text, or within ``reach`` of another word."""

    __slots__ = ("_automaton", "reach", "words")

    def __init__(self, words: Iterable[str], reach: int = 0) -> None:
        """Keep the sure pieces of ``words``; a word without any may always be there."""
        self.reach = reach
        self.words = tuple(dict.fromkeys(map(longest, words)))
        self._automaton: ahocorasick_rs.AhoCorasick | None = None

    def stands_in(self, text: str) -> bool:
        """Whether one of the words may stand in ``text``, a `Reading`."""
        if self._automaton:
            return bool(self._automaton.find_matches_as_indexes(text))
        if len(self.words) > _FEW and all(self.words):
            self._automaton = finder(self.words)
            return self.stands_in(text)
        for word in self.words:  # noqa: SIM110 - any() costs more than the look-ups
            if word in text:
                return True
        return False


class Reading:
    """Reads a text the quick way: usual texts as they are, others closed and simplified."""

    def __init__(self, words: Sequence[str]) -> None:
        """Keep the odd characters that are among ``words`` visible."""
        kept = "".join(word for word in words if not _SOLID.fullmatch(word))
        self._table, self._usual = _table(kept)
        self._odd = re.compile(f"[{re.escape(kept)}\U00010000-\U0010ffff]")

    def of(self, text: str) -> str:
        """Return what of ``text`` is searched; places in it mean nothing."""
        text = text.replace(" ", "")
        if self._usual.fullmatch(text):
            return text
        text = text.translate(self._table)
        if self._odd.search(text):
            text += "\n" + self._odd.sub("", text)
        return text


def finder(words: Sequence[str]) -> ahocorasick_rs.AhoCorasick:
    """Return the quickest automaton for few thousand words; it may be slow to make."""
    return ahocorasick_rs.AhoCorasick(
        list(words) or ["\x00"], implementation=ahocorasick_rs.Implementation.DFA
    )


def _table(kept: str) -> tuple[list[str | None], re.Pattern[str]]:
    """Return what each character is read as (None: taken out), and which texts need no reading.

    Marks may stay as they were written: no sought piece holds one.
    """
    table: list[str | None] = []
    usual: list[int] = []
    for code, character in enumerate(character_list()):
        solid = "\u4e00" <= character <= "\u9fff" or character in _PLAIN
        if (solid and code == ord(character)) or character in MARKS:
            usual.append(code)
        table.append(character if solid or character in MARKS or character in kept else None)
    return table, re.compile(f"[{_ranges(usual)}]*")


def _ranges(codes: Sequence[int]) -> str:
    """Return sorted ``codes`` as the inside of a character class."""
    edges = [code for code, last in zip(codes, [-1, *codes], strict=False) if code != last + 1]
    ends = [code for code, then in zip(codes, [*codes[1:], -1], strict=True) if then != code + 1]
    return "".join(
        f"{re.escape(chr(one))}-{re.escape(chr(end))}" for one, end in zip(edges, ends, strict=True)
    )
