"""The second reader: sees what is shown rather than said, and asks a person to look.

A linear model over character n-grams and long jieba words, made by ``python -m nlp.training``,
read here from its weights file with one automaton: no training library, no numbers library. It
is blind to names, places, numbers and words that only say petition (`nlp.masking`). Refuses:
deciding anything; reading what a rule has graded (its caller keeps that from it).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import ahocorasick_rs

from domain.danger import Category, Level
from domain.errors import SetupError
from nlp.masking import Blinded, Blinder

FORMAT = 1
REASON = "请人看一眼"
COLUMNS = ("danger", *(level.value for level in (Level.RED, Level.ORANGE, Level.YELLOW)), *Category)
_WRITE = "运行 python -m nlp.training 重新做一份"
_LONGEST = 2_000  # characters: what stands behind them is left to the rules
_USUAL = 80  # characters of a report; the longer a letter, the more of anything stands in it
_EACH_DOUBLING = 1.5  # added to the log-odds that a longer text has to reach
_CLEARLY = 2.0  # times as likely yellow as anything higher
_SHOWN = 4  # words that an officer can take in at a look


@dataclass(frozen=True, slots=True)
class Sign:
    """A word that weighed; ``start`` and ``end`` are offsets of the text as it was sent."""

    text: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Glance:
    """What the second reader proposes: that a person looks (请人看一眼).

    ``score`` runs from 0 to 1 and orders texts by how like a danger they read; it says nothing
    about a person. ``signs`` are the words that weighed most, the heaviest first.
    """

    level: Level
    categories: tuple[Category, ...]
    score: float
    signs: tuple[Sign, ...]
    reason: str = REASON


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands at the head of a weights file: where the weights come from, how they did."""

    corpus: str
    reports: int
    made_on: str
    threshold: float
    red_from: float
    category_from: float
    thin: int
    figures: Mapping[str, Any]


class WeakReader:
    """Reads texts by one weights file; made once, never changed, may be shared by threads."""

    def __init__(
        self,
        heading: Heading,
        blinder: Blinder,
        features: Sequence[str],
        weights: Sequence[Sequence[float]],
        bias: Sequence[float],
    ) -> None:
        """Compile the features; ``weights`` holds one row a feature in the order of COLUMNS."""
        self.heading = heading
        self._blinder = blinder
        self._features = ahocorasick_rs.AhoCorasick(list(features))
        self._danger = [row[0] for row in weights]
        self._weights = weights
        self._bias = bias

    def score(self, text: str) -> float:
        """Return how like a danger ``text`` reads, from 0 to 1."""
        return _share(self._sum(self._blinder.blind(text[:_LONGEST]).text)[0])

    def read(self, text: str, *, threshold: float | None = None) -> Glance | None:
        """Return a proposal where ``text`` scores at least ``threshold``, else None.

        Without a threshold the one of the weights file counts. A text over 80 characters has to
        score more, the longer it is. The same text always gives the same; of a text over 2,000
        characters the beginning is read.
        """
        blinded = self._blinder.blind(text[:_LONGEST])
        total, hits = self._sum(blinded.text)
        score = _share(total)
        wanted = self.heading.threshold if threshold is None else threshold
        if score < _for_length(wanted, len(text)):
            return None
        sums = [self._weigh(hits, column) for column in range(len(COLUMNS))]
        return Glance(
            level=level_of([_share(total) for total in sums[1:4]], self.heading.red_from),
            categories=self._categories(sums[4:]),
            score=round(score, 4),
            signs=tuple(self._signs(blinded)),
        )

    def _sum(self, text: str) -> tuple[float, set[int]]:
        hits = {
            index for index, _, _ in self._features.find_matches_as_indexes(text, overlapping=True)
        }
        danger = self._danger
        return self._bias[0] + sum([danger[hit] for hit in hits]) / math.sqrt(
            self.heading.thin + len(hits)
        ), hits

    def _weigh(self, hits: Iterable[int], column: int) -> float:
        rows = [self._weights[hit][column] for hit in sorted(hits)]
        return self._bias[column] + sum(rows) / math.sqrt(self.heading.thin + len(rows))

    def _categories(self, sums: Sequence[float]) -> tuple[Category, ...]:
        shares = {category: _share(total) for category, total in zip(Category, sums, strict=True)}
        least = min(self.heading.category_from, max(shares.values()))
        return tuple(category for category, share in shares.items() if share >= least)

    def _signs(self, blinded: Blinded) -> Iterator[Sign]:
        """Yield the words that weighed most: places where heavy features lie over each other."""
        found = self._features.find_matches_as_indexes(blinded.text, overlapping=True)
        heat = [0.0] * (len(blinded.text) + 1)
        for index, start, end in found:
            share = self._danger[index] / (end - start)
            for place in range(start, end):
                heat[place + 1] += share
        below = list(accumulate(heat))  # so that the heat of any span is one subtraction
        words = sorted(
            {(below[start] - below[end], start, end) for _, start, end in found if end - start > 1}
        )
        taken: list[tuple[int, int]] = []
        for cold, start, end in words:
            if cold >= 0 or len(taken) == _SHOWN:
                return
            if any(start < stop and begin < end for begin, stop in taken):
                continue
            taken.append((start, end))
            begin, stop = blinded.place(start, end)
            yield Sign(blinded.reading.original[begin:stop], begin, stop, round(-cold, 3))


