"""Whether two reports tell of one event: a table that a duty officer can argue with."""

from __future__ import annotations

import pytest

from alerts.sameness import Sameness, compare, event_words
from domain.danger import Category
from tests.office_people import panyu

SELF, OTHERS = (Category.SELF_HARM,), (Category.HARM_OTHERS,)
REPEATED, SAME, UNSURE, DIFFERENT = Sameness


@pytest.mark.parametrize(
    ("new", "old", "verdict"),
    [
        ("张某要跳楼", "张某要跳楼！！", REPEATED),
        ("张某　要跳楼", "张某要跳楼", REPEATED),
        ("张某在12楼要跳楼", "十二楼有人坐在窗外", SAME),
        ("张某某要跳楼", "张某坐在天台上", SAME),
        ("旧水坑村大街3栋有人要跳楼", "3栋有人坐在窗外", SAME),
        ("张某要跳楼", "李某要跳楼", DIFFERENT),
        ("12楼有人要跳楼", "8楼有人要跳楼", DIFFERENT),
        ("张某在8楼要跳楼", "张某在12楼要跳楼", DIFFERENT),
        ("旧水坑村有人要跳楼", "礼村有人要跳楼", DIFFERENT),
        ("有人要跳楼", "张某在12楼要跳楼", UNSURE),
        ("旧水坑村有人要跳楼", "旧水坑村阿伯坐在窗外", UNSURE),
        ("张某要跳楼", "12楼有人要跳楼", DIFFERENT),
    ],
)
def test_two_reports_of_one_town(new: str, old: str, verdict: Sameness) -> None:
    """The same person or place joins, a contradiction parts, little said asks."""
    gazetteer = panyu()
    assert compare(event_words(new, SELF, gazetteer), event_words(old, SELF, gazetteer)) is verdict


def test_another_kind_of_danger_is_asked_about_or_kept_apart() -> None:
    """The same person jumping and then with a knife: asked; nothing shared: apart."""
    gazetteer = panyu()
    jump = event_words("张某要跳楼", SELF, gazetteer)
    assert compare(event_words("张某拿刀砍人", OTHERS, gazetteer), jump) is UNSURE
    assert compare(event_words("有人拿刀砍人", OTHERS, gazetteer), jump) is DIFFERENT


def test_texts_without_words_are_never_the_same() -> None:
    """Two photos, or two emoji, are not a repetition."""
    gazetteer = panyu()
    nothing = event_words("", (), gazetteer)
    assert compare(nothing, nothing) is not REPEATED
    assert (
        compare(event_words("😭", (), gazetteer), event_words("😭", (), gazetteer)) is not REPEATED
    )
