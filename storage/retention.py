"""Removing what has served: words, names and payloads go, figures and timelines stay.

Each kind is a rule: which rows, and what becomes of them. A step takes a bounded number of
rows, so that it never holds the writer for long; what is left is taken by the next pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from domain.alert import LogKind
from storage.tables import (
    alert_log,
    alerts,
    dialogues,
    files,
    inbox,
    interests,
    notices,
    openings,
    removals,
    report_versions,
    reports,
    shift_words,
    webchat_events,
)
from storage.upsert import insert

BATCH = 500
REMOVED = ""
QUESTIONS_STAY = timedelta(days=1)
_OWN_WORDS = [
    kind.value
    for kind in (
        LogKind.NOTED,
        LogKind.MEMBER_NOTED,
        LogKind.CLOSED,
        LogKind.WATCHED,
        LogKind.SNOOZED,
    )
]
_NOTHING_READ = {"level": "none", "categories": [], "evidence": [], "muted": []}


@dataclass(frozen=True, slots=True)
class KeptUntil:
    """From before when each kind has served."""

    reports: datetime
    alert_personal: datetime
    inbox_raw: datetime
    openings: datetime
    questions: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of rows that have served: ``values`` in place of theirs; None: they go."""

    kind: str
    table: sa.Table
    key: sa.ColumnElement[Any]
    chosen: sa.Select[Any]
    values: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Removal:
    """How many rows of a kind were emptied on one day."""

    day: str
    kind: str
    count: int


class RetentionRows:
    """What has served, in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def remove(self, rule: Rule) -> int:
        """Empty a batch of a kind; returns how many rows it was."""
        here = rule.key.in_(rule.chosen.limit(BATCH))
        if rule.values is None:
            return self._connection.execute(sa.delete(rule.table).where(here)).rowcount
        change = sa.update(rule.table).where(here).values(**rule.values)
        return self._connection.execute(change).rowcount

    def waiting(self, rule: Rule) -> int:
        """Count the rows of a kind that have served."""
        query = sa.select(sa.func.count()).select_from(rule.chosen.subquery())
        found: int = self._connection.execute(query).scalar_one()
        return found

    def note(self, day: str, kind: str, count: int) -> None:
        """Keep how many rows of a kind were emptied on a day, for whoever asks later."""
        statement = insert(self._connection, removals).values(
            day=day, kind=kind, count=count, at=self._now
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["day", "kind"],
                set_={"count": removals.c.count + count, "at": self._now},
            )
        )

    def noted(self, since: str) -> tuple[Removal, ...]:
        """Return what was emptied from a day on, the oldest first."""
        query = sa.select(removals).where(removals.c.day >= since)
        rows = self._connection.execute(query.order_by(removals.c.day, removals.c.kind))
        return tuple(Removal(row["day"], row["kind"], row["count"]) for row in rows.mappings())


def rules(kept: KeptUntil) -> Iterator[Rule]:
    """Give every kind and which of its rows have served."""
    yield Rule(
        "inbox",
        inbox,
        inbox.c.id,
        sa.select(inbox.c.id).where(inbox.c.done_at < kept.inbox_raw, _is_there(inbox.c.raw)),
        {"raw": REMOVED, "reason": None},
    )
    yield from _of_alerts(sa.select(alerts.c.id).where(alerts.c.closed_at < kept.alert_personal))
    yield Rule(
        "reports",
        report_versions,
        report_versions.c.id,
        sa.select(report_versions.c.id)
        .join(reports, reports.c.id == report_versions.c.report_id)
        .where(
            report_versions.c.at < kept.reports,
            _is_there(report_versions.c.text),
            reports.c.alert_id.is_(None),
        ),
        _NO_WORDS,
    )
    yield Rule(
        "notices",
        notices,
        notices.c.id,
        sa.select(notices.c.id).where(
            notices.c.created_at < kept.reports,
            notices.c.state != "due",
            notices.c.body.is_not(None),
        ),
        {"body": None},
    )
    for kind, table, key, at, before in (
        ("chat_events", webchat_events, webchat_events.c.key, webchat_events.c.at, kept.reports),
        ("files", files, files.c.id, files.c.added_at, kept.reports),
        ("shift_words", shift_words, shift_words.c.id, shift_words.c.at, kept.reports),
        ("openings", openings, openings.c.id, openings.c.ends_at, kept.openings),
        ("interests", interests, interests.c.id, interests.c.ended_at, kept.openings),
    ):
        yield Rule(kind, table, key, sa.select(key).where(at < before), None)
    asked = (dialogues.c.channel, dialogues.c.chat, dialogues.c.sender)
    yield Rule(
        "questions",
        dialogues,
        sa.tuple_(*asked),
        sa.select(*asked).where(dialogues.c.expires_at < kept.questions),
        None,
    )


_NO_WORDS: dict[str, Any] = {
    "text": REMOVED,
    "assessment": _NOTHING_READ,
    "attachments": [],
    "location": None,
}


def _of_alerts(ended: sa.Select[Any]) -> Iterator[Rule]:
    """Give what names people in alerts that ended (突发事件应对法 Art. 85); live ones stay whole.

    The words of their reports, in the versions, the raw messages and the chats they came by;
    officers' own words; the cards that were sent. Level, times, timeline and outcome stay.
    """
    theirs = sa.select(reports.c.id).where(reports.c.alert_id.in_(ended))
    sources = sa.select(report_versions.c.inbox_id).where(report_versions.c.report_id.in_(theirs))
    yield Rule(
        "alert_messages",
        inbox,
        inbox.c.id,
        sa.select(inbox.c.id).where(inbox.c.id.in_(sources), _is_there(inbox.c.raw)),
        {"raw": REMOVED},
    )
    said = sa.select(reports.c.chat, reports.c.message_id).where(reports.c.alert_id.in_(ended))
    sent = sa.select(notices.c.key).where(notices.c.alert_id.in_(ended), notices.c.state != "due")
    yield Rule(
        "alert_chat_events",
        webchat_events,
        webchat_events.c.key,
        sa.select(webchat_events.c.key).where(
            sa.or_(
                webchat_events.c.key.in_(sent),
                sa.tuple_(webchat_events.c.chat, webchat_events.c.message_id).in_(said),
            )
        ),
        None,
    )
    yield Rule(
        "alert_reports",
        report_versions,
        report_versions.c.id,
        sa.select(report_versions.c.id).where(
            report_versions.c.report_id.in_(theirs), _is_there(report_versions.c.text)
        ),
        _NO_WORDS,
    )
    yield Rule(
        "alert_timeline",
        alert_log,
        alert_log.c.id,
        sa.select(alert_log.c.id).where(
            alert_log.c.kind.in_(_OWN_WORDS),
            _is_there(alert_log.c.detail),
            alert_log.c.alert_id.in_(ended),
        ),
        {"detail": REMOVED},
    )
    yield Rule(
        "alert_outcomes",
        alerts,
        alerts.c.id,
        sa.select(alerts.c.id).where(
            alerts.c.id.in_(ended),
            sa.or_(_is_there(alerts.c.outcome_note), alerts.c.wait_why.is_not(None)),
        ),
        {"outcome_note": REMOVED, "wait_why": None},
    )
    yield Rule(
        "alert_notices",
        notices,
        notices.c.id,
        sa.select(notices.c.id).where(
            notices.c.alert_id.in_(ended), notices.c.state != "due", notices.c.body.is_not(None)
        ),
        {"body": None},
    )


def _is_there(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return column != REMOVED
