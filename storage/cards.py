"""The messages that show an alert in a chat, and which version of it each shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.channel import Address
from storage.among import among
from storage.later import change_later, put_later
from storage.prepared import Prepared
from storage.tables import cards


@dataclass(frozen=True, slots=True)
class Card:
    """A message about an alert that stands in a chat."""

    id: int
    alert_id: int
    address: Address
    message_id: str
    shown_version: int


def _card_of(row: Mapping[Any, Any]) -> Card:
    return Card(
        id=row["id"],
        alert_id=row["alert_id"],
        address=Address(channel=row["channel"], chat=row["chat"]),
        message_id=row["message_id"],
        shown_version=row["shown_version"],
    )


_ADD = Prepared(
    sa.insert(cards).inline(),
    *("alert_id", "channel", "chat", "message_id", "shown_version", "sent_at"),
)
_OF_EACH = among(sa.select(cards).order_by(cards.c.id), cards.c.alert_id)
_SHOWN = Prepared(sa.update(cards).where(cards.c.id == sa.bindparam("card")), "shown_version")


class CardRows:
    """Cards in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def add(self, alert_id: int, address: Address, message_id: str, version: int) -> None:
        """Remember that a chat shows an alert in a message."""
        values = {
            "alert_id": alert_id,
            "channel": address.channel,
            "chat": address.chat,
            "message_id": message_id,
            "shown_version": version,
            "sent_at": self._now,
        }
        put_later(self._connection, cards, _ADD.run_each, values)

    def of(self, alert_id: int) -> tuple[Card, ...]:
        """Return every card of an alert, the first sent first."""
        return self.of_each((alert_id,))

    def of_each(self, alert_ids: Collection[int]) -> tuple[Card, ...]:
        """Return every card of these alerts, the first sent first."""
        if not alert_ids:
            return ()
        rows = _OF_EACH.rows(self._connection, {"alert_id": list(alert_ids)})
        return tuple(_card_of(row) for row in rows)

    def shown(self, card_id: int, version: int) -> None:
        """Remember which version of the alert a card shows."""
        values = {"card": card_id, "shown_version": version}
        change_later(self._connection, cards, _SHOWN.run_each, values)

    def drop(self, card_ids: Iterable[int]) -> None:
        """Forget cards whose messages are gone."""
        self._connection.execute(sa.delete(cards).where(cards.c.id.in_(list(card_ids))))
