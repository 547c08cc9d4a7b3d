"""Matters and their steps. A step is never changed, and a head's changes are kept beside it.

Which of them somebody may see is `domain.access`; look-ups here are narrowed by the town that
may see a matter, so that what is not somebody's to know is not read at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from domain.access import Area
from domain.petition import (
    Matter,
    MatterHead,
    Step,
)
from storage.alerts import ChangedMeanwhile
from storage.matter_values import (
    HEAD_FIELDS,
    Change,
    KeptStep,
    as_text,
    columns_of,
    kept_step,
    matter_of,
    standing,
)
from storage.petitioners import PetitionerRows, within
from storage.tables import matter_changes, matter_steps, matters

# Built once: building a statement costs several times what running it does.
_ADD = sa.insert(matters).returning(matters.c.id)
_GET = sa.select(matters).where(matters.c.id == sa.bindparam("matter"))
_BY_NUMBER = sa.select(matters).where(matters.c.number == sa.bindparam("number"))
_STEPS = (
    sa.select(matter_steps)
    .where(matter_steps.c.matter_id == sa.bindparam("matter"))
    .order_by(matter_steps.c.id)
)
_SEVERAL = sa.select(matters).where(matters.c.id.in_(sa.bindparam("ids", expanding=True)))
_STEPS_OF_SEVERAL = (
    sa.select(matter_steps)
    .where(matter_steps.c.matter_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(matter_steps.c.id)
)
_CHANGES = (
    sa.select(matter_changes)
    .where(matter_changes.c.matter_id == sa.bindparam("matter"))
    .order_by(matter_changes.c.id)
)


class MatterRows:
    """Matters in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now
        self._people = PetitionerRows(connection, now)

    def add(self, head: MatterHead, *, open_to: str) -> int:
        """Add a matter and return its row id; its number must be new."""
        values = {**columns_of(head), "open_to": open_to, "changed_at": self._now}
        added: int = self._connection.execute(_ADD, values).scalar_one()
        return added

    def get(self, matter_id: int) -> Matter | None:
        """Return a matter with its people and standing steps."""
        row = self._connection.execute(_GET, {"matter": matter_id}).mappings().first()
        return None if row is None else self._whole(row)

    def several(self, ids: Sequence[int]) -> tuple[Matter, ...]:
        """Return matters with their people and standing steps, in the order of their row ids."""
        if not ids:
            return ()
        rows = self._connection.execute(_SEVERAL, {"ids": ids}).mappings()
        found = {row["id"]: row for row in rows}
        steps: dict[int, list[KeptStep]] = {}
        for row in self._connection.execute(_STEPS_OF_SEVERAL, {"ids": ids}).mappings():
            steps.setdefault(row["matter_id"], []).append(kept_step(row))
        people = self._people.of_several(ids)
        return tuple(
            replace(
                matter_of(found[one]),
                petitioners=people.get(one, ()),
                steps=standing(steps.get(one, ())),
            )
            for one in ids
            if one in found
        )

    def by_number(self, number: str) -> Matter | None:
        """Return the matter of a number."""
        row = self._connection.execute(_BY_NUMBER, {"number": number}).mappings().first()
        return None if row is None else self._whole(row)

    def numbered(self, number: str, area: Area) -> tuple[int, ...]:
        """Return the row id of a matter by its number, within what somebody may read."""
        query = sa.select(matters.c.id).where(
            matters.c.number == number, within(matters.c.open_to, area)
        )
        return tuple(self._connection.execute(query).scalars())

    def change(
        self,
        matter: Matter,
        head: MatterHead,
        *,
        open_to: str,
        person_id: int | None,
        source: str,
    ) -> tuple[str, ...]:
        """Put another head in place of a matter's and return the names of what changed.

        Each change is kept with what stood there before. Raises `ChangedMeanwhile` when
        somebody else changed the matter since it was read. Nothing changed: nothing is written.
        """
        before, after = columns_of(matter.head), columns_of(head)
        changed = tuple(name for name in HEAD_FIELDS if before[name] != after[name])
        if not changed:
            return ()
        self._bump(matter, {**after, "open_to": open_to})
        for name in changed:
            self.note_change(
                matter.id,
                Change(
                    field=name,
                    before=as_text(before[name]),
                    after=as_text(after[name]),
                    at=self._now,
                    person_id=person_id,
                    source=source,
                ),
            )
        return changed

    def note_change(self, matter_id: int, change: Change) -> None:
        """Keep a change of a matter's head or people."""
        self._connection.execute(
            sa.insert(matter_changes).values(
                matter_id=matter_id,
                field=change.field,
                before=change.before,
                after=change.after,
                at=change.at,
                person_id=change.person_id,
                source=change.source,
            )
        )

    def changes(self, matter_id: int) -> tuple[Change, ...]:
        """Return every change of a matter, the oldest first."""
        rows = self._connection.execute(_CHANGES, {"matter": matter_id})
        return tuple(
            Change(row.field, row.before, row.after, row.at, row.person_id, row.source)
            for row in rows
        )

    def record(
        self,
        matter_id: int,
        step: Step,
        *,
        person_id: int | None,
        source: str,
        replaces: int | None = None,
        void: bool = False,
    ) -> None:
        """Write a step down; ``replaces`` is the row of the step that it stands for."""
        self._connection.execute(
            sa.insert(matter_steps).values(
                matter_id=matter_id,
                kind=step.kind.value,
                on_day=step.on,
                document=step.document,
                unit=step.unit,
                days=step.days,
                until_day=step.until,
                note=step.note,
                replaces=replaces,
                void=void,
                recorded_at=self._now,
                recorded_by=person_id,
                source=source,
            )
        )

    def steps(self, matter_id: int) -> tuple[KeptStep, ...]:
        """Return every step that was ever written down, as it was written."""
        rows = self._connection.execute(_STEPS, {"matter": matter_id}).mappings()
        return tuple(kept_step(row) for row in rows)

    def set_clock(self, matter: Matter, *, next_due_on: date | None, ended_on: date | None) -> None:
        """Keep what follows from a matter's steps, for lists; nothing where it is the same."""
        if (matter.next_due_on, matter.ended_on) != (next_due_on, ended_on):
            self._bump(matter, {"next_due_on": next_due_on, "ended_on": ended_on})

    def _bump(self, matter: Matter, values: dict[str, Any]) -> None:
        found = self._connection.execute(
            sa.update(matters)
            .where(matters.c.id == matter.id, matters.c.version == matter.version)
            .values(**values, version=matter.version + 1, changed_at=self._now)
        )
        if found.rowcount == 0:
            raise ChangedMeanwhile

    def _whole(self, row: sa.RowMapping) -> Matter:
        return replace(
            matter_of(row),
            petitioners=self._people.of(row["id"]),
            steps=standing(self.steps(row["id"])),
        )
