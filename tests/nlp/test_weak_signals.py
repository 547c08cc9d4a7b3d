"""The second reader: what it may not see, what it shows, and what it costs."""

from __future__ import annotations

import json
import random
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.danger import Category, Level
from domain.errors import SetupError
from nlp import places, weak_signals
from nlp.masking import DIGIT, MARK, PETITION_WORDS, Blinder, place_names
from nlp.normalize import plain
from nlp.rule import Rulebook
from nlp.training_corpus import corpus_hash, read_corpus

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "nlp" / "weights" / "weak_signals.json"
SHOWN_NOT_SAID = (
    "老何把存折密码都交代给邻居，养了八年的狗昨天也送走了，今天忽然对谁都笑，说以后不用来了"
)
EVERYDAY = (
    "我陪，车在楼下",
    "收到，明天上午九点开会",
    "今晚打边炉，边个去",
    "电梯又坏了，麻烦派人来修",
)
RIGHTS = (
    "明早六点村口集合，三辆大巴去省厅，材料每人一份，不吵不闹",
    "我不服！我要一级一级告上去，告到北京，告到有人管为止",
    "业主拉横幅要求退房，喊了一上午口号，记者也来了，中午散",
    "他说答复是废纸，当场撕了，走的时候说法庭见",
    "信访人拒签答复意见书，表示将申请复核并赴京上访，火车票已买",
)


@pytest.fixture(scope="module")
def gazetteer() -> places.Gazetteer:
    """Return Panyu's places."""
    return places.load(ROOT / "districts" / "panyu.toml")


@pytest.fixture(scope="module")
def reader(gazetteer: places.Gazetteer) -> weak_signals.WeakReader:
    """Return the reader that the office runs."""
    return weak_signals.load(WEIGHTS, place_names=place_names(gazetteer))


@pytest.fixture(scope="module")
def sheet() -> dict[str, Any]:
    """Return what stands in the weights file."""
    found: dict[str, Any] = json.loads(WEIGHTS.read_text("utf-8"))
    return found


def test_what_is_shown_and_not_said_is_put_before_a_person(reader: weak_signals.WeakReader) -> None:
    """Goods given away and a sudden smile hold no danger word, and are seen."""
    glance = reader.read(SHOWN_NOT_SAID)
    assert glance is not None
    assert glance.level is Level.YELLOW
    assert glance.categories == (Category.SELF_HARM,)
    assert glance.reason == "请人看一眼"
    assert reader.heading.threshold <= glance.score <= 1


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_traffic_passes(reader: weak_signals.WeakReader, text: str) -> None:
    """Short everyday messages are no sign of anything."""
    assert reader.read(text) is None


@pytest.mark.parametrize("text", RIGHTS)
def test_petitioning_is_nothing_to_look_at(reader: weak_signals.WeakReader, text: str) -> None:
    """Petitioning, complaining and going to a higher level raise nothing, however angry."""
    assert reader.read(text) is None


def test_no_word_of_petitioning_has_a_weight(sheet: dict[str, Any]) -> None:
    """No feature holds a word that only says petition, nor any mark of what was hidden."""
    words = {plain(word) for word in sheet["petition_words"]}
    for feature in sheet["weights"]:
        assert MARK not in feature
        inside = {feature[i:j] for i in range(len(feature)) for j in range(i + 1, len(feature) + 1)}
        assert inside.isdisjoint(words), feature


def test_every_petition_word_of_the_rulebook_is_hidden(
    sheet: dict[str, Any], book: Rulebook
) -> None:
    """A word that joins the rulebook's list is hidden here too, or the weights are made anew."""
    hidden = set(sheet["petition_words"])
    assert set(PETITION_WORDS) <= hidden
    assert set(book.petition_words) <= hidden


@pytest.mark.parametrize(
    "word", ["上访", "进京", "维权", "记者", "起诉", "横幅", "信访局", "联名", "律师函"]
)
def test_a_word_of_petitioning_moves_no_score(reader: weak_signals.WeakReader, word: str) -> None:
    """Added as a sentence of its own or swapped for another, it changes nothing at all."""
    for text in (SHOWN_NOT_SAID, *EVERYDAY):
        assert reader.score(f"{text}，{word}") == reader.score(text)
    assert reader.score(f"他今天又来{word}，说没有活路了") == reader.score(
        "他今天又来投诉，说没有活路了"
    )


