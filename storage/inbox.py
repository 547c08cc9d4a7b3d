"""The inbox: raw messages, stored before anything else happens to them.

A row ends with exactly one outcome. Until then it is due: a reader leases it, and a reader
that dies lets the lease end.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

import sqlalchemy as sa

from storage.among import among
from storage.prepared import Prepared, Row
from storage.tables import inbox
from storage.upsert import add_new


class InboxOutcome(enum.StrEnum):
    """How a raw message ended."""

    REPORT = "report"
    ANSWER = "answer"
    COMMAND = "command"
    CORRECTION = "correction"
    PRESS = "press"
    NOTICE = "notice"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A leased raw message. ``fence`` proves that the lease is still this reader's."""

    id: int
    channel: str
    chat: str
    message_key: str
    raw: str
    received_at: datetime
    attempts: int
    fence: int


_EARLIER, _LATER = inbox.alias(), inbox.alias()
# The oldest of each chat only, so that a chat stays in order; and whether more waits there.
_DUE = (
    sa.select(
        inbox,
        sa.select(_LATER.c.id)
        .where(
            _LATER.c.channel == inbox.c.channel,
            _LATER.c.chat == inbox.c.chat,
            _LATER.c.done_at.is_(None),
            _LATER.c.id > inbox.c.id,
        )
        .exists()
        .label("more"),
    )
    .where(
        inbox.c.done_at.is_(None),
        inbox.c.due_at <= sa.bindparam("now"),
        sa.or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= sa.bindparam("now")),
        ~(
            sa.select(_EARLIER.c.id)
            .where(
                _EARLIER.c.channel == inbox.c.channel,
                _EARLIER.c.chat == inbox.c.chat,
                _EARLIER.c.done_at.is_(None),
                _EARLIER.c.id < inbox.c.id,
            )
            .exists()
        ),
    )
    .order_by(inbox.c.due_at, inbox.c.id)
    .limit(sa.bindparam("limit"))
)
_SOME_DUE = Prepared(
    sa.select(inbox.c.id)
    .where(inbox.c.done_at.is_(None), inbox.c.due_at <= sa.bindparam("now"))
    .limit(1)
)
_LOOK = Prepared(_DUE)
_CHOOSE = Prepared(_DUE.with_for_update(skip_locked=True, of=inbox))
_QUEUES = among(
    sa.select(inbox.c.id, inbox.c.channel, inbox.c.chat, inbox.c.due_at, inbox.c.lease_until)
    .where(inbox.c.done_at.is_(None))
    .order_by(inbox.c.id)
    .limit(sa.bindparam("limit")),
    inbox.c.channel,
    inbox.c.chat,
)
_THESE = sa.select(inbox).where(inbox.c.done_at.is_(None)).order_by(inbox.c.id)
_LOOK_AT = among(_THESE, inbox.c.id)
_CHOOSE_OF = among(_THESE.with_for_update(skip_locked=True, of=inbox), inbox.c.id)
_LEASE = Prepared(
    sa.update(inbox)
    .where(inbox.c.id == sa.bindparam("row"))
    .values(fence=inbox.c.fence + 1, lease_until=sa.bindparam("until"))
)
_POSTPONE = Prepared(sa.update(inbox).where(inbox.c.id == sa.bindparam("row")), "lease_until")
_FINISH = Prepared(
    sa.update(inbox).where(
        inbox.c.id == sa.bindparam("row"),
        inbox.c.fence == sa.bindparam("held"),
        inbox.c.done_at.is_(None),
    ),
    *("done_at", "outcome", "reason", "lease_until"),
)


def _row_of(row: Row) -> InboxRow:
    return InboxRow(
        id=row["id"],
        channel=row["channel"],
        chat=row["chat"],
        message_key=row["message_key"],
        raw=row["raw"],
        received_at=row["received_at"],
        attempts=row["attempts"],
        fence=row["fence"],
    )


