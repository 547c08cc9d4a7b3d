"""A made-up year like the source office's, with an independent record of the truth.

    year = make_year()                      # 5,381 matters of 2025 as they stood on 2025-12-31
    year = make_year(matters=200, leader_messages=12)    # a small one
    year.matters                            # tuple of plain dicts, the earliest first
    write_year(year, tmp_path / "year.xlsx")             # tests/petitions/made_up_sheet.py

The same arguments give the same year. The truth knows nothing of the product: kinds and steps
are the product's stored words (``"appeal_six"``, ``"accepted"``), days are `date`, so that a
test can recount with loops, plain SQL or pandas. It holds what a perfect import of the sheet
gives: names of towns and units in full, no step after ``as_of``. There is a bit of
everything: matters of several people, groups larger than their names, repeated petitions of the
same people, extensions, late notices and answers, matters still open and overdue, refused ones,
reviews and rechecks, accusations, units complained about. Every name, number and phone is
invented; the ID numbers have wrong check digits, so that they are nobody's.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol, TypedDict

DISTRICT = Path(__file__).resolve().parents[2] / "districts" / "panyu.toml"
BUREAUS = (
    "区住房城乡建设局",
    "区人力资源社会保障局",
    "区农业农村局",
    "区城市管理和综合执法局",
    "区教育局",
    "区卫生健康局",
    "区市场监管局",
    "区水务局",
    "市公安局番禺区分局",
    "市规划和自然资源局番禺区分局",
)
JUDGES = ("区纪委监委", "区委组织部")  # who looks into accusations
SUBJECTS = (
    ("城乡建设／违法建设", "反映{place}有人在屋顶加建，多次投诉没有处理。"),
    ("农村农业／集体分红", "反映{place}股份社去年分红少发，账目没有公布。"),
    ("劳动社保／拖欠工资", "反映{place}一间制衣厂拖欠工人三个月工资。"),
    ("国土资源／征地补偿", "反映{place}征地补偿款没有按协议付清。"),
    ("环境保护／噪音油烟", "反映{place}楼下餐厅油烟直排，夜里噪音大。"),
    ("教育／入学", "反映{place}新小区的孩子没有安排到就近学校。"),
    ("物业管理／维修资金", "反映{place}电梯常坏，维修资金迟迟批不下来。"),
    ("交通运输／公交线路", "建议在{place}增加一趟通往地铁站的公交。"),
    ("卫生健康／医疗费用", "反映在{place}就医的费用报销不了。"),
)
SURNAMES = "陈李黄张梁林何冯吴周郭谭邓曾罗欧区简霍关"
GIVEN = "伟芳娜敏静丽强磊军洋艳勇杰娟涛明超兰霞平刚桂英华玉萍红鑫波斌宇浩凯健俊帆雪荣爱琳琼"


class PetitionerTruth(TypedDict):
    """Somebody who petitions."""

    name: str
    phone: str
    id_number: str
    village: str
    address: str


class StepTruth(TypedDict):
    """One step that happened."""

    kind: str
    on: date
    document: str
    unit: str
    days: int | None
    until: date | None


class MatterTruth(TypedDict):
    """One matter as it stands on the year's last day."""

    number: str
    kind: str
    lodging: str
    tier: str
    registered_on: date
    subject: str
    words: str
    place: str
    town: str | None
    unit: str
    lead: str
    about_units: list[str]
    repeated: bool
    group_size: int
    satisfaction: str | None
    petitioners: list[PetitionerTruth]
    steps: list[StepTruth]


class Later(Protocol):
    """Lets a step follow some days after another; returns its day."""

    def __call__(self, kind: str, least: int, most: int, *, since: date, **more: Any) -> date:
        """Add the step."""


@dataclass(frozen=True, slots=True)
class MadeUpYear:
    """A year: every matter registered in it, as it stood on ``as_of``."""

    year: int
    as_of: date
    seed: int
    matters: tuple[MatterTruth, ...]
    towns: tuple[str, ...]


