"""Where a report happens; people are invented, the places are Panyu's public names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domain.errors import SetupError
from nlp.places import Gazetteer, Kind, Role, load, responsible_town, units_complained_about

PANYU = Path(__file__).parents[2] / "districts" / "panyu.toml"
SMALL = """
[district]
name = "安和区"
code = "990101"

[[town]]
name = "东岭街道"
code = "990101001"
short = ["东岭"]
villages = [{ name = "白鹤村", short = ["白鹤"] }]

[[town]]
name = "西溪镇"
code = "990101101"
villages = [{ name = "先锋社区" }]
"""


@pytest.fixture(scope="module")
def panyu() -> Gazetteer:
    """The district that comes with the product."""
    return load(PANYU)


def towns_of(panyu: Gazetteer, text: str) -> str | None:
    """Return the town that a text alone makes responsible."""
    return responsible_town(panyu.find(text)).town


def test_panyu_is_whole(panyu: Gazetteer) -> None:
    """Panyu has its 16 towns and 276 villages and communities."""
    assert panyu.district.name == "番禺区"
    assert len(panyu.towns) == 16
    assert sum(len(town.villages) for town in panyu.towns) == 276


def test_every_official_name_leads_to_its_town(panyu: Gazetteer) -> None:
    """Each town and village is found by its full name, alone or among its namesakes."""
    for town in panyu.towns:
        assert panyu.town(town.name) is town
        assert towns_of(panyu, f"{town.name}有人报警") == town.name
        for village in town.villages:
            named = panyu.find(f"据报，{village.name}有人报警").villages
            assert any(town.name in each.towns for each in named), village.name


@pytest.mark.parametrize(
    ("said", "town"),
    [
        ("大石", "大石街道"),
        ("大石街", "大石街道"),
        ("南村", "南村镇"),
        ("鍾村", "钟村街道"),
        ("石基镇", "石碁镇"),
        ("大学城", "小谷围街道"),
        ("天河", None),
        ("", None),
    ],
)
def test_a_town_is_known_by_what_people_call_it(
    panyu: Gazetteer, said: str, town: str | None
) -> None:
    """A full or short name gives the town, anything else nothing."""
    found = panyu.town(said)
    assert (found.name if found else None) == town


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("大石街道某小区有人要跳楼", "大石街道"),
        ("大石派出所已到场", "大石街道"),
        ("广州市桥南街道可逸阳光9楼", "桥南街道"),
        ("喺沙灣渡頭社區河堤", "沙湾街道"),
        ("石\u200b碁\u200b镇有人", "石碁镇"),
        ("里仁洞新村路有人", "南村镇"),
        ("南亭大街3栋", "小谷围街道"),
        ("祈福新邨门口", "钟村街道"),
        ("祈福D区门口", "钟村街道"),
        ("亚运城二期", "石楼镇"),
        ("南浦西三村，又叫西三村", "洛浦街道"),
        ("南浦村祠堂", "石碁镇"),
        ("石壁1村", "石壁街道"),
        ("华南碧桂园门口", "南村镇"),
        ("化龙潭山村刚刚报警", "化龙镇"),
        ("广碧门口", "洛浦街道"),
        ("番禺先锋社区居委", "市桥街道"),
        ("山西村收租", "大石街道"),
        ("江南社区楼下", "东环街道"),
        ("江南村楼下", "南村镇"),
        ("草堂村和里仁洞村交界", "南村镇"),
        ("广州南站东广场", "石壁街道"),
        ("曾边村的人，女儿送到南站", "新造镇"),
    ],
)
def test_the_text_names_its_town(panyu: Gazetteer, text: str, town: str) -> None:
    """A town, village or landmark in the text gives the town, surely."""
    found = responsible_town(panyu.find(text))
    assert (found.town, found.sure) == (town, True)


@pytest.mark.parametrize(
    "text",
    [
        "他是先锋模范，在东南角农场干活",
        "山西人来打工，坐珠江的船",
        "湖南村民来访",
        "从石楼梯摔下来，搬大石头砸的",
        "新造成的损失要重新造册",
        "五点钟村委会开会",
        "城市桥梁检修",
        "去庙里祈福",
        "东环路堵车",
        "明星在新世纪卫星台",
        "做场大龙凤，买大龙虾",
        "",
        "😀😀",
    ],
)
def test_everyday_words_name_no_town(panyu: Gazetteer, text: str) -> None:
    """A word that only looks like a place names none."""
    assert towns_of(panyu, text) is None


@pytest.mark.parametrize(
    ("text", "town", "sure"),
    [
        ("大石街道陈某现在石壁街道某天台", "石壁街道", True),
        ("钟村街道的李某正坐在大石街道某楼顶", "大石街道", True),
        ("陈某（户籍大石街道）在石壁四村天台", "石壁街道", True),
        ("老家在石楼的工人爬上南村镇某塔吊", "南村镇", True),
        ("沙湾人，黎某在大龙街道某厂", "大龙街道", True),
        ("大石街道和石壁街道都有人来", "大石街道", False),
        ("沙湾街道说会江村有人", "沙湾街道", False),
    ],
)
def test_of_two_towns_the_one_where_it_happens(
    panyu: Gazetteer, text: str, town: str, *, sure: bool
) -> None:
    """Where somebody is now beats where somebody comes from; without a word it is not sure."""
    found = responsible_town(panyu.find(text))
    assert (found.town, found.sure) == (town, sure)


def test_two_towns_without_a_word_are_both_asked_about(panyu: Gazetteer) -> None:
    """When it is not sure, the candidates are named in order of mention."""
    found = responsible_town(panyu.find("大石街道和石壁街道都有人来"), own="石壁街道")
    assert found.candidates == ("大石街道", "石壁街道")
    assert (found.town, found.sure) == ("石壁街道", False)


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("涌口村有人", ("大石街道", "沙湾街道")),
        ("沙南村有人", ("沙湾街道", "石楼镇")),
        ("草堂村有人", ("南村镇", "化龙镇")),
        ("大龙社区有人", ("大龙街道", "石碁镇")),
        ("碧桂园有人", ("洛浦街道", "南村镇")),
    ],
)
def test_a_name_in_two_towns_is_settled_by_the_reporters_own(
    panyu: Gazetteer, text: str, candidates: tuple[str, ...]
) -> None:
    """The reporter's town settles a name that stands in two, if it is one of them."""
    places = panyu.find(text)
    nobody = responsible_town(places)
    assert (nobody.town, nobody.sure, set(nobody.candidates)) == (None, False, set(candidates))
    for own in candidates:
        found = responsible_town(places, own=own)
        assert (found.town, found.by, found.sure) == (own, "village", True)
    stranger = responsible_town(places, own="新造镇")
    assert (stranger.town, stranger.by, stranger.sure) == ("新造镇", "own", False)
    assert set(stranger.candidates) == set(candidates)


