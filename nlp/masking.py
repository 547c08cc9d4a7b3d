"""Blinds a text before the second reader sees it: who, where, which number, what right.

Names, places and words that only say petition become one mark that no feature can hold, and
each run of digits becomes one digit, so that swapping them cannot move a score. Refuses:
deciding anything; hiding a name from people (that is `nlp.people_words`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ahocorasick_rs

from nlp.gazetteer import Gazetteer
from nlp.normalize import INVISIBLE, Normalized, Normalizer, plain

MARK = "\x01"
DIGIT = "0"
_SPACED_OUT = 4  # a sentence with more than one space in four characters is pulled apart

# Words that only say that somebody petitions, complains, sues, gathers or speaks in public.
# The rulebook's own list is added when the weights are made; both stand in the weights file.
PETITION_WORDS = (
    "上访户", "老上访", "老访户", "上访人", "信访人", "信访户", "信访件", "信访局", "信访办",
    "信访大厅", "来访人", "来访", "接访", "走访上级", "重复访", "集体访", "越级访", "缠访",
    "闹访", "进省", "到省", "去省", "省城", "省厅", "省局", "首都", "天安门", "中央", "国务院",
    "国家局", "讨说法", "讨公道", "说理", "要个说法", "投诉信", "投诉电话", "举报信", "实名举报",
    "联名信", "请愿", "请愿书", "红手印", "按手印", "血书", "诉讼", "行政诉讼", "起诉书", "上诉",
    "打官司", "官司", "告状", "告到", "告上", "开庭", "判决", "判决书", "法官", "律师函", "复议",
    "复查", "复核", "终结", "答复", "答复书", "答复意见", "告知书", "不予受理", "受理", "抗议",
    "示威", "游行", "罢工", "罢市", "罢课", "停运", "聚集", "聚众", "围观", "堵门", "堵路",
    "拉条幅", "条幅", "标语", "喇叭", "举牌子", "喊话", "口号", "静坐抗议", "坐着不走", "赖着不走",
    "拒绝离开", "不肯走", "新闻媒体", "电视台", "上电视", "采访", "直播", "发视频", "拍视频",
    "抖音", "微博", "发帖", "发到网上", "网上曝光", "热线", "市长热线", "市长信箱", "书记信箱",
    "信箱", "政务公开", "公开账目", "人大", "政协", "代表", "委员", "讨薪", "欠薪", "讨要工资",
    "要工资", "维权群", "维权", "业主代表", "拆迁户", "钉子户", "征地", "强拆", "拆迁",
)  # fmt: skip

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董袁潘蔡蒋余杜叶程魏苏吕丁任沈姚卢姜崔钟"
    "谭陆汪范石廖贾韦夏付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤温康施牛樊葛邢齐乔伍庞颜"
    "倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂苗谷盛曲翁冉骆蓝游辛靳柴蒙鲍华喻祁蒲"
    "房滕屈饶解牟艾阳穆司卓古吉缪简项芦麦褚娄窦戚岑景宫费卜冷晏席卫柏宗瞿桂佟臧闵苟邬卞姬仇栾隋商刁沙荣巫寇桑甄丛仲"
    "虞敖佘池查苑迟邝冼奚容招屠伦厉布卿幸练揭高"
)
_SURNAME = f"(?:欧阳|司徒|上官|诸葛|司马|东方|皇甫|尉迟|公孙|令狐|慕容|夏侯|[{_SURNAMES}])"
_LONG_TITLE = (
    "先生|女士|小姐|太太|阿姨|大爷|大妈|大叔|大伯|大姐|大哥|大嫂|爷爷|奶奶|公公|婆婆|伯伯|叔叔|师傅|师奶|老师|医生|律师|"
    "同学|经理|主任|书记|所长|队长|村长|社长|法官|警官|局长|科长|校长|站长|老板|阿伯|阿叔|阿婆|阿公"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛霞燕玲英华玉萍刚辉鹏飞超波斌宇浩凯健俊帆雪琳倩婷雯莉蓉珍珠梅兰菊桂凤秀红春云月"
    "琴素莲翠香惠珊娣嫦媚琼瑶瑜琪瑞晶莹洁颖怡欣悦佳嘉诗梦涵轩豪贤良德福贵财根荣昌盛兴祥宝金银锦铭铁建国民康宁泉海河"
    "森树柏松槐桃龙虎彪雄威武志毅恒坚永立诚信义仁礼智文明光亮辰旭晨晓东南北启达利友朋彬权坤乾添耀炳灿焕标才培基业庆"
    "润源清洪涌鸿淼瀚霖震霆峰岩岳崇嵩垚城栋梁柱柯杨柳桐楠梓桦榕燊泰谦逸枝芬芝苗茵蕾薇萱莎蓓菲荷娥姗婉嫣婵巧衡鑫钰钊"
    "钧锋锐镇铨裕祺禄禧祖宗宪容宽寿胜全成生发顺平安和江山林木"
)
_AFTER = r"(?=$|[^\u4e00-\u9fff]|[在于因的说称讲又也要将把被向到已今昨来喊问表拿带与和])"
_KINDS = (
    "村委会|居委会|村委|居委|社区|街道办|街道|大桥|大道|干线|市场|花园|商场|古镇|公园|"
    "村|镇|街|路|站|县|市|区|省|厂|校|楼盘|处"
)
# One look at the character first: most characters begin no name, and that look is cheap.
_BEGINS = f"(?=[某阿姓老小甲乙丙丁戊己庚辛壬癸子丑寅卯欧司上诸东皇尉公令慕夏{_SURNAMES}])"
_SOMEWHERE_OR_SOMEBODY = re.compile(
    _BEGINS
    + "(?:"
    + "|".join(
        (
            rf"某某?(?:{_KINDS})",
            rf"{_SURNAME}?某(?:某|[{_GIVEN}甲乙丙丁]|(?![\u4e00-\u9fff]))",
            rf"(?:{_SURNAME}|[甲乙丙丁戊己庚辛壬癸子丑寅卯])某",
            r"阿(?![姨伯公叔婶妈爸爷哥嫂妹姐弟仔婆嬷嫲拉里根尔富弥胶司拿门头飘的])[\u4e00-\u9fffa-z]",
            rf"(?<![\u4e00-\u9fff]){_SURNAME}(?!兴|晨|梁)[{_GIVEN}]{{1,2}}{_AFTER}",
            rf"{_SURNAME}[{_GIVEN}]{{2}}{_AFTER}",
            rf"(?<!百){_SURNAME}姓(?=[男女村居业租老工群住])|姓{_SURNAME}",
            rf"{_SURNAME}[{_GIVEN}]?(?:{_LONG_TITLE})",
            rf"(?!方便|卫生|牛仔|马仔|华生|高总){_SURNAME}[伯叔姨婶嫂婆姐哥爷总生太仔妹氏]",
            rf"(?<![大男女最])[老小](?![区村院园路时车米麦白古费关党华江农师沙布游牛马房])[{_SURNAMES}]",
        )
    )
    + ")"
)
_NUMBER = re.compile(r"[0-9]+(?:[.:\-/][0-9]+)*")


@dataclass(frozen=True, slots=True)
class Blinded:
    """A blinded text: ``text`` is what may be read; ``cuts`` says what was put where.

    Each cut is start and end in ``reading.text`` and what stands there now.
    """

    reading: Normalized
    text: str
    cuts: tuple[tuple[int, int, str], ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets, in the text as it was sent, of ``text[start:end]``."""
        return self.reading.place(self._seat(start)[0], self._seat(end - 1)[1])

    def _seat(self, place: int) -> tuple[int, int]:
        moved = 0  # how much longer the reading is than the blinded text up to here
        for start, end, put in self.cuts:
            if place < start - moved:
                break
            if place < start - moved + len(put):
                return start, end
            moved += end - start - len(put)
        return place + moved, place + moved + 1


