"""Words that name a person, and masking them for a group; all people are invented."""

from __future__ import annotations

import pytest

from nlp.people_words import find_people, find_roles, mask_numbers, mask_people


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("张某现坐在天台边", ("张某",)),
        ("张某某今早来访，张某拍了桌子", ("张某",)),
        ("張某喺天台", ("张某",)),
        ("住户黎某芳关窗不应", ("黎某芳",)),
        ("陈伯和李姨来找黄婆婆", ("陈伯", "李姨", "黄婆婆")),
        ("王先生来电，何小姐在旁", ("王先生", "何小姐")),
        ("阿强同阿May嗌交", ("阿强", "阿may")),
        ("那个姓冼的又来了", ("姓冼",)),
        ("一名陈姓男子爬上塔吊", ("姓陈",)),
        ("姓名：张三，62岁", ("张三",)),
        ("村民何建国在村委闹", ("何建国",)),
        ("老魏和小邓打起来了", ("老魏", "小邓")),
        ("六婆坐在田埂边哭", ("六婆",)),
        ("欧阳女士说要跳楼", ("欧阳女士",)),
        ("", ()),
    ],
)
def test_people_are_found_and_written_one_way(text: str, people: tuple[str, ...]) -> None:
    """A person is found by the words that reports use, each written one way."""
    assert find_people(text) == people


@pytest.mark.parametrize(
    "text",
    [
        "老百姓说小时候小区里老师傅多",
        "阿婆和阿姨在阿里山旅游",
        "老公和老婆吵架，老板劝开",
        "师傅和师姐换了第三姐妹店的灯",
        "方法在于时间和连接",
        "某小区某栋有人",
    ],
)
def test_everyday_words_are_nobodys_name(text: str) -> None:
    """Kin words, roles and words that begin like a surname name nobody."""
    assert find_people(text) == ()


def test_roles_are_kept_apart_from_names() -> None:
    """A role is a weak word and stands apart from the names."""
    assert find_roles("保安說租客阿強鎖了門，保安在门口") == ("保安", "租客")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("姓名：张三，电话13800001234", "姓名：张*，电话138****1234"),
        ("村民何建国在闹，阿强劝", "村民何**在闹，阿*劝"),
        ("联系人：欧阳雪芬", "联系人：欧阳**"),
        ("住户黎某芳", "住户黎某*"),
        ("陈伯、王先生、张某某在场", "陈伯、王先生、张某某在场"),
        ("有人扬言跳楼，快来", "有人扬言跳楼，快来"),
    ],
)
def test_names_are_masked_and_the_danger_stays(text: str, masked: str) -> None:
    """Given names become stars; what hides the name already, and what happens, stays."""
    assert mask_people(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("138 0000 1234", "138 **** 1234"),
        ("+8613800001234", "+86138****1234"),
        ("１３８００００１２３４", "１３８****１２３４"),
        ("证件44010619700101123X。", "证件440***********123X。"),
        ("座机020-84811234", "座机020-****1234"),
        ("卡6222021234567890123", "卡***************0123"),
        ("请拨110、120、12356或12345", "请拨110、120、12356或12345"),
        ("欠了23800元，12楼1105", "欠了23800元，12楼1105"),
    ],
)
def test_numbers_are_masked_and_helplines_stay(text: str, masked: str) -> None:
    """Phones, identity cards and bank cards lose their middle; helplines can still be called."""
    assert mask_numbers(text) == masked


@pytest.mark.parametrize(
    "unit", ["张某", "阿", "老王", "姓", "1", "张建国", "村民:", "\u200b张", "<b>"]
)
def test_any_length_is_read(unit: str) -> None:
    """A text of 100,000 characters is read and masked without losing a character."""
    text = (unit * 100_000)[:100_000]
    find_people(text)
    assert len(mask_people(text)) == len(text)
