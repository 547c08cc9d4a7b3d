"""Alerts and their timeline."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from domain.alert import Alert, AlertState, LogEntry, LogKind, Outcome
from domain.danger import Category, Level
from storage.among import among
from storage.ids import take_ids
from storage.later import change_later, put_later
from storage.packing import changed_alert, pack_chain, pack_column, unpack_chain
from storage.prepared import Prepared
from storage.tables import alert_log, alerts


class ChangedMeanwhile(Exception):  # noqa: N818 - what happened, not a fault
    """Another transaction changed the row first; the unit of work is to run again."""


def alert_of(row: Mapping[Any, Any]) -> Alert:
    """Build an alert from its row."""
    return Alert(
        id=row["id"],
        town=row["town"],
        level=Level(row["level"]),
        categories=tuple(Category(name) for name in row["categories"]),
        state=AlertState(row["state"]),
        raised_at=row["raised_at"],
        chain=unpack_chain(row["chain"]),
        step=row["step"],
        next_escalation_at=row["next_escalation_at"],
        version=row["version"],
        taken_by=row["taken_by"],
        taken_at=row["taken_at"],
        watched_until=row["watched_until"],
        closed_at=row["closed_at"],
        closed_by=row["closed_by"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        outcome_note=row["outcome_note"],
        merged_into=row["merged_into"],
        verified=row["verified"],
        drill=row["drill"],
        about_units=frozenset(row["about_units"]),
        snoozed_until=row["snoozed_until"],
        wait_why=row["wait_why"] or "",
        gathered=row["gathered"] or 0,
        summary_at=row["summary_at"],
    )


_THIS = alerts.c.id == sa.bindparam("alert")
_ADD = Prepared(
    sa.insert(alerts).inline(),
    *("id", "town", "level", "categories", "state", "raised_at", "heard_at", "chain", "step"),
    *("next_escalation_at", "version", "outcome_note", "verified", "drill", "about_units"),
)
_GET = Prepared(sa.select(alerts).where(_THIS), reads=(alerts, "alert"))
_GET_EACH = among(sa.select(alerts), alerts.c.id)
_HOLD_EACH = among(
    sa.select(alerts.c.id, alerts.c.version)
    .order_by(alerts.c.id)  # whoever holds several holds them in the same order
    .with_for_update(read=True, of=alerts),
    alerts.c.id,
)
_DUE = Prepared(
    sa.select(alerts.c.id).where(alerts.c.next_escalation_at <= sa.bindparam("now")).limit(1)
)
_HEAR = Prepared(sa.update(alerts).where(_THIS), "heard_at")
_LOG = Prepared(sa.insert(alert_log).inline(), "alert_id", "at", "kind", "person_id", "detail")


@cache
def _change(names: tuple[str, ...]) -> Prepared:
    """Return the conditional UPDATE of these columns."""
    statement = sa.update(alerts).where(_THIS, alerts.c.version == sa.bindparam("before"))
    return Prepared(statement.values(version=alerts.c.version + 1), *names)


class AlertRows:
    """Alerts in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now
        self._last_id: int | None = None

    def add(self, fresh: Alert) -> Alert:
        """Store an alert that has no row yet (see `domain.alert.fresh_alert`)."""
        new = self._new_id()
        values = {
            "id": new,
            "town": fresh.town,
            "level": fresh.level.value,
            "categories": [category.value for category in fresh.categories],
            "state": fresh.state.value,
            "raised_at": fresh.raised_at,
            "heard_at": fresh.raised_at,
            "chain": pack_chain(fresh.chain),
            "step": fresh.step,
            "next_escalation_at": fresh.next_escalation_at,
            "version": fresh.version,
            "outcome_note": fresh.outcome_note,
            "verified": fresh.verified,
            "drill": fresh.drill,
            "about_units": sorted(fresh.about_units),
        }
        put_later(self._connection, alerts, _ADD.run_each, values)
        return replace(fresh, id=new)

    def _new_id(self) -> int:
        """Return the next alert's id; on SQLite, where one transaction writes, without asking."""
        if self._last_id is None or self._connection.dialect.name == "postgresql":
            [self._last_id] = take_ids(self._connection, alerts, 1)
        else:
            self._last_id += 1
        return self._last_id

    def get(self, alert_id: int) -> Alert | None:
        """Return an alert by id."""
        row = _GET.row(self._connection, {"alert": alert_id})
        return None if row is None else alert_of(row)

    def get_each(self, alert_ids: Collection[int]) -> dict[int, Alert]:
        """Return those of these alerts that there are, by their ids."""
        if not alert_ids:
            return {}
        rows = _GET_EACH.rows(self._connection, {"id": list(alert_ids)})
        return {row["id"]: alert_of(row) for row in rows}

    def hold(self, alert_ids: Collection[int]) -> dict[int, int]:
        """Return the versions of alerts that nobody changes until this transaction ends.

        Whoever is changing one is waited for, so that it is as they leave it.
        """
        if not alert_ids:
            return {}
        found = _HOLD_EACH.tuples(self._connection, {"id": list(alert_ids)})
        return dict(map(tuple, found))

    def change(self, alert: Alert, **values: Any) -> Alert:
        """Change an alert's row and count its version up, in one conditional UPDATE.

        Raises `ChangedMeanwhile` when the row no longer has ``alert``'s version; the store
        then runs the whole unit again, which sees who was first. ``chain`` takes a `Chain`,
        enums are stored by value.
        """
        packed = {name: pack_column(value) for name, value in values.items()}
        asked = {**packed, "alert": alert.id, "before": alert.version}
        if not _change(tuple(sorted(packed))).run(self._connection, asked):
            raise ChangedMeanwhile(alert.number)
        return replace(alert, version=alert.version + 1, **changed_alert(values, packed))

    def hear(self, alert_id: int) -> None:
        """Note that something was heard about an alert just now (for telling events apart)."""
        values = {"alert": alert_id, "heard_at": self._now}
        change_later(self._connection, alerts, _HEAR.run_each, values)

    def is_due(self) -> bool:
        """Whether the time of some alert has come."""
        return _DUE.row(self._connection, {"now": self._now}) is not None

    def due(self, *, limit: int) -> tuple[Alert, ...]:
        """Return due alerts, locked for this transaction."""
        return self._many(
            sa.select(alerts)
            .where(alerts.c.next_escalation_at <= self._now)
            .order_by(alerts.c.next_escalation_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )

    def live_in(self, town: str | None, *, heard_since: datetime) -> tuple[Alert, ...]:
        """Return the live alerts of a town about which something was heard lately."""
        place = alerts.c.town.is_(None) if town is None else alerts.c.town == town
        return self._many(
            sa.select(alerts)
            .where(
                place, alerts.c.state != AlertState.CLOSED.value, alerts.c.heard_at >= heard_since
            )
            .order_by(alerts.c.heard_at.desc(), alerts.c.id.desc())
        )

    def board(self, *, closed_since: datetime, limit: int) -> tuple[Alert, ...]:
        """Return every live alert and those closed since, the newest first."""
        return self._many(
            sa.select(alerts)
            .where(
                sa.or_(
                    alerts.c.state != AlertState.CLOSED.value, alerts.c.closed_at >= closed_since
                )
            )
            .order_by(alerts.c.id.desc())
            .limit(limit)
        )

    def count_live(self) -> dict[tuple[Level, AlertState], int]:
        """Return how many alerts are live, by level and state; drills are left out."""
        rows = self._connection.execute(
            sa.select(alerts.c.level, alerts.c.state, sa.func.count())
            .where(alerts.c.state != AlertState.CLOSED.value, alerts.c.drill.is_(False))
            .group_by(alerts.c.level, alerts.c.state)
        )
        return {(Level(level), AlertState(state)): count for level, state, count in rows}

    def oldest_unanswered(self) -> datetime | None:
        """Return when the oldest alert that nobody has taken was raised."""
        found: datetime | None = self._connection.execute(
            sa.select(sa.func.min(alerts.c.raised_at)).where(
                alerts.c.state == AlertState.OPEN.value, alerts.c.drill.is_(False)
            )
        ).scalar()
        return found

    def log(
        self, alert_id: int, kind: LogKind, *, person_id: int | None = None, detail: str = ""
    ) -> None:
        """Add a line to the timeline, in the same transaction as what it tells."""
        values = {
            "alert_id": alert_id,
            "at": self._now,
            "kind": kind.value,
            "person_id": person_id,
            "detail": detail,
        }
        put_later(self._connection, alert_log, _LOG.run_each, values)

    def timeline(self, alert_id: int) -> tuple[LogEntry, ...]:
        """Return the timeline, the first line first."""
        rows = self._connection.execute(
            sa.select(alert_log).where(alert_log.c.alert_id == alert_id).order_by(alert_log.c.id)
        )
        return tuple(
            LogEntry(at=row.at, kind=LogKind(row.kind), person_id=row.person_id, detail=row.detail)
            for row in rows
        )

    def _many(self, query: sa.Select[tuple[Any, ...]]) -> tuple[Alert, ...]:
        return tuple(alert_of(row) for row in self._connection.execute(query).mappings())
