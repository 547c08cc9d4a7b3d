"""All terms of a rulebook in one automaton, and where they stand in one text.

One pass over the text finds every piece of every term; what the pieces make up is worked
out only for texts that hold a candidate. Refuses: judging; see `nlp.combining`.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping

import ahocorasick_rs

from nlp.normalize import breaks
from nlp.segment import WINDOW, Segmenter
from nlp.terms import SHORT_GAP, Term

Span = tuple[int, int]

SENTENCE_MARKS = "。!?\n;"
CLAUSE_MARKS = SENTENCE_MARKS + ",、: "
_MOST_SEGMENTED = 20_000  # characters a text; past that a hit counts without its words
_AROUND = 40


class Lexicon:
    """The terms of all lists and cues by name, compiled once."""

    def __init__(self, lists: Mapping[str, Iterable[Term]]) -> None:
        """Compile the lists; the same piece in many lists is looked for once."""
        self._numbers: dict[str, int] = {}
        self._words: list[list[str]] = []  # by piece: the lists of which it is a word
        self._keys: list[list[int]] = []  # by piece: the terms of several pieces it opens
        self._terms: list[tuple[str, list[list[int]], int]] = []
        for name, terms in lists.items():
            for term in terms:
                self._add(name, term)
        self._automaton = ahocorasick_rs.AhoCorasick(list(self._numbers) or ["\x00"])

    def _number(self, piece: str) -> int:
        number = self._numbers.setdefault(piece, len(self._words))
        if number == len(self._words):
            self._words.append([])
            self._keys.append([])
        return number

    def _add(self, name: str, term: Term) -> None:
        if len(term.pieces) == 1:
            for way in term.pieces[0]:
                self._words[self._number(way)].append(name)
            return
        pieces = [[self._number(way) for way in ways] for ways in term.pieces]
        for way in term.key:
            self._keys[self._number(way)].append(len(self._terms))
        self._terms.append((name, pieces, term.gap))

    def find(self, text: str) -> dict[str, list[Span]]:
        """Return the places of every list's terms, in order, without doubles."""
        pieces: dict[int, list[Span]] = {}
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            pieces.setdefault(number, []).append((start, end))
        lists: dict[str, set[Span]] = {}
        opened: set[int] = set()
        for number, places in pieces.items():
            opened.update(self._keys[number])
            for name in self._words[number]:
                lists.setdefault(name, set()).update(places)
        for number in opened:
            name, ways, gap = self._terms[number]
            found = _chains(text, [_merged(pieces, way) for way in ways], gap)
            if found:
                lists.setdefault(name, set()).update(found)
        return {name: sorted(places) for name, places in lists.items()}


def _merged(pieces: Mapping[int, list[Span]], ways: list[int]) -> list[Span]:
    found = [pieces[way] for way in ways if way in pieces]
    return found[0] if len(found) == 1 else sorted(itertools.chain.from_iterable(found))


def _chains(text: str, parts: list[list[Span]], gap: int) -> list[Span]:
    """Return the places where the pieces follow each other, each within ``gap``."""
    marks = CLAUSE_MARKS if gap <= SHORT_GAP else SENTENCE_MARKS
    chains = parts[0]
    for places in parts[1:]:
        longer = []
        for start, end in chains:
            at = bisect_left(places, (end, 0))
            if at < len(places) and places[at][0] - end <= gap:
                between = text[end : places[at][0]]
                if not any(mark in between for mark in marks):
                    longer.append((start, places[at][1]))
        chains = longer
    return chains


class Text:
    """One normalised text with its places: what every rule and context looks at."""

    def __init__(self, text: str, lists: dict[str, list[Span]], segmenter: Segmenter) -> None:
        """Keep the text; sentences and words are worked out when somebody asks."""
        self.text = text
        self.lists = lists
        self._segmenter = segmenter
        self._sentences = breaks(text, SENTENCE_MARKS)
        self._clauses = breaks(text, CLAUSE_MARKS)
        self._words: dict[Span, list[tuple[str, int, int]]] = {}
        self._whole: dict[Span, bool] = {}
        self._spent = 0

    def sentence(self, place: int) -> Span:
        """Return the sentence in which ``place`` lies."""
        at = bisect_right(self._sentences, place)
        return self._sentences[at - 1], min(self._sentences[at], len(self.text))

    def clause(self, place: int) -> Span:
        """Return the clause in which ``place`` lies."""
        at = bisect_right(self._clauses, place)
        return self._clauses[at - 1], min(self._clauses[at], len(self.text))

    def same_sentence(self, first: int, second: int) -> bool:
        """Whether no sentence ends between the two places."""
        return bisect_right(self._sentences, first) == bisect_right(self._sentences, second)

    def same_clause(self, first: int, second: int) -> bool:
        """Whether no clause ends between the two places."""
        return bisect_right(self._clauses, first) == bisect_right(self._clauses, second)

    def is_whole(self, span: Span) -> bool:
        """Whether the span begins and ends where words do."""
        known = self._whole.get(span)
        if known is None:
            known = self._whole[span] = self._settle(span)
        return known

    def words(self) -> list[tuple[str, int, int]]:
        """Return the words of the pieces that were segmented, in order."""
        return sorted(
            (word for words in self._words.values() for word in words), key=lambda w: w[1]
        )

    def _settle(self, span: Span) -> bool:
        edges = [edge for edge in span if 0 < edge < len(self.text)]
        if not any(self._segmenter.may_straddle(self.text, edge) for edge in edges):
            return True
        if self._spent > _MOST_SEGMENTED:
            return True
        words = self._around(span)
        for word, start, end in words:
            if any(start < edge < end for edge in edges) and not self._segmenter.is_ours(word):
                return False
        return True

    def _around(self, span: Span) -> list[tuple[str, int, int]]:
        """Return the words of the clause, or of a window where the clause is long."""
        start = self.clause(span[0])[0]
        end = self.clause(span[1] - 1)[1]
        if end - start > WINDOW:
            block = span[0] // _AROUND
            start, end = max(0, (block - 1) * _AROUND), min(len(self.text), (block + 3) * _AROUND)
            end = max(end, span[1])
        if (start, end) not in self._words:
            self._spent += end - start
            self._words[(start, end)] = [
                (word, start + first, start + last)
                for word, first, last in self._segmenter.words(self.text[start:end])
            ]
        return self._words[(start, end)]
