"""What has to be known of an alert on which many report at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from domain.alert import LogKind
from storage.among import among
from storage.tables import alert_log, alerts

_FED = among(
    sa.select(alert_log.c.alert_id, alert_log.c.detail).where(
        sa.or_(
            alert_log.c.kind == LogKind.SUPPLEMENTED.value,
            alert_log.c.kind == LogKind.CORROBORATED.value,
        ),
        alert_log.c.at > sa.bindparam("since"),
    ),
    alert_log.c.alert_id,
)


class StormRows:
    """Reports that come thick and fast, in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def fed_since(self, alert_ids: Collection[int], since: datetime) -> Counter[int]:
        """Return how many reports have told more of each of these alerts since a time.

        Each report counts once, however often it was added to; the same words again from
        the same person leave no line and do not count.
        """
        if not alert_ids:
            return Counter()
        # Counted here: the lines are sealed, and the database cannot tell equal ones apart.
        lines = _FED.tuples(self._connection, {"alert_id": list(alert_ids), "since": since})
        return Counter(alert_id for alert_id, _ in {(one, line) for one, line in lines})

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
