"""Which loops are alive, and the door through which a look is written down."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.looks import LookRows
from storage.tables import access_log, heartbeats
from storage.upsert import put


class AuditRows:
    """The access log and the heartbeats in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime, looks: LookRows) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now
        self._looks = looks

    def looked(
        self, *, person_id: int | None, what: str, whose: str, channel: str, why: str = ""
    ) -> None:
        """Leave a line for one look; ``whose`` is a number (A-0132), never a name."""
        self._looks.write(person_id=person_id, what=what, whose=whose, channel=channel, why=why)

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

    def hold(self, place: str, holder: str, *, lasts: timedelta) -> bool:
        """Take or keep a place that one process holds at a time; False while another does.

        A holder that did not come again within ``lasts`` has lost it, as has one that came
        by a clock that has been set back since. The caller waits its turn for the place first
        (`storage.turns.Turns.wait`).
        """
        mine = f"{place}:{holder}"
        at_place = heartbeats.c.name.startswith(f"{place}:", autoescape=True)
        other = self._connection.execute(
            sa.select(heartbeats.c.name)
            .where(
                at_place,
                heartbeats.c.name != mine,
                heartbeats.c.at > self._now - lasts,
                heartbeats.c.at <= self._now + lasts,
            )
            .limit(1)
        ).first()
        if other is not None:
            return False
        self._connection.execute(sa.delete(heartbeats).where(at_place, heartbeats.c.name != mine))
        put(self._connection, heartbeats, name=mine, at=self._now)
        return True

    def let_go(self, place: str, holder: str = "") -> None:
        """Give a place up; without ``holder``, whoever holds it."""
        name = heartbeats.c.name
        held = name == f"{place}:{holder}" if holder else name.startswith(f"{place}:")
        self._connection.execute(sa.delete(heartbeats).where(held))

    def last_beat(self, name: str) -> datetime | None:
        """Return when a loop last came round, or None if it never did."""
        found: datetime | None = self._connection.execute(
            sa.select(heartbeats.c.at).where(heartbeats.c.name == name)
        ).scalar()
        return found
