"""How the second reader does on hands that it has not learned from: cross-validation by source.

Each file of the corpus is one hand; what is said of it comes from a model of other hands.
Refuses: a figure on texts that the model has seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from domain.danger import Category, Level
from nlp.training_corpus import Report
from nlp.weak_signals import level_of

_THRESHOLDS = (0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95)
_WRONG_REDS = 0.1  # the share of proposed reds that may be something else
_FEWEST_REDS = 20  # fewer than these prove nothing
_NEVER = 1.01
_PARTS = 20  # of the hands, in cross-validation


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model reads in one text, each from 0 to 1.

    ``levels`` are red, orange, yellow among dangers; ``categories`` in the order of Category.
    """

    danger: float
    levels: tuple[float, float, float]
    categories: tuple[float, ...]

    def level(self, red_from: float) -> Level:
        """Return the level that the reader would propose."""
        return level_of(self.levels, red_from)


def cross_validated(
    reports: Sequence[Report],
    judge: Callable[[Sequence[int], Sequence[int]], Sequence[Proposal]],
) -> list[Proposal]:
    """Return a proposal for each report, made without the reports of its own hand.

    The hands are dealt out to `_PARTS` parts; a part is judged by a model of all the others.
    """
    hands = sorted({report.source for report in reports})
    part_of = {hand: at % _PARTS for at, hand in enumerate(hands)}
    proposals: dict[int, Proposal] = {}
    for part in range(min(_PARTS, len(hands))):
        test = [at for at, report in enumerate(reports) if part_of[report.source] == part]
        train = [at for at, report in enumerate(reports) if part_of[report.source] != part]
        proposals.update(zip(test, judge(train, test), strict=True))
    return [proposals[at] for at in range(len(reports))]


def red_cutoff(reports: Sequence[Report], proposals: Sequence[Proposal], threshold: float) -> float:
    """Return the share from which red may be proposed: at most one in ten of those is wrong.

    1.01, that is never, where cross-validation shows no such share.
    """
    shown = [
        (proposal.levels[0], report.level is Level.RED)
        for report, proposal in zip(reports, proposals, strict=True)
        if proposal.danger >= threshold
    ]
    for cutoff in (step / 100 for step in range(30, 100)):
        reds = [right for share, right in shown if share >= cutoff]
        if len(reds) >= _FEWEST_REDS and reds.count(False) <= _WRONG_REDS * len(reds):
            return cutoff
    return _NEVER


@dataclass(frozen=True, slots=True)
class Figures:
    """What cross-validation says, as a table that stands in the weights file."""

    reports: Sequence[Report]
    proposals: Sequence[Proposal]
    red_from: float
    category_from: float

    def table(self, threshold: float) -> dict[str, Any]:
        """Return the figures: by threshold, by hand, and of levels and categories among found."""
        found = [
            (report, proposal)
            for report, proposal in zip(self.reports, self.proposals, strict=True)
            if report.level.is_danger and proposal.danger >= threshold
        ]
        right = sum(proposal.level(self.red_from) is report.level for report, proposal in found)
        return {
            "by_threshold": {
                str(least): self._at(least) for least in sorted({*_THRESHOLDS, threshold})
            },
            "by_hand": {source: self._by_hand(source, threshold) for source in self._sources()},
            "level_right_among_found": _ratio(right, len(found)),
            "categories_right_among_found": _ratio(
                sum(map(self._categories_right, found)), len(found)
            ),
            "levels": self._confusion(threshold),
        }

    def _at(self, least: float) -> dict[str, float]:
        pairs = list(zip(self.reports, self.proposals, strict=True))
        shown = [report for report, proposal in pairs if proposal.danger >= least]
        levels = Counter(report.level for report in shown)
        whole = Counter(report.level for report in self.reports)
        dangers = len(shown) - levels[Level.NONE]
        return {
            "red": _ratio(levels[Level.RED], whole[Level.RED]),
            "orange": _ratio(levels[Level.ORANGE], whole[Level.ORANGE]),
            "yellow": _ratio(levels[Level.YELLOW], whole[Level.YELLOW]),
            "precision": _ratio(dangers, len(shown)),
            "harmless_flagged": _ratio(levels[Level.NONE], whole[Level.NONE]),
        }

    def _sources(self) -> list[str]:
        return sorted({report.source for report in self.reports})

    def _by_hand(self, source: str, least: float) -> dict[str, float]:
        pairs = [
            (report.level.is_danger, proposal.danger >= least)
            for report, proposal in zip(self.reports, self.proposals, strict=True)
            if report.source == source
        ]
        dangers = [flagged for danger, flagged in pairs if danger]
        harmless = [flagged for danger, flagged in pairs if not danger]
        return {
            "reports": len(pairs),
            "found": _ratio(sum(dangers), len(dangers)),
            "harmless_flagged": _ratio(sum(harmless), len(harmless)),
        }

    def _categories_right(self, pair: tuple[Report, Proposal]) -> bool:
        report, proposal = pair
        least = min(self.category_from, max(proposal.categories))
        shares = zip(Category, proposal.categories, strict=True)
        return {category for category, share in shares if share >= least} == set(report.categories)

    def _confusion(self, least: float) -> dict[str, dict[str, int]]:
        table = {level.value: Counter[str]() for level in Level if level is not Level.BLUE}
        for report, proposal in zip(self.reports, self.proposals, strict=True):
            if proposal.danger >= least:
                table[report.level.value][proposal.level(self.red_from).value] += 1
        return {level: dict(sorted(shown.items())) for level, shown in table.items()}


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0
