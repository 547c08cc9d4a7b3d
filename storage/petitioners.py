"""Who petitions: written with a matter, found again by keyed hashes.

A name, phone or ID number is never compared in the clear. Each look-up is narrowed to the area
of whoever asks (`domain.access.area`): rows outside it are not read.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.access import ACCUSATIONS, Area
from domain.petition import Petitioner
from storage.columns import keyring_of
from storage.tables import name_slips, petitioners
from storage.upsert import insert

MOST_FOUND = 50


class Known(enum.StrEnum):
    """By what somebody is looked for."""

    NAME = "petitioners.name"
    PHONE = "petitioners.phone"
    ID_NUMBER = "petitioners.id_number"


MARKS = {
    Known.NAME: petitioners.c.name_mark,
    Known.PHONE: petitioners.c.phone_mark,
    Known.ID_NUMBER: petitioners.c.id_mark,
}
_ADD = sa.insert(petitioners)
_OF = (
    sa.select(petitioners)
    .where(petitioners.c.matter_id == sa.bindparam("matter"))
    .order_by(petitioners.c.position)
)
_MARKS_OF = sa.select(*MARKS.values()).where(petitioners.c.matter_id == sa.bindparam("matter"))
_OF_SEVERAL = (
    sa.select(petitioners)
    .where(petitioners.c.matter_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(petitioners.c.matter_id, petitioners.c.position)
)


def within(column: sa.ColumnElement[str], area: Area) -> sa.ColumnElement[bool]:
    """Return the condition that narrows a look-up to what somebody may read."""
    if area.town is not None:
        return column == area.town
    return sa.true() if area.accusations else column != ACCUSATIONS


class PetitionerRows:
    """Petitioners in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def add(self, matter_id: int, people: Iterable[Petitioner], *, open_to: str) -> None:
        """Add the people of a matter, in their order."""
        self.add_all([(matter_id, people, open_to)])

    def add_all(self, entries: Iterable[tuple[int, Iterable[Petitioner], str]]) -> None:
        """Add the people of many matters: (matter, people, open to) each."""
        rows = [
            {
                "matter_id": matter_id,
                "position": position,
                "name": one.name,
                "name_mark": one.name,
                "phone": one.phone,
                "phone_mark": one.phone or None,
                "id_number": one.id_number,
                "id_mark": one.id_number or None,
                "village": one.village,
                "address": one.address,
                "open_to": open_to,
            }
            for matter_id, people, open_to in entries
            for position, one in enumerate(people)
        ]
        if rows:
            self._connection.execute(_ADD, rows)

    def remove(self, *matter_ids: int) -> None:
        """Take the people of matters off; the caller keeps what stood before, or clears it."""
        if matter_ids:
            self._connection.execute(
                sa.delete(petitioners).where(petitioners.c.matter_id.in_(matter_ids))
            )

    def of(self, matter_id: int) -> tuple[Petitioner, ...]:
        """Return the people of a matter, in their order."""
        return tuple(
            _petitioner(row) for row in self._connection.execute(_OF, {"matter": matter_id})
        )

    def marks_of(self, matter_id: int) -> frozenset[tuple[Known, str]]:
        """Return the keyed hashes of a matter's people; nobody's name is opened for them."""
        found = self._connection.execute(_MARKS_OF, {"matter": matter_id})
        return frozenset(
            (known, mark)
            for row in found
            for known, mark in zip(MARKS, row, strict=True)
            if mark is not None
        )

    def of_several(self, ids: Sequence[int]) -> dict[int, tuple[Petitioner, ...]]:
        """Return the people of some matters by the matters' row ids."""
        found: dict[int, tuple[Petitioner, ...]] = {}
        for row in self._connection.execute(_OF_SEVERAL, {"ids": ids}):
            found[row.matter_id] = (*found.get(row.matter_id, ()), _petitioner(row))
        return found

    def matters_of(self, known: Known, value: str, area: Area) -> tuple[int, ...]:
        """Return the row ids of at most `MOST_FOUND` matters of somebody, the newest first."""
        column = MARKS[known]
        query = sa.select(petitioners.c.matter_id).where(
            column == value, within(petitioners.c.open_to, area)
        )
        query = query.distinct().order_by(petitioners.c.matter_id.desc()).limit(MOST_FOUND)
        return tuple(self._connection.execute(query).scalars())

    def keep_slips(self, name: str, spellings: Iterable[str], *, open_to: str) -> None:
        """Let a name be found by spellings near it; the same ones again change nothing."""
        self.keep_all_slips((name, spelling, open_to) for spelling in spellings)

    def keep_all_slips(self, slips: Iterable[tuple[str, str, str]]) -> None:
        """Let many names be found: (name, a spelling near it, open to) each."""
        rows = [
            {
                "spelling_mark": spelling,
                "open_to": open_to,
                "name_mark": name,
                "spelling": spelling,
                "name": name,
            }
            for name, spelling, open_to in dict.fromkeys(slips)
        ]
        if rows:
            statement = insert(self._connection, name_slips).on_conflict_do_nothing()
            self._connection.execute(statement, rows)

    def names_near(self, spellings: Iterable[str], area: Area, *, limit: int) -> tuple[str, ...]:
        """Return names that share a spelling with these, those that share most first."""
        rows = self._connection.execute(
            sa.select(name_slips.c.name_mark, name_slips.c.name)
            .where(
                name_slips.c.spelling_mark.in_(tuple(spellings)), within(name_slips.c.open_to, area)
            )
            .order_by(name_slips.c.name_mark)
            .limit(MOST_FOUND)
        )
        shared = Counter(row.name for row in rows)
        return tuple(name for name, _ in shared.most_common(limit))

    def mark(self, known: Known, value: str) -> str:
        """Return the keyed hash under which somebody is found."""
        return keyring_of(self._connection.dialect, known.value).mark(value, known.value)


def _petitioner(row: sa.Row[Any]) -> Petitioner:
    return Petitioner(row.name, row.phone, row.id_number, row.village, row.address)