def test_the_pin_comes_before_the_reporters_own_town(panyu: Gazetteer) -> None:
    """Without a place in the text the pin decides, else the reporter's town, else nobody."""
    nowhere = panyu.find("有人要跳楼")
    pin = panyu.nearest(22.9895, 113.2695)
    assert pin is panyu.town("石壁街道")
    found = responsible_town(nowhere, pin=pin, own="大石街道")
    assert (found.town, found.by, found.sure) == ("石壁街道", "pin", True)
    found = responsible_town(nowhere, own="大石街道")
    assert (found.town, found.by, found.sure) == ("大石街道", "own", True)
    found = responsible_town(nowhere)
    assert (found.town, found.by, found.sure) == (None, "none", False)
    text = responsible_town(panyu.find("会江村有人"), pin=pin, own="新造镇")
    assert (text.town, text.by) == ("大石街道", "village")


@pytest.mark.parametrize("pin", [(22.80, 113.27), (0.0, 0.0), (91.0, 500.0), (23.02, 113.32)])
def test_a_pin_far_from_every_known_point_is_nowhere(
    panyu: Gazetteer, pin: tuple[float, float]
) -> None:
    """A pin counts only within the stated radius of a point."""
    assert panyu.nearest(*pin) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("十二楼有人", ("12楼",)),
        ("12F有人", ("12楼",)),
        ("１２樓有人", ("12楼",)),
        ("3栋402室", ("3栋", "402室")),
        ("3号楼402业主", ("3栋", "402室")),
        ("A座一单元", ("A栋", "1单元")),
        ("9幢1105", ("9栋", "1105室")),
        ("三〇一室", ()),
        ("四巷9号", ("4巷", "9号")),
        ("里仁洞新村路口", ("新村路",)),
        ("南亭大街", ("南亭大街",)),
        ("住在金泰花园", ("金泰花园",)),
        ("走路回家，死在上访路上，没有出路", ()),
        ("上了12号线，14号来访，一栋楼", ()),
    ],
)
def test_place_words_are_written_one_way(
    panyu: Gazetteer, text: str, words: tuple[str, ...]
) -> None:
    """Floors, buildings, rooms, lanes and roads are the same word however they are written."""
    assert panyu.find(text).words == words


