"""How notices stand: how many wait, at which address each does, since when, and why.

What a failed try came to is kept beside the notice (``standing``) and only ever grows more
telling, so that an address that fails in two ways by turns does not fill the timeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.channel import Address, DeliveryState
from storage.notices import Notice, NoticeKind, NoticeState, Priority
from storage.tables import alerts, notices

DESK_TOLD = "desk_told"
"""What stands in a notice's ``why`` when it tells the desk of another that cannot arrive."""

_RANK = {
    state: rank
    for rank, state in enumerate(
        (
            DeliveryState.WAITING,
            DeliveryState.LIMITED,
            DeliveryState.UNKNOWN,
            DeliveryState.DEAD,
            DeliveryState.ANOTHER_WAY,
            DeliveryState.UNDELIVERABLE,
        )
    )
}
_SHOWN = (
    notices.c.channel,
    notices.c.chat,
    notices.c.state,
    notices.c.lease_until,
    notices.c.created_at,
    notices.c.expires_at,
    notices.c.sent_at,
    notices.c.standing,
    notices.c.standing_at,
    notices.c.last_error,
)
_ENDED = {
    NoticeState.SENT.value: DeliveryState.DELIVERED,
    NoticeState.EXPIRED.value: DeliveryState.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the latest notice of an alert stands at one address. ``at`` is since when."""

    address: Address
    state: DeliveryState
    reason: str
    at: datetime


class DeliveryRows:
    """The standing of notices in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def stand(self, notice: Notice, state: DeliveryState) -> bool:
        """Write what a try came to; False when that, or more, was known already."""
        known = self._connection.execute(
            sa.select(notices.c.standing).where(notices.c.id == notice.id)
        ).scalar()
        before = DeliveryState.WAITING if known is None else DeliveryState(known)
        if _RANK[state] <= _RANK[before]:
            return False
        self._connection.execute(
            sa.update(notices)
            .where(notices.c.id == notice.id)
            .values(standing=state.value, standing_at=self._now)
        )
        return True

    def of_alert(self, alert_id: int) -> tuple[Delivery, ...]:
        """Return how the latest notice of an alert stands at each address, oldest first."""
        rows = self._connection.execute(
            sa.select(*_SHOWN)
            .where(
                notices.c.alert_id == alert_id,
                notices.c.kind.in_([NoticeKind.CARD.value, NoticeKind.MESSAGE.value]),
                notices.c.priority.between(int(Priority.RED), int(Priority.YELLOW)),
                sa.func.coalesce(notices.c.why, "") != DESK_TOLD,
            )
            .order_by(notices.c.id)
        ).mappings()
        latest: dict[Address, Delivery] = {}
        for row in rows:
            delivery = self._delivery(row)
            latest[delivery.address] = delivery
        return tuple(latest.values())

    def undeliverable(self) -> dict[int, tuple[Address, ...]]:
        """Return the addresses that live alerts cannot reach, by alert; drills are left out.

        An address that took a later notice of the same alert is reached after all.
        """
        found: dict[int, dict[Address, None]] = {}
        for alert_id, address, _ in self._lost():
            found.setdefault(alert_id, {})[address] = None
        return {alert_id: tuple(addresses) for alert_id, addresses in found.items()}

    def count_undeliverable(self) -> dict[bool, int]:
        """Return how many such addresses there are, by whether the desk has been told."""
        told_of = {(alert_id, address): told for alert_id, address, told in self._lost()}
        told = sum(told_of.values())
        return {True: told, False: len(told_of) - told}

    def _lost(self) -> list[tuple[int, Address, bool]]:
        later, telling = notices.alias(), notices.alias()
        arrived = (
            sa.select(later.c.id)
            .where(
                later.c.alert_id == notices.c.alert_id,
                later.c.channel == notices.c.channel,
                later.c.chat == notices.c.chat,
                later.c.id > notices.c.id,
                later.c.state == NoticeState.SENT.value,
            )
            .exists()
        )
        told = (
            sa.select(telling.c.id)
            .where(
                telling.c.alert_id == notices.c.alert_id,
                telling.c.why == DESK_TOLD,
                telling.c.target == notices.c.channel + ":" + notices.c.chat,
                telling.c.state == NoticeState.SENT.value,
            )
            .exists()
        )
        rows = self._connection.execute(
            sa.select(notices.c.alert_id, notices.c.channel, notices.c.chat, told.label("told"))
            .join(alerts, alerts.c.id == notices.c.alert_id)
            .where(
                notices.c.standing == DeliveryState.UNDELIVERABLE.value,
                sa.func.coalesce(notices.c.why, "") != DESK_TOLD,
                alerts.c.closed_at.is_(None),
                alerts.c.drill.is_(False),
                ~arrived,
            )
            .order_by(notices.c.id)
        )
        return [
            (row.alert_id, Address(channel=row.channel, chat=row.chat), bool(row.told))
            for row in rows
        ]

    def due_again_at(self, notice: Notice) -> datetime | None:
        """Return when a notice that was tried will be tried again; None when never."""
        found: datetime | None = self._connection.execute(
            sa.select(notices.c.due_at).where(
                notices.c.id == notice.id, notices.c.state == NoticeState.DUE.value
            )
        ).scalar()
        return found

    def waiting(self) -> tuple[int, int, datetime | None]:
        """Return (due in all, overdue now, due time of the oldest overdue one)."""
        row = self._connection.execute(
            sa.select(
                sa.func.count(),
                sa.func.count().filter(notices.c.due_at <= self._now),
                sa.func.min(notices.c.due_at).filter(notices.c.due_at <= self._now),
            ).where(notices.c.state == NoticeState.DUE.value)
        ).one()
        return int(row[0]), int(row[1]), row[2]

    def _delivery(self, row: sa.RowMapping) -> Delivery:
        ended = _ENDED.get(row["state"])
        standing = None if row["standing"] is None else DeliveryState(row["standing"])
        leased = row["lease_until"] is not None and row["lease_until"] > self._now
        if ended is not None:
            state, at = ended, row["sent_at"] or row["expires_at"] or row["created_at"]
        elif leased:
            state, at = DeliveryState.SENDING, self._now
        else:
            state = standing or DeliveryState.WAITING
            at = row["standing_at"] or row["created_at"]
        return Delivery(
            address=Address(channel=row["channel"], chat=row["chat"]),
            state=state,
            reason="" if ended is DeliveryState.DELIVERED else row["last_error"] or "",
            at=at,
        )
