"""The words of other systems for kinds, levels and whether it is the first time."""

from __future__ import annotations

import pytest

from domain.petition import Lodging, MatterKind, Satisfaction, Tier
from petitions import sheet_words
from petitions.cells import Unreadable

SIX, OTHER = MatterKind.APPEAL_SIX, MatterKind.APPEAL_OTHER


@pytest.mark.parametrize(
    ("words", "kind", "item_named"),
    [
        ("申诉求决（三十一条六项）", SIX, True),
        ("求决 第三十一条第（六）项", SIX, True),
        ("申诉求决31(六)", SIX, True),
        ("求决 信访程序", SIX, True),
        ("申诉求决（三十一条一至五项）", OTHER, True),
        ("申诉 第三十一条第（二）项", OTHER, True),
        ("求决 其他法定程序", OTHER, True),
        ("求决", SIX, False),
        ("投诉请求", SIX, False),
        ("意见建议", MatterKind.SUGGESTION, True),
        ("揭发控告", MatterKind.ACCUSATION, True),
        ("投诉举报", MatterKind.ACCUSATION, True),
        ("申诉、检举", MatterKind.ACCUSATION, True),
    ],
)
def test_a_kind_is_read_and_whatever_accuses_is_an_accusation(
    *, words: str, kind: MatterKind, item_named: bool
) -> None:
    """The item of Art. 31 decides the limits; an accusation is seen by few."""
    said = sheet_words.kind(words, appeals=SIX)
    assert (said.kind, said.item_named) == (kind, item_named)


@pytest.mark.parametrize("words", ["", "其他", "来访"])
def test_no_kind_is_guessed(words: str) -> None:
    """Nobody could say who may see it, and until when something is due."""
    with pytest.raises(Unreadable):
        sheet_words.kind(words, appeals=SIX)


@pytest.mark.parametrize("tier", list(Tier))
def test_every_level_reads_its_own_word(tier: Tier) -> None:
    """What the ledger writes it reads again."""
    assert sheet_words.tier(tier.label) is tier


@pytest.mark.parametrize(
    ("words", "tier"),
    [
        ("番禺区信访局", Tier.DISTRICT),
        ("广州市", Tier.CITY),
        ("广东省信访局", Tier.PROVINCE),
        ("国家信访局", Tier.STATE),
        ("县（区）级", Tier.DISTRICT),
    ],
)
def test_a_level_is_known_by_its_organ(words: str, tier: Tier) -> None:
    """Systems name the organ at which it was lodged."""
    assert sheet_words.tier(words) is tier


@pytest.mark.parametrize("lodging", list(Lodging))
def test_every_way_in_reads_its_own_word(lodging: Lodging) -> None:
    """What the ledger writes it reads again."""
    assert sheet_words.lodging(lodging.label) is lodging


def test_a_rating_is_read_and_no_rating_is_none() -> None:
    """未评价 is no rating, whatever the system's default is called."""
    assert sheet_words.satisfaction("基本满意") is Satisfaction.MOSTLY
    assert sheet_words.satisfaction("未评价") is None
    with pytest.raises(Unreadable):
        sheet_words.satisfaction("满意吧")


@pytest.mark.parametrize(
    ("words", "asks_for_first", "repeated"),
    [
        ("重信重访", False, True),
        ("初信初访", False, False),
        ("是", False, True),
        ("否", False, False),
        ("是", True, False),
        ("否", True, True),
        ("重复", True, True),
    ],
)
def test_a_yes_is_read_by_its_head(*, words: str, asks_for_first: bool, repeated: bool) -> None:
    """是 under 是否重复 and under 是否初次 say opposite things."""
    assert sheet_words.repeated(words, asks_for_first=asks_for_first) is repeated
