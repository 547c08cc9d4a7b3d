"""The outbox: one row is one send to one address, due until it arrived.

A card's row holds no text: it is written when it is sent, from the alert as it then
stands. A notice that an alert needs never expires; receipts and answers may.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Required, TypedDict, Unpack

import sqlalchemy as sa

from domain.channel import Address, OutgoingMessage
from storage.claims import DUE, claim, claim_held, expire, is_overtaken, some_due
from storage.notice_statements import EDIT_WAITS, MESSAGE, REFUSED, SENT, STILL_DUE
from storage.packing import pack_message, unpack_message
from storage.tables import notices
from storage.upsert import add_new, put_new_later

CHAT_MOVED = "地址已迁移"


class NoticeKind(enum.StrEnum):
    """What a notice does at its address."""

    CARD = "card"
    EDIT = "edit"
    MESSAGE = "message"
    TOAST = "toast"


class NoticeState(enum.StrEnum):
    """Where a notice stands; a leased one is still ``DUE``."""

    DUE = "due"
    SENT = "sent"
    REFUSED = "refused"
    EXPIRED = "expired"


class Priority(enum.IntEnum):
    """What goes first when much is due: 0 before 6."""

    TOAST = 0
    RED = 1
    ORANGE = 2
    YELLOW = 3
    EDIT = 4
    RECEIPT = 5
    REMINDER = 6


@dataclass(frozen=True, slots=True)
class Notice:
    """A leased notice. ``attempts`` counts the tries before this one, ended as failed.

    ``may_have_arrived``: one of them, or of a sender that was killed, may have come through.
    """

    id: int
    key: str
    kind: NoticeKind
    priority: Priority
    address: Address
    alert_id: int | None
    report_id: int | None
    card_id: int | None
    why: str | None
    target: str | None
    body: OutgoingMessage | None
    created_at: datetime
    attempts: int
    fence: int
    may_have_arrived: bool


class Given(TypedDict, total=False):
    """What a new notice is made of, but its address.

    ``target`` is the message edited or the press answered, in the channel's own ids;
    ``due_at`` is now if left out, and without ``lasts`` it never expires.
    """

    key: Required[str]
    kind: Required[NoticeKind]
    priority: Required[Priority]
    body: OutgoingMessage | None
    alert_id: int | None
    report_id: int | None
    card_id: int | None
    why: str | None
    target: str | None
    due_at: datetime
    lasts: timedelta | None


def _notice_of(row: Mapping[Any, Any]) -> Notice:
    return Notice(
        id=row["id"],
        key=row["key"],
        kind=NoticeKind(row["kind"]),
        priority=Priority(row["priority"]),
        address=Address(channel=row["channel"], chat=row["chat"]),
        alert_id=row["alert_id"],
        report_id=row["report_id"],
        card_id=row["card_id"],
        why=row["why"],
        target=row["target"],
        body=None if row["body"] is None else unpack_message(row["body"]),
        created_at=row["created_at"],
        attempts=row["attempts"],
        fence=row["fence"],
        may_have_arrived=row["attempts"] > 0 or row["ran_out"],
    )


def _are(leased: Sequence[Notice]) -> sa.ColumnElement[bool]:
    """Return the condition for these notices, under their fences and unsent."""
    fences = sa.tuple_(notices.c.id, notices.c.fence)
    return sa.and_(
        notices.c.state == DUE, fences.in_([(notice.id, notice.fence) for notice in leased])
    )


class NoticeRows:
    """The outbox in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def add(self, address: Address, **given: Unpack[Given]) -> None:
        """Put a notice into the outbox, unless one with this key is there already."""
        put_new_later(self._connection, notices, self._row(address, given))

    def add_new(self, address: Address, **given: Unpack[Given]) -> bool:
        """Put a notice into the outbox at once; False when one with this key was there already."""
        return add_new(self._connection, notices, self._row(address, given)) is not None

    def _row(self, address: Address, given: Given) -> dict[str, Any]:
        body, lasts = given.get("body"), given.get("lasts")
        return {
            "key": given["key"],
            "kind": given["kind"].value,
            "priority": int(given["priority"]),
            "channel": address.channel,
            "chat": address.chat,
            "alert_id": given.get("alert_id"),
            "report_id": given.get("report_id"),
            "card_id": given.get("card_id"),
            "why": given.get("why"),
            "target": given.get("target"),
            "body": None if body is None else pack_message(body),
            "state": NoticeState.DUE.value,
            "created_at": self._now,
            "due_at": given.get("due_at") or self._now,
            "expires_at": None if lasts is None else self._now + lasts,
            "fence": 0,
            "attempts": 0,
        }

    def is_due(self) -> bool:
        """Whether a notice waits to be sent or to expire."""
        return some_due(self._connection, self._now)

    def expire(self) -> int:
        """End the notices whose time is over; returns how many."""
        return expire(self._connection, self._now)

    def take_back(self) -> int:
        """End every lease, so that its notice is due at once; returns how many there were.

        For the start of an office's only process, whose last one may have been killed. The
        lease ends and is not taken off: what it was for may have arrived.
        """
        return self._connection.execute(
            sa.update(notices)
            .where(notices.c.state == DUE, notices.c.lease_until > self._now)
            .values(lease_until=self._now)
        ).rowcount

    def lease(
        self, *, limit: int, lease: timedelta, not_channels: frozenset[str] = frozenset()
    ) -> tuple[Notice, ...]:
        """Lease due notices, the most urgent first; none of a chat somebody else sends to.

        A notice whose lease ran out is due again.
        """
        until = self._now + lease
        rows = claim(
            self._connection, self._now, limit=limit, until=until, not_channels=not_channels
        )
        return tuple(_notice_of(row) for row in rows)

    def lease_held(
        self, *, limit: int, lease: timedelta, longest: Mapping[Priority, timedelta]
    ) -> tuple[tuple[Notice, datetime, str], ...]:
        """Lease untried cards that are held for longer than their level allows.

        Returns each with when its chat or channel may be tried again, and why not before.
        """
        waits = {int(priority): wait for priority, wait in longest.items()}
        until = self._now + lease
        rows = claim_held(self._connection, self._now, limit=limit, until=until, longest=waits)
        return tuple((_notice_of(row), end, reason) for row, end, reason in rows)

    def renew(self, leased: Sequence[Notice], lease: timedelta) -> bool:
        """Let leases last from now on; False when one had passed to somebody else."""
        changed = self._connection.execute(
            sa.update(notices).where(_are(leased)).values(lease_until=self._now + lease)
        )
        return changed.rowcount == len(leased)

    def sent(self, message_ids: Mapping[int, str | None]) -> frozenset[int]:
        """Record that notices arrived, by their ids; returns those not written down before.

        Whoever has the lease by now: what arrived need not be sent again.
        """
        if not message_ids:
            return frozenset()
        due = STILL_DUE.tuples(self._connection, {"id": list(message_ids)})
        fresh = frozenset(notice_id for (notice_id,) in due)
        ended = {"state": NoticeState.SENT.value, "lease_until": None, "sent_at": self._now}
        SENT.run_each(
            self._connection,
            (
                {**ended, "notice": notice_id, "message_id": message_ids[notice_id]}
                for notice_id in fresh
            ),
        )
        return fresh

    def refused(self, notice: Notice, reason: str) -> bool:
        """Record that an address will never take a notice."""
        values = {
            "state": NoticeState.REFUSED.value,
            "lease_until": None,
            "last_error": reason,
            "notice": notice.id,
            "held": notice.fence,
        }
        return REFUSED.run(self._connection, values) == 1

    def put_off(self, notice: Notice, *, until: datetime, reason: str) -> None:
        """Give a notice back after a failed try, due again at ``until``."""
        self._connection.execute(
            sa.update(notices)
            .where(notices.c.id == notice.id, notices.c.fence == notice.fence)
            .values(
                due_at=until,
                lease_until=None,
                attempts=notices.c.attempts + 1,
                last_error=reason,
            )
        )

    def give_back(self, leased: Sequence[Notice]) -> None:
        """Give leased notices back untried."""
        if leased:
            self._connection.execute(
                sa.update(notices).where(_are(leased)).values(lease_until=None)
            )

    def drop_edits(self, address: Address) -> None:
        """End every unsent edit in a chat whose messages can no longer be edited."""
        self._connection.execute(
            sa.update(notices)
            .where(
                notices.c.state == DUE,
                notices.c.kind == NoticeKind.EDIT.value,
                notices.c.channel == address.channel,
                notices.c.chat == address.chat,
            )
            .values(state=NoticeState.EXPIRED.value, lease_until=None, last_error=CHAT_MOVED)
        )

    def message_of(self, address: Address, message_id: str) -> tuple[int | None, int | None] | None:
        """Return (report, alert) of the notice that became a message, or None."""
        place = {"channel": address.channel, "chat": address.chat, "message": message_id}
        row = MESSAGE.row(self._connection, place)
        return None if row is None else (row["report_id"], row["alert_id"])

    def is_overtaken(self, address: Address, priority: Priority) -> bool:
        """Whether what is more urgent waits in a chat; its turn is given back then."""
        return is_overtaken(self._connection, self._now, (address.channel, address.chat), priority)

    def edit_is_waiting(self, card_id: int) -> bool:
        """Whether an edit of a card is due that nobody is sending yet; it will show the latest."""
        return EDIT_WAITS.row(self._connection, {"card": card_id}) is not None
