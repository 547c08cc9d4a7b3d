"""Reads the words that tell one event's place from another's: roads, buildings, floors, rooms.

Every word is written one way, so that 十二楼, 12F and 12 樓 are the same. Refuses: saying which
town a place is in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nlp.place_types import Kind, Spot

_DIGITS = {said: value for value, said in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_CN = "零〇一二两三四五六七八九十百"
_NUMBER = rf"(?:\d{{1,4}}|[{_CN}]{{1,5}})"
_STREET_END = r"街(?![道坊边上市头])"
_DWELLER = "业主|住户|租客|住客|房客|户主|妈妈|爸爸|阿婆|阿姨|女|男|屋"
# Each branch is a kind of number; the group's name is looked up in _SUFFIX. 一栋楼 counts
# buildings and names none, so a number in characters needs its place or what follows.
_NUMBERED = re.compile(
    rf"(?=[0-9a-z{_CN}])(?:"
    rf"(?P<floor>(?<![\d.:]){_NUMBER})\s?(?:楼(?![主宇道梯上长下])|层(?![面次级])|/?f(?![a-z]))"
    r"|(?<![\da-z])(?P<building>\d{1,3}[a-z]?|[a-z]\d{0,2})\s?(?:栋|幢|座(?![位谈机])|号楼)"
    rf"|(?<=[区园苑庭城寓村邨第期场\x01])(?P<said>[{_CN}]{{1,3}})(?:栋|幢|座|号楼)"
    rf"|(?P<inside>[{_CN}]{{1,3}})(?:栋|幢|座|号楼)(?=[\d{_CN}]{{1,5}}(?:楼|层|室|房|单元|号))"
    rf"|(?P<unit>{_NUMBER})\s?单元"
    rf"|(?<!\d)(?P<room>\d{{3,4}})(?:室|房(?!间)|号房|(?={_DWELLER}))"
    r"|(?<=[栋幢座楼元])(?P<bare>\d{3,4})(?![\d年元多块度米个])"
    r"|(?<=[巷路街道里坊队])(?P<door>\d{1,4})号(?!线|楼)"
    rf"|(?P<lane>{_NUMBER})(?:巷(?!战)|{_STREET_END})"
    rf"|(?P<row>{_NUMBER})排(?=$|[,。;、\s\d第])"
    rf"|(?P<team>{_NUMBER})队(?=$|[,。;、\s])"
    rf"|(?P<zone>[a-z]|{_NUMBER})区(?=$|[,。;、\s\d停地车{_CN}])"
    rf"|(?P<phase>{_NUMBER})期(?=$|[,。;、\s几工业\d停地])"
    r")"
)
_SUFFIX = {
    "floor": "楼",
    "building": "栋",
    "said": "栋",
    "inside": "栋",
    "unit": "单元",
    "room": "室",
    "bare": "室",
    "door": "号",
    "lane": "巷",
    "row": "排",
    "team": "队",
    "zone": "区",
    "phase": "期",
}
# What a road or an estate ends with; its name is then read backwards, so that time does not
# depend on what stands in front.
_END = re.compile(
    rf"大马路|公路|(?<![马公铁半走一问网出后死思退绝回短电线道速小大赶拦堵带修迷开销岔滤访细落行夜顺跑封让带])"
    rf"路(?![上过人面费途灯况])|大道|大街|(?<![上逛炸镇大整条步]){_STREET_END}|(?<![街陋])巷(?!战)"
    r"|花园|小区|家园|新[邨村]|公寓|广场(?!舞)|大厦|山庄|花苑|名苑|雅苑|豪庭|华庭|商场|酒店|宾馆|工业园"
    r"|产业园|创意园|(?<!菜)市场|小学|中学|幼儿园|医院|大桥|天桥|码头|水闸|地铁站"
)
# Characters that hardly ever stand inside the name of a road or an estate.
_NO_NAME = (
    "的了在到于与和及去有个是被把着过就这那从向往对他她它你我说讲称要不没也都还又来上下里内外前后旁边附面"
    "第条只名人次号栋座楼层室住某至经由给跟同并但而让叫送因为将已今昨明早晚间家时分点完出入进关回见找看"
    "问做打搞拿用靠沿跨横穿过整全各每两几多老阿婆公手头啊呢吧请快速所该"
)
_NAME = re.compile(f"[^{_NO_NAME}\x00-\u4dff\ua000-\U0010ffff]{{2,5}}$")
_LONGEST_NAME = 5
_AFTER_NAME = re.compile(
    r"大街|大道|大桥|天桥|桥底|桥|牌坊|祠堂|市场|街市|小学|中学|幼儿园|公园|码头|水闸|河堤|河边|涌边|涌|"
    r"地铁站|站|工业区|工业园|卫生站|医院|广场|路口|村口|大楼|工地|公寓|士多"
)


def place_words(folded: str, named: Mapping[int, str]) -> list[Spot]:
    """Return the place words of a folded text in which found names are blanked out.

    ``named`` gives, for each end of a blanked name, the name, so that 南亭 with 大街 behind
    it becomes 南亭大街.
    """
    return [*_beside_names(folded, named), *_numbered(folded), *_roads(folded)]


def _beside_names(folded: str, named: Mapping[int, str]) -> Iterator[Spot]:
    for end, name in named.items():
        match = _AFTER_NAME.match(folded, end)
        if match:
            yield _word(end, match.end(), name + match.group())


def _numbered(folded: str) -> Iterator[Spot]:
    for match in _NUMBERED.finditer(folded):
        group = match.lastgroup or ""
        number = _number(match[group])
        if number:
            yield _word(match.start(), match.end(), number.upper() + _SUFFIX[group])


def _roads(folded: str) -> Iterator[Spot]:
    for end in _END.finditer(folded):
        name = _NAME.search(folded[max(0, end.start() - _LONGEST_NAME) : end.start()])
        if name:
            start = end.start() - len(name.group())
            yield _word(start, end.end(), folded[start : end.end()])


def _word(start: int, end: int, name: str) -> Spot:
    return Spot(start, end, "", Kind.WORD, name)


def _number(said: str) -> str:
    """Return 十二 as 12, 三〇一 as 301; digits and letters as they are, without leading zeros."""
    if said[0].isascii():
        return said.lstrip("0") or said
    if not any(character in "十百" for character in said):
        return "".join(str(_DIGITS[character]) for character in said).lstrip("0")
    total, digit = 0, 0
    for character in said:
        if character in _DIGITS:
            digit = _DIGITS[character]
        else:
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
    return str(total + digit)
