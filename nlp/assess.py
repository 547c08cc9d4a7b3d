"""The assessment of one report by the rules: level, categories, evidence and why not.

The one entrance of this folder. Refuses: reading anything after it is made, and knowing
who wrote, about whom, or what was written before.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from domain.danger import Assessment, Category, Evidence, Level, Muted
from domain.errors import SetupError
from nlp.combining import Combiner, Findings
from nlp.gate import Gate
from nlp.matching import Lexicon, Span, Text
from nlp.normalize import Normalized, Normalizer
from nlp.rule import Rule, Rulebook, Status
from nlp.segment import Segmenter
from nlp.terms import Term

_HARMLESS = Assessment.harmless()


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a sentence that was looked at closely, with its place as sent."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person sees who asks why: the reading, its words, and the assessment."""

    reading: str
    tokens: tuple[Token, ...]
    assessment: Assessment


class Assessor:
    """Assesses texts by one rulebook; may be shared by threads."""

    def __init__(self, rulebook: Rulebook, *, experimental: bool = False) -> None:
        """Compile ``rulebook``; with ``experimental`` rules that are only tried out count too."""
        self.rulebook = rulebook
        live = {Status.STABLE, Status.EXPERIMENTAL} if experimental else {Status.STABLE}
        self._rules = in_order([rule for rule in rulebook.rules if rule.status in live], rulebook)
        signs = {f"list:{rule.gives}" for rule in rulebook.rules if rule.gives}
        self._lexicon = Lexicon(_lists(rulebook), sorted(signs))
        self._needs = self._needed()
        self._segmenter = Segmenter(_words(rulebook))
        self._normalizer = Normalizer(rulebook.spellings, _first_words(rulebook, self._rules))
        self._gate: Gate | None = Gate(self._rules, rulebook)

    def trying(self, rules: Sequence[Rule]) -> Self:
        """Return an assessor with other ``rules`` over the same lists, contexts and words.

        It reads texts as this one does, and looks at every one closely: a gate is not worth
        making for a few examples.
        """
        other = copy.copy(self)
        other._rules = in_order(rules, self.rulebook)  # noqa: SLF001 - the copy is ours
        other._needs = other._needed()  # noqa: SLF001
        other._gate = None  # noqa: SLF001
        return other

    def _needed(self) -> list[tuple[Rule, int, int]]:
        """Return each rule with the bits of which it needs all, and of which it needs one."""
        bits = self._lexicon.bits
        return [
            (
                rule,
                sum(bits["list:" + name] for name in set(rule.all)),
                sum(bits["list:" + name] for name in set(rule.any)),
            )
            for rule in self._rules
        ]

    def assess(self, text: str) -> Assessment:
        """Return what the rules read in ``text``; the same text always gives the same."""
        if self._gate and self._gate.lets_by(text):
            return _HARMLESS
        return self._judge(self._normalizer.normalize(text))[0]

    def explain(self, text: str) -> Explanation:
        """Return the assessment with the reading and the words it rests on."""
        reading = self._normalizer.normalize(text)
        assessment, looked_at = self._judge(reading)
        for name in {rule.all[0] for rule in self._rules} - self.rulebook.anywhere:
            for span in looked_at.places.of("list:" + name):
                looked_at.is_whole(span)
        tokens = tuple(
            Token(text[slice(*place)], *place)
            for _, start, end in looked_at.words()
            for place in [reading.place(start, end)]
        )
        return Explanation(reading.text, tokens, assessment)

    def _judge(self, reading: Normalized) -> tuple[Assessment, Text]:
        looked_at = Text(reading.text, self._lexicon.find(reading.text), self._segmenter)
        combiner = Combiner(looked_at, self.rulebook)
        heard = looked_at.places.mask
        found: list[tuple[Rule, Findings]] = []
        for rule, needs_all, needs_one in self._needs:
            if heard & needs_all != needs_all or (needs_one and not heard & needs_one):
                continue
            findings = combiner.apply(rule)
            if findings.places or findings.muted:
                found.append((rule, findings))
            if rule.gives and findings.places:
                combiner.give(rule.gives, findings.places)
                heard |= self._lexicon.bits["list:" + rule.gives]
        return _assessment(reading, found), looked_at


def _assessment(reading: Normalized, found: Sequence[tuple[Rule, Findings]]) -> Assessment:
    evidence = []
    muted = []
    categories: set[Category] = set()
    lowering = [(rule.level, place) for rule, one in found if rule.lowers for place in one.places]
    for rule, findings in found:
        for place in findings.places:
            start, end = reading.place(*place)
            level = _lowered(rule, place, lowering)
            evidence.append(
                Evidence(
                    rule=rule.id,
                    level=level,
                    category=rule.category[0],
                    start=start,
                    end=end,
                    text=reading.original[start:end],
                    reason=rule.reason,
                )
            )
            categories.update(rule.category)
        for place, context in findings.muted.items():
            muted.append(Muted(rule.id, *reading.place(*place), context))
    if not evidence and not muted:
        return _HARMLESS
    evidence.sort(key=lambda one: (-one.level.rank, one.start, one.rule))
    return Assessment(
        level=evidence[0].level if evidence else Level.NONE,
        categories=tuple(category for category in Category if category in categories),
        evidence=tuple(evidence),
        muted=tuple(muted),
    )


_REACH_BACK = 200  # characters before the words that say it is over
_REACH_ON = 40


def _lowered(rule: Rule, place: Span, lowering: Iterable[tuple[Level, Span]]) -> Level:
    """Return the level of a place, capped where the same report says that it is over."""
    level = rule.level
    for cap, (start, end) in lowering:
        if (
            level.rank > cap.rank
            and start - _REACH_BACK <= place[1]
            and place[0] <= end + _REACH_ON
        ):
            level = cap
    return level


def _lists(rulebook: Rulebook) -> dict[str, Sequence[Term]]:
    lists: dict[str, Sequence[Term]] = {}
    used = {name for rule in rulebook.rules for name in (*rule.all, *rule.any)}
    for name, terms in rulebook.terms.items():
        if name in used:
            lists[f"list:{name}"] = terms
    for name, context in rulebook.contexts.items():
        lists[f"cue:{name}"] = context.cues
        lists[f"pseudo:{name}"] = context.pseudo
        lists[f"stop:{name}"] = context.stops
        lists[f"also:{name}"] = context.also
    return lists


def _words(rulebook: Rulebook) -> set[str]:
    terms = (term for terms in rulebook.terms.values() for term in terms)
    return {way for term in terms for ways in term.pieces for way in ways}


def _first_words(rulebook: Rulebook, rules: Iterable[Rule]) -> list[str]:
    """Return the words without which no rule can hold: those of each rule's first part."""
    return sorted(
        {way for rule in rules for term in rulebook.terms.get(rule.all[0], ()) for way in term.key}
    )


def in_order(rules: Sequence[Rule], rulebook: Rulebook) -> tuple[Rule, ...]:
    """Return the rules so that each comes after those whose signs it builds on.

    Raises `SetupError` where rules wait for each other: the one fault that no file has alone.
    """
    order: list[Rule] = []
    waiting = list(rules)
    while waiting:
        missing = {rule.gives for rule in waiting if rule.gives}
        ready = [rule for rule in waiting if missing.isdisjoint((*rule.all, *rule.any))]
        if not ready:
            raise SetupError(
                where=rulebook.folder,
                key=waiting[0].id,
                found="几条规则的 gives 互相等待",
                write="去掉其中一个 gives",
            )
        order += ready
        waiting = [rule for rule in waiting if rule not in ready]
    return tuple(order)
