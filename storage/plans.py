"""What is done once, by whichever process comes first, and whose turn a task is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.tables import people, plans, turns
from storage.upsert import insert


@dataclass(frozen=True, slots=True)
class Plan:
    """Something planned for a day and not done yet."""

    key: str
    subject: str
    day: date
    due_at: datetime


class PlanRows:
    """Plans and turns in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def take_turn(self, name: str, *, holder: str, lasts: timedelta) -> bool:
        """Take a task, or keep it; False while another process has it.

        A turn that ends later than any could is of a clock that had jumped, and counts as
        over.
        """
        statement = insert(self._connection, turns).values(
            name=name, holder=holder, until=self._now + lasts
        )
        taken = self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={"holder": statement.excluded.holder, "until": statement.excluded.until},
                where=sa.or_(
                    turns.c.holder == holder,
                    turns.c.until <= self._now,
                    turns.c.until > self._now + 2 * lasts,
                ),
            ).returning(turns.c.name)
        )
        return taken.first() is not None

    def let_go_turns(self) -> None:
        """Give every turn up: whoever had one is gone."""
        self._connection.execute(sa.delete(turns))

    def once(self, key: str, *, kind: str, day: date) -> bool:
        """Note that something is done now; False when it was done before."""
        return self._add(key, kind=kind, day=day, due_at=self._now, done_at=self._now)

    def add(self, key: str, *, kind: str, subject: str, day: date, due_at: datetime) -> bool:
        """Plan something; False when it was planned before."""
        return self._add(key, kind=kind, day=day, due_at=due_at, subject=subject)

    def is_known(self, key: str) -> bool:
        """Whether something was planned or done."""
        found = self._connection.execute(sa.select(plans.c.key).where(plans.c.key == key))
        return found.first() is not None

    def due(self, kind: str) -> tuple[Plan, ...]:
        """Return what is due and not done, locked for this transaction."""
        rows = self._connection.execute(
            sa.select(plans.c.key, plans.c.subject, plans.c.day, plans.c.due_at)
            .where(plans.c.kind == kind, plans.c.done_at.is_(None), plans.c.due_at <= self._now)
            .order_by(plans.c.due_at, plans.c.key)
            .with_for_update(skip_locked=True)
        )
        return tuple(
            Plan(row.key, row.subject, date.fromisoformat(row.day), row.due_at) for row in rows
        )

    def done(self, plan: Plan, outcome: str) -> None:
        """End a plan."""
        self._change(plan, done_at=self._now, outcome=outcome)

    def put_off(self, plan: Plan, until: datetime, outcome: str) -> bool:
        """Plan it for later; True the first time, so that it can be said once."""
        before = self._connection.execute(
            sa.select(plans.c.outcome).where(plans.c.key == plan.key)
        ).scalar()
        self._change(plan, due_at=until, outcome=outcome)
        return before != outcome

    def begun_at(self) -> datetime | None:
        """Return when the office's first person was enrolled; None while nobody is."""
        found: datetime | None = self._connection.execute(
            sa.select(sa.func.min(people.c.enrolled_at))
        ).scalar()
        return found

    def _change(self, plan: Plan, **values: Any) -> None:
        self._connection.execute(sa.update(plans).where(plans.c.key == plan.key).values(**values))

    def _add(self, key: str, *, day: date, **values: Any) -> bool:
        statement = (
            insert(self._connection, plans)
            .values(key=key, day=day.isoformat(), **values)
            .on_conflict_do_nothing()
            .returning(plans.c.key)
        )
        return self._connection.execute(statement).first() is not None