def test_offsets_are_of_the_text_as_it_was_sent(panyu: Gazetteer) -> None:
    """A spot's offsets hold in the original, with traditional and invisible characters in it."""
    text = "😀老家石樓，现在沙\u200b灣１２樓"
    spots = panyu.find(text).spots
    assert all(text[spot.start : spot.end] == spot.text for spot in spots)
    assert [(spot.name, spot.kind, spot.role) for spot in spots] == [
        ("石楼镇", Kind.TOWN, Role.ORIGIN),
        ("沙湾街道", Kind.TOWN, Role.NOW),
        ("12楼", Kind.WORD, Role.PLAIN),
    ]
    assert panyu.find(text).named_towns == ("沙湾街道",)


@pytest.mark.parametrize(
    "unit",
    [
        "石",
        "大石",
        "投诉大石街道办",
        "新村路",
        "一",
        "12楼",
        "在",
        "\u200b",
        "石\u200b楼",
        "<b>",
        "对大石",
    ],
)
def test_any_length_is_read(panyu: Gazetteer, unit: str) -> None:
    """A text of 100,000 characters is read to its end."""
    text = (unit * 100_000)[:100_000]
    places = panyu.find(text)
    assert all(spot.end <= len(text) for spot in places.spots)
    assert units_complained_about(text, panyu) <= {"大石街道"}


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("投诉大石街道办不作为", "大石街道"),
        ("举报石壁街道干部", "石壁街道"),
        ("状告南村镇政府", "南村镇"),
        ("对钟村街道的处理不服", "钟村街道"),
        ("不服东环街道作出的信访答复", "东环街道"),
        ("因不满大石街道对其违建的处罚", "大石街道"),
        ("大石街道办一直不处理他的投诉", "大石街道"),
        ("他把洛浦街道办告上法庭", "洛浦街道"),
        ("被化龙镇政府强拆了房子", "化龙镇"),
        ("市桥街道城管打人，要求道歉", "市桥街道"),
        ("投诉对象：石壁街道办事处", "石壁街道"),
        ("投訴大石街道辦", "大石街道"),
        ("里仁洞村民投诉镇政府不作为", "南村镇"),
        ("黄编村唐某对我镇街答复意见拒签", "市桥街道"),
    ],
)
def test_the_unit_complained_about_is_named(panyu: Gazetteer, text: str, town: str) -> None:
    """A complaint about a town's office, staff or decision names that town."""
    assert units_complained_about(text, panyu) == {town}


@pytest.mark.parametrize(
    "text",
    [
        "投诉大石街道某小区邻居养狗",
        "大石街道邻居吵架，殴打致伤",
        "到大石街道办投诉邻居",
        "向石壁街道办反映噪音",
        "报告大石街道办：有人要跳楼",
        "投诉大石街道办隔壁的烧烤店",
        "大石街道办处理烧烤店违法占道",
        "大石街道办要求物业不得拖欠工资",
        "大石街道办已派人到场，物业不作为",
        "举报大石街道有人赌博",
        "扬言要砍死大石街道办主任",
        "投诉石碁镇某工厂排污",
    ],
)
def test_a_complaint_about_somebody_else_accuses_no_office(panyu: Gazetteer, text: str) -> None:
    """A neighbour, a shop or a factory in a town is not its office, nor is who is told of it."""
    assert units_complained_about(text, panyu) == frozenset()


