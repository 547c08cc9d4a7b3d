"""How the second reader learns: the same corpus gives the same weights, and hands stay apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domain.danger import Category, Level
from domain.errors import SetupError
from nlp import places, training, weak_signals
from nlp.masking import Blinder
from nlp.places import Kind
from nlp.training_corpus import Features, Report, corpus_hash, read_corpus, vocabulary
from nlp.training_figures import Proposal, cross_validated, red_cutoff

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "nlp" / "corpus"
SAD = ("把狗送走了，说以后用不着", "存折交代给女儿了，说不用等他", "把钥匙都还了，说不回来了")
PLAIN = ("电梯坏了请来修", "明天上午九点开会", "楼道堆了杂物已清")


def _small_corpus(folder: Path) -> Path:
    for hand in ("甲", "乙", "丙"):
        lines = [
            {"text": f"{hand}{text}", "level": level, "category": category, "source": hand}
            for texts, level, category in ((SAD, "yellow", ["self_harm"]), (PLAIN, "none", []))
            for text in texts
        ]
        rows = (json.dumps(line, ensure_ascii=False) for line in lines)
        (folder / f"{hand}.jsonl").write_text("\n".join(rows), "utf-8")
    return folder


def test_the_corpus_is_large_and_by_many_hands() -> None:
    """At least 3,000 reports, about a third of them dangers, from at least a dozen hands."""
    reports = read_corpus(CORPUS)
    assert len(reports) >= 3_000
    assert len({report.source for report in reports}) >= 12
    share = sum(report.level.is_danger for report in reports) / len(reports)
    assert 0.25 <= share <= 0.45
    assert len({report.text for report in reports}) == len(reports)


def test_the_corpus_names_no_real_place() -> None:
    """Place names are made general before a text goes into the product."""
    gazetteer = places.load(ROOT / "districts" / "panyu.toml")
    for report in read_corpus(CORPUS):
        named = [spot for spot in gazetteer.find(report.text).spots if spot.kind is not Kind.WORD]
        assert not named, report.text


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"text": "他要跳", "level": "red", "source": "甲"}',
        '{"text": "他要跳", "level": "purple", "category": ["self_harm"], "source": "甲"}',
        '{"text": "他要跳", "level": "red", "category": [], "source": "甲"}',
        '{"text": "好", "level": "none", "category": ["self_harm"], "source": "甲"}',
    ],
)
def test_a_line_that_is_not_labelled_by_the_codebook_is_refused(tmp_path: Path, line: str) -> None:
    """The file and line are named."""
    path = tmp_path / "a.jsonl"
    path.write_text(line, "utf-8")
    with pytest.raises(SetupError) as fault:
        read_corpus(tmp_path)
    assert fault.value.where == f"{path}:1"


def test_an_empty_folder_is_no_corpus(tmp_path: Path) -> None:
    """Nothing is learned from nothing."""
    with pytest.raises(SetupError):
        read_corpus(tmp_path)


def test_the_hash_knows_every_label() -> None:
    """A changed text, level, category or hand is another corpus."""
    report = Report("他要跳", Level.RED, (Category.SELF_HARM,), "甲")
    others = (
        Report("他要跳。", Level.RED, (Category.SELF_HARM,), "甲"),
        Report("他要跳", Level.ORANGE, (Category.SELF_HARM,), "甲"),
        Report("他要跳", Level.RED, (Category.HARM_OTHERS,), "甲"),
        Report("他要跳", Level.RED, (Category.SELF_HARM,), "乙"),
    )
    assert len({corpus_hash([one]) for one in (report, *others)}) == 5


def test_features_end_at_marks_and_at_what_is_hidden() -> None:
    """No feature reaches over punctuation or over a hidden name."""
    seen = Features(Blinder(("上访",))).of("狗送走，他上访去陈伯家")
    assert {"狗", "狗送", "送走", "狗送走", "他", "去", "家"} <= seen
    assert not {"走他", "他去", "去家", "上", "访", "陈伯"} & seen


def test_one_hand_makes_no_feature() -> None:
    """What only one person writes is that person's habit."""
    seen = [frozenset({"甲词", "同"}), frozenset({"甲词", "同"}), frozenset({"同", "上访"})]
    assert vocabulary(seen, ["甲", "甲", "乙"], petition_words=["上访"]) == ("同",)


def test_each_hand_is_judged_by_the_others() -> None:
    """Cross-validation never shows a model the hand that it is asked about."""
    reports = [Report("字", Level.NONE, (), source) for source in ("甲", "乙", "甲", "丙")]

    def judge(train: list[int], test: list[int]) -> list[Proposal]:
        hands = {reports[at].source for at in train}
        assert hands.isdisjoint(reports[at].source for at in test)
        return [Proposal(at / 10, (0, 0, 0), (0, 0, 0)) for at in test]

    proposals = cross_validated(reports, judge)  # type: ignore[arg-type]
    assert [proposal.danger for proposal in proposals] == [0, 0.1, 0.2, 0.3]


def test_red_is_proposed_only_where_it_is_hardly_ever_wrong() -> None:
    """The cut-off leaves at most one wrong red in ten, and is out of reach where none does."""
    red = Report("红", Level.RED, (Category.SELF_HARM,), "甲")
    calm = Report("无", Level.NONE, (), "甲")
    sure = [Proposal(0.99, (0.9, 0, 0), (1, 0, 0))] * 27
    unsure = [Proposal(0.99, (0.6, 0, 0), (1, 0, 0))] * 10
    cutoff = red_cutoff([red] * 27 + [calm] * 10, sure + unsure, 0.9)
    assert 0.6 < cutoff <= 0.9
    assert red_cutoff([calm] * 27 + [red] * 10, sure + unsure, 0.9) > 1


def test_the_date_stays_until_something_changes(tmp_path: Path) -> None:
    """Making the same weights on another day changes no byte of the file."""
    path = tmp_path / "weak.json"
    sheet = {"format": 1, "weights": {"跳": [1]}}
    first = training.dated(sheet, path, "2026-01-01")
    path.write_text(training.written(first), "utf-8")
    assert training.dated(sheet, path, "2026-02-02")["made_on"] == "2026-01-01"
    other = sheet | {"weights": {"跳": [2]}}
    assert training.dated(other, path, "2026-02-02")["made_on"] == "2026-02-02"


def test_the_same_corpus_gives_the_same_file(tmp_path: Path) -> None:
    """Twice made, every byte the same; and the reader reads it as the maker meant it."""
    pytest.importorskip("sklearn", reason="the extra `training` is not installed")
    corpus = _small_corpus(tmp_path)
    out = tmp_path / "weak.json"
    first, second = (training.written(training.make(corpus)) for _ in range(2))
    assert first == second
    sheet = training.dated(json.loads(first), out, "2026-01-01")
    out.write_text(training.written(sheet), "utf-8")
    reader = weak_signals.load(out)
    assert min(map(reader.score, SAD)) > max(map(reader.score, PLAIN))
    model = training.Model(
        tuple(sheet["weights"]), tuple(map(tuple, sheet["weights"].values())), tuple(sheet["bias"])
    )
    rows = {name: row for row, name in enumerate(model.features)}
    features = Features(Blinder(sheet["petition_words"]))
    for text in (*SAD, *PLAIN):
        assert reader.score(text) == pytest.approx(model.propose(features.of(text), rows).danger)
