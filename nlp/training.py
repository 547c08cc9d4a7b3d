"""Makes the second reader's weights: ``python -m nlp.training``.

Needs the extra ``training`` (scikit-learn), which nothing else of the product does. The same
corpus gives the same file, bit for bit: features are sorted, the solver draws no lots, weights
are whole thousandths, and the date stays until something else changes. Refuses: learning from
evaluation data, or from anything outside the repository.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.danger import Category, Level
from nlp.masking import PETITION_WORDS, Blinder
from nlp.training_corpus import Features, Report, corpus_hash, read_corpus, vocabulary
from nlp.training_figures import Figures, Proposal, cross_validated, red_cutoff
from nlp.weak_signals import COLUMNS, FORMAT

HOUSE = Path(__file__).parent
CORPUS = HOUSE / "corpus"
WEIGHTS = HOUSE / "weights" / "weak_signals.json"
TERMS = HOUSE / "rules" / "terms.toml"
THRESHOLD = 0.85
_LEVELS = (Level.RED, Level.ORANGE, Level.YELLOW)
_CATEGORY_FROM = 0.5
_SCALE = 1000
_RARITY = 1.5  # how much more a rare feature counts than a common one
_LOOSENESS = 10.0  # the inverse strength of the penalty on weights
_KEPT_FOR_DANGER, _KEPT_FOR_LEVEL = 20_000, 6_000  # features
_THIN = 15  # features that a text is short of evidence by: a few known words prove little


@dataclass(frozen=True, slots=True)
class Model:
    """Weights in whole thousandths, one row a feature in the order of COLUMNS."""

    features: tuple[str, ...]
    weights: tuple[tuple[int, ...], ...]
    bias: tuple[int, ...]

    def propose(self, seen: frozenset[str], rows: Mapping[str, int]) -> Proposal:
        """Return what this model reads in a text of these features; as the reader does."""
        hits = [rows[feature] for feature in seen if feature in rows]
        root = math.sqrt(_THIN + len(hits))
        sums = [
            (bias + sum(self.weights[hit][column] for hit in hits) / root) / _SCALE
            for column, bias in enumerate(self.bias)
        ]
        shares = [1 / (1 + math.exp(-total)) for total in sums]
        return Proposal(shares[0], (shares[1], shares[2], shares[3]), tuple(shares[4:]))


def petition_words(terms: Path = TERMS) -> tuple[str, ...]:
    """Return the words that only say petition: the rulebook's list and the reader's own."""
    listed: list[str] = tomllib.loads(terms.read_text("utf-8")).get("petition_words", [])
    return tuple(sorted({*PETITION_WORDS, *listed}))


def fit(reports: Sequence[Report], seen: Sequence[frozenset[str]], rights: Sequence[str]) -> Model:
    """Return the model of ``reports``, whose features are ``seen``.

    It is learnt twice, the second time from the features alone that weighed most in the first:
    half of them tell as much, in half the time and file, and err less on long letters.
    """
    names = vocabulary(seen, [report.source for report in reports], petition_words=rights)
    first, _ = _learn(reports, seen, names)
    names = tuple(name for name, kept in zip(names, _heaviest(first), strict=True) if kept)
    weights, bias = _learn(reports, seen, names)
    return Model(
        names,
        tuple(map(tuple, _whole(weights).tolist())),
        tuple(round(one * _SCALE) for one in bias),
    )


def _learn(
    reports: Sequence[Report], seen: Sequence[frozenset[str]], names: Sequence[str]
) -> tuple[Any, list[float]]:
    """Return the weights, one row a name in the order of COLUMNS, and the biases."""
    import numpy as np  # noqa: PLC0415 - only here: reading weights needs neither
    from scipy import sparse  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    row_of = {name: row for row, name in enumerate(names)}
    hits = [
        sorted(row_of[feature] for feature in features if feature in row_of) for features in seen
    ]
    starts = np.cumsum([0, *(len(row) for row in hits)])
    columns = np.array([hit for row in hits for hit in row], dtype=np.int32)
    values = np.array([1 / math.sqrt(_THIN + len(row)) for row in hits for _ in row])
    table = sparse.csr_matrix((values, columns, starts), shape=(len(hits), len(names)))
    held = np.bincount(columns, minlength=len(names))
    rarity = np.log((1 + len(hits)) / (1 + held)) ** _RARITY
    table = (table @ sparse.diags(rarity)).tocsr()
    dangers = np.array([report.level.is_danger for report in reports])

    def weigh(rows: Any, wanted: Any) -> tuple[Any, float]:
        if len(set(wanted.tolist())) == 1:
            return np.zeros(len(names)), 9.0 if wanted[0] else -9.0
        solver = LogisticRegression(
            C=_LOOSENESS, solver="liblinear", tol=1e-4, max_iter=1000, random_state=0
        )
        solver.fit(rows, wanted)
        return solver.coef_[0] * rarity, float(solver.intercept_[0])

    among = [report for report in reports if report.level.is_danger]
    wanted = [
        *([one.level is level for one in among] for level in _LEVELS),
        *([category in one.categories for one in among] for category in Category),
    ]
    found = [weigh(table, dangers)]
    found += [weigh(table[dangers], np.array(answers)) for answers in wanted]
    return np.stack([column for column, _ in found], axis=1), [bias for _, bias in found]


def _whole(weights: Any) -> Any:
    import numpy as np  # noqa: PLC0415

    return np.rint(weights * _SCALE).astype(int)


def _heaviest(weights: Any) -> Any:
    """Return which rows are kept: the heaviest for danger, and the heaviest for a level."""
    import numpy as np  # noqa: PLC0415

    heavy = np.abs(_whole(weights))
    kept = np.zeros(len(heavy), dtype=bool)
    levels = heavy[:, 1 : 1 + len(_LEVELS)].max(axis=1)
    for column, number in ((heavy[:, 0], _KEPT_FOR_DANGER), (levels, _KEPT_FOR_LEVEL)):
        kept[np.argsort(-column, kind="stable")[:number]] = True
    return kept


def make(corpus: Path, terms: Path = TERMS, threshold: float = THRESHOLD) -> dict[str, Any]:
    """Return the weights sheet of the corpus in a folder, without its date."""
    reports = read_corpus(corpus)
    rights = petition_words(terms)
    features = Features(Blinder(rights))
    seen = [features.of(report.text) for report in reports]

    def judge(train: Sequence[int], test: Sequence[int]) -> list[Proposal]:
        model = fit([reports[at] for at in train], [seen[at] for at in train], rights)
        rows = {name: row for row, name in enumerate(model.features)}
        return [model.propose(seen[at], rows) for at in test]

    proposals = cross_validated(reports, judge)
    red_from = red_cutoff(reports, proposals, threshold)
    figures = Figures(reports, proposals, red_from=red_from, category_from=_CATEGORY_FROM)
    model = fit(reports, seen, rights)
    return {
        "format": FORMAT,
        "columns": list(COLUMNS),
        "corpus": corpus_hash(reports),
        "reports": len(reports),
        "threshold": threshold,
        "red_from": red_from,
        "category_from": _CATEGORY_FROM,
        "figures": figures.table(threshold),
        "petition_words": list(rights),
        "scale": _SCALE,
        "thin": _THIN,
        "features": len(model.features),
        "bias": list(model.bias),
        "weights": dict(zip(model.features, map(list, model.weights), strict=True)),
    }


def dated(sheet: Mapping[str, Any], path: Path, today: str) -> dict[str, Any]:
    """Return ``sheet`` with its date: that of the file at ``path`` if nothing else differs."""
    try:
        before = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        before = {}
    same = {key: value for key, value in before.items() if key != "made_on"} == dict(sheet)
    return {"made_on": before["made_on"] if same else today, **sheet}


def written(sheet: Mapping[str, Any]) -> str:
    """Return the sheet as it stands in the file: one feature a line, so that a change shows."""
    head = {key: value for key, value in sheet.items() if key != "weights"}
    text = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    rows = (
        f"{json.dumps(name, ensure_ascii=False)}:{json.dumps(row, separators=(',', ':'))}"
        for name, row in sheet["weights"].items()
    )
    return text + ',\n "weights": {\n' + ",\n".join(rows) + "\n}\n}\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the weights file and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description=main.__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--threshold", type=float, default=THRESHOLD)
    chosen = parser.parse_args(arguments)
    sheet = make(chosen.corpus, threshold=chosen.threshold)
    sheet = dated(sheet, chosen.out, datetime.now(UTC).date().isoformat())
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(written(sheet), "utf-8")
    shown = {key: value for key, value in sheet.items() if key not in {"weights", "petition_words"}}
    sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