class InboxRows:
    """The inbox in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def put(self, *, channel: str, chat: str, message_key: str, raw: str, agent: str = "") -> bool:
        """Store a raw message; False when the same one is there already."""
        values = {
            "channel": channel,
            "agent": agent,
            "chat": chat,
            "message_key": message_key,
            "raw": raw,
            "received_at": self._now,
            "due_at": self._now,
            "fence": 0,
            "attempts": 0,
        }
        return add_new(self._connection, inbox, values) is not None

    def is_due(self) -> bool:
        """Whether a row waits to be read."""
        return _SOME_DUE.value(self._connection, {"now": self._now}) is not None

    def due(self, *, limit: int) -> tuple[InboxRow, ...]:
        """Return what `take` would take now, without taking it."""
        first = _LOOK.rows(self._connection, {"now": self._now, "limit": limit})
        return tuple(map(_row_of, self._with_following(first, limit, _LOOK_AT)))

    def lease(self, *, limit: int, lease: timedelta) -> tuple[InboxRow, ...]:
        """Lease due rows, the oldest of each chat only, so that a chat stays in order.

        Rows whose lease ran out are due again. Other readers' rows are skipped, not waited
        for.
        """
        first = _CHOOSE.rows(self._connection, {"now": self._now, "limit": limit})
        return self.lease_each(map(_row_of, first), lease=lease)

    def take(self, *, limit: int) -> tuple[InboxRow, ...]:
        """Return due rows, and let nobody else have them until the commit.

        The oldest of each chat first; where that leaves room, what follows them there, in
        order. Who ends one of a chat's rows in another way than `finish_each` leaves the
        later ones as they are, or the chat is out of order.
        """
        first = _CHOOSE.rows(self._connection, {"now": self._now, "limit": limit})
        return tuple(map(_row_of, self._with_following(first, limit, _CHOOSE_OF)))

    def _with_following(self, first: list[Row], limit: int, of_ids: Prepared) -> list[Row]:
        """Return rows and what is due after them in their chats, at most ``limit`` in all."""
        heads = {(row["channel"], row["chat"]): row["id"] for row in first if row["more"]}
        room = limit - len(first)
        if not (heads and room):
            return first
        channels, chats = map(list, zip(*heads, strict=True))
        asked = {"channel": channels, "chat": chats, "limit": room + len(heads)}
        queues: dict[tuple[str, str], list[int]] = {}
        stopped = set()
        for row in _QUEUES.rows(self._connection, asked):
            place = row["channel"], row["chat"]
            if row["id"] <= heads[place]:
                continue
            if row["due_at"] > self._now or (row["lease_until"] or self._now) > self._now:
                stopped.add(place)
            elif place not in stopped:
                queues.setdefault(place, []).append(row["id"])
        ids = sorted(row_id for queue in queues.values() for row_id in queue)[:room]
        taken = {row["id"]: row for row in of_ids.rows(self._connection, {"id": ids})}
        # Somebody who began before a chat's oldest was committed may be at a later one.
        return first + [
            taken[row_id] for queue in queues.values() for row_id in takewhile(taken.get, queue)
        ]

    def lease_each(self, taken: Iterable[InboxRow], *, lease: timedelta) -> tuple[InboxRow, ...]:
        """Lease rows that were taken in this transaction, for after it."""
        leased = tuple(replace(row, fence=row.fence + 1) for row in taken)
        until = self._now + lease
        _LEASE.run_each(self._connection, ({"row": row.id, "until": until} for row in leased))
        return leased

    def postpone(self, taken: Iterable[InboxRow], *, wait: timedelta) -> None:
        """Let rows that were taken in this transaction rest, untried; their place is kept."""
        until = self._now + wait
        _POSTPONE.run_each(
            self._connection, ({"row": row.id, "lease_until": until} for row in taken)
        )

    def take_back(self) -> int:
        """End every lease, so that its row is due at once; returns how many there were.

        For the start of an office's only process, whose last one may have been killed. If
        somebody reads after all, the fence undoes what they do.
        """
        return self._connection.execute(
            sa.update(inbox)
            .where(inbox.c.done_at.is_(None), inbox.c.lease_until.is_not(None))
            .values(lease_until=None)
        ).rowcount

    def finish(
        self, row_id: int, outcome: InboxOutcome, *, fence: int, reason: str | None = None
    ) -> bool:
        """End a row; False when somebody else holds or has ended it (undo what was done)."""
        changed = _FINISH.run(
            self._connection,
            {
                "row": row_id,
                "held": fence,
                "done_at": self._now,
                "outcome": outcome.value,
                "reason": reason,
                "lease_until": None,
            },
        )
        return changed == 1

    def finish_each(self, heard: Iterable[tuple[InboxRow, InboxOutcome]]) -> None:
        """End rows that were taken in this transaction, which nobody else can have."""
        _FINISH.run_each(
            self._connection,
            (
                {
                    "row": row.id,
                    "held": row.fence,
                    "done_at": self._now,
                    "outcome": outcome.value,
                    "reason": None,
                    "lease_until": None,
                }
                for row, outcome in heard
            ),
        )

    def put_off(
        self, row_id: int, *, fence: int, until: datetime, reason: str, counts: bool = True
    ) -> None:
        """Give a row back, due again at ``until``, after a try that failed.

        ``counts``: it may be the row's own fault.
        """
        self._connection.execute(
            sa.update(inbox)
            .where(inbox.c.id == row_id, inbox.c.fence == fence, inbox.c.done_at.is_(None))
            .values(
                due_at=until,
                lease_until=None,
                attempts=inbox.c.attempts + (1 if counts else 0),
                reason=reason,
            )
        )

    def unread(self) -> tuple[int, datetime | None]:
        """Return how many rows have no outcome yet, and when the oldest came."""
        row = self._connection.execute(
            sa.select(sa.func.count(), sa.func.min(inbox.c.received_at)).where(
                inbox.c.done_at.is_(None)
            )
        ).one()
        return int(row[0]), row[1]
