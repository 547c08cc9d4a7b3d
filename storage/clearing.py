"""Matters whose time is over: their people and words go, their figures stay.

What stays is what indicators count: number, kind, way, level, town, unit, dates of the steps,
satisfaction. What goes is whoever it was about and whatever was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from domain.petition import Matter
from storage.petitioners import MARKS, Known
from storage.tables import (
    letter_steps,
    letters,
    matter_changes,
    matter_steps,
    matters,
    name_slips,
    petitioners,
)

REMOVED = ""


class ClearingRows:
    """Matters that are cleared, in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def due(self, *, ended_before: date, after: int, limit: int) -> tuple[int, ...]:
        """Return row ids of matters that ended long ago and are not cleared, by their ids."""
        query = self._served(ended_before).where(matters.c.id > after)
        return tuple(self._connection.execute(query.order_by(matters.c.id).limit(limit)).scalars())

    def waiting(self, *, ended_before: date) -> int:
        """Count the matters that ended long ago and are not cleared."""
        query = sa.select(sa.func.count()).select_from(self._served(ended_before).subquery())
        found: int = self._connection.execute(query).scalar_one()
        return found

    def clear(self, matter: Matter, *, open_to: str) -> None:
        """Take people and words out of a matter, its steps and its history."""
        self._connection.execute(
            sa.update(matters)
            .where(matters.c.id == matter.id)
            .values(
                subject=REMOVED,
                words=REMOVED,
                place=REMOVED,
                lead=REMOVED,
                cleared_at=self._now,
                version=matters.c.version + 1,
            )
        )
        of_matter = matter.id
        self._connection.execute(sa.delete(petitioners).where(petitioners.c.matter_id == of_matter))
        self._connection.execute(
            sa.update(matter_steps)
            .where(matter_steps.c.matter_id == of_matter)
            .values(document=REMOVED, note=REMOVED)
        )
        self._connection.execute(
            sa.update(matter_changes)
            .where(matter_changes.c.matter_id == of_matter)
            .values(before=REMOVED, after=REMOVED)
        )
        self._clear_letters(of_matter)
        self.forget_slips((one.name for one in matter.petitioners), open_to=open_to)

    def _clear_letters(self, matter_id: int) -> None:
        """Take the words out of a matter's letters; that they were sent and answered stays."""
        theirs = sa.select(letters.c.id).where(letters.c.matter_id == matter_id)
        self._connection.execute(
            sa.update(letter_steps)
            .where(letter_steps.c.letter_id.in_(theirs))
            .values(document=REMOVED, note=REMOVED)
        )
        self._connection.execute(
            sa.update(letters)
            .where(letters.c.matter_id == matter_id)
            .values(title=REMOVED, words=REMOVED)
        )

    def forget_slips(self, names: Iterable[str], *, open_to: str) -> None:
        """Take off the spellings near names that no matter of this reach has any longer."""
        for name in dict.fromkeys(names):
            still = sa.select(petitioners.c.id).where(
                petitioners.c.name_mark == name, petitioners.c.open_to == open_to
            )
            if self._connection.execute(still.limit(1)).first() is None:
                self._connection.execute(
                    sa.delete(name_slips).where(
                        name_slips.c.name_mark == name, name_slips.c.open_to == open_to
                    )
                )

    def matters_of(self, known: Sequence[tuple[Known, str]]) -> tuple[int, ...]:
        """Return the row ids of every matter of somebody whom all of these name."""
        here: list[sa.ColumnElement[Any]] = [MARKS[one] == value for one, value in known]
        query = sa.select(petitioners.c.matter_id).where(*here).distinct()
        return tuple(self._connection.execute(query.order_by(petitioners.c.matter_id)).scalars())

    def _served(self, ended_before: date) -> sa.Select[Any]:
        return sa.select(matters.c.id).where(
            matters.c.ended_on < ended_before, matters.c.cleared_at.is_(None)
        )
