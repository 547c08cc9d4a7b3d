"""What supervision looks through, and what it has said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from domain.access import Area
from domain.petition import Lodging
from storage.petitioners import within
from storage.tables import matters, supervisions
from storage.upsert import insert

AT_ONCE = 500
"""As many keys are asked for in one statement."""


@dataclass(frozen=True, slots=True)
class SaidLevel:
    """A level that something due has reached and that is said; ``key`` names it."""

    key: str
    what: str
    level: int
    due_on: date
    matter_id: int | None = None
    letter_id: int | None = None


class SupervisionRows:
    """Supervision in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def running(
        self, *, due_until: date, visits_until: date, area: Area | None = None
    ) -> tuple[int, ...]:
        """Return the row ids of matters that go on and may be on a level, the oldest first.

        Those of which something is due up to a day, and first visits registered up to another.
        ``area`` narrows to what somebody may read; None: the office itself looks.
        """
        # Two questions, each with an index of its own; a bound word would not find the second's.
        visit = sa.literal(Lodging.VISIT.value, literal_execute=True)
        wanted = (
            (matters.c.next_due_on <= due_until,),
            (
                matters.c.lodging == visit,
                matters.c.registered_on <= visits_until,
                matters.c.repeated.is_(False),
            ),
        )
        narrowed = sa.true() if area is None else within(matters.c.open_to, area)
        found: set[int] = set()
        for conditions in wanted:
            query = sa.select(matters.c.id).where(
                matters.c.ended_on.is_(None), *conditions, narrowed
            )
            found.update(self._connection.execute(query).scalars())
        return tuple(sorted(found))

    def say(self, levels: Iterable[SaidLevel], *, on: date) -> None:
        """Note that levels are said; what was said before keeps its day."""
        rows = [
            {
                "key": one.key,
                "matter_id": one.matter_id,
                "letter_id": one.letter_id,
                "what": one.what,
                "level": one.level,
                "due_on": one.due_on,
                "said_on": on,
                "said_at": self._now,
            }
            for one in levels
        ]
        if rows:
            statement = insert(self._connection, supervisions).on_conflict_do_nothing()
            self._connection.execute(statement, rows)

    def said_on(self, keys: Iterable[str]) -> dict[str, date]:
        """Return since when each of some levels is said; those never said are left out."""
        wanted, found = tuple(keys), dict[str, date]()
        for first in range(0, len(wanted), AT_ONCE):
            query = sa.select(supervisions.c.key, supervisions.c.said_on).where(
                supervisions.c.key.in_(wanted[first : first + AT_ONCE])
            )
            found |= {row.key: row.said_on for row in self._connection.execute(query)}
        return found
