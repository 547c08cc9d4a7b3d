"""Texts for measurements and tests: everyday traffic of a work chat, and texts made to be slow.

Everything follows from a seed. Refuses: anybody's real messages.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from nlp.rule import Rulebook

LENGTH = 78  # characters of an everyday report
_SHORTEST = 70

_WHEN = [
    "今天上午",
    "今天下午",
    "明早九点",
    "昨天傍晚",
    "周五下午",
    "下周一",
    "这个月底",
    "本周",
    "中午",
    "刚刚",
    "今晚七点半",
    "十五号之前",
]
_WHERE = [
    "东湖社区",
    "南村三队",
    "北门岗亭",
    "二期停车场",
    "便民服务中心",
    "文化广场",
    "老人活动室",
    "幼儿园门口",
    "3栋一楼",
    "党群服务站",
    "菜市场旁边",
    "篮球场",
]
_WHO = [
    "王姐",
    "李叔",
    "网格员小陈",
    "物业刘经理",
    "楼长",
    "社工小林",
    "张阿姨",
    "施工队",
    "水务公司",
    "街道办",
    "居委会",
    "志愿者",
]
_WHAT = [
    "垃圾分类桶",
    "路灯",
    "电梯",
    "下水道",
    "医保缴费",
    "居住证",
    "老年卡",
    "停车费",
    "快递柜",
    "健身器材",
    "绿化带",
    "宽带",
    "公示栏",
    "水表",
    "充电桩",
]
_SAID = (
    "{when}{where}的{what}坏了，麻烦{who}安排人过来看一下",
    "收到，{when}我过去{where}核实，拍照发群里",
    "{who}反映{what}的问题已经登记，等回复",
    "请各位{when}到{where}开会，带好本子和笔",
    "{where}这边人有点多，大家排好队慢慢来",
    "关于{what}的通知贴出来了，请转发给各楼住户",
    "谢谢{who}，{what}修好了，居民都说好",
    "{when}停水检修，请提前储水，给您带来不便请谅解",
    "{who}问{what}怎么办理，需要带什么资料",
    "表格我填好了，发你邮箱，{when}能看到吗",
    "老人家{when}在{where}量血压，数值正常",
    "孩子放学要人接，{who}帮忙看一下{where}的门",
    "{where}地面积水，已放警示牌，{who}在处理",
    "有业主投诉{where}晚上唱歌太吵，已经上门沟通",
    "{what}涨价的事大家有意见，建议开个座谈会",
    "信访件回复了，{who}说月底前给书面答复",
    "今天走访了二十户，{what}登记齐了，明天继续",
    "{where}的车停得乱，请车主{when}挪一下，谢谢配合",
    "饭堂{when}有汤，{who}要不要一起去吃",
    "天气转凉，注意添衣，{when}可能有小雨",
    "好的好的，辛苦了",
    "图片已发，麻烦{who}确认，没问题我就报上去",
    "{who}请假两天，{where}的值班我来顶",
    "物业费的账单出来了，有疑问到{where}查询",
    "收集一下各栋{what}的数量，{when}下班前交",
    "小区群里有人问{what}，我统一答复了",
    "装修材料堆在{where}，影响走路，已通知清理",
    "{when}有台风，收好阳台的花盆和衣服",
    "活动报名满了，{who}帮我留两个名额行不行",
    "居民要求把{what}装在{where}，已经记下来",
)


def everyday(chance: random.Random) -> str:
    """Return a harmless message of about `LENGTH` characters."""
    text = ""
    while len(text) < _SHORTEST:
        text += chance.choice(_SAID).format(
            when=chance.choice(_WHEN),
            where=chance.choice(_WHERE),
            who=chance.choice(_WHO),
            what=chance.choice(_WHAT),
        ) + chance.choice("。。，！ \n")
    return text[: LENGTH + 6]


def traffic(book: Rulebook, count: int, share: float, chance: random.Random) -> list[str]:
    """Return ``count`` everyday texts; in a ``share`` of them stands an example of a rule."""
    dangers = [example.text for rule in book.rules for example in rule.match]
    texts = [everyday(chance) for _ in range(count)]
    for number in range(round(count * share)):
        danger = chance.choice(dangers)
        texts[number] = texts[number][: max(10, LENGTH - len(danger))] + "，" + danger
    chance.shuffle(texts)
    return texts


def hostile(book: Rulebook, length: int, seed: int = 5) -> Iterator[tuple[str, str]]:
    """Yield named texts of ``length`` characters that are slow to read if anything is."""
    chance = random.Random(seed)

    def run(piece: str) -> str:
        return (piece * (length // len(piece) + 1))[:length]

    def mixed(pieces: Sequence[str], between: str = "") -> str:
        size = sum(map(len, pieces)) / len(pieces) + len(between)
        return between.join(chance.choices(pieces, k=int(2 * length / size) + 9))[:length]

    def scattered(pick: Callable[[], str]) -> str:
        return "".join(pick() for _ in range(length))

    found = [example.text for rule in book.rules for example in rule.match]
    left = [example.text for rule in book.rules for example in rule.no_match]
    listed = [term for terms in book.terms.values() for term in terms]
    words = sorted({way for term in listed for ways in term.pieces for way in ways})
    chains = sorted(
        {way for term in listed if len(term.pieces) > 1 for ways in term.pieces for way in ways}
    )
    cues = sorted(
        {
            way
            for context in book.contexts.values()
            for term in (*context.cues, *context.pseudo, *context.stops, *context.also)
            for ways in term.pieces
            for way in ways
        }
    )
    ones = [word for word in words if len(word) == 1]
    half = mixed(found)[: length // 2]

    yield "的", run("的")
    yield "rare characters", scattered(lambda: chr(chance.randrange(0x9000, 0x9FFF)))
    yield "characters beyond the plane", scattered(lambda: chr(chance.randrange(0x20000, 0x2A000)))
    yield "combining marks", "死" + run("\u0315\u0300\u05ae\u0301")
    yield "nested words", run("死")
    yield "one word", run("跳楼")
    yield "a cue word", run("没有")
    yield "a cue and its word", run("没有跳楼")
    yield "every rule, no punctuation", mixed(found)
    yield "every rule, clauses", mixed(found, "，")
    yield "every rule, lines", mixed(found, "\n")
    yield "everything set aside", mixed(left, "，")
    yield "found and set aside", mixed([*found, *left], "。")
    yield "every character a term", mixed(ones)
    yield "runs of terms", mixed([one * 5 for one in ones])
    yield "all terms", mixed(words)
    yield "all terms, clauses", mixed(words, "，")
    yield "all pieces of terms", mixed(chains)
    yield "all cues", mixed(cues)
    yield "all cues and terms", mixed([*cues, *words])
    yield "brackets", run("（【《“”》】）")
    yield "separators", "·".join(half)
    yield "any separator", "".join(one + chance.choice(" |·-.~*") for one in half)
    yield "spaced out", " ".join(half)
    yield "spaced and broken off", run("人·人·人·- - - ")
    yield "zero width", "\u200b".join(half)
    yield "emoji", run("🔪死💣")
    yield "tags", run("死\U000e0041")
    yield "letters", run("zi sha zs ")
    yield "traditional", run("佢話要跳樓，")
    yield "numbers", run("1234567890")
    yield "shuffled", "".join(chance.sample(mixed(found), length))
