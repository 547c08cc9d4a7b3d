"""Writes a made-up year as the sheet that a system would export, with all its mess.

    write_year(year, path)                          # refuses nothing: every row can be imported
    wrong = write_year(year, path, spoiled=40)      # 40 rows more that cannot; returns which

Titles above the head and a merged one over it, several ways to write each day, full-width
digits, phones as numbers, units under other names, one cell merged over several rows, error
cells where nothing is lost, formulas with what they showed. What a row means is the same, so
that whoever reads the sheet well arrives at ``year.matters``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.petitions.made_up_year import MadeUpYear, MatterTruth
from tests.petitions.raw_sheet import Cell, Mistake, Shown, serial_of, write_xlsx

HEADS = (
    "序号",
    "信访件编号",
    "登记日期",
    "信访形式",
    "登记机构级别",
    "姓名",
    "联系电话",
    "证件号码",
    "村居",
    "住址",
    "人数",
    "问题属地",
    "信访目的",
    "内容分类",
    "概况",
    "具体地点",
    "责任单位",
    "被反映单位",
    "初次/重复",
    "转送日期",
    "转送文号",
    "受理日期",
    "不予受理日期",
    "不再受理日期",
    "延期日期",
    "延期天数",
    "延期至",
    "办结日期",
    "答复文号",
    "满意度",
    "评价日期",
    "包案领导",
    "二次接访日期",
    "申请复查日期",
    "复查意见日期",
    "申请复核日期",
    "复核意见日期",
)
HEAD_ROW = 4
_FULL = str.maketrans("0123456789", "０１２３４５６７８９")
_STEP_HEADS = {
    "forwarded": "转送日期",
    "accepted": "受理日期",
    "not_accepted": "不予受理日期",
    "no_longer_accepted": "不再受理日期",
    "extended": "延期日期",
    "replied": "办结日期",
    "satisfaction": "评价日期",
    "second_reception": "二次接访日期",
    "review_asked": "申请复查日期",
    "reviewed": "复查意见日期",
    "recheck_asked": "申请复核日期",
    "rechecked": "复核意见日期",
}
_WORDS = {
    "appeal_six": ("申诉求决（三十一条六项）", "求决（第三十一条第（六）项）", "申诉求决31(六)"),
    "appeal_other": (
        "申诉求决（三十一条一至五项）",
        "申诉（第三十一条第（三）项）",
        "申诉求决31（一）",
    ),
    "suggestion": ("建议意见", "意见建议", "建议"),
    "accusation": ("检举控告", "检举", "控告"),
    "letter": ("来信", "信件"),
    "visit": ("来访", "走访"),
    "call": ("来电", "电话"),
    "mail": ("来邮", "电子邮件"),
    "online": ("网上", "网信", "网上信访"),
    "leader_board": ("领导留言", "人民网领导留言板"),
    "district": ("区", "区级", "县（区）"),
    "city": ("市", "市级"),
    "province": ("省", "省级"),
    "state": ("国家", "国家级", "国家局"),
    "satisfied": ("满意", "满意 "),
    "mostly": ("基本满意",),
    "dissatisfied": ("不满意",),
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that has to be refused: its number in the sheet, and the head of the wrong cell."""

    row: int
    head: str


def write_year(year: MadeUpYear, path: Path, *, spoiled: int = 0) -> tuple[Wrong, ...]:
    """Write a year's sheet; ``spoiled`` rows at its end cannot be imported."""
    chance = random.Random(year.seed + 1)
    rows = [list(sheet_row(chance, one, place)) for place, one in enumerate(year.matters, 1)]
    first = HEAD_ROW + 1
    merges = ["A1:AK1", *_merge_levels(rows, first)]
    wrong = []
    for place in range(spoiled):
        row, head = _spoil(chance, year, place)
        wrong.append(Wrong(first + len(rows), head))
        rows.append(row)
    write_xlsx(path, _whole(year, rows), merges=merges)
    return tuple(wrong)


def sheet_row(chance: random.Random, one: MatterTruth, place: int) -> Iterator[Cell]:
    """Give a matter's cells, in the order of `HEADS`, each in one of its spellings."""
    cells = _plain_cells(chance, one)
    for step in one["steps"]:
        if step["kind"] in _STEP_HEADS:
            cells[_STEP_HEADS[step["kind"]]] = _day(chance, step["on"])
        if step["kind"] == "extended" and step["until"] is not None:
            by_days = f"{step['days']}天" if chance.random() < 0.3 else step["days"]
            cells |= {"延期天数": by_days, "延期至": _day(chance, step["until"])}
        if step["kind"] == "replied":
            cells["答复文号"] = step["document"]
        if step["kind"] == "forwarded":
            cells["转送文号"] = step["document"]
    cells["序号"] = place
    for head in ("住址", "具体地点", "包案领导", "延期至"):
        if head not in cells and chance.random() < 0.01:
            cells[head] = Mistake(chance.choice(("#N/A", "#REF!", "#VALUE!")))
    return (cells.get(head) for head in HEADS)


