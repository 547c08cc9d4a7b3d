"""What has to be known of an alert on which many report at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.alert import LogKind
from domain.channel import Location
from domain.report import VersionKind
from storage.packing import unpack_location
from storage.prepared import Prepared
from storage.tables import alert_log, alerts, report_versions, reports

_FED = Prepared(
    sa.select(sa.func.count(sa.distinct(alert_log.c.detail))).where(
        alert_log.c.alert_id == sa.bindparam("alert"),
        sa.or_(
            alert_log.c.kind == LogKind.SUPPLEMENTED.value,
            alert_log.c.kind == LogKind.CORROBORATED.value,
        ),
        alert_log.c.at > sa.bindparam("since"),
    )
)


@dataclass(frozen=True, slots=True)
class Words:
    """One version of one of an alert's reports, without what was read in it."""

    report_id: int
    number: int
    kind: VersionKind
    text: str
    location: Location | None


class StormRows:
    """Reports that come thick and fast, in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def fed_since(self, alert_id: int, since: datetime) -> int:
        """Return how many reports have told more of an alert since a time.

        Each report counts once, however often it was added to; the same words again from
        the same person leave no line and do not count.
        """
        found: int = _FED.value(self._connection, {"alert": alert_id, "since": since})
        return found

    def words_of(self, alert_id: int) -> tuple[Words, ...]:
        """Return every version of every report of an alert, in the order they were filed."""
        rows = self._connection.execute(
            sa.select(
                report_versions.c.report_id,
                report_versions.c.number,
                report_versions.c.kind,
                report_versions.c.text,
                report_versions.c.location,
            )
            .join(reports, reports.c.id == report_versions.c.report_id)
            .where(reports.c.alert_id == alert_id)
            .order_by(report_versions.c.report_id, report_versions.c.number)
        )
        return tuple(
            Words(
                report_id=row.report_id,
                number=row.number,
                kind=VersionKind(row.kind),
                text=row.text,
                location=unpack_location(row.location),
            )
            for row in rows
        )

    def is_due(self) -> bool:
        """Whether a storm is to be summed up."""
        found = self._connection.execute(
            sa.select(alerts.c.id).where(alerts.c.summary_at <= self._now).limit(1)
        ).first()
        return found is not None

    def due(self, *, limit: int) -> tuple[int, ...]:
        """Return the alerts whose storm is to be summed up, locked for this transaction."""
        rows = self._connection.execute(
            sa.select(alerts.c.id)
            .where(alerts.c.summary_at <= self._now)
            .order_by(alerts.c.summary_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return tuple(row.id for row in rows)
