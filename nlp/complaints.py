"""Reads which towns' own office a report complains about.

The unit complained about never gets the petitioner's matter, so missing one is worse than
naming one too many. Refuses: taking a complaint about a neighbour for one about the office.
"""

from __future__ import annotations

import re

from nlp.gazetteer import Gazetteer
from nlp.place_types import Role

_REACH = 24  # characters on either side that are read
_FILL = (
    r"(?:了|过|的是|番禺区?|广州市|我们|你们|他们|本地|当地|这个|那个|原|时任|前任"
    r"|[\"“:\s、]){0,3}"
)
_ACCUSED = re.compile(
    r"(?:投诉|举报|检举|追究|状告|控告|控诉|起诉|告发|揭发|揭露|曝光|(?<![广报公通警劝转预布申])告"
    r"|(?:投诉|举报|反映|信访)(?:对象|单位)|被(?:投诉|举报|反映|申请|控告)(?:人|单位))"
    rf"{_FILL}$"
)
_DISPUTED = re.compile(rf"(?:不服|不满|质疑|抗议|不认可|不信任){_FILL}$")
_ABOUT = re.compile(rf"(?:对于?|针对|就|关于){_FILL}$")
_BY = re.compile(r"(?:被|遭|遭到)$")
_OFFICE = (
    r"街道办事处|街道办公室|街道办|街道党工委|街道政府|街办|镇人民政府|镇政府|镇党委|镇街|人民政府|政府"
    r"|办事处|党委"
)
_STAFF = (
    r"党政办|综治办|信访办|城管办|城管中队|城管队?|执法队|执法办|执法人员|综合执法|规建办|拆迁办|征地办"
    r"|经管办|司法所|国土所|国土|劳监|劳保所|干部|领导|书记|主任|副?镇长|公务员|公职人员|工作人员|职员"
    r"|科长|所长|部门"
)
_UNIT = re.compile(
    rf"(?P<office>{_OFFICE})?(?P<bare>街道|街(?!坊)|镇)?"
    rf"(?:的|里|里的|机关|某位?|一名|几个|那些|有些)?(?P<staff>{_STAFF})?"
)
_BESIDE = re.compile(
    r"(?:的)?(?:附近|隔壁|对面|旁|门口|门前|楼下|楼上|后面|前面|辖区|辖内|管辖|范围|大院外|宿舍)"
)
_DOING = (
    r"不作为|乱作为|不理|不管|不处理|不答复|不回复|不解决|不受理|推诿|推卸|推来推去|敷衍|拖延|踢皮球"
    r"|包庇|偏袒|袒护|官官相护|收黑钱|收钱|收好处|受贿|贪污|侵吞|挪用|徇私|滥用职权|失职|渎职|强拆|违法"
    r"|乱收费|勾结|串通|欺负|欺压|打压|打人|殴打|骗|造假|弄虚作假|黑箱|暗箱|克扣|截留|态度恶劣|态度差"
    r"|不公|不给|不肯|拒不|不兑现|隐瞒|拖欠|欠[我他她]"
)
_SHIRKING = (
    r"不作为|乱作为|不理|不管|不处理|不答复|不回复|不解决|不受理|推诿|敷衍|拖延|踢皮球|包庇|偏袒|官官相护"
    r"|滥用职权|失职|渎职|强拆"
)
_SHIRKS = re.compile(
    r"(?:的?(?:一直|长期|多年|完全|根本|又|都|至今|总是|经常|仍然?|还是?|就是|存在|涉嫌|严重|违规"
    rf"|对[^,。;!?\n]{{1,10}}?)){{0,3}}(?:{_SHIRKING})"
)
_DONE_TO = re.compile(
    r"[^,。;!?\n]{0,8}?(?:强拆|殴打|打伤|打了|拖走|没收|骗|拆了|赶|欺负|刁难|推诿|敷衍|拒绝)"
)
_ACT_SAID = (
    r"(?:对[^,。;!?\n]{1,10}?)?(?:的|所|所?作出的?|出具的?|给的?|给出的?|做的?)?"
    r"(?:信访|行政|书面|初次|最后|这个|这份|相关|强制|征地|拆迁){0,2}"
    r"(?:处理|答复|决定|意见|认定|告知|通知|复函|回复|处罚|拆除|拆违|做法|征收|补偿|调解|回应|工作|态度"
    r"|安排)"
)
_ACT_DISPUTED = re.compile(
    rf"{_ACT_SAID}[^,。;!?\n]{{0,8}}?"
    r"(?:不服|不满|不认可|有意见|意见很大|不接受|不信任|失望|愤怒|不公|拒签|拒收)"
)
_ACT = re.compile(_ACT_SAID)
_REJECTED = re.compile("不服|不满")
_TAKING = re.compile("[把将]$")
_DOES_SOON = re.compile(rf"(?P<between>[^,。;!?\n]{{0,8}}?)(?:{_DOING})")
_UNIT_DISPUTED = re.compile(r"[^,。;!?\n]{0,6}?(?:不服|不满|不认可|有意见|意见很大|不信任|失望)")
_TAKEN_TO_COURT = re.compile(r"[^,。;!?\n]{0,6}?(?:告上|告到|告了|起诉|投诉|举报|诉至)")
_ACCUSED_BY = re.compile(r"(?:被|遭|遭到)[^,。;!?\n]{0,6}?(?:投诉|举报|起诉|控告|状告|检举)")
_HANDLES = re.compile(r"被|处理|查处|要求|责令|约谈|调处|介入|劝|称|表示|了解|核查|接访|接待")
_NAMELESS = re.compile(
    r"(?P<unit>街道办事处|街道办|镇人民政府|镇政府|镇长|(?:街道|镇里的?|镇)(?=干部|领导|书记|不作为))"
    r"|[我本](?P<ours>镇街|街道|街|镇)"
)
_CLAUSE = re.compile(r"[,。;!?\n]")


