"""People's rights, by the codebook's chapter 'Never a danger': none of them raises anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.danger import Level
from domain.errors import SetupError
from nlp import rulebook
from nlp.assess import Assessor
from nlp.rule import Rulebook
from nlp.terms import expand

LAWFUL = [
    "他明天坐高铁去北京，到国家信访局递材料",
    "村民三十多人集体上访，要求公开账目",
    "她第十二次来投诉，说要告到最高法院",
    "业主拉横幅静坐，喊口号，不肯走",
    "他要找记者曝光，发抖音，让大家评理",
    "扬言周五进京上访",
    "死也要死在上访路上，他天天这么说",
    "他拒绝签字，拍桌子骂人，录像投诉工号",
    "包车去省里反映，一级一级往上递",
]


@pytest.mark.parametrize("text", LAWFUL)
def test_using_a_right_is_never_a_danger(text: str, stable: Assessor) -> None:
    """Petitioning, suing, the press, gathering and anger raise nothing, whoever does them."""
    assert stable.assess(text).level is Level.NONE


def test_no_condition_of_a_rule_is_a_word_that_only_says_petition(book: Rulebook) -> None:
    """上访, 进京, 起诉 and their like stand in no rule's conditions."""
    rights = {way for word in book.petition_words for term in expand(word) for way in term.key}
    for rule in book.rules:
        for name in (*rule.all, *rule.any):
            for term in book.terms.get(name, ()):
                assert not all(way in rights for ways in term.pieces for way in ways), rule.id


def test_a_rule_that_takes_petitioning_for_a_danger_does_not_load(tmp_path: Path) -> None:
    """Whoever writes such a rule is told which word is the fault."""
    (tmp_path / "wrong.toml").write_text(
        """
petition_words = ["上访"]
[family]
name = "错"
category = ["self_harm"]
[terms]
going = ["上访"]
[[rule]]
id = "WRONG-01"
level = "red"
reason = "去上访"
all = ["going"]
match = ["他要<上访>"]
no_match = ["他在家"]
false_positives = "无"
""",
        "utf-8",
    )
    with pytest.raises(SetupError, match="只说明信访") as fault:
        rulebook.load(tmp_path)
    assert "WRONG-01.all" in fault.value.key


def test_a_petition_word_beside_a_threat_changes_nothing(stable: Assessor) -> None:
    """The danger is read by itself: with or without 上访 the level is the same."""
    alone = stable.assess("他说三天之内不给钱就死在项目部")
    beside = stable.assess("他去北京上访回来，说三天之内不给钱就死在项目部")
    assert alone.level is beside.level is Level.RED