class Blinder:
    """Blinds texts; made once for its words, free of side effects, may be shared by threads."""

    def __init__(self, petition_words: Iterable[str], place_names: Iterable[str] = ()) -> None:
        """Compile the words that are hidden wherever they stand."""
        words = {plain(word) for word in (*petition_words, *place_names)} - {""}
        self._words = ahocorasick_rs.AhoCorasick(
            sorted(words) or ["\x00"], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )
        self._normalizer = Normalizer((), ())

    def blind(self, text: str) -> Blinded:
        """Return ``text`` as it may be read; time grows with its length and nothing else."""
        found = plain(text)
        if INVISIBLE in found or found.count(" ") * _SPACED_OUT > len(found):
            reading = self._normalizer.normalize(text)
            found = reading.text
        else:
            reading = Normalized(text, found)
        hidden = [
            (start, end, MARK) for _, start, end in self._words.find_matches_as_indexes(found)
        ]
        hidden += [(*match.span(), MARK) for match in _SOMEWHERE_OR_SOMEBODY.finditer(found)]
        hidden += [(*match.span(), DIGIT) for match in _NUMBER.finditer(found)]
        if not hidden:
            return Blinded(reading, found, ())
        cuts = tuple(_joined(sorted(hidden)))
        pieces: list[str] = []
        at = 0
        for start, end, put in cuts:
            pieces += (found[at:start], put)
            at = end
        pieces.append(found[at:])
        return Blinded(reading, "".join(pieces), cuts)


def _joined(hidden: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Join what overlaps or touches: two names side by side hide as much as one."""
    at, reached, put = -1, -1, MARK
    for start, end, mark in hidden:
        if start < reached or (start == reached and MARK == mark == put):
            put, reached = (MARK if MARK in {put, mark} else put), max(reached, end)
            continue
        if reached > at:
            yield at, reached, put
        at, reached, put = start, end, mark
    if reached > at:
        yield at, reached, put


def place_names(gazetteer: Gazetteer) -> tuple[str, ...]:
    """Return the names and short names of a district's towns and villages, to be hidden."""
    names = {gazetteer.district.name, *gazetteer.district.short_names}
    for town in gazetteer.towns:
        names |= {town.name, *town.short_names}
        names |= {short + kind for short in town.short_names for kind in ("街道", "街", "镇")}
        for village in town.villages:
            names |= {village.name, *village.short_names}
    return tuple(sorted(names))
