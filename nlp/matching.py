"""All terms of a rulebook in one automaton, and where they stand in one text.

One pass over the text finds every piece of every term; what the pieces make up is worked
out only for texts that hold a candidate. Refuses: judging; see `nlp.combining`.
"""

from __future__ import annotations

import functools
import itertools
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import ahocorasick_rs

from nlp.everyday import rate
from nlp.normalize import breaks
from nlp.segment import WINDOW, Segmenter
from nlp.terms import SHORT_GAP, Term

Span = tuple[int, int]

SENTENCE_MARKS = "。!?\n;"
CLAUSE_MARKS = SENTENCE_MARKS + ",、: "
_SENTENCE_END, _CLAUSE_END = (re.compile(f"[{marks}]") for marks in (SENTENCE_MARKS, CLAUSE_MARKS))
_MOST_SEGMENTED = 12_000  # characters a text; past that a hit counts without its words
_AROUND = 40


class Lexicon:
    """The terms of all lists and cues by name, compiled once.

    Each name has a bit, so that what a text can hold at all is one number. So has each piece
    of a term in several pieces, which may stand somewhere only where all its pieces do.
    """

    def __init__(self, lists: Mapping[str, Iterable[Term]], also: Iterable[str] = ()) -> None:
        """Compile the lists; names in ``also`` have a bit but no words."""
        self.bits = {name: 1 << at for at, name in enumerate(dict.fromkeys((*lists, *also)))}
        self.cues = [
            (name.removeprefix("cue:"), bit)
            for name, bit in self.bits.items()
            if name.startswith("cue:")
        ]
        self._numbers: dict[str, int] = {}
        self._lists = (1 << len(self.bits)) - 1
        self._masks: list[int] = []  # by piece: the lists and the parts of chains that it says
        self._opens: dict[int, list[_Chain]] = {}  # by piece: the chains that it is the key of
        self._parts: dict[frozenset[int], int] = {}
        self._words: dict[str, set[int]] = {name: set() for name in self.bits}
        for name, terms in lists.items():
            for term in terms:
                self._add(name, term)
        self._automaton = ahocorasick_rs.AhoCorasick(list(self._numbers) or ["\x00"])

    def _number(self, piece: str) -> int:
        number = self._numbers.setdefault(piece, len(self._masks))
        if number == len(self._masks):
            self._masks.append(0)
        return number

    def _add(self, name: str, term: Term) -> None:
        bit = self.bits[name]
        if len(term.pieces) == 1:
            for way in term.pieces[0]:
                number = self._number(way)
                self._words[name].add(number)
                self._masks[number] |= bit
            return
        pieces = [frozenset(map(self._number, ways)) for ways in term.pieces]
        chain = _Chain(name, bit, pieces, sum({self._part(piece) for piece in pieces}), term.gap)
        for way in min(term.pieces, key=_heard):  # the rarest: few chains are looked at closely
            self._opens.setdefault(self._numbers[way], []).append(chain)

    def _part(self, piece: frozenset[int]) -> int:
        """Return the bit of a piece in all its ways; the same ways have the same bit."""
        part = self._parts.get(piece)
        if part is None:
            part = self._parts[piece] = 1 << (len(self.bits) + len(self._parts))
            for number in piece:
                self._masks[number] |= part
        return part

    def find(self, text: str) -> Places:
        """Return the places of the pieces in ``text``, from which lists are made when asked."""
        pieces: defaultdict[int, list[Span]] = defaultdict(list)
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            pieces[number].append((start, end))
        masks = self._masks
        said = 0
        for number in pieces:
            said |= masks[number]
        mask = said & self._lists
        chains: dict[str, dict[_Chain, None]] = {}
        for number in self._opens.keys() & pieces.keys():
            for chain in self._opens[number]:
                if chain.needs & said == chain.needs:
                    mask |= chain.bit
                    chains.setdefault(chain.name, {})[chain] = None
        return Places(self, text, _Pieces(pieces, chains), mask)

    def places(self, name: str, text: str, pieces: _Pieces) -> list[Span]:
        """Return where the terms of the list ``name`` stand, in order, without doubles."""
        found = [pieces.spans[number] for number in self._words[name] & pieces.numbers]
        chains = pieces.chains.get(name)
        if chains:
            found += (
                _chained(text, list(map(pieces.of, chain.pieces)), chain.gap) for chain in chains
            )
            return sorted(set(itertools.chain(*found)))
        return found[0] if len(found) == 1 else sorted(itertools.chain(*found))


