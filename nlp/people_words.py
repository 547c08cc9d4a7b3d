"""Reads the words by which a report names a person, and masks them where a group reads along.

The words serve to tell whether two reports are of one event. Refuses: identifying anybody,
joining people across events, keeping a list. Masking leaves a name standing rather than
spoil a word that says what happens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.normalize import INVISIBLE, plain

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧萧肖田董袁潘蔡蒋余杜叶程魏苏吕丁任沈姚卢"
    "姜崔钟谭陆汪范石廖贾韦夏付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤温康施牛樊葛"
    "邢齐乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路"
    "游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿"
    "桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝冼奚容植区利招屠伦霭厉植麦布卿"
)
_DOUBLE = "欧阳|司徒|上官|诸葛|司马|东方|皇甫|尉迟|公孙|令狐|慕容|夏侯"
_SURNAME = f"(?:{_DOUBLE}|[{_SURNAMES}])"
# Last characters of given names that are hardly ever something else behind 某 or a surname.
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛霞燕玲英华玉萍刚辉鹏飞超波斌宇浩凯健俊帆雪琳倩婷雯莉蓉珍珠梅兰菊桂凤秀"
    "红春云月琴素莲翠香花淑惠珊莎妹娣娇嫦仙好妮媚琼瑶瑜琪瑞珠美丹晶莹洁颖怡欣悦佳嘉君诗梦思涵轩豪贤良德福贵财根"
    "生荣昌盛兴发祥宝金银锦铭铁钢建国民安康宁平和顺泉海江河山林森树木柏松槐桃龙虎彪雄威武勇志毅恒坚永立诚信义仁"
    "礼智文明光亮辰星旭阳晨晓东南西北中元启达全胜利民友朋彬权坤乾添耀炳灿焕炎焯标成才培基业庆喜乐添泽润源清洪涌"
    "鸿淼浩瀚霖雨雷震霆峰岩岳崇嵩石磊垚培城堂栋梁柱柯杨柳桐楠梓桦榕燊泰谦逸杏枝叶芬芝苗英茵蕾薇萱茹莎莲蓓菲若荷"
    "强仔珠娥姗婉嫣嫒娴婵艺巧巍衡衍鑫钰钊钧锋锐镇铨铿耿裕祺禄禧祖宗宪容宽寿"
)
_ELDERS = "阿姨|大爷|大妈|大叔|大伯|大姐|大哥|大嫂|爷爷|奶奶|公公|婆婆|伯伯|叔叔|师傅"
_TITLES = (
    f"先生|女士|小姐|太太|{_ELDERS}|师奶|老师|医生|律师|同学|经理|主任|书记|所长|队长|村长|社长"
)
_KIN = "伯|叔|姨|婶|嫂|婆|姐|哥|爷|太"
_ROLE = (
    "姓名|来访人|信访人|上访人|投诉人|当事人|反映人|服务对象|居民|村民|住户|业主|租客|租户|房东|户主|员工|工人|"
    "学生|司机|老板|患者|股东|联系人|嫌疑人|男子|女子|名叫|叫做|名为"
)
_BOUND = r"(?=$|[^\u4e00-\u9fff]|[在于因的与和说称讲又也要将把被向到已今昨来]|多次|反映|扬言)"
_FORM = re.compile(
    rf"(?:{_ROLE})[:\s]{{1,2}}(?P<name>{_SURNAME}[\u4e00-\u9fff]{{1,2}})(?=$|[^\u4e00-\u9fff])"
)
_WITH_ROLE = re.compile(
    rf"(?:{_ROLE})(?P<name>{_SURNAME}(?:[{_GIVEN}]{{2}}|[\u4e00-\u9fff]?[{_GIVEN}]{_BOUND}))"
)
_FULL = re.compile(rf"(?<![\u4e00-\u9fff])(?P<name>{_SURNAME}[{_GIVEN}]{{2}}){_BOUND}")
_SOMEBODY = re.compile(rf"(?<![小社某])(?P<name>{_SURNAME}某(?:某|[{_GIVEN}])?)")
_CALLED = re.compile(
    r"(?P<name>阿(?:[a-z]{2,8}"
    r"|(?![姨伯公叔婶妈爸爷哥嫂妹姐弟仔婆嬷嫲拉里根尔富弥莫胶司拿门婴头飘的])[\u4e00-\u9fff]))"
)
_CALLED_TITLE = re.compile(
    rf"(?P<name>(?![师和时连应古项方])(?:{_SURNAME})(?:{_TITLES}|{_KIN}|阿[伯叔姨婶婆公])"
    rf"|(?<!地)方(?:先生|女士|小姐|阿姨|伯|姨|叔)"
    rf"|(?<![\u4e00-\u9fff])[{_GIVEN}](?:伯|叔|婶|嫂|婆)|(?<=[的叫找跟是有])[{_GIVEN}](?:伯|叔|婶|婆))"
)
_NOT_BEHIND = "时区学孩心店车路计年满米麦全单谷游白明景司管费时连项古甘华商师农尤党关宫花那万宁阳方"
_OLD_YOUNG = re.compile(
    rf"(?<![大男女最])(?<!越来)(?P<name>[老小][{''.join(set(_SURNAMES) - set(_NOT_BEHIND))}])"
    r"(?![区村院园公婆])"
)
_NUMBERED_KIN = re.compile(
    r"(?<![\u4e00-\u9fff第])(?P<name>[二三四五六七八九](?:婆|叔|婶|姑|伯|姨|嫂|哥|姐|公))(?!子)"
)
_SURNAMED = re.compile(
    rf"(?<!百)姓(?P<name>{_SURNAME})|(?P<before>{_SURNAME})姓(?=[男女村居业租老工群住])"
)
_ROLES = re.compile(
    "外卖员|快递员|保安|房东|租客|租户|住户|业主|店主|老板娘|老板|司机|包工头|工友|工人|学生|老师|保姆|邻居|"
    "网格员|社工|清洁工|环卫工?|阿婆|阿伯|阿公|阿姨|老伯|婆婆|女仔|男仔|后生仔?|前夫|前妻|丈夫|老公|妻子|老婆|儿子|女儿|"
    "产妇|孕妇|女生|男生|前男友|前女友|业委会|船员|厨师|门卫|老人"
)
_PHONE = re.compile(r"(?<!\d)((?:\+?86[-\s]?)?1[3-9]\d)[-\s]?\d{4}[-\s]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}[-\s]?)\d{3,4}(\d{4})(?!\d)")
_IDENTITY = re.compile(r"(?<![\da-z])(\d{3})(?:\d{8}|\d{11})(\d{3}[\dx])(?![\da-z])", re.IGNORECASE)
_CARD = re.compile(r"(?<!\d)\d{12,15}(\d{4})(?!\d)")
# Which groups of each number stay readable, so that people who know it know it again.
_MASKED = ((_IDENTITY, (1, 2)), (_PHONE, (1, 2)), (_LANDLINE, (1, 2)), (_CARD, (1,)))
_TITLED = re.compile(rf"(?:{_TITLES}|{_KIN})$")


def find_people(text: str) -> tuple[str, ...]:
    """Return the words that name a person in ``text``, each once, in order of mention.

    They are written one way for comparing: 张某某 is 张某, 陈姓男子 and 姓陈的 are 姓陈;
    simplified and lower case. Roles (保安, 租客) are `find_roles`.
    """
    folded = plain(text).replace(INVISIBLE, "")
    found: list[tuple[int, int, str]] = []
    for pattern in (_FORM, _SOMEBODY, _WITH_ROLE, _FULL, _CALLED_TITLE, _CALLED, _OLD_YOUNG):
        found += ((*match.span("name"), match["name"]) for match in pattern.finditer(folded))
    found += ((*match.span("name"), match["name"]) for match in _NUMBERED_KIN.finditer(folded))
    for match in _SURNAMED.finditer(folded):
        found.append((*match.span(), "姓" + (match["name"] or match["before"])))
    return tuple(dict.fromkeys(_one_way(name) for name in _first_of_each(found)))


def find_roles(text: str) -> tuple[str, ...]:
    """Return the roles that ``text`` speaks of (保安, 租客): weak words, many fit many events."""
    return tuple(dict.fromkeys(_ROLES.findall(plain(text).replace(INVISIBLE, ""))))


def _first_of_each(found: list[tuple[int, int, str]]) -> Iterator[str]:
    reached = -1
    for start, end, name in sorted(found, key=lambda each: (each[0], -each[1])):
        if start >= reached:
            reached = end
            yield name


def _one_way(name: str) -> str:
    return re.sub("某某$", "某", name)


def mask_numbers(text: str) -> str:
    """Return ``text`` with phone, identity card and bank card numbers starred in the middle.

    Short numbers that people must be able to call (110, 12356, 12345) stay.
    """
    digits = plain(text)
    pieces = list(text)
    for pattern, seen in _MASKED:
        for match in pattern.finditer(digits):
            kept = {place for group in seen for place in range(*match.span(group))}
            for place in range(*match.span()):
                if place not in kept and digits[place].isdecimal():
                    pieces[place] = "*"
        digits = plain("".join(pieces))
    return "".join(pieces)


def mask_people(text: str) -> str:
    """Return ``text`` with given names and numbers starred: 张三 is 张*, 阿强 is 阿*.

    What already hides the name (张某, 陈伯, 王先生) stays. A full name in running text is
    starred only where it is plainly one; a group is told less by not writing names at all.
    """
    folded = plain(text)
    pieces = list(text)
    for pattern in (_FORM, _WITH_ROLE, _FULL, _SOMEBODY, _CALLED):
        for match in pattern.finditer(folded):
            name = match["name"]
            if _TITLED.search(name):
                continue
            shown = 2 if re.match(_DOUBLE, name) else 1
            for place in range(match.start("name") + shown, match.end("name")):
                if folded[place] != "某":
                    pieces[place] = "*"
    return mask_numbers("".join(pieces))
