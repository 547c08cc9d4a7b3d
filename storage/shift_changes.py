"""Who sat on each chair when it was last looked at, and the words that a shift leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.channel import Address
from domain.roster import Chair
from storage.tables import chairs, notices, shift_words
from storage.upsert import insert


@dataclass(frozen=True, slots=True)
class Seated:
    """The people (ids, in order) on a chair since a time."""

    people: tuple[int, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class ShiftWords:
    """What somebody left for the next shift."""

    person_id: int
    at: datetime
    words: str


class ShiftChangeRows:
    """Changes of shift in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def all_seated(self) -> dict[str, Seated]:
        """Return who sat on which chair when it was last looked at, by the chair's key."""
        rows = self._connection.execute(sa.select(chairs))
        return {row.chair: Seated(tuple(row.people), row.since) for row in rows}

    def seat(self, chair: Chair, people: tuple[int, ...], *, before: Seated | None) -> bool:
        """Write who sits on a chair from now on; False when another process was first."""
        if before is None:
            added = self._connection.execute(
                insert(self._connection, chairs)
                .values(chair=chair.key, people=list(people), since=self._now)
                .on_conflict_do_nothing()
                .returning(chairs.c.chair)
            )
            return added.first() is not None
        changed = self._connection.execute(
            sa.update(chairs)
            .where(chairs.c.chair == chair.key, chairs.c.since == before.since)
            .values(people=list(people), since=self._now)
        )
        return changed.rowcount == 1

    def leave_words(self, chair: Chair, person_id: int, words: str) -> None:
        """Keep what somebody leaves for the next shift on a chair."""
        self._connection.execute(
            sa.insert(shift_words).values(
                chair=chair.key, person_id=person_id, at=self._now, words=words
            )
        )

    def words_since(self, chair: Chair, since: datetime) -> tuple[ShiftWords, ...]:
        """Return what was left on a chair since a time, the earliest first."""
        rows = self._connection.execute(
            sa.select(shift_words)
            .where(shift_words.c.chair == chair.key, shift_words.c.at >= since)
            .order_by(shift_words.c.id)
        )
        return tuple(ShiftWords(row.person_id, row.at, row.words) for row in rows)

    def was_asked(self, key: str) -> bool:
        """Whether a question went out under a key: what a press says may be made up."""
        found = self._connection.execute(sa.select(notices.c.id).where(notices.c.key == key))
        return found.first() is not None

    def undelivered(self, alert_ids: Iterable[int]) -> tuple[tuple[int, Address, str], ...]:
        """Return the notices about alerts that did not arrive: (alert, where, why).

        Where a later one about the same alert arrived, the earlier one counts no more.
        """
        later = notices.alias()
        arrived_since = sa.exists().where(
            later.c.alert_id == notices.c.alert_id,
            later.c.channel == notices.c.channel,
            later.c.chat == notices.c.chat,
            later.c.id > notices.c.id,
            later.c.sent_at.is_not(None),
        )
        rows = self._connection.execute(
            sa.select(notices.c.alert_id, notices.c.channel, notices.c.chat, notices.c.last_error)
            .where(
                notices.c.alert_id.in_(list(alert_ids)),
                notices.c.kind.in_(["card", "message"]),
                notices.c.sent_at.is_(None),
                sa.or_(notices.c.attempts > 0, notices.c.state == "refused"),
                notices.c.state != "expired",
                ~arrived_since,
            )
            .order_by(notices.c.id)
        )
        return tuple(
            (row.alert_id, Address(row.channel, row.chat), row.last_error or "") for row in rows
        )
