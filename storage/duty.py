"""The roster: who sits on which post, when."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from domain.duty import Person, Post, Shift
from storage.people import person_of
from storage.tables import people, shifts


class DutyRows:
    """Shifts in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def add(
        self,
        person: Person,
        post: Post,
        *,
        town: str | None,
        starts_at: datetime,
        ends_at: datetime,
    ) -> None:
        """Put somebody on a post from ``starts_at`` up to ``ends_at``."""
        self._connection.execute(
            sa.insert(shifts).values(
                post=post.value,
                town=town,
                person_id=person.id,
                starts_at=starts_at,
                ends_at=ends_at,
            )
        )

    def on_duty(self, post: Post, town: str | None = None) -> tuple[Person, ...]:
        """Return who is on a post now and still enrolled."""
        query = self._standing().where(
            shifts.c.post == post.value,
            shifts.c.starts_at <= self._now,
            shifts.c.ends_at > self._now,
        )
        if town is not None:
            query = query.where(shifts.c.town == town)
        rows = self._connection.execute(query.order_by(shifts.c.id)).mappings()
        return tuple({row["id"]: person_of(row) for row in rows}.values())

    def between(self, starts_at: datetime, ends_at: datetime) -> tuple[Shift, ...]:
        """Return the shifts that touch a stretch of time, the earliest first."""
        query = (
            self._standing()
            .add_columns(
                shifts.c.post,
                shifts.c.town.label("shift_town"),
                shifts.c.starts_at,
                shifts.c.ends_at,
            )
            .where(shifts.c.starts_at < ends_at, shifts.c.ends_at > starts_at)
            .order_by(shifts.c.starts_at, shifts.c.id)
        )
        return tuple(
            Shift(
                post=Post(row["post"]),
                town=row["shift_town"],
                person=person_of(row),
                starts_at=row["starts_at"],
                ends_at=row["ends_at"],
            )
            for row in self._connection.execute(query).mappings()
        )

    @staticmethod
    def _standing() -> sa.Select[tuple[int, str, str, str | None]]:
        return (
            sa.select(people.c.id, people.c.name, people.c.role, people.c.town)
            .join(shifts, shifts.c.person_id == people.c.id)
            .where(people.c.revoked_at.is_(None))
        )
