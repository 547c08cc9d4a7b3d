"""The roster: who sits on which post, when; the plan, and what lies over it.

Nothing is deleted: a shift that is taken off keeps its row, with the time when it went.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.duty import Person, Post, Shift
from domain.roster import Chair, Change, Entry, ShiftKind, ShiftSource, on_chair, stretches
from storage.among import among, know_each
from storage.people import person_of
from storage.prepared import Prepared
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
        kind: ShiftKind = ShiftKind.PLAN,
        instead_of: int | None = None,
        source: ShiftSource = ShiftSource.HAND,
        made_by: int | None = None,
    ) -> int:
        """Put somebody on a post from ``starts_at`` up to ``ends_at``; returns the row's id.

        ``instead_of`` is whose place an override takes; None: everybody's.
        """
        row_id: int = self._connection.execute(
            sa.insert(shifts)
            .values(
                post=post.value,
                town=town,
                person_id=person.id,
                starts_at=starts_at,
                ends_at=ends_at,
                kind=kind.value,
                instead_of=instead_of,
                source=source.value,
                made_at=self._now,
                made_by=made_by,
            )
            .returning(shifts.c.id)
        ).scalar_one()
        return row_id

    def take_off(self, entry_ids: Iterable[int]) -> None:
        """Take shifts off the roster; the rows stay as history."""
        self._connection.execute(
            sa.update(shifts)
            .where(shifts.c.id.in_(list(entry_ids)), shifts.c.removed_at.is_(None))
            .values(removed_at=self._now)
        )

    def end(self, entry_id: int) -> None:
        """Let a shift end now."""
        self._connection.execute(
            sa.update(shifts).where(shifts.c.id == entry_id).values(ends_at=self._now)
        )

    def foresee(self, post: Post, towns: Collection[str]) -> None:
        """Read in one question whom `on_duty` will name for these towns."""
        know_each(
            self._connection,
            _ON_DUTY_IN_EACH,
            _ON_DUTY_IN,
            {"post": post.value, "now": self._now},
            (["town"], towns),
            columns=["shift_town"],
        )

    def on_duty(self, post: Post, town: str | None = None) -> tuple[Person, ...]:
        """Return who is on a post now and still enrolled."""
        statement = _ON_DUTY if town is None else _ON_DUTY_IN
        rows = statement.rows(
            self._connection, {"post": post.value, "town": town, "now": self._now}
        )
        entries = tuple(_entry_of(row) for row in rows)
        return tuple(entry.person for entry in on_chair(entries, self._now))

    def between(self, starts_at: datetime, ends_at: datetime) -> tuple[Shift, ...]:
        """Return who in fact sits where in a stretch of time, the earliest first."""
        return tuple(
            shift
            for shift in stretches(self.entries(starts_at, ends_at))
            if shift.starts_at < ends_at and shift.ends_at > starts_at
        )

    def entries(
        self, starts_at: datetime, ends_at: datetime, chair: Chair | None = None
    ) -> tuple[Entry, ...]:
        """Return the rows that touch a stretch of time: the plan and what lies over it."""
        query = _standing().where(shifts.c.starts_at < ends_at, shifts.c.ends_at > starts_at)
        if chair is not None:
            query = query.where(shifts.c.post == chair.post.value, _of_town(chair.town))
        return self._entries(query)

    def entry(self, entry_id: int) -> Entry | None:
        """Return a row that still stands."""
        found = self._entries(_standing().where(shifts.c.id == entry_id))
        return found[0] if found else None

    def planned_chairs(self, since: datetime) -> frozenset[Chair]:
        """Return the chairs for which somebody has planned a shift that ends after ``since``."""
        rows = self._connection.execute(
            sa.select(shifts.c.post, shifts.c.town)
            .where(
                shifts.c.kind == ShiftKind.PLAN.value,
                shifts.c.removed_at.is_(None),
                shifts.c.ends_at > since,
            )
            .distinct()
        )
        return frozenset(Chair(Post(row.post), row.town) for row in rows)

    def history(self, starts_at: datetime, ends_at: datetime) -> tuple[Change, ...]:
        """Return what was laid over the plan or taken off it in a stretch of time."""
        query = (
            _entry_columns(
                sa.select(people.c.id, people.c.name, people.c.role, people.c.town).join(
                    shifts, shifts.c.person_id == people.c.id
                )
            )
            .add_columns(shifts.c.source, shifts.c.made_at, shifts.c.made_by, shifts.c.removed_at)
            .where(
                shifts.c.starts_at < ends_at,
                shifts.c.ends_at > starts_at,
                sa.or_(shifts.c.kind == ShiftKind.OVERRIDE.value, shifts.c.removed_at.is_not(None)),
            )
        )
        return tuple(
            Change(
                entry=_entry_of(row),
                source=ShiftSource(row["source"]),
                made_at=row["made_at"],
                made_by=row["made_by"],
                removed_at=row["removed_at"],
            )
            for row in self._connection.execute(query).mappings()
        )

    def _entries(self, query: sa.Select[tuple[int, str, str, str | None]]) -> tuple[Entry, ...]:
        rows = self._connection.execute(_entry_columns(query)).mappings()
        return tuple(_entry_of(row) for row in rows)


def _standing() -> sa.Select[tuple[int, str, str, str | None]]:
    return (
        sa.select(people.c.id, people.c.name, people.c.role, people.c.town)
        .join(shifts, shifts.c.person_id == people.c.id)
        .where(people.c.revoked_at.is_(None), shifts.c.removed_at.is_(None))
    )


def _of_town(town: str | None) -> sa.ColumnElement[bool]:
    return shifts.c.town.is_(None) if town is None else shifts.c.town == town


def _entry_columns(query: sa.Select[tuple[int, str, str, str | None]]) -> sa.Select[Any]:
    return query.add_columns(
        shifts.c.id.label("entry_id"),
        shifts.c.post,
        shifts.c.town.label("shift_town"),
        shifts.c.starts_at,
        shifts.c.ends_at,
        shifts.c.kind,
        shifts.c.instead_of,
    ).order_by(shifts.c.starts_at, shifts.c.id)


_NOW_ON = _entry_columns(_standing()).where(
    shifts.c.post == sa.bindparam("post"),
    shifts.c.starts_at <= sa.bindparam("now"),
    shifts.c.ends_at > sa.bindparam("now"),
)
_ON_DUTY = Prepared(_NOW_ON.where(shifts.c.town.is_(None)), again=True)
_ON_DUTY_IN = Prepared(_NOW_ON.where(shifts.c.town == sa.bindparam("town")), again=True)
_ON_DUTY_IN_EACH = among(_NOW_ON, shifts.c.town)


def _entry_of(row: Mapping[Any, Any]) -> Entry:
    return Entry(
        id=row["entry_id"],
        chair=Chair(Post(row["post"]), row["shift_town"]),
        person=person_of(row),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        kind=ShiftKind(row["kind"]),
        instead_of=row["instead_of"],
    )
