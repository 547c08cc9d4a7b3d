"""What the columns of an exported sheet mean, and where its head stands.

Each system has its own heads; which ones are accepted for a field is a setting
(`[petitions.columns]`), the first one that is there before the others. A head may stand
anywhere in the first rows and be up to three rows high. Refuses: a sheet without a matter's
number, and two columns with one head.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.errors import PersonCanFix
from domain.sheet import CellValue, SheetRow, bare, cell_name

HEAD_WITHIN = 20  # rows from the top
HIGHEST_HEAD = 3  # rows
FEWEST_KNOWN = 3  # columns of a row that is a head

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[*:：★]")


class Field(enum.StrEnum):
    """What a column may say of a matter; the value is its key in the settings."""

    NUMBER = "number"
    REGISTERED_ON = "registered_on"
    LODGING = "lodging"
    TIER = "tier"
    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    VILLAGE = "village"
    ADDRESS = "address"
    GROUP_SIZE = "group_size"
    TOWN = "town"
    KIND = "kind"
    PROCEDURE = "procedure"
    SUBJECT = "subject"
    WORDS = "words"
    PLACE = "place"
    UNIT = "unit"
    ABOUT_UNITS = "about_units"
    REPEATED = "repeated"
    FORWARDED_ON = "forwarded_on"
    FORWARDED_DOCUMENT = "forwarded_document"
    ACCEPTED_ON = "accepted_on"
    ACCEPTANCE = "acceptance"
    NOTIFIED_ON = "notified_on"
    ACCEPTED_DOCUMENT = "accepted_document"
    NOT_ACCEPTED_ON = "not_accepted_on"
    NO_LONGER_ACCEPTED_ON = "no_longer_accepted_on"
    EXTENDED_ON = "extended_on"
    EXTENDED_DAYS = "extended_days"
    EXTENDED_UNTIL = "extended_until"
    REPLIED_ON = "replied_on"
    REPLIED_DOCUMENT = "replied_document"
    SATISFACTION = "satisfaction"
    RATED_ON = "rated_on"
    LEAD = "lead"
    SECOND_RECEPTION_ON = "second_reception_on"
    REVIEW_ASKED_ON = "review_asked_on"
    REVIEWED_ON = "reviewed_on"
    RECHECK_ASKED_ON = "recheck_asked_on"
    RECHECKED_ON = "rechecked_on"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Which heads stand for which field, and their rank in it; compared without blanks."""

    fields: Mapping[str, tuple[Field, int]]

    @classmethod
    def of(cls, heads: Mapping[Field, Sequence[str]]) -> Accepted:
        """Make it of the heads of each field; the first field that names a head has it."""
        fields: dict[str, tuple[Field, int]] = {}
        for field, names in heads.items():
            for rank, name in enumerate(names):
                fields.setdefault(bare(name), (field, rank))
        return cls(fields)

    def meaning(self, head: str) -> tuple[Field, int] | None:
        """Return what a head stands for: as it is, or without its brackets and stars."""
        words = bare(head)
        return self.fields.get(words) or self.fields.get(_BRACKETS.sub("", words))


@dataclass(frozen=True, slots=True)
class Heads:
    """The head of a sheet: its last row, each field's column, and the words over each column."""

    bottom: int
    columns: Mapping[Field, int]
    words: Mapping[int, str]

    @property
    def unread(self) -> tuple[str, ...]:
        """The heads of the columns that are not read."""
        read = set(self.columns.values())
        return tuple(head for column, head in self.words.items() if head and column not in read)


def find_heads(rows: Sequence[SheetRow], accepted: Accepted) -> Heads:
    """Find the head in a sheet's first rows; `PersonCanFix` says what is missing."""
    best = max(
        (row for row in rows if row.number <= HEAD_WITHIN),
        key=lambda row: len(_known(row, accepted)),
        default=None,
    )
    if best is None or len(_known(best, accepted)) < FEWEST_KNOWN:
        raise PersonCanFix(
            f"前 {HEAD_WITHIN} 行里没有找到表头（信访件编号、登记日期……），没有导入。"
        )
    block = _head_rows(rows, best, accepted)
    found: dict[Field, tuple[int, int]] = {}  # rank and column
    words: dict[int, str] = {}
    for column in sorted({column for row in block for column in row.cells}):
        over = list(dict.fromkeys(_words(row.cells.get(column)) for row in block))
        over = [one for one in over if one]
        words[column] = over[-1] if over else ""
        meaning = _meaning(over, accepted)
        if meaning is None:
            continue
        field, rank = meaning
        other_rank, other = found.get(field, (rank + 1, 0))
        if rank == other_rank and column in block[-1].across:
            continue  # the right half of a head that is merged across
        if rank == other_rank:
            one, two = (cell_name(block[-1].number, place) for place in (other, column))
            raise PersonCanFix(
                f"{one} 和 {two} 都写着“{words[column]}”，分不清用哪一列，请删去一列。没有导入。"
            )
        if rank < other_rank:
            found[field] = rank, column
    columns = {field: column for field, (_, column) in found.items()}
    if Field.NUMBER not in columns:
        raise PersonCanFix(
            "表头里没有信访件编号这一列，没有导入。叫法不同的，加到设置 petitions.columns.number。"
        )
    return Heads(block[-1].number, columns, words)


def _meaning(over: Sequence[str], accepted: Accepted) -> tuple[Field, int] | None:
    """Return what the words over a column mean: the lowest first, then all of them in a row."""
    for words in (*reversed(over), "".join(over)):
        meaning = accepted.meaning(words)
        if meaning is not None:
            return meaning
    return None


def _head_rows(
    rows: Sequence[SheetRow], best: SheetRow, accepted: Accepted
) -> tuple[SheetRow, ...]:
    """Return all rows of a head of which one is known: blocks that reach over several tell."""
    at = {row.number: row for row in rows}
    top = bottom = best.number
    while bottom + 1 in at and bottom + 1 < best.number + HIGHEST_HEAD:
        below = at[bottom + 1]
        if not any(accepted.meaning(_words(below.cells.get(column))) for column in below.below):
            break
        bottom += 1
    while top - 1 in at and top > best.number - HIGHEST_HEAD and at[top].below:
        top -= 1
    return tuple(at[number] for number in range(top, bottom + 1) if number in at)


def _known(row: SheetRow, accepted: Accepted) -> set[Field]:
    found = (accepted.meaning(_words(value)) for value in row.cells.values())
    return {meaning[0] for meaning in found if meaning is not None}


def _words(value: CellValue) -> str:
    return value if isinstance(value, str) else ""
