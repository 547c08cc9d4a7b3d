"""Lists of matters in the order of their registration, a page of them in memory at a time.

Each list is narrowed to the area of whoever asks (`domain.access.area`): what is outside it is
not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from domain.access import Area
from domain.petition import Matter
from storage.matters import MatterRows
from storage.petitioners import within
from storage.tables import matter_steps, matters

PAGE = 500


@dataclass(frozen=True, slots=True)
class Span:
    """Which matters: registered from one day to another, of a town if one is named."""

    since: date
    until: date
    town: str | None = None
    first_only: bool = False


class MatterPageRows:
    """Lists of matters in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._matters = MatterRows(connection, now)

    def registered(self, area: Area, span: Span) -> Iterator[Matter]:
        """Give the matters of a span, with their people and standing steps."""
        which: list[sa.ColumnElement[bool]] = [
            matters.c.registered_on.between(span.since, span.until)
        ]
        if span.town is not None:
            which.append(matters.c.town == span.town)
        if span.first_only:
            which.append(matters.c.repeated.is_(False))
        return self._paged(area, sa.and_(*which))

    def of_day(self, area: Area, day: date) -> Iterator[Matter]:
        """Give what came on a day, what was done on it, and what was due by it and goes on."""
        done = sa.select(matter_steps.c.matter_id).where(matter_steps.c.on_day == day)
        due = (matters.c.next_due_on <= day) & matters.c.ended_on.is_(None)
        return self._paged(area, (matters.c.registered_on == day) | due | matters.c.id.in_(done))

    def _paged(self, area: Area, which: sa.ColumnElement[bool]) -> Iterator[Matter]:
        place = sa.tuple_(matters.c.registered_on, matters.c.id)
        query = (
            sa.select(matters.c.registered_on, matters.c.id)
            .where(which, within(matters.c.open_to, area))
            .order_by(matters.c.registered_on, matters.c.id)
            .limit(PAGE)
        )
        after: tuple[date, int] | None = None
        while True:
            page = query if after is None else query.where(place > after)
            found = [(row.registered_on, row.id) for row in self._connection.execute(page)]
            yield from self._matters.several([one for _, one in found])
            if len(found) < PAGE:
                return
            after = found[-1]