def make_year(
    *, seed: int = 314, matters: int = 5381, leader_messages: int = 314, year: int = 2025
) -> MadeUpYear:
    """Make a year up; the same arguments give the same one."""
    chance = random.Random(seed)
    places = _places()
    leader_places = set(chance.sample(range(matters), leader_messages))
    days = sorted(date(year, 1, 1) + timedelta(chance.randrange(365)) for _ in range(matters))
    made: list[MatterTruth] = []
    for place, day in enumerate(days):
        lodging = "leader_board" if place in leader_places else _lodging(chance)
        made.append(_matter(chance, place + 1, day, lodging=lodging, places=places, before=made))
    as_of = date(year, 12, 31)
    for one in made:
        one["steps"] = _steps(chance, one, as_of)
        one["satisfaction"] = _rating(chance, one)
    return MadeUpYear(year, as_of, seed, tuple(made), tuple(places))


def _places() -> dict[str, list[str]]:
    towns = tomllib.loads(DISTRICT.read_text("utf-8"))["town"]
    return {town["name"]: [one["name"] for one in town["villages"]] for town in towns}


def _lodging(chance: random.Random) -> str:
    return chance.choices(("online", "visit", "call", "letter", "mail"), (42, 22, 19, 12, 5))[0]


def _matter(
    chance: random.Random,
    number: int,
    day: date,
    *,
    lodging: str,
    places: dict[str, list[str]],
    before: list[MatterTruth],
) -> MatterTruth:
    earlier = chance.choice(before) if before and chance.random() < 0.18 else None
    kind = chance.choices(
        ("appeal_six", "appeal_other", "suggestion", "accusation"), (62, 19, 11, 8)
    )[0]
    town = chance.choices([*places, None], [*range(20, 20 - len(places), -1), 8])[0]
    if earlier is not None:
        kind, town = earlier["kind"], earlier["town"]
    village = chance.choice(places[town]) if town else ""
    own = town if town and chance.random() < 0.6 else chance.choice(BUREAUS)
    about = _about(chance, kind, town, village)
    subject, words = chance.choice(SUBJECTS)
    people = earlier["petitioners"] if earlier else _people(chance, village)
    size = len(people)
    if size > 1 and chance.random() < 0.4:
        size += chance.randrange(1, 40)
    return MatterTruth(
        number=f"{day.year}-{number:04d}",
        kind=kind,
        lodging=lodging,
        tier=chance.choices(("district", "city", "province", "state"), (55, 25, 13, 7))[0],
        registered_on=day,
        subject=subject,
        words=words.format(place=village or "区内") + ("附上联名信。" if size > 1 else ""),
        place=f"{village}附近" if village and chance.random() < 0.3 else "",
        town=town,
        unit=chance.choice(JUDGES) if kind == "accusation" or own in about else own,
        lead=_name(chance) if chance.random() < 0.12 else "",
        about_units=about,
        repeated=earlier is not None,
        group_size=size,
        satisfaction=None,
        petitioners=people,
        steps=[],
    )


def _about(chance: random.Random, kind: str, town: str | None, village: str) -> list[str]:
    """Whom it complains about: always somebody in an accusation, now and then in an appeal."""
    if kind != "accusation" and chance.random() < 0.93:
        return []
    choices = [chance.choice(BUREAUS)]
    if town:
        choices += [town, town, f"{village}村委会"]
    return sorted(set(chance.sample(choices, 2 if chance.random() < 0.1 and town else 1)))


def _name(chance: random.Random) -> str:
    given = "".join(chance.sample(GIVEN, chance.choice((1, 2, 2))))
    return chance.choice(SURNAMES) + given