def _plain_cells(chance: random.Random, one: MatterTruth) -> dict[str, Cell]:
    people = one["petitioners"]
    size = one["group_size"]
    return {
        "信访件编号": one["number"] if chance.random() < 0.97 else f" {one['number']}\u3000",
        "登记日期": _day(chance, one["registered_on"]),
        "信访形式": chance.choice(_WORDS[one["lodging"]]),
        "登记机构级别": chance.choice(_WORDS[one["tier"]]),
        "姓名": chance.choice("、，,；").join(person["name"] for person in people),
        "联系电话": _phones(chance, [person["phone"] for person in people]),
        "证件号码": people[0]["id_number"] or None,
        "村居": people[0]["village"] or None,
        "住址": people[0]["address"] or None,
        "人数": chance.choice((size, size, f"{size}人", str(size).translate(_FULL), float(size))),
        "问题属地": _unit(chance, one["town"] or "番禺区", one["town"]),
        "信访目的": chance.choice(_WORDS[one["kind"]]),
        "内容分类": one["subject"],
        "概况": one["words"],
        "具体地点": one["place"] or None,
        "责任单位": _unit(chance, one["unit"], one["town"]),
        "被反映单位": "、".join(_unit(chance, name, one["town"]) for name in one["about_units"])
        or None,
        "初次/重复": chance.choice(
            ("重复", "重信重访", "是") if one["repeated"] else ("初次", "初信初访")
        ),
        "满意度": chance.choice(_WORDS[one["satisfaction"]]) if one["satisfaction"] else None,
        "包案领导": one["lead"] or None,
    }


def _unit(chance: random.Random, name: str, town: str | None) -> str:
    """Write a town as offices do: in full, short, with its office, under the district."""
    if name != town and not name.endswith(("街道", "镇")):
        return name
    office = "办事处" if name.endswith("街道") else "人民政府"
    return chance.choice(
        (name, name, f"{name}{office}", f"番禺区{name}", f"{name.removesuffix('道')} ")
    )


def _phones(chance: random.Random, phones: list[str]) -> Cell:
    if not any(phones):
        return None
    if len(phones) > 1:
        return chance.choice(("、", "/", "；", "\n")).join(phones)
    (phone,) = phones
    return chance.choice(
        (
            phone,
            phone,
            int(phone),
            float(phone),
            phone.translate(_FULL),
            f"{phone[:3]}-{phone[3:7]}-{phone[7:]}",
            f"+86 {phone}",
        )
    )


def _day(chance: random.Random, day: date) -> Cell:
    text = chance.choice(
        (
            f"{day.year}年{day.month}月{day.day}日",
            f"{day.year}.{day.month}.{day.day}",
            f"{day:%Y/%m/%d}",
            f"{day:%Y%m%d}",
            f"{day:%Y-%m-%d}",
            f"{day:%Y-%m-%d} 09:{chance.randrange(60):02d}:00",
            f"{day:%Y-%m-%d}".translate(_FULL),
        )
    )
    clock = timedelta(hours=chance.randrange(8, 18), minutes=30)
    return chance.choice(
        (
            text,
            text,
            day,
            datetime(day.year, day.month, day.day) + clock,  # noqa: DTZ001 - a sheet has no zone
            int(serial_of(day)),
            Shown("TODAY()", serial_of(day)),
        )
    )


def _merge_levels(rows: list[list[Cell]], first: int) -> Iterator[str]:
    """Merge equal cells of 登记机构级别 that stand below each other, a few of them."""
    column = HEADS.index("登记机构级别")
    place = 0
    while place < len(rows) - 1:
        last = place
        while last + 1 < len(rows) and rows[last + 1][column] == rows[place][column]:
            last += 1
        if last - place >= 2:
            for row in rows[place + 1 : last + 1]:
                row[column] = None
            yield f"E{first + place}:E{first + last}"
        place = last + 1


def _spoil(chance: random.Random, year: MadeUpYear, place: int) -> tuple[list[Cell], str]:
    """Return a row that cannot be imported, and the head of what is wrong."""
    one = year.matters[place % len(year.matters)]
    row = list(sheet_row(chance, one, len(year.matters) + place + 1))
    new = f"{year.year}-9{place:04d}"
    row[HEADS.index("信访件编号")] = new
    head, value = (
        ("信访件编号", None),
        ("登记日期", f"{year.year}年2月30日"),
        ("登记日期", Mistake("#N/A")),
        ("信访目的", "其他"),
        ("信访形式", "传真"),
        ("受理日期", "待定"),
        ("人数", "很多"),
        ("信访件编号", one["number"]),
    )[place % 8]
    row[HEADS.index(head)] = value
    return row, head


def _whole(year: MadeUpYear, rows: list[list[Cell]]) -> Iterator[list[Cell]]:
    yield [f"番禺区信访事项登记表（{year.year}年）"]
    yield ["导出单位：区信访局", None, None, f"导出时间：{year.as_of:%Y-%m-%d} 17:30"]
    yield []
    yield list(HEADS)
    yield from rows