def load(path: Path, *, place_names: Iterable[str] = ()) -> WeakReader:
    """Return the reader of the weights file at ``path``.

    ``place_names`` (`nlp.masking.place_names`) are hidden from it as well. SetupError says what
    is wrong with a file that is missing, broken or made by another version.
    """
    try:
        sheet = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise SetupError(where=str(path), key="权重文件", found=str(fault), write=_WRITE) from fault
    try:
        if sheet["format"] != FORMAT or tuple(sheet["columns"]) != COLUMNS:
            raise SetupError(
                where=str(path),
                key="format",
                found=f"{sheet['format']} {sheet['columns']}",
                write=_WRITE,
            )
        return _reader(path, sheet, place_names)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise SetupError(
            where=str(path), key="权重文件", found=f"缺少或不对的一项 {fault}", write=_WRITE
        ) from fault


def _reader(path: Path, sheet: Mapping[str, Any], place_names: Iterable[str]) -> WeakReader:
    scale = float(sheet["scale"])
    features = list(sheet["weights"])
    weights = [[int(weight) / scale for weight in row] for row in sheet["weights"].values()]
    bias = [int(weight) / scale for weight in sheet["bias"]]
    if len(features) != sheet["features"] or {len(row) for row in (*weights, bias)} != {
        len(COLUMNS)
    }:
        raise SetupError(
            where=str(path), key="weights", found=f"{len(features)} 项，长短不一", write=_WRITE
        )
    heading = Heading(
        corpus=str(sheet["corpus"]),
        reports=int(sheet["reports"]),
        made_on=str(sheet["made_on"]),
        threshold=float(sheet["threshold"]),
        red_from=float(sheet["red_from"]),
        category_from=float(sheet["category_from"]),
        thin=int(sheet["thin"]),
        figures=sheet["figures"],
    )
    blinder = Blinder(sheet["petition_words"], place_names)
    return WeakReader(heading, blinder, features, weights, bias)


def _for_length(threshold: float, length: int) -> float:
    """Return the share that a text of so many characters has to reach."""
    if length <= _USUAL or not 0 < threshold < 1:
        return threshold
    return _share(
        math.log(threshold / (1 - threshold)) + _EACH_DOUBLING * math.log2(length / _USUAL)
    )


def level_of(shares: Sequence[float], red_from: float) -> Level:
    """Return the level to propose for the shares of red, orange and yellow.

    Red needs the share that cross-validation has proved; yellow must be clearly ahead, since a
    red that is shown as yellow is the dearest mistake.
    """
    red, orange, yellow = shares
    if red >= red_from:
        return Level.RED
    return Level.YELLOW if yellow >= _CLEARLY * max(red, orange) else Level.ORANGE


def _share(total: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))
