"""How much danger is found, and how much is flagged for nothing: by level, category and source.

    python bench/detection.py FILE.jsonl... [--rules-only] [--errors OUT.jsonl]

Each line holds {"text", "level"} by the codebook ("category" a list, "source"), or
{"text", "danger": true|false} of a public set. Without a file: ../shared/eval/dev.jsonl.
Shows the rules alone and both readers; --errors writes the misses, false alarms and wrong
levels of the readers shown last, with the evidence and what was muted.
"""

from __future__ import annotations

import argparse
import collections
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from domain.danger import Assessment, Category, Level  # noqa: E402 - after the path is set
from nlp import rulebook, weak_signals  # noqa: E402
from nlp.assess import Assessor  # noqa: E402
from nlp.reading import TwoReaders  # noqa: E402

DEV = ROOT.parent / "shared" / "eval" / "dev.jsonl"
WEIGHTS = ROOT / "nlp" / "weights" / "weak_signals.json"
ANY = "danger"  # what a public set says: a danger, of no level
CALM = Level.NONE.value
GRADES = (Level.RED.value, Level.ORANGE.value, Level.YELLOW.value)
SHOWN = (*GRADES, CALM)

Reader = Callable[[str], Assessment]


@dataclass(frozen=True, slots=True)
class Report:
    """One labelled text: what people said of it."""

    id: str
    text: str
    level: str
    categories: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A report and what the readers said of it."""

    report: Report
    read: Assessment

    @property
    def flagged(self) -> bool:
        """Whether the readers raise it."""
        return self.read.level.is_danger

    @property
    def danger(self) -> bool:
        """Whether people say that it is a danger."""
        return self.report.level != CALM

    @property
    def error(self) -> str:
        """What is wrong with the reading, in one word; empty if nothing is."""
        if self.flagged and not self.danger:
            return "false_alarm"
        if self.danger and not self.flagged:
            return "miss"
        if self.danger and self.report.level not in {ANY, self.read.level.value}:
            return "level"
        return ""


def reports(file: Path) -> Iterator[Report]:
    """Yield the labelled lines of a file; a line that is none is named and left out."""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            level = row.get("level") or (ANY if row["danger"] else CALM)
            yield Report(
                id=str(row.get("id", number)),
                text=row["text"],
                level=level,
                categories=frozenset(row.get("category") or ()),
                source=str(row.get("source") or file.stem),
            )
        except (ValueError, KeyError, TypeError) as fault:
            print(f"{file.name}:{number}: left out ({fault})", file=sys.stderr)


def share(part: int, whole: int) -> str:
    """Return a share as people read it; a dash where there is nothing to share."""
    return f"{part / whole:6.1%}" if whole else "     –"


def summary(name: str, judged: Sequence[Judged]) -> str:
    """Return one line: found, precision, harmless flagged."""
    danger = [one for one in judged if one.danger]
    flagged = [one for one in judged if one.flagged]
    right = sum(one.danger for one in flagged)
    calm = len(judged) - len(danger)
    precision, recall = right / (len(flagged) or 1), right / (len(danger) or 1)
    f1 = 2 * precision * recall / ((precision + recall) or 1)
    return (
        f"{name:26} {len(judged):6} texts  found {share(right, len(danger))}"
        f"  precision {share(right, len(flagged))}  F1 {f1:.3f}"
        f"  harmless flagged {(len(flagged) - right) / (calm or 1):8.2%}"
    )


def confusion(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield what people said against what was read, level by level."""
    yield f"  {'people say':12}" + "".join(f"{level:>9}" for level in SHOWN) + "    found   right"
    for said in SHOWN:
        of = [one for one in judged if one.report.level == said]
        if not of:
            continue
        seen = collections.Counter(one.read.level.value for one in of)
        found = sum(one.flagged for one in of)
        right = share(seen[said], found) if said != CALM else ""
        cells = "".join(f"{seen[level]:9}" for level in SHOWN)
        yield f"  {said:12}{cells}  {share(found, len(of))}  {right}"
    red = [one for one in judged if one.report.level == Level.RED.value]
    if red:
        low = sum(one.read.level is Level.YELLOW for one in red)
        yield f"  red shown as yellow {share(low, sum(one.flagged for one in red))}"
    urgent = [one for one in judged if one.report.level in GRADES[:2]]
    if urgent:
        yield f"  red and orange found {share(sum(one.flagged for one in urgent), len(urgent))}"


def by_category(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield how often each category is named where people name it, and rightly."""
    for category in Category:
        said = [one for one in judged if category.value in one.report.categories]
        named = [one for one in judged if category in one.read.categories]
        both = sum(category.value in one.report.categories for one in named)
        if said:
            yield (
                f"  {category.value:14} found {share(both, len(said))}"
                f"  precision {share(both, len(named))}"
            )


def table(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield the whole table of one pair of eyes over all files."""
    sources = sorted({one.report.source for one in judged})
    for source in sources:
        yield summary(source, [one for one in judged if one.report.source == source])
    if len(sources) > 1:
        yield summary("all", judged)
    if any(one.report.level in GRADES for one in judged):
        yield from confusion(judged)
        yield from by_category(judged)


def wrong(judged: Iterable[Judged]) -> Iterator[dict[str, Any]]:
    """Yield each reading that is wrong, for whoever looks for the kind behind it."""
    for one in judged:
        if one.error:
            yield {
                "error": one.error,
                "id": one.report.id,
                "source": one.report.source,
                "said": one.report.level,
                "read": one.read.level.value,
                "text": one.report.text,
                "evidence": [(found.rule, found.text) for found in one.read.evidence],
                "muted": [(muted.rule, muted.context) for muted in one.read.muted],
            }


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the files with the rules, then with both readers, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="labelled JSONL")
    parser.add_argument("--rules", type=Path, default=ROOT / "nlp" / "rules")
    parser.add_argument("--rules-only", action="store_true", help="leave the second reader out")
    parser.add_argument("--errors", type=Path, help="file for misses, false alarms, levels")
    told = parser.parse_args(arguments)
    files: list[Path] = told.files or [DEV]
    if missing := [str(file) for file in files if not file.is_file()]:
        print(f"not there: {', '.join(missing)}", file=sys.stderr)
        return 0 if not told.files else 2
    rules = Assessor(rulebook.load(told.rules))
    eyes: dict[str, Reader] = {"rules alone": rules.assess}
    if not told.rules_only and WEIGHTS.is_file():
        eyes["rules and second reader"] = TwoReaders(rules, weak_signals.load(WEIGHTS)).assess
    all_reports = [report for file in files for report in reports(file)]
    judged: list[Judged] = []
    for name, read in eyes.items():
        judged = [Judged(report, read(report.text)) for report in all_reports]
        print(f"== {name}")
        for line in table(judged):
            print(line)
    if told.errors:
        lines = [json.dumps(row, ensure_ascii=False) for row in wrong(judged)]
        told.errors.write_text("".join(line + "\n" for line in lines), "utf-8")
        print(f"{len(lines)} wrong readings in {told.errors}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
