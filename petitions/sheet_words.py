"""The words of exported sheets for kinds, ways in, levels and ratings.

Each system has its own; the words of the Regulation and of the national and provincial
systems are all read. Refuses: guessing. What is not known is a fault that names the choices.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from domain.petition import Lodging, MatterKind, Satisfaction, StepKind, Tier
from domain.sheet import bare
from petitions.cells import Unreadable

_E = TypeVar("_E", bound=StrEnum)
_Labelled = Lodging | Tier | Satisfaction | StepKind


def _by_word(words: dict[_E, str]) -> dict[str, _E]:
    return {bare(word): one for one, written in words.items() for word in written.split()}


_LODGING = _by_word(
    {
        Lodging.LETTER: "来信 信件 书信 写信 信访(信) 信",
        Lodging.VISIT: "来访 走访 上访 访 到访 接访 群访 集体访 个访",
        Lodging.CALL: "来电 电话 12345 热线 12345热线 电话信访",
        Lodging.MAIL: "来邮 邮件 电子邮件 电邮 邮箱",
        Lodging.ONLINE: "网上 网信 网络 网上信访 网上投诉 网投 手机信访 微信 微信公众号 短信 视频",
        Lodging.LEADER_BOARD: "领导留言 领导留言板 人民网领导留言板 人民网 留言板 区长信箱",
    }
)
_TIER = _by_word(
    {
        Tier.DISTRICT: "区 区级 县 县级 县(区) 县(区)级 区(县) 区县 区县级 本级 镇街 镇 街道 乡镇",
        Tier.CITY: "市 市级 地市 地市级",
        Tier.PROVINCE: "省 省级 自治区 直辖市",
        Tier.STATE: "国家 国家级 国家局 国家信访局 中央 中央级 全国",
    }
)
_NAMED_TIER = (
    (re.compile(r".{2,6}(?:省|自治区)(?:信访局)?"), Tier.PROVINCE),
    (re.compile(r"[^省]{2,6}市(?:信访局)?"), Tier.CITY),
    (re.compile(r"[^省市]{2,6}[区县](?:信访局)?"), Tier.DISTRICT),
)
_SATISFACTION = _by_word(
    {
        Satisfaction.SATISFIED: "满意 非常满意 很满意",
        Satisfaction.MOSTLY: "基本满意 较满意 比较满意 一般",
        Satisfaction.DISSATISFIED: "不满意 很不满意 非常不满意 不太满意",
    }
)
_NOT_RATED = frozenset({"未评价", "未评", "未参评", "未测评", "待评价", "默认", "弃评", "放弃评价"})
_ACCEPTANCE = _by_word(
    {
        StepKind.ACCEPTED: "受理 已受理 予以受理 是",
        StepKind.NOT_ACCEPTED: "不予受理 不受理 未受理 否 不予受理(告知)",
        StepKind.NO_LONGER_ACCEPTED: "不再受理 不再受理(告知)",
    }
)
_YES = frozenset({"是", "1", "y", "yes", "true", "√"})
_NO = frozenset({"否", "不是", "0", "n", "no", "false", "×"})
_FIRST = frozenset(
    {"初次", "初信", "初访", "初电", "初网", "初信初访", "初", "首次", "不重复", "非重复", "初件"}
)
_REPEATED = frozenset(
    {
        "重复",
        "重信",
        "重访",
        "重复信访",
        "重信重访",
        "重复来信",
        "重复来访",
        "重",
        "再次",
        "多次",
        "重件",
    }
)

_ACCUSES = re.compile("检举|控告|揭发|举报")
_SUGGESTS = re.compile("建议|意见(?!书)|咨询")
_APPEALS = re.compile("申诉|求决|申诉求决|投诉|诉求")
_SIX = re.compile(
    r"(?:31|三十一)条?.{0,3}(?:六|6)项?|第?\(?(?:六|6)\)?项|31.?六|信访程序|信访处理程序"
)
_OTHER = re.compile(
    r"(?:31|三十一)条?.{0,3}[一二三四五1-5](?:项|[)）]|至|-|~)|第?\(?[一二三四五]\)?(?:项|至)|"
    r"法定程序|其他程序|其他途径|行政复议|诉讼|仲裁|行政裁决|履职|党员申诉"
)


@dataclass(frozen=True, slots=True)
class KindSaid:
    """What a cell says of a matter's kind; ``item_named`` is False where an appeal's is not."""

    kind: MatterKind
    item_named: bool


def kind(words: str, *, appeals: MatterKind | None) -> KindSaid:
    """Return the kind that words name; ``appeals`` is what an appeal is without its item.

    Whatever speaks of an accusation is one: it is seen by few, and a wrong one is opened by
    hand. `Unreadable` when no kind is named, or only 申诉求决 and ``appeals`` is None.
    """
    said = bare(words)
    if _ACCUSES.search(said):
        return KindSaid(MatterKind.ACCUSATION, item_named=True)
    is_other, is_six = bool(_OTHER.search(said)), bool(_SIX.search(said))
    if is_six and not is_other:
        return KindSaid(MatterKind.APPEAL_SIX, item_named=True)
    if is_other and not is_six:
        return KindSaid(MatterKind.APPEAL_OTHER, item_named=True)
    if _APPEALS.search(said):
        if appeals is None:
            raise Unreadable("没有写明第三十一条第几项，期限无从算起，请写 31(六) 或 31(一)至(五)")
        return KindSaid(appeals, item_named=False)
    if _SUGGESTS.search(said):
        return KindSaid(MatterKind.SUGGESTION, item_named=True)
    raise Unreadable(
        f"“{words[:20]}”看不出是哪一类，请写申诉求决（写明第几项）、建议意见或检举控告"
    )


def lodging(words: str) -> Lodging:
    """Return how a petition came."""
    return _one_of(_LODGING, words, "信访形式", Lodging.LETTER, Lodging.VISIT, Lodging.ONLINE)


def tier(words: str) -> Tier:
    """Return the level at which it was lodged."""
    named = bare(words)  # 广州市, 广东省信访局
    found = next((one for pattern, one in _NAMED_TIER if pattern.fullmatch(named)), None)
    return found or _one_of(_TIER, words, "登记机构级别", *Tier)


def satisfaction(words: str) -> Satisfaction | None:
    """Return what the petitioner said; None: they did not rate."""
    if bare(words) in _NOT_RATED:
        return None
    return _one_of(_SATISFACTION, words, "满意度", *Satisfaction)


def acceptance(words: str) -> StepKind:
    """Return what a notice told: 受理, 不予受理 or 不再受理."""
    return _one_of(_ACCEPTANCE, words, "受理情况", *dict.fromkeys(_ACCEPTANCE.values()))


def repeated(words: str, *, asks_for_first: bool) -> bool:
    """Return whether it is a repeated petition.

    Under a head as 是否初次 a yes says that it is not: ``asks_for_first``.
    """
    said = bare(words).lower()
    if said in _YES:
        return not asks_for_first
    if said in _NO:
        return asks_for_first
    if said in _FIRST or said in _REPEATED:
        return said in _REPEATED
    raise Unreadable(f"“{words[:20]}”看不懂，请写初次或重复")


def _one_of(table: dict[str, _E], words: str, what: str, *choices: _Labelled) -> _E:
    found = table.get(bare(words))
    if found is None:
        names = "、".join(one.label for one in choices)
        raise Unreadable(f"{what}“{words[:20]}”看不懂，请写{names}等")
    return found
