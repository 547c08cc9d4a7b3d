"""Removing what has served: words and payloads go, figures and timelines stay.

Each step takes a bounded number of rows, so that it never holds the writer for long; what
is left is taken by the next pass.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from domain.alert import LogKind
from storage.tables import (
    alert_log,
    alerts,
    dialogues,
    inbox,
    notices,
    report_versions,
    reports,
    shift_words,
    webchat_events,
)

BATCH = 500
REMOVED = ""
_OWN_WORDS = [
    kind.value for kind in (LogKind.NOTED, LogKind.CLOSED, LogKind.WATCHED, LogKind.SNOOZED)
]
_NOTHING_READ = {"level": "none", "categories": [], "evidence": [], "muted": []}


class RetentionRows:
    """What has served, in one transaction. Each method returns how many rows it emptied."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def empty_raw_messages(self, *, before: datetime) -> int:
        """Remove payloads of messages that have an outcome; their keys stay, for doubles."""
        chosen = (
            sa.select(inbox.c.id)
            .where(inbox.c.done_at < before, inbox.c.raw != REMOVED)
            .limit(BATCH)
        )
        return self._change(
            sa.update(inbox).where(inbox.c.id.in_(chosen)).values(raw=REMOVED, reason=None)
        )

    def empty_reports(self, *, before: datetime) -> int:
        """Remove the words of reports whose alert, if any, was closed before ``before``."""
        served = (
            sa.select(report_versions.c.id)
            .join(reports, reports.c.id == report_versions.c.report_id)
            .outerjoin(alerts, alerts.c.id == reports.c.alert_id)
            .where(
                report_versions.c.at < before,
                report_versions.c.text != REMOVED,
                sa.or_(reports.c.alert_id.is_(None), alerts.c.closed_at < before),
            )
            .limit(BATCH)
        )
        return self._change(
            sa.update(report_versions)
            .where(report_versions.c.id.in_(served))
            .values(text=REMOVED, assessment=_NOTHING_READ, attachments=[], location=None)
        )

    def empty_notes(self, *, before: datetime) -> int:
        """Remove officers' own words about alerts closed before ``before``; the lines stay."""
        closed = sa.select(alerts.c.id).where(alerts.c.closed_at < before)
        noted = (
            sa.select(alert_log.c.id)
            .where(
                alert_log.c.kind.in_(_OWN_WORDS),
                alert_log.c.detail != REMOVED,
                alert_log.c.alert_id.in_(closed),
            )
            .limit(BATCH)
        )
        return self._change(
            sa.update(alert_log).where(alert_log.c.id.in_(noted)).values(detail=REMOVED)
        ) + self._change(
            sa.update(alerts)
            .where(
                alerts.c.closed_at < before,
                sa.or_(alerts.c.outcome_note != REMOVED, alerts.c.wait_why.is_not(None)),
            )
            .values(outcome_note=REMOVED, wait_why=None)
        )

    def empty_sent_notices(self, *, before: datetime) -> int:
        """Remove the words of notices that are not due any more."""
        chosen = (
            sa.select(notices.c.id)
            .where(
                notices.c.created_at < before,
                notices.c.state != "due",
                notices.c.body.is_not(None),
            )
            .limit(BATCH)
        )
        return self._change(sa.update(notices).where(notices.c.id.in_(chosen)).values(body=None))

    def drop_chat_events(self, *, before: datetime) -> int:
        """Remove old events of web chats."""
        chosen = sa.select(webchat_events.c.key).where(webchat_events.c.at < before).limit(BATCH)
        return self._change(sa.delete(webchat_events).where(webchat_events.c.key.in_(chosen)))

    def drop_shift_words(self, *, before: datetime) -> int:
        """Remove what officers left for the next shift long ago."""
        chosen = sa.select(shift_words.c.id).where(shift_words.c.at < before).limit(BATCH)
        return self._change(sa.delete(shift_words).where(shift_words.c.id.in_(chosen)))

    def drop_old_questions(self, *, before: datetime) -> int:
        """Remove dialogue states that ran out long ago."""
        return self._change(sa.delete(dialogues).where(dialogues.c.expires_at < before))

    def _change(self, statement: sa.Update | sa.Delete) -> int:
        return self._connection.execute(statement).rowcount
