"""Somebody's own data as a file that they can read: a workbook, or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from app.look_words import place_words, what_words
from petitions.own_data import Part

LARGEST_LOOKS = 1000  # of one matter, the newest
_WIDTHS = (16, 20, 70)
_FIELDS = {
    "number": "编号",
    "kind": "类型",
    "lodging": "来访形式",
    "tier": "受理层级",
    "registered_on": "登记日期",
    "subject": "事由",
    "words": "内容",
    "place": "地点",
    "town": "属地",
    "unit": "责任单位",
    "lead": "包案领导",
    "about_units": "被反映单位",
    "repeated": "重复信访",
    "group_size": "人数",
    "satisfaction": "评价",
    "petitioners": "信访人",
}

Row = tuple[str, str, str]
Posts = Mapping[int | None, str]


def write_json(file: Path, parts: tuple[Part, ...], posts: Posts, zone: tzinfo) -> None:
    """Write the same rows as JSON, matter by matter."""
    found = [
        [{"类别": kind, "项目": item, "内容": text} for kind, item, text in rows(one, posts, zone)]
        for one in parts
    ]
    file.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")


def write_workbook(file: Path, parts: tuple[Part, ...], posts: Posts, zone: tzinfo) -> None:
    """Write a sheet a matter; every cell is text, and no formula."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for place, part in enumerate(parts, 1):
        sheet = book.create_sheet(f"第{place}件")
        for letter, width in zip("ABC", _WIDTHS, strict=True):
            sheet.column_dimensions[letter].width = width
        lines = [("类别", "项目", "内容"), *rows(part, posts, zone)]
        for line, cells in enumerate(lines, 1):
            for column, text in enumerate(cells, 1):
                cell = sheet.cell(line, column)
                cell.value = text
                cell.data_type = "s"
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                cell.font = Font(bold=line == 1)
        sheet.freeze_panes = "A2"
    book.save(file)


def rows(part: Part, posts: Posts, zone: tzinfo) -> Iterator[Row]:
    """Give every row about one matter: who, what, steps, changes, looks."""
    own, head = part.own, part.matter.head
    for item, text in (
        ("姓名", own.name),
        ("电话", own.phone),
        ("证件号", own.id_number),
        ("村居", own.village),
        ("住址", own.address),
    ):
        yield "本人", item, text
    for field, label in _FIELDS.items():
        if field != "petitioners":
            yield "事项", label, _text(getattr(head, field))
    yield "事项", "了结日期", _text(part.matter.ended_on)
    for step in part.matter.steps:
        said = _joined(step.unit, step.document, _text(step.until), step.note)
        yield "步骤", f"{step.on} {step.kind.label}", said
    for day, field in part.changed:
        yield "更正记录", day, _FIELDS.get(field, field)
    for look in part.looks[-LARGEST_LOOKS:]:
        at = f"{look.at.astimezone(zone):%Y-%m-%d %H:%M}"
        who = posts.get(look.person_id, "")
        yield "谁看过", at, _joined(who, what_words(look.what), place_words(look.channel))


def _joined(*words: str) -> str:
    return "　".join(word for word in words if word)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(str(one) for one in value)
    return str(getattr(value, "label", value))
