"""Many matters at once, read and written with a few statements whatever their number.

For imports. The rules of `storage.matters` hold: a step is never changed, and a head's changes
are kept. Whoever writes has read the same matters in the same unit, under its lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from domain.petition import Matter, MatterHead, Petitioner, Step
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
from storage.petitioners import PetitionerRows
from storage.tables import matter_changes, matter_steps, matters

PEOPLE = "petitioners"


@dataclass(frozen=True, slots=True)
class Kept:
    """A matter with everything that was ever written of its steps, and each field's last change.

    ``is_cleared``: what it said of people was removed, its time was over.
    """

    matter: Matter
    steps: tuple[KeptStep, ...]
    last_changes: Mapping[str, Change]
    is_cleared: bool = False


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step to be written down; ``replaces`` is the row that it stands for."""

    step: Step
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A matter as it shall stand; ``kept`` is what stood before, None for a new one.

    ``slips`` are the spellings by which its people are found: (name, spelling).
    """

    head: MatterHead
    petitioners: tuple[Petitioner, ...]
    steps: tuple[NewStep, ...]
    open_to: str
    next_due_on: date | None
    ended_on: date | None
    slips: tuple[tuple[str, str], ...] = ()
    kept: Kept | None = None
    was_open_to: str = ""


# Built once: building a statement costs several times what running it does.
_ADD = sa.insert(matters).returning(matters.c.id, matters.c.number)
_RECORD = sa.insert(matter_steps)
_NOTE = sa.insert(matter_changes)
_PUT = (*HEAD_FIELDS, "open_to", "next_due_on", "ended_on", "version", "changed_at")
_CHANGE = (
    sa.update(matters)
    .where(matters.c.id == sa.bindparam("matter"))
    .values({name: sa.bindparam(name) for name in _PUT})
)


class MatterBatchRows:
    """Many matters in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now
        self._people = PetitionerRows(connection, now)

    def kept(self, numbers: Iterable[str], *, lock: bool = False) -> dict[str, Kept]:
        """Return those matters of some numbers that are there; ``lock`` them to write them."""
        query = sa.select(matters).where(matters.c.number.in_(tuple(numbers)))
        rows = self._connection.execute(query.with_for_update() if lock else query)
        return {one.matter.number: one for one in self._whole(rows.mappings().all())}

    def write(self, entries: Sequence[Entry], *, person_id: int, source: str) -> None:
        """Add what is new, change what is not, and write the steps down."""
        ids = self._add([one for one in entries if one.kept is None])
        old = [one for one in entries if one.kept is not None]
        self._change(old, person_id=person_id, source=source)
        people = []
        for one in entries:
            matter_id = _id(one, ids)
            before = None if one.kept is None else one.kept.matter.petitioners
            if before != one.petitioners or one.open_to != one.was_open_to:
                people.append((matter_id, one))
        self._people.remove(*(matter_id for matter_id, one in people if one.kept is not None))
        self._people.add_all((matter_id, one.petitioners, one.open_to) for matter_id, one in people)
        self._people.keep_all_slips(
            (name, spelling, one.open_to) for _, one in people for name, spelling in one.slips
        )
        steps = [
            self._step(_id(one, ids), new, person_id=person_id, source=source)
            for one in entries
            for new in one.steps
        ]
        if steps:
            self._connection.execute(_RECORD, steps)

    def _whole(self, rows: Sequence[sa.RowMapping]) -> list[Kept]:
        found = [matter_of(row) for row in rows]
        ids = tuple(one.id for one in found)
        if not ids:
            return []
        people = self._people.of_several(ids)
        steps: dict[int, list[KeptStep]] = {one: [] for one in ids}
        query = sa.select(matter_steps).where(matter_steps.c.matter_id.in_(ids))
        for row in self._connection.execute(query.order_by(matter_steps.c.id)).mappings():
            steps[row["matter_id"]].append(kept_step(row))
        changes: dict[int, dict[str, Change]] = {one: {} for one in ids}
        query = sa.select(matter_changes).where(matter_changes.c.matter_id.in_(ids))
        for line in self._connection.execute(query.order_by(matter_changes.c.id)):
            changes[line.matter_id][line.field] = Change(
                line.field, line.before, line.after, line.at, line.person_id, line.source
            )
        return [
            Kept(
                replace(one, petitioners=people.get(one.id, ()), steps=standing(steps[one.id])),
                tuple(steps[one.id]),
                changes[one.id],
                is_cleared=row["cleared_at"] is not None,
            )
            for one, row in zip(found, rows, strict=True)
        ]

    def _add(self, entries: Sequence[Entry]) -> dict[str, int]:
        if not entries:
            return {}
        rows = [{**columns_of(one.head), **self._kept_with(one)} for one in entries]
        return {row.number: row.id for row in self._connection.execute(_ADD, rows)}

    def _change(self, entries: Sequence[Entry], *, person_id: int, source: str) -> None:
        rows: list[dict[str, Any]] = []
        notes: list[dict[str, Any]] = []
        for one in entries:
            if one.kept is None:
                continue
            changed = list(_changed(one.kept.matter, one))
            notes += (
                {
                    "matter_id": one.kept.matter.id,
                    "field": field,
                    "before": before,
                    "after": after,
                    "at": self._now,
                    "person_id": person_id,
                    "source": source,
                }
                for field, before, after in changed
            )
            rows.append(
                {
                    **columns_of(one.head),
                    **self._kept_with(one),
                    "matter": one.kept.matter.id,
                    "version": one.kept.matter.version + 1,
                }
            )
        if rows:
            self._connection.execute(_CHANGE, rows)
        if notes:
            self._connection.execute(_NOTE, notes)

    def _kept_with(self, one: Entry) -> dict[str, Any]:
        return {
            "open_to": one.open_to,
            "next_due_on": one.next_due_on,
            "ended_on": one.ended_on,
            "changed_at": self._now,
        }

    def _step(self, matter_id: int, new: NewStep, *, person_id: int, source: str) -> dict[str, Any]:
        return {
            "matter_id": matter_id,
            "kind": new.step.kind.value,
            "on_day": new.step.on,
            "document": new.step.document,
            "unit": new.step.unit,
            "days": new.step.days,
            "until_day": new.step.until,
            "note": new.step.note,
            "replaces": new.replaces,
            "recorded_at": self._now,
            "recorded_by": person_id,
            "source": source,
        }


def spell(people: Iterable[Petitioner]) -> str:
    """Write people as a matter's history keeps them; the column is sealed."""
    return "；".join(
        " ".join(
            part for part in (one.name, one.phone, one.id_number, one.village, one.address) if part
        )
        for one in people
    )


def _id(one: Entry, ids: Mapping[str, int]) -> int:
    return ids[one.head.number] if one.kept is None else one.kept.matter.id


def _changed(before: Matter, after: Entry) -> Iterable[tuple[str, str, str]]:
    """Give each changed field with what stood there and what stands now."""
    for name in HEAD_FIELDS:
        old, new = getattr(before.head, name), getattr(after.head, name)
        if old != new:
            yield name, as_text(old), as_text(new)
    if before.petitioners != after.petitioners:
        yield PEOPLE, spell(before.petitioners), spell(after.petitioners)