@pytest.mark.parametrize(
    "names",
    [
        ("陈伯", "李姨", "王先生", "欧阳女士", "张某", "阿强", "小周"),
        ("石楼镇", "大石街道", "沙湾", "钟村", "市桥街道"),
        ("3", "12", "1704", "138"),
    ],
    ids=["names", "places", "numbers"],
)
def test_swapping_who_where_and_which_moves_no_score(
    reader: weak_signals.WeakReader, names: tuple[str, ...]
) -> None:
    """Whoever it is, wherever it is: the same words give the same score."""
    frames = (
        "{}，存折都交代给邻居了，狗也送走了",
        "今天去看{}，他说以后不用来了",
        "{}的事已办结，谢谢",
    )
    for frame in frames:
        assert len({reader.score(frame.format(name)) for name in names}) == 1


def test_no_feature_is_a_place_of_the_district(
    sheet: dict[str, Any], gazetteer: places.Gazetteer
) -> None:
    """The corpus holds no real place, so no weight can know one."""
    named = {name for name in place_names(gazetteer) if len(name) > 2}
    assert named.isdisjoint(sheet["weights"])


def test_the_signs_stand_where_they_are_said_to_stand(reader: weak_signals.WeakReader) -> None:
    """Offsets are of the text as it was sent, with invisible, wide and hidden characters in it."""
    for text in (
        SHOWN_NOT_SAID,
        f"陈伯１２栋\u200b{SHOWN_NOT_SAID}",
        f"石楼镇李某\u200b，{SHOWN_NOT_SAID}",
    ):
        glance = reader.read(text, threshold=0.0)
        assert glance is not None
        assert 1 <= len(glance.signs) <= 4
        weights = [sign.weight for sign in glance.signs]
        assert weights == sorted(weights, reverse=True)
        for sign in glance.signs:
            assert text[sign.start : sign.end] == sign.text
            assert not set("陈伯石楼镇李某") & set(sign.text)


def test_a_threshold_of_the_office_replaces_that_of_the_file(
    reader: weak_signals.WeakReader,
) -> None:
    """A lower threshold lets more through, and one above 1 switches the reader off."""
    assert reader.read(EVERYDAY[0], threshold=0.0) is not None
    assert reader.read(SHOWN_NOT_SAID, threshold=1.01) is None


def test_a_long_letter_has_to_show_more(reader: weak_signals.WeakReader) -> None:
    """A score that puts a report before a person is not enough for a letter eight times as long."""
    letter = "；".join([SHOWN_NOT_SAID] * 16)
    for text, is_put in ((SHOWN_NOT_SAID, True), (letter, False)):
        just_reached = reader.score(text) - 0.001
        assert (reader.read(text, threshold=just_reached) is not None) is is_put
    assert reader.read(letter, threshold=0.5) is not None


def test_nothing_and_noise_are_read_without_complaint(reader: weak_signals.WeakReader) -> None:
    """An empty text, marks only, or a lone surrogate give no glance and no error."""
    for text in ("", "   ", "。。。", "😀😀", "\ud800", "\u200b" * 50, "12345"):
        assert reader.read(text) is None


def test_threads_read_the_same(reader: weak_signals.WeakReader) -> None:
    """One reader serves all threads."""
    expected = [reader.score(text) for text in (SHOWN_NOT_SAID, *EVERYDAY, *RIGHTS)]
    read: list[list[float]] = []

    def work() -> None:
        read.extend(
            [reader.score(t) for t in (SHOWN_NOT_SAID, *EVERYDAY, *RIGHTS)] for _ in range(20)
        )

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read) == 80
    assert all(scores == expected for scores in read)


