"""Who declared an interest (回避), and who opened what outside their area by a written reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from domain.access import Asker, Way
from domain.duty import Person
from storage.prepared import Prepared
from storage.tables import interests, openings


@dataclass(frozen=True, slots=True)
class Interest:
    """An interest that somebody declared; ``label`` is what people call what it is about."""

    id: int
    person_id: int
    key: str
    label: str
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class Opening:
    """A look outside somebody's area, and its written reason."""

    person_id: int
    key: str
    why: str
    opened_at: datetime
    ends_at: datetime


# Asked with every press and look-up.
_DECLARED_BY = Prepared(
    sa.select(interests)
    .where(interests.c.ended_at.is_(None), interests.c.person_id == sa.bindparam("person"))
    .order_by(interests.c.id),
    again=True,
)
_OPENED_BY = Prepared(
    sa.select(openings)
    .where(openings.c.person_id == sa.bindparam("person"), openings.c.ends_at > sa.bindparam("now"))
    .order_by(openings.c.id),
    again=True,
)


class InterestRows:
    """Interests and openings in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def declare(self, person_id: int, key: str, label: str, *, declared_by: int | None) -> None:
        """Bar somebody from everything with this key, until it is ended."""
        self._connection.execute(
            sa.insert(interests).values(
                person_id=person_id,
                key=key,
                label=label,
                declared_at=self._now,
                declared_by=declared_by,
            )
        )

    def end(self, interest_id: int) -> bool:
        """End an interest; False when there is none, or it has ended."""
        ended = self._connection.execute(
            sa.update(interests)
            .where(interests.c.id == interest_id, interests.c.ended_at.is_(None))
            .values(ended_at=self._now)
        )
        return ended.rowcount > 0

    def declared(self, person_id: int | None = None) -> tuple[Interest, ...]:
        """Return the interests that hold, of one person or of everybody."""
        if person_id is not None:
            rows = _DECLARED_BY.rows(self._connection, {"person": person_id})
            return tuple(_interest_of(row) for row in rows)
        query = sa.select(interests).where(interests.c.ended_at.is_(None)).order_by(interests.c.id)
        return tuple(_interest_of(row) for row in self._connection.execute(query).mappings())

    def asker(self, person: Person | None, way: Way, channel: str = "") -> Asker:
        """Return who asks, with what they renounced and what is open to them now."""
        if person is None:
            return Asker(None, way, channel=channel)
        return Asker(
            person,
            way,
            interests=frozenset(one.key for one in self.declared(person.id)),
            opened=frozenset(one.key for one in self.opened(person.id)),
            channel=channel,
        )

    def open(self, person_id: int, key: str, why: str, *, lasts: timedelta) -> Opening:
        """Open what has this key to somebody, for ``lasts`` from now."""
        opening = Opening(person_id, key, why, self._now, self._now + lasts)
        self._connection.execute(
            sa.insert(openings).values(
                person_id=person_id, key=key, why=why, opened_at=self._now, ends_at=opening.ends_at
            )
        )
        return opening

    def opened(self, person_id: int) -> tuple[Opening, ...]:
        """Return what is open to somebody now."""
        rows = _OPENED_BY.rows(self._connection, {"person": person_id, "now": self._now})
        return tuple(
            Opening(row["person_id"], row["key"], row["why"], row["opened_at"], row["ends_at"])
            for row in rows
        )


def _interest_of(row: Mapping[Any, Any]) -> Interest:
    return Interest(row["id"], row["person_id"], row["key"], row["label"], row["declared_at"])
