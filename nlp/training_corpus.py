"""The reports that the second reader learns from, and what of them it may read.

Reads nlp/corpus/*.jsonl, one report a line: text, level, category, source (the hand that wrote
it). Refuses: a line that is not labelled by the codebook; learning from anything outside the
repository, so that whoever has the repository can make the same weights.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jieba

from domain.danger import Category, Level
from domain.errors import SetupError
from nlp.masking import Blinder
from nlp.normalize import plain

LONGEST_GRAM = 4
_RUN = re.compile(r"[0-9\u4e00-\u9fff]+")
_LEVELS = {level.value: level for level in (Level.RED, Level.ORANGE, Level.YELLOW, Level.NONE)}


@dataclass(frozen=True, slots=True)
class Report:
    """One labelled report of the corpus; ``source`` is the hand that wrote it."""

    text: str
    level: Level
    categories: tuple[Category, ...]
    source: str


def read_corpus(folder: Path) -> tuple[Report, ...]:
    """Return the reports of all files in ``folder``, by file name and line; SetupError if bad."""
    reports = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            reports.append(_report(f"{path}:{number}", line))
    if not reports:
        raise SetupError(
            where=str(folder),
            key="*.jsonl",
            found="没有语料",
            write="每行写一条 text、level、category、source",
        )
    return tuple(reports)


def _report(where: str, line: str) -> Report:
    try:
        sheet = json.loads(line)
        report = Report(
            text=sheet["text"],
            level=_LEVELS[sheet["level"]],
            categories=tuple(Category(name) for name in sheet["category"]),
            source=sheet["source"],
        )
    except (ValueError, KeyError, TypeError) as fault:
        raise SetupError(
            where=where, key="一行语料", found=str(fault), write="写 text、level、category、source"
        ) from fault
    if report.level.is_danger != bool(report.categories):
        raise SetupError(
            where=where,
            key="category",
            found=str(sheet["category"]),
            write="有危险才写类别，有危险必写类别",
        )
    return report


def corpus_hash(reports: Iterable[Report]) -> str:
    """Return what tells one corpus from another: SHA-256 over every report and label."""
    digest = hashlib.sha256()
    for report in reports:
        parts = (report.text, report.level.value, *report.categories, report.source)
        digest.update("\x1f".join(parts).encode() + b"\x1e")
    return digest.hexdigest()


class Features:
    """What the second reader may see of a text: n-grams and long jieba words of the blinded text.

    Punctuation, letters (brands and names of models, mostly) and everything that was hidden end
    a run, so no feature holds them.
    """

    def __init__(self, blinder: Blinder) -> None:
        """Keep the blinder and a tokenizer of its own, without the HMM: its time is not linear."""
        self._blinder = blinder
        self._tokenizer = jieba.Tokenizer()

    def of(self, text: str) -> frozenset[str]:
        """Return the features of one text, each once."""
        blinded = self._blinder.blind(text).text
        return frozenset(
            feature
            for run in _RUN.findall(blinded)
            for feature in (*_grams(run), *self._words(run))
        )

    def _words(self, run: str) -> Iterator[str]:
        words = self._tokenizer.lcut(run, HMM=False)
        yield from (word for word in words if len(word) > LONGEST_GRAM)


def _grams(run: str) -> Iterator[str]:
    for length in range(1, LONGEST_GRAM + 1):
        for start in range(len(run) - length + 1):
            yield run[start : start + length]


def vocabulary(
    seen: Sequence[frozenset[str]], sources: Sequence[str], *, petition_words: Iterable[str]
) -> tuple[str, ...]:
    """Return the features worth a weight, sorted: those that at least two hands have written.

    What one hand alone writes is that hand's habit. A feature that is a word of petitioning
    gets no weight, wherever it came from.
    """
    hands: dict[str, set[str]] = {}
    for features, source in zip(seen, sources, strict=True):
        for feature in features:
            hands.setdefault(feature, set()).add(source)
    rights = {plain(word) for word in petition_words}
    return tuple(
        sorted(
            feature
            for feature, by in hands.items()
            if len(by) > 1
            and not any(word in feature for word in rights if len(word) <= len(feature))
        )
    )