def test_a_nameless_office_is_the_responsible_one(panyu: Gazetteer) -> None:
    """街道办 without a name is the office of the responsible town."""
    assert units_complained_about("投诉街道办不作为", panyu) == frozenset()
    assert units_complained_about("投诉街道办不作为", panyu, own="大石街道") == {"大石街道"}


def test_another_district_is_a_file(tmp_path: Path) -> None:
    """A district of one's own needs no code."""
    file = tmp_path / "anhe.toml"
    file.write_text(SMALL, encoding="utf-8")
    anhe = load(file)
    assert towns_of(anhe, "白鹤有人") == "东岭街道"
    assert towns_of(anhe, "先锋有人") is None
    assert towns_of(anhe, "先锋社区有人") == "西溪镇"
    assert towns_of(anhe, "西溪有人") is None
    assert towns_of(anhe, "西溪镇有人") == "西溪镇"


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ('name = "西溪镇"', 'name = "东岭街道"', "东岭街道"),
        ('code = "990101101"', 'code = "990101001"', "990101001 写了两次"),
        ('{ name = "先锋社区" }', '{ name = "白鹤村" }', "东岭街道 也有这个叫法"),
        (
            '{ name = "先锋社区" }',
            '{ name = "先锋社区", short = ["东岭"] }',
            "东岭街道 也有这个叫法",
        ),
        ('{ name = "先锋社区" }', '{ name = "先锋社区" }, { name = "先锋社区" }', "写了两次"),
        ('{ name = "先锋社区" }', '{ name = "先锋社区", shared = ["先锋"] }', "只有一处写了"),
        (
            '{ name = "先锋社区" }',
            '{ name = "先锋社区", shared = ["白鹤"] }',
            "写在 short 或 name 里",
        ),
        ('{ name = "先锋社区" }', '{ name = "" }', "写上文字"),
        ('{ name = "先锋社区" }', "{ }", "没有写"),
        ('{ name = "先锋社区" }', '"先锋社区"', "写成一张表"),
        ('{ name = "先锋社区" }', '{ name = "先锋社区", nick = [] }', "不认得的项"),
        ('short = ["东岭"]', 'short = ["岭"]', "每个至少两个字"),
        ('short = ["东岭"]', 'short = "东岭"', "写成"),
        ('short = ["东岭"]', 'short = ["东岭", "东岭"]', "写了两次"),
        ('short = ["东岭"]', 'shorts = ["东岭"]', "不认得的项"),
        ('short = ["东岭"]', 'points = [{ what = "站", latitude = "北", longitude = 1 }]', "度数"),
        (
            'short = ["东岭"]',
            'points = [{ what = "站", latitude = 113.2, longitude = 22.9, radius = 9 }]',
            "之间",
        ),
        (
            'short = ["东岭"]',
            'points = [{ what = "站", latitude = 22.9, longitude = 113.2 }]',
            "米数",
        ),
        ("[district]", "[villages]\n[district]", "不认得的项"),
        ('code = "990101"', "", "没有写"),
        ("[[town]]", "[[town", "TOML"),
    ],
)
def test_a_fault_in_the_file_is_named(tmp_path: Path, wrong: str, right: str, says: str) -> None:
    """A fault stops the start with the file, the entry and what to write."""
    file = tmp_path / "anhe.toml"
    assert wrong in SMALL
    file.write_text(SMALL.replace(wrong, right), encoding="utf-8")
    with pytest.raises(SetupError, match=re.escape(says)) as error:
        load(file)
    assert error.value.where == str(file)
    assert error.value.key
    assert error.value.write


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file, one that is not text and one without towns say so."""
    with pytest.raises(SetupError, match="打不开"):
        load(tmp_path / "none.toml")
    file = tmp_path / "bytes.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SetupError, match="UTF-8"):
        load(file)
    file.write_text('[district]\nname = "安和区"\ncode = "1"\n', encoding="utf-8")
    with pytest.raises(SetupError, match="没有镇街"):
        load(file)