def _people(chance: random.Random, village: str) -> list[PetitionerTruth]:
    several = chance.random() < 0.08
    people: list[PetitionerTruth] = []
    for _ in range(chance.randrange(2, 6) if several else 1):
        phone = f"1{chance.choice('3578')}00000{chance.randrange(10000):04d}"
        has_id = not several and chance.random() < 0.4
        people.append(
            PetitionerTruth(
                name=_name(chance),
                phone=phone if chance.random() < 0.9 or several else "",
                id_number=_nobodys_id(chance) if has_id else "",
                village=village,
                address=f"{village}{chance.randrange(1, 99)}号" if village and not several else "",
            )
        )
    return people


def _nobodys_id(chance: random.Random) -> str:
    born = date(1950, 1, 1) + timedelta(chance.randrange(18_000))
    body = f"440113{born:%Y%m%d}{chance.randrange(1000):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    right = sum(int(one) * weight for one, weight in zip(body, weights, strict=True)) % 11
    return body + "10X98765432"[(right + 1) % 11]


def _steps(chance: random.Random, one: MatterTruth, as_of: date) -> list[StepTruth]:
    """Return what happened to a matter until a day, the earliest first."""
    steps = [_step("registered", one["registered_on"])]

    def later(kind: str, least: int, most: int, *, since: date, **more: Any) -> date:
        day = since + timedelta(chance.randint(least, most))
        steps.append(_step(kind, day, **more))
        return day

    serial = int(one["number"][5:])
    is_late = chance.random() < 0.03
    forwarded = later(
        "forwarded",
        *((16, 25) if is_late else (0, 12)),
        since=one["registered_on"],
        document=f"番信转〔{one['registered_on'].year}〕{serial}号",
        unit=one["unit"],
    )
    if one["lodging"] == "visit" and not one["repeated"] and chance.random() < 0.7:
        later("second_reception", 3, 14, since=one["registered_on"])
    refused = chance.random()
    if refused < 0.03:
        later("no_longer_accepted" if refused < 0.007 else "not_accepted", 2, 13, since=forwarded)
    else:
        accepted = later(
            "accepted", *((16, 30) if chance.random() < 0.04 else (1, 13)), since=forwarded
        )
        _answer(chance, one, accepted, later)
    return sorted(
        (step for step in steps if step["on"] <= as_of),
        key=lambda step: (step["on"], steps.index(step)),
    )


def _answer(chance: random.Random, one: MatterTruth, accepted: date, later: Later) -> None:
    is_six = one["kind"] == "appeal_six"
    least, most = 5, 58 if is_six else 80
    if is_six and chance.random() < 0.07:
        days = chance.choice((10, 15, 20, 30, 30))
        until = accepted + timedelta(60 + days)
        later("extended", 40, 58, since=accepted, days=days, until=until)
        least, most = 61, 60 + days
    elif is_six and chance.random() < 0.04:
        least, most = 64, 95
    number = f"番信复〔{one['registered_on'].year}〕{int(one['number'][5:])}号"
    replied = later("replied", least, most, since=accepted, document=number, unit=one["unit"])
    if one["kind"] != "accusation" and chance.random() < 0.62:
        later("satisfaction", 2, 20, since=replied)
    if is_six and chance.random() < 0.04:
        asked = later("review_asked", 5, 27, since=replied)
        reviewed = later("reviewed", 8, 28, since=asked)
        if chance.random() < 0.35:
            asked = later("recheck_asked", 5, 27, since=reviewed)
            later("rechecked", 8, 28, since=asked)


def _rating(chance: random.Random, one: MatterTruth) -> str | None:
    rated = any(step["kind"] == "satisfaction" for step in one["steps"])
    rating = chance.choices(("satisfied", "mostly", "dissatisfied"), (80, 14, 6))[0]
    return rating if rated else None


def _step(kind: str, on: date, **more: Any) -> StepTruth:
    step = StepTruth(kind=kind, on=on, document="", unit="", days=None, until=None)
    step.update(more)  # type: ignore[typeddict-item]
    return step
