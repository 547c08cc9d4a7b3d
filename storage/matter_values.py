"""The ledger's rows as values, and back: heads, steps as they were written, changes.

Refuses: reading or writing rows (`storage.matters`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from domain.petition import (
    Lodging,
    Matter,
    MatterHead,
    MatterKind,
    Satisfaction,
    Step,
    StepKind,
    Tier,
)

HEAD_FIELDS = tuple(one.name for one in fields(MatterHead))


@dataclass(frozen=True, slots=True)
class KeptStep:
    """A step as it was written down: its row, when, by whom, from where."""

    id: int
    step: Step
    replaces: int | None
    void: bool
    recorded_at: datetime
    recorded_by: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a matter's head or people."""

    field: str
    before: str
    after: str
    at: datetime
    person_id: int | None
    source: str


class WrittenStep(Protocol):
    """What of a step that was written down decides whether it counts."""

    @property
    def id(self) -> int:
        """Its row."""

    @property
    def step(self) -> Step:
        """The step itself."""

    @property
    def replaces(self) -> int | None:
        """The row of the step that it stands for."""

    @property
    def void(self) -> bool:
        """Whether it only takes that step away."""


def standing(kept: Iterable[WrittenStep]) -> tuple[Step, ...]:
    """Return the steps that count: by day, those that were replaced or taken away left out."""
    rows = tuple(kept)
    gone = {row.replaces for row in rows if row.replaces is not None}
    counting = [row for row in rows if row.id not in gone and not row.void]
    return tuple(row.step for row in sorted(counting, key=lambda row: (row.step.on, row.id)))


def matter_of(row: sa.RowMapping) -> Matter:
    """Build a matter from its row, without its people and steps.

    A query may leave out what is sealed: those fields are empty then.
    """
    head = MatterHead(
        number=row["number"],
        kind=MatterKind(row["kind"]),
        lodging=Lodging(row["lodging"]),
        tier=Tier(row["tier"]),
        registered_on=row["registered_on"],
        subject=row.get("subject", ""),
        words=row.get("words", ""),
        place=row.get("place", ""),
        town=row["town"],
        unit=row["unit"],
        lead=row.get("lead", ""),
        about_units=tuple(row["about_units"]),
        repeated=row["repeated"],
        group_size=row["group_size"],
        satisfaction=None if row["satisfaction"] is None else Satisfaction(row["satisfaction"]),
    )
    return Matter(
        id=row["id"],
        head=head,
        petitioners=(),
        steps=(),
        version=row["version"],
        changed_at=row["changed_at"],
        next_due_on=row["next_due_on"],
        ended_on=row["ended_on"],
    )


def columns_of(head: MatterHead) -> dict[str, Any]:
    """Return a head as its columns hold it."""
    found = {name: getattr(head, name) for name in HEAD_FIELDS}
    found["about_units"] = list(head.about_units)
    for name in ("kind", "lodging", "tier", "satisfaction"):
        found[name] = None if found[name] is None else found[name].value
    return found


def as_text(value: Any) -> str:
    """Return a field of a head as its changes keep it."""
    if isinstance(value, list | tuple):
        return "、".join(value)
    return "" if value is None else str(value)


def kept_step(row: sa.RowMapping) -> KeptStep:
    """Build a step as it was written down."""
    step = Step(
        kind=StepKind(row["kind"]),
        on=row["on_day"],
        document=row["document"],
        unit=row["unit"],
        days=row["days"],
        until=row["until_day"],
        note=row["note"],
    )
    return KeptStep(
        id=row["id"],
        step=step,
        replaces=row["replaces"],
        void=row["void"],
        recorded_at=row["recorded_at"],
        recorded_by=row["recorded_by"],
        source=row["source"],
    )
