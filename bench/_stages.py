"""Where the time of an alert goes, by the times in an office's rows, on either engine."""

from __future__ import annotations

import statistics

import sqlalchemy as sa

from storage.store import Store
from storage.tables import cards, inbox, report_versions, reports, webchat_events

# When each report was stored, heard, and first shown in its town's room.
_TIMES = (
    sa.select(inbox.c.received_at, reports.c.filed_at, sa.func.min(webchat_events.c.at))
    .select_from(reports)
    .join(
        report_versions,
        sa.and_(report_versions.c.report_id == reports.c.id, report_versions.c.number == 1),
    )
    .join(inbox, inbox.c.id == report_versions.c.inbox_id)
    .join(cards, cards.c.alert_id == reports.c.alert_id)
    .join(
        webchat_events,
        sa.and_(
            webchat_events.c.chat == cards.c.chat, webchat_events.c.message_id == cards.c.message_id
        ),
    )
    .where(cards.c.chat.like("town:%"))
    .group_by(reports.c.id, reports.c.filed_at, inbox.c.received_at)
)


def stages(store: Store) -> dict[str, float]:
    """Return the medians of each stage in ms."""
    with store.engine.connect() as connection:
        found = connection.execute(_TIMES).all()
    heard = [(filed - received).total_seconds() for received, filed, _ in found]
    shown = [(first - filed).total_seconds() for _, filed, first in found]
    return {
        "in the inbox until heard": statistics.median(heard) * 1000,
        "in the outbox until in the chat": statistics.median(shown) * 1000,
    }