def _steps(work: Callable[[], object]) -> int:
    """Return how many lines of Python ``work`` runs: a cost that no busy machine changes."""
    count = 0

    def trace(frame: object, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "unit", ["的", "陈伯", "上访", "死给你看，", "1:", "阿", "\u0301\u0302", "老小某"]
)
def test_no_text_is_slow(reader: weak_signals.WeakReader, unit: str) -> None:
    """From 2,000 characters on a text costs no more, whatever it is made of."""
    short, long = (unit * (size // len(unit)) for size in (2_000, 100_000))
    at_the_cap = _steps(lambda: reader.read(short, threshold=1.01))
    assert _steps(lambda: reader.read(long, threshold=1.01)) <= at_the_cap * 1.1 + 50


def test_the_weights_are_those_of_the_corpus_that_stands_here(sheet: dict[str, Any]) -> None:
    """Who changes the corpus makes the weights anew."""
    reports = read_corpus(ROOT / "nlp" / "corpus")
    assert sheet["corpus"] == corpus_hash(reports)
    assert sheet["reports"] == len(reports) >= 3_000
    assert WEIGHTS.stat().st_size <= 3_000_000
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", sheet["made_on"])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sheet: sheet | {"format": 99},
        lambda sheet: sheet | {"columns": ["danger"]},
        lambda sheet: sheet | {"features": 7},
        lambda sheet: sheet | {"bias": [1]},
        lambda sheet: sheet | {"weights": {"跳": "many"}},
        lambda sheet: {key: value for key, value in sheet.items() if key != "petition_words"},
        lambda sheet: [sheet],
    ],
    ids=["format", "columns", "count", "bias", "weight", "no-words", "list"],
)
def test_a_file_that_does_not_fit_stops_the_start(
    sheet: dict[str, Any], tmp_path: Path, spoil: Callable[[dict[str, Any]], object]
) -> None:
    """A weights file that is broken or of another version names itself and says what to do."""
    small = sheet | {"weights": {"跳": [1] * len(sheet["columns"])}, "features": 1}
    path = tmp_path / "weak.json"
    path.write_text(json.dumps(small), "utf-8")
    assert weak_signals.load(path).score("跳") >= 0
    path.write_text(json.dumps(spoil(small)), "utf-8")
    with pytest.raises(SetupError, match=r"nlp\.training") as fault:
        weak_signals.load(path)
    assert fault.value.where == str(path)


@pytest.mark.parametrize("text", [None, "", "{", '{"format": 1'])
def test_a_file_that_is_missing_or_cut_off_stops_the_start(
    tmp_path: Path, text: str | None
) -> None:
    """Half a file is no file."""
    path = tmp_path / "weak.json"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(SetupError):
        weak_signals.load(path)


@pytest.mark.parametrize(
    ("text", "blinded"),
    [
        ("陈伯在12楼", f"{MARK}在{DIGIT}楼"),
        ("他去上访了", f"他去{MARK}了"),
        ("阿强话13:30喺度", f"{MARK}话{DIGIT}在度"),
        ("张建国在天台", f"{MARK}在天台"),
        ("老师说学生很高兴", "老师说学生很高兴"),
        ("某村一男子", f"{MARK}一男子"),
        ("小时候住在这里", "小时候住在这里"),
    ],
)
def test_blinding_hides_who_where_and_which(text: str, blinded: str) -> None:
    """What is hidden leaves one mark; what only looks like a name stays."""
    assert Blinder((*PETITION_WORDS, "上访")).blind(text).text == blinded


def test_blinded_places_lead_back(gazetteer: places.Gazetteer) -> None:
    """Every character that is left leads back to itself in the text as it was sent."""
    blinder = Blinder(PETITION_WORDS, place_names(gazetteer))
    chance = random.Random(7)
    pieces = (
        "陈伯",
        "石楼镇",
        "12",
        "天台",
        "上访",
        "狗送走了",
        "\u200b",
        "，",
        "阿强",
        "ＡＢ",
        "3.5",
    )
    for _ in range(200):
        text = "".join(chance.choices(pieces, k=12))
        blinded = blinder.blind(text)
        for place, character in enumerate(blinded.text):
            start, end = blinded.place(place, place + 1)
            assert 0 <= start < end <= len(text)
            if character not in {MARK, DIGIT}:
                assert plain(text[start:end]) == character
