"""How the parts of a rule come together in one text, and what sets them aside.

For each first part the nearest other parts are looked for; a part that a context sets
aside is remembered and does not count. Refuses: searching all combinations, which grows
without bound on hostile text.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from dataclasses import dataclass, field

from nlp.contexts import Surroundings
from nlp.matching import Span, Text
from nlp.rule import Across, Context, Rule, Rulebook

ENOUGH = 3  # places a rule shows in one text
_TRIED = 200  # first parts looked at in one text, from the start and from the end
_NEIGHBOURS = 3  # nearest places tried on each side for another part


@dataclass(slots=True)
class Findings:
    """What one rule found in one text, and what it found and set aside."""

    places: list[Span] = field(default_factory=list)
    muted: dict[Span, str] = field(default_factory=dict)


class Combiner:
    """Applies rules to one text; ``signs`` are what rules found before give to later ones."""

    def __init__(self, text: Text, rulebook: Rulebook) -> None:
        """Look at ``text`` with the contexts of ``rulebook``."""
        self._text = text
        self._rulebook = rulebook
        self._anywhere = rulebook.anywhere
        self._around = Surroundings(text)
        self._signs: dict[str, list[Span]] = {}
        self._lists: dict[str, list[Span]] = {}
        self._heard: dict[str, tuple[Context, ...]] = {}

    @functools.cached_property
    def _contexts(self) -> dict[str, Context]:
        """The contexts of which a cue stands in the text: mostly few, and the others never hold."""
        contexts = self._rulebook.contexts
        return {name: contexts[name] for name in self._text.places.heard_cues()}

    def give(self, sign: str, places: list[Span]) -> None:
        """Let later rules build on what a rule found."""
        self._signs[sign] = sorted({*self._signs.get(sign, []), *places})

    def places(self, name: str) -> list[Span]:
        """Return the places of a list or sign in this text."""
        if name in self._signs:
            return self._signs[name]
        known = self._lists.get(name)
        if known is None:
            known = self._lists[name] = self._text.places.of("list:" + name)
        return known

    def apply(self, rule: Rule) -> Findings:
        """Return where ``rule`` holds, at most `ENOUGH` places, and what was set aside."""
        findings = Findings()
        if not all(map(self.places, rule.all)) or (
            rule.any and not any(map(self.places, rule.any))
        ):
            return findings
        firsts = self.places(rule.all[0])
        if len(firsts) > 2 * _TRIED:
            firsts = firsts[:_TRIED] + firsts[-_TRIED:]
        for first in firsts:
            place = self._complete(rule, first, findings)
            if place and not _touches(place, findings.places):
                findings.places.append(place)
                if len(findings.places) == ENOUGH:
                    break
        return findings

    def _complete(self, rule: Rule, first: Span, findings: Findings) -> Span | None:
        """Return the place of the whole rule around ``first``, or None."""
        chosen = [first]
        set_aside = ""
        for name in rule.all[1:]:
            after = chosen[-1] if rule.ordered else None
            part, why = self._nearest(rule, [name], chosen, after)
            if part is None:
                return None
            set_aside = set_aside or why
            chosen.append(part)
        if rule.any:
            part, why = self._nearest(rule, rule.any, chosen, None)
            if part is None:
                return None
            set_aside = set_aside or why
            chosen.append(part)
        if not self._counts(rule.all[0], first):  # last: it may have to ask for the words
            return None
        set_aside = self._set_aside(rule, first) or set_aside
        place = min(span[0] for span in chosen), max(span[1] for span in chosen)
        if set_aside:
            if len(findings.muted) < ENOUGH:
                findings.muted[place] = set_aside
            return None
        return place

    def _nearest(
        self, rule: Rule, names: tuple[str, ...] | list[str], chosen: list[Span], after: Span | None
    ) -> tuple[Span | None, str]:
        """Return the nearest place of ``names`` that counts, and the context if it is muted."""
        spare: tuple[Span | None, str] = (None, "")
        origin = after or chosen[0]
        near: list[tuple[int, Span, str]] = []
        for name in names:
            _add_neighbours(
                near,
                name,
                self.places(name),
                origin,
                within=rule.within,
                only_after=after is not None,
            )
        near.sort()
        for _, part, name in near:
            if _touches(part, chosen):
                continue
            if not self._together(rule, origin, part) or not self._counts(name, part):
                continue
            why = self._set_aside(rule, part)
            if not why:
                return part, ""
            if spare[0] is None:
                spare = part, why
        return spare

    def _together(self, rule: Rule, one: Span, other: Span) -> bool:
        match rule.across:
            case Across.REPORT:
                return True
            case Across.SENTENCE:
                return self._text.same_sentence(one[0], other[0])
            case Across.CLAUSE:
                return self._text.same_clause(one[0], other[0])

    def _counts(self, name: str, span: Span) -> bool:
        return name in self._signs or name in self._anywhere or self._text.is_whole(span)

    def _set_aside(self, rule: Rule, span: Span) -> str:
        heard = self._heard.get(rule.id)
        if heard is None:
            contexts = self._contexts
            heard = tuple(contexts[name] for name in rule.unless if name in contexts)
            self._heard[rule.id] = heard
        for context in heard:
            if self._around.holds(context, span):
                return context.name
        return ""


def _add_neighbours(
    near: list[tuple[int, Span, str]],
    name: str,
    places: list[Span],
    origin: Span,
    *,
    within: int,
    only_after: bool,
) -> None:
    """Add the places nearest to ``origin``, at most ``within`` characters off, with distance."""
    if not places:
        return
    at = bisect_left(places, origin)
    for place in places[at : at + _NEIGHBOURS]:
        distance = place[0] - origin[1]
        if distance <= within:
            near.append((max(0, distance), place, name))
    if not only_after:
        for place in places[max(0, at - _NEIGHBOURS) : at]:
            distance = origin[0] - place[1]
            if distance <= within:
                near.append((max(0, distance), place, name))


def _touches(span: Span, others: list[Span]) -> bool:
    start, end = span
    for first, last in others:  # noqa: SIM110 - any() costs more than the few turns
        if start < last and first < end:
            return True
    return False
