"""Matters of a stretch of time as figures count them: heads without texts, steps without papers.

Nothing that is sealed is read, so that counting opens nobody's name, phone or words. They come
in pages: however long the stretch, no more than their row ids and one page is held.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from domain.petition import (
    Matter,
    Step,
    StepKind,
)
from storage.matter_values import matter_of, standing
from storage.tables import matter_steps, matters

PAGE = 500
Days = tuple[date, date]
"""The first and the last of some days."""

_HEADS = sa.select(
    matters.c.id,
    matters.c.number,
    matters.c.kind,
    matters.c.lodging,
    matters.c.tier,
    matters.c.registered_on,
    matters.c.town,
    matters.c.unit,
    matters.c.about_units,
    matters.c.repeated,
    matters.c.group_size,
    matters.c.satisfaction,
    matters.c.next_due_on,
    matters.c.ended_on,
    matters.c.version,
    matters.c.changed_at,
).where(matters.c.id.in_(sa.bindparam("page", expanding=True)))
_STEPS = (
    sa.select(
        matter_steps.c.id,
        matter_steps.c.matter_id,
        matter_steps.c.kind,
        matter_steps.c.on_day,
        matter_steps.c.unit,
        matter_steps.c.days,
        matter_steps.c.until_day,
        matter_steps.c.replaces,
        matter_steps.c.void,
    )
    .where(matter_steps.c.matter_id.in_(sa.bindparam("page", expanding=True)))
    .order_by(matter_steps.c.matter_id, matter_steps.c.id)
)


@dataclass(frozen=True, slots=True)
class _BareStep:
    """A step as it was written down, without its papers."""

    id: int
    step: Step
    replaces: int | None
    void: bool


class CohortRows:
    """Matters to be counted, in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Bind to a transaction."""
        self._connection = connection

    def matters(
        self,
        *,
        registered: Days,
        accepted: Days,
        town: str | None = None,
        unit: str | None = None,
    ) -> Iterator[Matter]:
        """Yield the matters registered or accepted within some days, in the order of their rows.

        More may come than counts: a step that was replaced since finds its matter as well.
        ``town`` and ``unit`` narrow to a matter's area and to who answers for it. People and
        texts are left out.
        """
        found = sa.union(
            _with_step(StepKind.REGISTERED, registered),
            _with_step(StepKind.ACCEPTED, accepted),
            sa.select(matters.c.id).where(matters.c.registered_on.between(*registered)),
        )
        query = sa.select(matters.c.id).where(matters.c.id.in_(found))
        if town is not None:
            query = query.where(matters.c.town == town)
        if unit is not None:
            query = query.where(matters.c.unit == unit)
        rows = self._connection.execute(query.order_by(matters.c.id))
        ids = array("q", rows.scalars())
        for start in range(0, len(ids), PAGE):
            yield from self._page(ids[start : start + PAGE].tolist())

    def _page(self, ids: Sequence[int]) -> Iterator[Matter]:
        steps = self._steps(ids)
        found = self._connection.execute(_HEADS, {"page": ids}).mappings()
        heads = {row["id"]: row for row in found}
        for one in ids:
            yield replace(matter_of(heads[one]), steps=standing(steps[one]))

    def _steps(self, ids: Sequence[int]) -> dict[int, list[_BareStep]]:
        found: dict[int, list[_BareStep]] = defaultdict(list)
        for row in self._connection.execute(_STEPS, {"page": ids}):
            step = Step(
                StepKind(row.kind),
                row.on_day,
                unit=row.unit,
                days=row.days,
                until=row.until_day,
            )
            found[row.matter_id].append(_BareStep(row.id, step, row.replaces, row.void))
        return found


def _with_step(kind: StepKind, days: Days) -> sa.Select[tuple[int]]:
    return sa.select(matter_steps.c.matter_id).where(
        matter_steps.c.kind == kind.value, matter_steps.c.on_day.between(*days)
    )
