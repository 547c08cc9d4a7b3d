"""What is wrong in the rows, and what the auditor found so far.

Looks only at what is unfinished, so that a table full of old rows costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from domain.alert import LogKind
from domain.danger import Level
from storage.tables import (
    addresses,
    alert_log,
    alerts,
    cards,
    findings,
    groups,
    heartbeats,
    inbox,
    notices,
    quiet,
)
from storage.upsert import put

NAMED = 20
"""So many alerts are named one by one."""

# Literals and no parameters, so that SQLite sees that its partial indexes hold them.
_LIVE = alerts.c.state != sa.literal_column("'closed'")
_UNREAD = inbox.c.done_at.is_(None)
_UNSENT = notices.c.state == sa.literal_column("'due'")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the auditor found; ``ended_at`` None: it lasts. ``told_at``: told last."""

    key: str
    kind: str
    subject: str
    count: int
    found_at: datetime
    told_at: datetime | None
    ended_at: datetime | None


class ProofRows:
    """What is wrong, in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    # Alerts ----------------------------------------------------------------------------

    def untimed(self) -> tuple[int, ...]:
        """Return live alerts without a timer."""
        return self._ids(_LIVE, alerts.c.next_escalation_at.is_(None))

    def overdue_timers(self, *, before: datetime) -> int:
        """Return how many alerts have a timer that nobody acted on since ``before``."""
        return self._count(alerts, alerts.c.next_escalation_at < before)

    def unseen(self, *, before: datetime) -> tuple[int, ...]:
        """Return live alerts that no chat has although they were called before ``before``.

        One that was called since then and has nothing on its way, because nobody is there,
        is among them too. Drills are not.
        """
        shown = sa.select(cards.c.id).where(cards.c.alert_id == alerts.c.id).exists()
        arrived = (
            sa.select(alert_log.c.id)
            .where(alert_log.c.alert_id == alerts.c.id, alert_log.c.kind == LogKind.NOTIFIED.value)
            .exists()
        )
        card = sa.select(notices.c.id).where(
            notices.c.alert_id == alerts.c.id, notices.c.kind == "card"
        )
        called_long_ago = card.where(notices.c.created_at < before).exists()
        on_its_way = card.where(notices.c.created_at >= before, _UNSENT).exists()
        return self._ids(
            _LIVE,
            alerts.c.drill.is_(False),
            alerts.c.step > 0,
            ~shown,
            ~arrived,
            sa.or_(called_long_ago, ~on_its_way),
        )

    def live_reds(self, town: str) -> tuple[int, ...]:
        """Return a town's live red alerts that are no drills."""
        return self._ids(
            _LIVE,
            alerts.c.town == town,
            alerts.c.level == Level.RED.value,
            alerts.c.drill.is_(False),
        )

    # Queues ----------------------------------------------------------------------------

    def stuck_notices(self, *, before: datetime) -> int:
        """Return how many notices were due before ``before`` and are with nobody."""
        return self._count(
            notices,
            _UNSENT,
            notices.c.due_at < before,
            sa.or_(notices.c.lease_until.is_(None), notices.c.lease_until < before),
        )

    def left_messages(self, *, before: datetime) -> int:
        """Return how many raw messages from before ``before`` have no outcome."""
        return self._count(inbox, _UNREAD, inbox.c.received_at < before)

    def free_leases(self, *, before: datetime) -> int:
        """End leases that ran out before ``before``; returns how many there were."""
        return self._free(notices, _UNSENT, notices.c.lease_until < before) + self._free(
            inbox, _UNREAD, inbox.c.lease_until < before
        )

    def bring_back(self, *, slack: timedelta, longest_lease: timedelta, furthest: timedelta) -> int:
        """Make due what a clock that had jumped put into the future; returns how many rows.

        Rows written more than ``slack`` from now, leases longer than ``longest_lease``, and
        tries and chats put off for longer than ``furthest`` are of such a clock.
        """
        now = self._now
        freed = self._connection.execute(
            sa.update(quiet).where(quiet.c.until > now + furthest).values(until=now)
        ).rowcount
        for table, unfinished, since in (
            (notices, _UNSENT, notices.c.created_at),
            (inbox, _UNREAD, inbox.c.received_at),
        ):
            freed += self._free(table, unfinished, table.c.lease_until > now + longest_lease)
            freed += self._connection.execute(
                sa.update(table)
                .where(
                    unfinished,
                    table.c.due_at > now,
                    sa.or_(since > now + slack, table.c.due_at > now + furthest),
                )
                .values(due_at=now)
            ).rowcount
        return freed

    def come_back(self, *, slack: timedelta) -> int:
        """Put right what a clock that was ahead put off before the office was killed.

        The last heartbeat tells by how much it was, more than ``slack``; returns how many rows
        waited. For the start of an office's only process, which saw nothing of the clock's move.
        """
        last = self._connection.execute(sa.select(sa.func.max(heartbeats.c.at))).scalar()
        if last is None or last <= self._now + slack:
            return 0
        self._connection.execute(
            sa.update(heartbeats).where(heartbeats.c.at > self._now).values(at=self._now)
        )
        return self.shift(last - self._now)

    def shift(self, back: timedelta) -> int:
        """Let tries, quiet chats and leases wait no longer for the clock having been set back.

        What the clock put off before it was ahead comes earlier by as much; that costs a try.
        Returns how many rows.
        """
        now, moved = self._now, 0
        for table, unfinished, times in (
            (notices, _UNSENT, ("due_at", "lease_until")),
            (inbox, _UNREAD, ("due_at", "lease_until")),
            (quiet, sa.true(), ("until",)),
        ):
            for name in times:
                column = table.c[name]
                late = sa.select(*table.primary_key, column).where(unfinished, column > now)
                for row in self._connection.execute(late).all():
                    *key, at = row
                    own = zip(table.primary_key, key, strict=True)
                    moved += self._connection.execute(
                        sa.update(table)
                        .where(*(part == value for part, value in own))
                        .values({name: max(now, at - back)})
                    ).rowcount
        return moved

    def undelivered(self, *, since: datetime, before: datetime) -> tuple[int, int]:
        """Return (refused since, tried in vain since before ``before``)."""
        refused = self._count(
            notices,
            notices.c.state == "refused",
            notices.c.created_at >= since,
            notices.c.kind == "card",
        )
        waiting = self._count(
            notices, _UNSENT, notices.c.attempts > 0, notices.c.created_at < before
        )
        return refused, waiting

    def dead_addresses(self) -> tuple[str, ...]:
        """Return the titles of duty groups that can no longer be reached."""
        rows = self._connection.execute(
            sa.select(groups.c.title)
            .join(addresses, addresses.c.group_id == groups.c.id)
            .where(groups.c.unbound_at.is_(None), addresses.c.off_at.is_not(None))
            .order_by(groups.c.id)
        )
        return tuple(row.title for row in rows)

    def set_aside(self, *, since: datetime) -> int:
        """Return how many messages were kept for a person to read since ``since``."""
        return self._count(inbox, inbox.c.outcome == "set_aside", inbox.c.done_at >= since)

    # Findings --------------------------------------------------------------------------

    def findings(self) -> dict[str, Finding]:
        """Return everything that was ever found, by its key."""
        rows = self._connection.execute(sa.select(findings)).mappings()
        return {row["key"]: Finding(**row) for row in rows}

    def lasting(self) -> tuple[Finding, ...]:
        """Return what was found and still lasts, the oldest first."""
        rows = self._connection.execute(
            sa.select(findings)
            .where(findings.c.ended_at.is_(None))
            .order_by(findings.c.found_at, findings.c.key)
        ).mappings()
        return tuple(Finding(**row) for row in rows)

    def keep(self, finding: Finding) -> None:
        """Write a finding, new or known."""
        put(
            self._connection,
            findings,
            key=finding.key,
            kind=finding.kind,
            subject=finding.subject,
            count=finding.count,
            found_at=finding.found_at,
            told_at=finding.told_at,
            ended_at=finding.ended_at,
        )

    def end_others(self, keys: Iterable[str]) -> int:
        """End every lasting finding but these; returns how many ended."""
        return self._connection.execute(
            sa.update(findings)
            .where(findings.c.ended_at.is_(None), findings.c.key.not_in(list(keys)))
            .values(ended_at=self._now)
        ).rowcount

    def forget(self, *, before: datetime) -> int:
        """Remove findings that ended before ``before``."""
        return self._connection.execute(
            sa.delete(findings).where(findings.c.ended_at < before)
        ).rowcount

    # -----------------------------------------------------------------------------------

    def _ids(self, *where: sa.ColumnElement[bool]) -> tuple[int, ...]:
        query = sa.select(alerts.c.id).where(*where).order_by(alerts.c.id).limit(NAMED)
        return tuple(self._connection.scalars(query))

    def _count(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).select_from(table).where(*where)
        return int(self._connection.execute(query).scalar_one())

    def _free(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        # Ended and not taken off: what a notice was leased for may have arrived.
        return self._connection.execute(
            sa.update(table).where(*where).values(lease_until=self._now)
        ).rowcount
