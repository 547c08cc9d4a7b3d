"""Rule files are checked as they load; a fault names file, rule and key in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import SetupError
from nlp import rulebook

GOOD = """
[family]
name = "试"
category = ["self_harm"]
unless = ["denied"]

[terms]
jump = ["跳(楼|桥)"]
want = ["要", "想"]

[[context]]
name = "denied"
label = "没有"
direction = "before"
gap = 4
cues = ["没有"]

[[rule]]
id = "TRY-01"
level = "orange"
reason = "要跳楼"
all = ["jump", "want"]
within = 3
match = ["他<要跳楼>"]
no_match = ["他没有要跳楼"]
false_positives = "玩笑"
"""


def load(folder: Path, text: str) -> rulebook.Rulebook:
    """Load one rule file with this text."""
    (folder / "try.toml").write_text(text, "utf-8")
    return rulebook.load(folder)


def test_a_good_file_loads(tmp_path: Path) -> None:
    """The rule is there with its parts, and its example with its place."""
    rule = load(tmp_path, GOOD).rules[0]
    assert (rule.id, rule.all, rule.within) == ("TRY-01", ("jump", "want"), 3)
    assert rule.match[0].text[rule.match[0].start : rule.match[0].end] == "要跳楼"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('match = ["他<要跳楼>"]\n', "", "TRY-01.match"),
        ('no_match = ["他没有要跳楼"]\n', "", "TRY-01.no_match"),
        ("他<要跳楼>", "他要跳楼", "TRY-01.match"),
        ('level = "orange"', 'level = "blue"', "TRY-01.level"),
        ('id = "TRY-01"', 'id = "第一条"', "第一条.id"),
        ('all = ["jump", "want"]', 'all = ["jmup"]', "TRY-01.all"),
        ("within = 3", "whitin = 3", "TRY-01.whitin"),
        ("within = 3", 'within = "3"', "TRY-01.within"),
        ('false_positives = "玩笑"', "", "TRY-01.false_positives"),
        ('reason = "要跳楼"', 'reason = ""', "TRY-01.reason"),
        ('unless = ["denied"]', 'unless = ["deneid"]', "family.unless"),
        ("跳(楼|桥)", "跳(楼|桥", "terms.jump"),
        ('direction = "before"', 'direction = "left"', "denied.direction"),
    ],
)
def test_a_fault_names_file_rule_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    """Nothing starts with a wrong rule, and whoever wrote it knows what to write."""
    with pytest.raises(SetupError) as fault:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert fault.value.where.endswith("try.toml")
    assert fault.value.key == key
    assert fault.value.write


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("跳(楼|(大)桥)", "括号里不能再有括号"),
        ("跳(楼|桥", "括号要成对"),
        ("跳)楼(桥", "括号要成对"),
        ("跳了?楼", "只能紧跟在括号后面"),
        ("跳(楼|桥?)", "只能紧跟在括号后面"),
    ],
)
@pytest.mark.parametrize("old", ["跳(楼|桥)", "没有"])
def test_a_slip_in_the_writing_of_a_term_does_not_load(
    tmp_path: Path, old: str, written: str, says: str
) -> None:
    """Brackets inside a choice and a ? after a plain word would be read as those characters."""
    with pytest.raises(SetupError, match=says):
        load(tmp_path, GOOD.replace(f'["{old}"]', f'["{written}"]'))


def test_an_id_is_used_once(tmp_path: Path) -> None:
    """A second rule with the same id does not load."""
    rule = GOOD[GOOD.index("[[rule]]") :]
    with pytest.raises(SetupError, match="编号"):
        load(tmp_path, GOOD + rule)


def test_a_folder_without_rules_and_a_broken_file_say_so(tmp_path: Path) -> None:
    """An empty folder and a file that is no TOML are told apart."""
    with pytest.raises(SetupError, match="没有规则文件"):
        rulebook.load(tmp_path)
    with pytest.raises(SetupError, match="TOML"):
        load(tmp_path, "[[rule")