def _heard(ways: Iterable[str]) -> float:
    return sum(map(rate, ways))


@dataclass(slots=True, eq=False)
class _Chain:
    """A term of several pieces: the numbers of the ways to say each, and the gap.

    ``needs`` has the bits of all its parts, ``bit`` is that of the list it belongs to.
    """

    name: str
    bit: int
    pieces: list[frozenset[int]]
    needs: int
    gap: int


class _Pieces:
    """The places of each piece that stands in one text, and the chains that may stand there."""

    __slots__ = ("chains", "numbers", "spans")

    def __init__(self, spans: dict[int, list[Span]], chains: dict[str, dict[_Chain, None]]) -> None:
        self.spans = spans
        self.numbers = spans.keys()
        self.chains = chains

    def of(self, ways: frozenset[int]) -> list[Span]:
        """Return the places of all ``ways`` in order."""
        found = [self.spans[way] for way in self.numbers & ways]
        return found[0] if len(found) == 1 else sorted(itertools.chain(*found))


class Places:
    """Where the lists of a lexicon stand in one text, each worked out when first asked for."""

    def __init__(self, lexicon: Lexicon, text: str, pieces: _Pieces, mask: int) -> None:
        """Keep the places of the pieces; ``mask`` has the bits of the lists that may be there."""
        self.mask = mask
        self._lexicon = lexicon
        self._text = text
        self._pieces = pieces
        self._known: dict[str, list[Span]] = {}

    def may_hold(self, name: str) -> bool:
        """Whether the list ``name`` could have a place; if not, it has none."""
        return bool(self.mask & self._lexicon.bits.get(name, 0))

    def heard_cues(self) -> Iterator[str]:
        """Yield the contexts that may have a cue in the text."""
        return (name for name, bit in self._lexicon.cues if self.mask & bit)

    def of(self, name: str) -> list[Span]:
        """Return the places of a list in order; an unknown list has none."""
        known = self._known.get(name)
        if known is None:
            if self.may_hold(name):
                known = self._lexicon.places(name, self._text, self._pieces)
            else:
                known = []
            self._known[name] = known
        return known


def _chained(text: str, parts: list[list[Span]], gap: int) -> list[Span]:
    """Return the places where the pieces follow each other, each within ``gap``."""
    marks = _CLAUSE_END if gap <= SHORT_GAP else _SENTENCE_END
    chains = parts[0]
    for places in parts[1:]:
        longer = []
        for start, end in chains:
            at = bisect_left(places, (end, 0))
            if (
                at < len(places)
                and places[at][0] - end <= gap
                and not marks.search(text, end, places[at][0])
            ):
                longer.append((start, places[at][1]))
        chains = longer
    return chains


class Text:
    """One normalised text with its places: what every rule and context looks at."""

    def __init__(self, text: str, places: Places, segmenter: Segmenter) -> None:
        """Keep the text; sentences and words are worked out when somebody asks."""
        self.text = text
        self.places = places
        self._segmenter = segmenter
        self._words: dict[Span, list[tuple[str, int, int]]] = {}
        self._whole: dict[Span, bool] = {}
        self._spent = 0

    @functools.cached_property
    def _sentences(self) -> list[int]:
        return breaks(self.text, SENTENCE_MARKS)

    @functools.cached_property
    def _clauses(self) -> list[int]:
        return breaks(self.text, CLAUSE_MARKS)

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
