"""Who looked at whose data, and which loops are alive."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from storage.tables import access_log, heartbeats
from storage.upsert import put


class AuditRows:
    """The access log and the heartbeats in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def looked(
        self, *, person_id: int | None, what: str, whose: str, channel: str, why: str = ""
    ) -> None:
        """Leave a line for one look; ``whose`` is a number (A-0132), never a name."""
        self._connection.execute(
            sa.insert(access_log).values(
                at=self._now,
                person_id=person_id,
                what=what,
                whose=whose,
                why=why,
                channel=channel,
            )
        )

    def looks(self) -> tuple[tuple[int | None, str, str], ...]:
        """Return every look as (person, what, whose), the oldest first."""
        rows = self._connection.execute(
            sa.select(access_log.c.person_id, access_log.c.what, access_log.c.whose).order_by(
                access_log.c.id
            )
        )
        return tuple((row.person_id, row.what, row.whose) for row in rows)

    def beat(self, name: str) -> None:
        """Say that a loop came round."""
        put(self._connection, heartbeats, name=name, at=self._now)

    def last_beat(self, name: str) -> datetime | None:
        """Return when a loop last came round, or None if it never did."""
        found: datetime | None = self._connection.execute(
            sa.select(heartbeats.c.at).where(heartbeats.c.name == name)
        ).scalar()
        return found
