"""What an assessment says: the highest level, all categories, evidence and what was muted."""

from __future__ import annotations

import concurrent.futures

import pytest

from domain.danger import Category, Level
from nlp.assess import Assessor


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("张某现坐在12楼天台边上扬言要跳", Level.RED),
        ("陈伯刚喝了农药，120已到", Level.RED),
        ("他说再不解决就死给我们看", Level.ORANGE),
        ("扬言要砍死包工头", Level.ORANGE),
        ("老人总说活着没意思", Level.YELLOW),
        ("业主投诉电梯故障三个月没人修", Level.NONE),
        ("三天之内不给钱就死在项目部", Level.RED),
        ("扬言周五进京上访", Level.NONE),
        ("烧你铺，他话一定烧你铺", Level.ORANGE),
        ("阿伯成日话唔想做人", Level.YELLOW),
    ],
)
def test_the_codebooks_own_examples_have_their_level(
    text: str, level: Level, stable: Assessor
) -> None:
    """The rules follow the codebook and not the word."""
    assert stable.assess(text).level is level


def test_the_highest_level_wins_and_categories_are_united(stable: Assessor) -> None:
    """A report of two dangers names both."""
    text = "老人总说活着没意思。他儿子拿着菜刀追着邻居砍，快来"
    assessment = stable.assess(text)
    assert assessment.level is Level.RED
    assert {Category.SELF_HARM, Category.HARM_OTHERS} <= set(assessment.categories)
    assert assessment.evidence[0].level is Level.RED


def test_what_a_context_sets_aside_is_listed_with_the_context(stable: Assessor) -> None:
    """The officer sees what was left aside and why."""
    assessment = stable.assess("老人没有要跳楼的想法，他说过没有要跳楼")
    assert assessment.level is Level.NONE
    assert {one.context for one in assessment.muted} == {"denied"}


def test_an_explanation_shows_the_words(stable: Assessor) -> None:
    """Tokens are words of the text as it was sent, with their places."""
    text = "老何說再不解決就跳樓"
    explanation = stable.explain(text)
    assert explanation.assessment.level is Level.ORANGE
    assert explanation.reading == "老何说再不解决就跳楼"
    for token in explanation.tokens:
        assert token.text == text[token.start : token.end]


def test_threads_share_one_assessor(stable: Assessor) -> None:
    """The same texts give the same answers from several threads at once."""
    texts = ["他说再不解决就跳楼", "业主投诉噪音", "有个男的在窗口倒油，是汽油，手里有打火机"] * 20
    alone = [stable.assess(text) for text in texts]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(stable.assess, texts)) == alone