def units_complained_about(
    text: str, gazetteer: Gazetteer, *, own: str | None = None
) -> frozenset[str]:
    """Return the towns whose office or staff the report complains about, by full name.

    A complaint about 街道办 or 镇政府 without a name is about the one town that the text names,
    else about ``own``, the responsible town.
    """
    folded, mentions = gazetteer.town_mentions(text)
    accused = {
        mention.town
        for mention in mentions
        if _complained_about(folded, mention.start, mention.name_end, named=True)
    }
    named_ends = {mention.name_end for mention in mentions}
    nameless = any(
        _complained_about(folded, match.start(), match.start(match.lastgroup or 0), named=False)
        for match in _NAMELESS.finditer(folded)
        if match.start() not in named_ends
    )
    if nameless:
        places = gazetteer.find(text)
        here = [spot.towns for spot in places.spots if spot.role is not Role.ORIGIN and spot.towns]
        named = {town for towns in here if len(towns) == 1 for town in towns}
        if len(named) == 1:
            accused |= named
        elif own:
            accused.add(own)
    return frozenset(accused)


def _complained_about(folded: str, start: int, name_end: int, *, named: bool) -> bool:
    """Whether the town name, or the nameless office, at this place is what is complained about."""
    left = _CLAUSE.split(folded[max(0, start - _REACH) : start])[-1]
    right = _CLAUSE.split(folded[name_end : name_end + 2 * _REACH])[0]
    unit = _UNIT.match(right)
    if unit is None:
        return False
    tail = right[unit.end() :]
    if _BESIDE.match(tail):
        return False
    if named and not unit["office"] and not unit["staff"]:
        return _town_complained_about(left, tail, bare=bool(unit["bare"]))
    return _office_complained_about(left, tail)


def _office_complained_about(left: str, tail: str) -> bool:
    """Whether an office or its staff (大石街道办, 石壁街道干部) is complained about."""
    doing = _DOES_SOON.match(tail)
    return bool(
        _ACCUSED.search(left)
        or _DISPUTED.search(left)
        or _ACCUSED_BY.match(tail)
        or (_TAKING.search(left) and _TAKEN_TO_COURT.match(tail))
        or (_BY.search(left) and _DONE_TO.match(tail))
        or (_ABOUT.search(left) and (_UNIT_DISPUTED.match(tail) or _ACT_DISPUTED.match(tail)))
        or (doing and not _HANDLES.search(doing["between"]))
    )


def _town_complained_about(left: str, tail: str, *, bare: bool) -> bool:
    """Whether a town named without its office is complained about as one.

    石壁街道 (``bare``) may be the office or the place, 石壁 alone is a place; so it takes what
    an office does: 不作为, an answer that somebody does not accept.
    """
    if not bare:
        return bool(_ACCUSED.search(left) and _SHIRKS.match(tail))
    return bool(
        _SHIRKS.match(tail)
        or (_ABOUT.search(left) and (_ACT_DISPUTED.match(tail) or _REJECTED.match(tail)))
        or (_DISPUTED.search(left) and (not tail or _ACT.match(tail)))
        or (_ACCUSED.search(left) and not tail)
    )
