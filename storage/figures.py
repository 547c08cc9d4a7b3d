"""The times of alerts as the figures count them, from the rows alone.

One row an alert: merged ones are left out, since the alert they went into counts; drills
are asked for apart. What the rows mean is decided in `alerts.figures`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.alert import Alert, LevelTimes, LogKind, Outcome
from domain.danger import Level
from storage.alerts import alert_of
from storage.packing import unpack_times
from storage.tables import alert_log, alerts, reports

_ANSWERS = (LogKind.CLOSED.value, LogKind.WATCHED.value)


@dataclass(frozen=True, slots=True)
class AlertTimes:
    """When things happened to one alert; ``called_anew_at``: its level was raised last then.

    ``delivered_at`` and ``answered_at`` are the first since the level was raised last.
    """

    alert_id: int
    level: Level
    town: str | None
    chain_times: LevelTimes
    raised_at: datetime
    called_anew_at: datetime | None
    delivered_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None
    escalations: int
    lapses: int


class FigureRows:
    """What is counted, in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def times(
        self, *, since: datetime, until: datetime, drill: bool = False
    ) -> tuple[AlertTimes, ...]:
        """Return the times of alerts raised from ``since`` up to, not including, ``until``."""
        anew = (
            sa.select(sa.func.max(alert_log.c.at))
            .where(_of(alerts), alert_log.c.kind == LogKind.LEVEL_RAISED.value)
            .correlate(alerts)
            .scalar_subquery()
        )
        begun = (
            sa.select(
                alerts.c.id,
                alerts.c.level,
                alerts.c.town,
                alerts.c.chain,
                alerts.c.raised_at,
                alerts.c.closed_at,
                alerts.c.outcome,
                anew.label("anew"),
                sa.func.coalesce(anew, alerts.c.raised_at).label("since"),
            )
            .where(
                alerts.c.raised_at >= since,
                alerts.c.raised_at < until,
                alerts.c.drill.is_(drill),
                sa.or_(alerts.c.outcome.is_(None), alerts.c.outcome != Outcome.MERGED.value),
            )
            .cte("begun")
        )
        by_person = sa.or_(
            alert_log.c.kind == LogKind.ACKNOWLEDGED.value,
            sa.and_(alert_log.c.kind.in_(_ANSWERS), alert_log.c.person_id.is_not(None)),
        )
        query = sa.select(
            begun,
            _first(begun, alert_log.c.kind == LogKind.NOTIFIED.value).label("delivered_at"),
            _first(begun, by_person).label("answered_at"),
            _how_many(begun, LogKind.ESCALATED).label("escalations"),
            _how_many(begun, LogKind.ACKNOWLEDGEMENT_LAPSED).label("lapses"),
        ).order_by(begun.c.id)
        known: dict[str, LevelTimes] = {}  # thousands of alerts share a handful of chains
        return tuple(_times_of(row, known) for row in self._connection.execute(query).mappings())

    def reports(self, *, since: datetime, until: datetime) -> int:
        """Return how many reports were filed."""
        return int(
            self._connection.execute(
                sa.select(sa.func.count())
                .select_from(reports)
                .where(reports.c.filed_at >= since, reports.c.filed_at < until)
            ).scalar_one()
        )

    def drills(self, *, since: datetime) -> tuple[Alert, ...]:
        """Return the drills raised since a time, the oldest first."""
        rows = self._connection.execute(
            sa.select(alerts)
            .where(alerts.c.raised_at >= since, alerts.c.drill.is_(True))
            .order_by(alerts.c.id)
        )
        return tuple(alert_of(row) for row in rows.mappings())

    def last_drills(self) -> dict[str, datetime]:
        """Return when each town was drilled last."""
        rows = self._connection.execute(
            sa.select(alerts.c.town, sa.func.max(alerts.c.raised_at).label("at"))
            .where(alerts.c.drill.is_(True), alerts.c.town.is_not(None))
            .group_by(alerts.c.town)
        )
        return {row.town: row.at for row in rows}


def _of(table: Any) -> sa.ColumnElement[bool]:
    return sa.and_(alert_log.c.alert_id == table.c.id)


def _first(begun: sa.CTE, what: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.min(alert_log.c.at))
        .where(_of(begun), alert_log.c.at >= begun.c.since, what)
        .correlate(begun)
        .scalar_subquery()
    )


def _how_many(begun: sa.CTE, kind: LogKind) -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.count())
        .select_from(alert_log)
        .where(_of(begun), alert_log.c.kind == kind.value)
        .correlate(begun)
        .scalar_subquery()
    )


def _times_of(row: sa.RowMapping, known: dict[str, LevelTimes]) -> AlertTimes:
    packed = {name: value for name, value in row["chain"].items() if name != "due_at"}
    shape = repr(packed)
    if shape not in known:
        known[shape] = unpack_times(packed)
    return AlertTimes(
        alert_id=row["id"],
        level=Level(row["level"]),
        town=row["town"],
        chain_times=known[shape],
        raised_at=row["raised_at"],
        called_anew_at=row["anew"],
        delivered_at=row["delivered_at"],
        answered_at=row["answered_at"],
        closed_at=row["closed_at"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        escalations=row["escalations"],
        lapses=row["lapses"],
    )
