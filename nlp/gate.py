"""Lets by, for a few microseconds each, the texts in which no rule can hold.

A rule needs a word of each of its parts. The gate looks for the rarest part of every
rule, and of its words only for what is seldom heard; where that stands, it looks whether
the rest is there too. It reads a text as it was sent: what normalisation may do to a text
is done to the words beforehand. Refuses: deciding that a rule holds; it only knows where
none can.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nlp.everyday import rate
from nlp.normalize import LONG_RUN, plain
from nlp.rule import Rule, Rulebook
from nlp.seeking import Reading, Sought, finder, longest, seldom
from nlp.terms import Term

CLOSE = 1000  # characters; a longer text holds something nearly always, and is looked at
_MOST_CHECKS = 8  # ways in which one seldom word may matter; with more it lets nothing by
_TOO_COMMON = 3.0  # words a report: a part heard that often tells nothing
_UNSURE = 9.0  # the rate of a word of which nothing is sure to stand in the text as sent

_Check = tuple[Sought, ...]


class Gate:
    """Which texts need a close look; made once from rules, shared by threads."""

    def __init__(self, rules: Iterable[Rule], rulebook: Rulebook) -> None:
        """Choose what to look for; a rule of which nothing can be looked for opens the gate."""
        self._lists: dict[str, _List] = {}
        self._parts: dict[tuple[str, ...], Sought] = {}
        self._rulebook = rulebook
        self._open = False
        self._wanted: dict[str, dict[_Check, list[str]]] = {}
        given = {rule.gives for rule in rulebook.rules if rule.gives}
        for rule in rules:
            self._want(rule, given)
        for spelling in rulebook.spellings:
            self._add(plain(spelling.written), ())
        words = list(self._wanted)
        self._reading = Reading(words)
        self._find = finder(words).find_matches_as_indexes
        self._checks = [_settled(piece, wanted) for piece, wanted in self._wanted.items()]
        self._sure = {number for number, checks in enumerate(self._checks) if () in checks}

    def lets_by(self, text: str) -> bool:
        """Whether it is sure that no rule holds in ``text``, which is as it was sent."""
        if self._open or len(text) > CLOSE:
            return False
        text = self._reading.of(text)
        found = self._find(text, overlapping=True)
        if not found:
            return True
        checks = self._checks
        numbers = {match[0] for match in found}
        if not self._sure.isdisjoint(numbers):
            return False
        missing: set[Sought] = set()
        for number in numbers:
            for check in checks[number]:
                for sought in check:
                    if sought in missing:
                        break
                    if not sought.stands_in(text):
                        missing.add(sought)
                        break
                else:
                    if _near(check, [match for match in found if match[0] == number], text):
                        return False
        return True

    def _want(self, rule: Rule, given: set[str]) -> None:
        """Look for the rarest part; a rule that builds on a sign needs another rule first."""
        needs: list[tuple[str, ...]] = [(name,) for name in rule.all]
        if rule.any:
            needs.append(tuple(name for name in rule.any if name not in given))
        if any(name in given for name in rule.all) or not all(needs):
            return
        parts = [[self._list(name) for name in names] for names in needs]
        rates = [sum(one.rate for one in part) for part in parts]
        chosen = rates.index(min(rates))
        rest = tuple(
            self._sought(names)
            for number, names in enumerate(needs)
            if number != chosen and rates[number] < _TOO_COMMON
        )
        for one in parts[chosen]:
            for word, also in one.words:
                self._add(word, (*also, *rest))

    def _sought(self, names: tuple[str, ...]) -> Sought:
        if names not in self._parts:
            words = (word for name in names for word, _ in self._list(name).words)
            self._parts[names] = Sought(words)
        return self._parts[names]

    def _list(self, name: str) -> _List:
        if name not in self._lists:
            self._lists[name] = _List.of(self._rulebook.terms[name])
        return self._lists[name]

    def _add(self, word: str, check: _Check) -> None:
        piece = seldom(word)
        self._open = self._open or not piece
        self._wanted.setdefault(piece, {}).setdefault(check, []).append(word)


def _near(check: _Check, found: list[tuple[int, int, int]], text: str) -> bool:
    """Whether what belongs to one term stands as near as it must; not sure beside long runs."""
    close = [sought for sought in check if sought.reach]
    if not close or LONG_RUN.search(text):
        return True
    return any(
        all(one.stands_in(text[max(0, start - one.reach) : end + one.reach]) for one in close)
        for _, start, end in found
    )


def _settled(piece: str, wanted: dict[_Check, list[str]]) -> tuple[_Check, ...]:
    """Return what else must stand beside ``piece``; one that always holds if that is much."""
    if len(wanted) > _MOST_CHECKS:
        return ((),)
    whole = {check: set(map(longest, words)) for check, words in wanted.items()}
    return tuple(
        check if piece in words else (Sought(words), *check) for check, words in whole.items()
    )


@dataclass(frozen=True, slots=True)
class _List:
    """A word list: the words of which one must be there, each with what must be there too."""

    words: tuple[tuple[str, _Check], ...]
    rate: float

    @classmethod
    def of(cls, terms: Iterable[Term]) -> _List:
        """Choose for each term the piece that is heard least."""
        words: list[tuple[str, _Check]] = []
        rates: dict[str, float] = {}
        for term in terms:
            rarest: tuple[str, ...] = term.pieces[0]
            also: _Check = ()
            if len(term.pieces) > 1:
                rarest = min(term.pieces, key=_rate)
                reach = sum(max(map(len, ways)) + term.gap for ways in term.pieces)
                also = tuple(Sought(ways, reach) for ways in term.pieces if ways is not rarest)
            for way in rarest:
                words.append((way, also))
                piece = seldom(way)
                rates[piece] = rate(piece) if piece else _UNSURE
        return cls(tuple(words), sum(rates.values()))


def _rate(ways: Iterable[str]) -> float:
    """Return how often one of ``ways`` stands in everyday reports, at most."""
    return sum(rate(piece) if piece else _UNSURE for piece in set(map(seldom, ways)))
