"""One reading for many spellings, and the way back to the text as it was sent."""

from __future__ import annotations

import pytest

from nlp.assess import Assessor
from nlp.normalize import Normalizer, Spelling

NORMALIZER = Normalizer(
    [Spelling("紫砂", "自杀", ("壶", "杯")), Spelling("zisha", "自杀")], ["跳楼", "自杀", "今晚"]
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("自|杀", "自杀"),
        ("他要跳 楼", "他要跳楼"),
        ("跳\u200b楼\ufe0f", "跳楼"),
        ("今 晚 八 点", "今晚八点"),
        ("ＡＢＣ，１２", "abc,12"),
        ("佢話唔想做人", "他话不想做人"),
        ("買紫砂壺", "买紫砂壶"),
        ("我要紫砂", "我要自杀"),
        ("ZiSha", "自杀"),
        ("啊啊啊啊啊啊", "啊啊"),
        ("跳\u0301\u0301\u0301楼", "跳楼"),
        ("\u202e跳楼\u202c", "跳楼"),
    ],
)
def test_many_spellings_have_one_reading(written: str, read: str) -> None:
    """Width, script, dialect, separators, invisible signs and tricks become one form."""
    assert NORMALIZER.normalize(written).text == read


@pytest.mark.parametrize(
    "text", ["佢話要自|杀，今晚", "zisha 和 紫砂", "跳\u200b\u200b楼！！！！！", "平常的一句话"]
)
def test_each_place_of_the_reading_is_a_place_of_the_original(text: str) -> None:
    """Places rise, lie inside the text, and name the same character where nothing changed."""
    reading = NORMALIZER.normalize(text)
    last = 0
    for at in range(len(reading.text)):
        start, end = reading.place(at, at + 1)
        assert last <= end <= len(text)
        assert start < end
        last = start


@pytest.mark.parametrize(
    "text", ["佢话再唔赔就去跳|楼", "他说要zisha，别拦", "我要 自 杀 给 你 们 看"]
)
def test_evidence_is_a_piece_of_the_text_as_sent(text: str, stable: Assessor) -> None:
    """What the officer sees marked is what the reporter wrote."""
    assessment = stable.assess(text)
    assert assessment.evidence
    for one in assessment.evidence:
        assert one.text == text[one.start : one.end]


def test_an_unpaired_surrogate_or_an_emoji_breaks_nothing(stable: Assessor) -> None:
    """Odd characters pass through."""
    for text in ["\ud83d", "🔪", "👨‍👩‍👧", "\x00\x01", "𠮷野家", ""]:
        stable.assess(text)
