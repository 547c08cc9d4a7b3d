"""Reports that a measurement sends: every one of another person at another address.

No two are of one event, so each danger must have an alert of its own. What is a danger the
product's own two readers say; the words are invented.
"""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.danger import Assessment, Level
from nlp import places, rulebook, weak_signals
from nlp.assess import Assessor
from nlp.masking import place_names
from nlp.reading import TwoReaders

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "nlp" / "weights" / "weak_signals.json"
DISTRICT = ROOT / "districts" / "panyu.toml"

DANGEROUS = (
    "{who}说不想活了，手里拿着一瓶农药",
    "{who}坐在楼顶边上，喊他也不下来",
    "{who}拿着菜刀追着人砍，快来",
    "{who}往门口泼汽油，拿着打火机说要点火",
    "{who}吞了一整瓶安眠药，叫不醒",
    "{who}扬言再不给钱就杀了包工头全家",
    "{who}说活着没意思，把存折都交给女儿了",
    "{who}说再不解决就从楼上跳下去",
)
HARMLESS = (
    "{who}反映楼下烧烤档油烟扰民，想请城管看看",
    "{who}问低保什么时候发，已告知月底",
    "{who}家里漏水，物业约了明天上门",
    "{who}拿到了拆迁补偿的复函，表示还要去区里反映",
    "{who}说路灯坏了三盏，晚上看不清",
)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许冯邓曹彭曾"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛霞燕玲辉鹏超波斌浩凯健俊"


@dataclass(frozen=True, slots=True)
class Report:
    """What one reporter of ``town`` writes, and the grade that the rules give it."""

    town: str
    text: str
    level: Level


def towns_of(towns_file: Path) -> dict[str, tuple[str, ...]]:
    """Return the villages of each town that no other town has, by the town's full name."""
    towns = places.load(towns_file).towns
    names = [village.name for town in towns for village in town.villages]
    return {
        town.name: tuple(v.name for v in town.villages if names.count(v.name) == 1)
        for town in towns
    }


def make_reports(
    rng: random.Random,
    villages: dict[str, tuple[str, ...]],
    *,
    count: int,
    dangerous: float,
    rules: Path,
    second: bool = True,
    shares: Mapping[str, float] | None = None,
) -> tuple[Report, ...]:
    """Return ``count`` reports, a share of ``dangerous`` of them with a danger to life.

    ``second``: the second reader reads too. ``shares`` are those of towns that have more, or
    less, than the others' 1.
    """
    assess = _reading(rules, second)
    numbers = rng.sample(range(1, count + 1), count)
    reports = []
    towns = sorted(villages)
    weights = [(shares or {}).get(town, 1.0) for town in towns]
    names = _names(rng)
    for number in numbers:
        (town,) = rng.choices(towns, weights)
        words = rng.choice(DANGEROUS if rng.random() < dangerous else HARMLESS)
        who = next(names)
        text = f"{town}{rng.choice(villages[town])}{number}号，{words.format(who=who)}"
        reports.append(Report(town=town, text=text, level=assess(text).level))
    return tuple(reports)


def _names(rng: random.Random) -> Iterator[str]:
    """Return names, none again before all were: one name in one village is one event."""
    every = ["".join(parts) for parts in itertools.product(_SURNAMES, _GIVEN, _GIVEN)]
    rng.shuffle(every)
    return itertools.cycle(every)


@functools.cache
def _reading(rules: Path, second: bool) -> Callable[[str], Assessment]:  # noqa: FBT001 - cached
    assessor = Assessor(rulebook.load(rules))
    if not second:
        return assessor.assess
    names = place_names(places.load(DISTRICT))
    return TwoReaders(assessor, weak_signals.load(WEIGHTS, place_names=names)).assess


def red_report(number: int, town: str) -> str:
    """Return the words of a red report at an address of its own."""
    return f"{town}工业路{number}号，有人往门口泼汽油，拿着打火机说要点火"
