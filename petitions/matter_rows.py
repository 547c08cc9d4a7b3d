"""What one row of an exported sheet says of a matter, and nothing that it does not say.

An empty cell says nothing. Refuses: the database; whether a matter is new is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from domain.petition import MatterKind, Petitioner, Step
from domain.sheet import CellValue, SheetRow
from petitions import cells, sheet_words
from petitions.cells import Unreadable
from petitions.heads import Field, Heads
from petitions.near_names import LONGEST_NAME, tidy_name
from petitions.row_cells import RowCells
from petitions.sheet_words import KindSaid
from petitions.step_cells import read_steps
from petitions.units import Units

HIDDEN = "*"  # how exports show what is not shown whole
_AND_OTHERS = re.compile(r"等(?:人|(\d{1,5})(?:人|名|户)?)?$")
_SUMS = frozenset({"合计", "总计", "小计", "共计"})
_NAMELESS = frozenset({"匿名", "匿名者", "佚名", "未知", "群众"})
_BRACKETS = re.compile(r"\([^()]*\)")
_PHONE = re.compile(r"\d{7,12}")
_ID_NUMBER = re.compile(r"\d{17}[\dX]|\d{15}|[A-Z]{1,3}\d{6,10}[A-Z]?")


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says. ``head`` holds those fields of `MatterHead` that it speaks of."""

    row: int
    number: str
    head: dict[str, Any]
    kind: KindSaid | None
    petitioners: tuple[Petitioner, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One matter of a sheet as it was read; without ``said`` it is refused."""

    row: int
    number: str
    said: Said | None
    cells: RowCells


class Reader:
    """Reads the rows of one sheet, in their order."""

    def __init__(self, heads: Heads, units: Units, *, appeals: MatterKind | None) -> None:
        """Bind to a sheet's head; ``appeals`` is what an appeal is that names no item."""
        self._heads = heads
        self._units = units
        self._appeals = appeals
        self._seen: dict[int, int] = {}

    def lines(self, rows: Iterable[SheetRow]) -> Iterator[Line]:
        """Give a sheet's matters; rows under one merged number are one matter's people."""
        waiting: Line | None = None
        for row in rows:
            if row.number <= self._heads.bottom or self._is_no_matter(row):
                continue
            if waiting is not None and self._continues(row):
                waiting = self._with_more_people(waiting, row)
                continue
            if waiting is not None:
                yield waiting
            waiting = self._line(row)
        if waiting is not None:
            yield waiting

    def _is_no_matter(self, row: SheetRow) -> bool:
        """Whether a row is empty, a line of words across the sheet, or who made it."""
        number = self._heads.columns[Field.NUMBER]
        if number in row.across:
            columns = self._heads.columns.values()
            same = sum(row.cells.get(one) == row.cells.get(number) for one in columns)
            if 2 * same > len(columns):
                return True
        told = RowCells(row, self._heads)
        if not told.is_empty(Field.NUMBER):
            words = str(row.cells[number]).strip()
            return words in _SUMS or words == self._heads.words.get(number)
        deciding = (Field.REGISTERED_ON, Field.NAME, Field.WORDS, Field.KIND)
        return all(told.is_empty(what) for what in deciding)

    def _continues(self, row: SheetRow) -> bool:
        return self._heads.columns[Field.NUMBER] in row.below

    def _with_more_people(self, line: Line, row: SheetRow) -> Line:
        if line.said is None:
            return line
        more = RowCells(row, self._heads, remarks=line.cells.remarks)
        people = tuple(dict.fromkeys((*line.said.petitioners, *_people(more))))
        return replace(line, said=replace(line.said, petitioners=people))

    def _line(self, row: SheetRow) -> Line:
        told = RowCells(row, self._heads)
        number = told.read(Field.NUMBER, cells.number) or ""
        if not number and not told.is_refused:
            told.remark(Field.NUMBER, "没有编号，无法登记", refuses=True)
        said = self._said(told, number)
        if number and not told.is_refused:
            # the hash alone: a hundred thousand numbers would be a hundred thousand texts
            earlier = self._seen.setdefault(hash(number), row.number)
            if earlier != row.number:
                told.remark(Field.NUMBER, f"第 {earlier} 行已经有这个编号", refuses=True)
        return Line(row.number, number, None if told.is_refused else said, told)

    def _said(self, told: RowCells, number: str) -> Said:
        kind = self._kind(told)
        head: dict[str, Any] = {
            "kind": None if kind is None else kind.kind,
            "registered_on": told.day(Field.REGISTERED_ON),
            "lodging": told.say(Field.LODGING, sheet_words.lodging),
            "tier": told.say(Field.TIER, sheet_words.tier),
            "subject": told.words(Field.SUBJECT) or None,
            "words": told.words(Field.WORDS) or None,
            "place": told.words(Field.PLACE) or None,
            "unit": self._units.unit(told.short(Field.UNIT)) or None,
            "lead": told.short(Field.LEAD) or None,
            "about_units": self._about(told) or None,
            "repeated": self._repeated(told),
            "group_size": told.read(Field.GROUP_SIZE, cells.count),
            "satisfaction": told.say(Field.SATISFACTION, sheet_words.satisfaction),
            "town": self._town(told),
        }
        if head["group_size"] is None:
            head["group_size"] = _size_by_names(told)
        steps = read_steps(told, registered_on=head["registered_on"], unit=head["unit"] or "")
        return Said(
            row=told.row.number,
            number=number,
            head={name: value for name, value in head.items() if value is not None},
            kind=kind,
            petitioners=_people(told),
            steps=steps,
        )

    def _kind(self, told: RowCells) -> KindSaid | None:
        """Return what the row says of its kind, with the way of handling that it names.

        A sheet without a column for it may say it in its 内容分类.
        """
        if Field.KIND not in self._heads.columns:
            try:
                return sheet_words.kind(told.short(Field.SUBJECT), appeals=self._appeals)
            except Unreadable:
                return None
        way = told.short(Field.PROCEDURE)
        return told.say(
            Field.KIND, lambda words: sheet_words.kind(f"{words} {way}", appeals=self._appeals)
        )

    def _repeated(self, told: RowCells) -> bool | None:
        head = self._heads.words.get(self._heads.columns.get(Field.REPEATED, 0), "")
        asks_for_first = "初" in head and "重" not in head
        return told.say(
            Field.REPEATED,
            lambda words: sheet_words.repeated(words, asks_for_first=asks_for_first),
        )

    def _town(self, told: RowCells) -> str | None:
        written = told.short(Field.TOWN)
        if not written:
            return None
        town, is_known = self._units.place(written)
        if not is_known:
            told.remark(Field.TOWN, "不是本区的镇街，没有记属地，只有区里能看")
        return town

    def _about(self, told: RowCells) -> tuple[str, ...]:
        """Return the units complained about; one that cannot be read keeps the row out.

        Without it their officers would see the matter.
        """
        written = told.read(Field.ABOUT_UNITS, cells.listed) or ()
        return tuple(dict.fromkeys(unit for one in written for unit in self._units.about(one)))


def _people(told: RowCells) -> tuple[Petitioner, ...]:
    """Return the people of a row; phones and ID numbers belong to the names in their order."""
    listed = (_BRACKETS.sub("", tidy_name(name)) for name in _listed(told, Field.NAME))
    names = [_AND_OTHERS.sub("", name)[:LONGEST_NAME] for name in listed]
    names = [name for name in dict.fromkeys(names) if name and name not in _NAMELESS]
    if not names:
        return ()
    phones = _for_each(told, Field.PHONE, names, cells.phones)
    ids = _for_each(told, Field.ID_NUMBER, names, cells.id_numbers)
    if not all(_PHONE.fullmatch(phone) for phone in phones if phone):
        told.remark(Field.PHONE, "不像电话号码，照原样记，请核对")
    if not all(_ID_NUMBER.fullmatch(one) for one in ids if one):
        told.remark(Field.ID_NUMBER, "不像证件号码，照原样记，请核对")
    village, address = told.short(Field.VILLAGE), told.words(Field.ADDRESS)
    return tuple(
        Petitioner(name, phone, id_number, village, address if place == 0 else "")
        for place, (name, phone, id_number) in enumerate(zip(names, phones, ids, strict=True))
    )


def _listed(told: RowCells, what: Field) -> tuple[str, ...]:
    return told.read(what, cells.listed, decides=False) or ()


def _for_each(
    told: RowCells, what: Field, names: list[str], how: Callable[[CellValue], tuple[str, ...]]
) -> list[str]:
    """Give each name its value; one that is too many is left out with a remark."""
    given = list(told.read(what, how, decides=False) or ())
    given = ["" if HIDDEN in one else one for one in given]  # an export's own stars say nothing
    if len(given) > len(names):
        told.remark(what, f"比姓名多，只记前 {len(names)} 个")
    return (given + [""] * len(names))[: len(names)]


def _size_by_names(told: RowCells) -> int | None:
    """Return how many petition together where the names say it: 张三等5人."""
    found = (_AND_OTHERS.search(name) for name in _listed(told, Field.NAME))
    return max((int(one[1]) for one in found if one and one[1]), default=None)
