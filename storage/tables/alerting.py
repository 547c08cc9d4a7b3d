"""Tables of alerting: reports, alerts, their timeline, and what is to be sent."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import BigId, Mark, Sealed, SealedJson, UtcTime
from storage.tables.common import growing_id, metadata, reference
from storage.tables.people import people

# One event that officers look after.
alerts = sa.Table(
    "alerts",
    metadata,
    growing_id(),
    sa.Column("town", sa.Text),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("raised_at", UtcTime, nullable=False),
    sa.Column("heard_at", UtcTime, nullable=False),
    sa.Column("chain", sa.JSON, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("next_escalation_at", UtcTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("taken_by", BigId, reference(people)),
    sa.Column("taken_at", UtcTime),
    sa.Column("watched_until", UtcTime),
    sa.Column("closed_at", UtcTime),
    sa.Column("closed_by", BigId, reference(people)),
    sa.Column("outcome", sa.Text),
    sa.Column("outcome_note", Sealed("alerts.outcome_note"), nullable=False, default=""),
    sa.Column("merged_into", BigId),
    sa.Column("verified", sa.Boolean, nullable=False),
    sa.Column("drill", sa.Boolean, nullable=False, default=False),
    sa.Column("about_units", sa.JSON, nullable=False),
    sa.Column("snoozed_until", UtcTime),
    sa.Column("wait_why", Sealed("alerts.wait_why")),
    sa.Column("gathered", sa.Integer),
    sa.Column("summary_at", UtcTime),
)
_live = alerts.c.state != "closed"
sa.Index("ix_alerts_live_town", alerts.c.town, sqlite_where=_live, postgresql_where=_live)
sa.Index("ix_alerts_raised_at", alerts.c.raised_at)
_timed = alerts.c.next_escalation_at.is_not(None)
sa.Index(
    "ix_alerts_due",
    alerts.c.next_escalation_at,
    sqlite_where=_timed,
    postgresql_where=_timed,
)

_gathering = alerts.c.summary_at.is_not(None)
sa.Index(
    "ix_alerts_summary",
    alerts.c.summary_at,
    sqlite_where=_gathering,
    postgresql_where=_gathering,
)

# One line of an alert's timeline.
alert_log = sa.Table(
    "alert_log",
    metadata,
    growing_id(),
    sa.Column("alert_id", BigId, reference(alerts), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("person_id", BigId),
    sa.Column("detail", Sealed("alert_log.detail"), nullable=False, default=""),
    sa.Index("ix_alert_log_alert", "alert_id", "id"),
)

# One message about an alert that stands in a chat and is kept up to date.
cards = sa.Table(
    "cards",
    metadata,
    growing_id(),
    sa.Column("alert_id", BigId, reference(alerts), nullable=False, index=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("shown_version", sa.Integer, nullable=False),
    sa.Column("sent_at", UtcTime, nullable=False),
    sa.UniqueConstraint("channel", "chat", "message_id"),
)

# One report; its words stand in its versions.
reports = sa.Table(
    "reports",
    metadata,
    growing_id(),
    sa.Column("person_id", BigId, reference(people), index=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("town", sa.Text),
    sa.Column("town_by", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("filed_at", UtcTime, nullable=False),
    sa.Column("verified", sa.Boolean, nullable=False),
    sa.Column("alert_id", BigId, reference(alerts), index=True),
    sa.Column("withdrawn_at", UtcTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("channel", "chat", "message_id"),
)

# One version of a report: first words, supplement, correction or withdrawal.
report_versions = sa.Table(
    "report_versions",
    metadata,
    growing_id(),
    sa.Column("report_id", BigId, reference(reports), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("text", Sealed("report_versions.text"), nullable=False),
    sa.Column("assessment", SealedJson("report_versions.assessment"), nullable=False),
    sa.Column("attachments", SealedJson("report_versions.attachments"), nullable=False),
    sa.Column("location", SealedJson("report_versions.location")),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("inbox_id", BigId),
    sa.UniqueConstraint("report_id", "number"),
)

# One send to one address, due until it arrived.
notices = sa.Table(
    "notices",
    metadata,
    growing_id(),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("alert_id", BigId, reference(alerts), index=True),
    sa.Column("report_id", BigId, reference(reports)),
    sa.Column("card_id", BigId, index=True),
    sa.Column("why", sa.Text),
    sa.Column("target", sa.Text),
    sa.Column("body", SealedJson("notices.body")),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime),
    sa.Column("lease_until", UtcTime),
    sa.Column("fence", sa.Integer, nullable=False, default=0),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("sent_at", UtcTime),
    sa.Column("message_id", sa.Text),
    sa.Column("last_error", sa.Text),
    sa.Column("standing", sa.Text),
    sa.Column("standing_at", UtcTime),
)
_unsent = notices.c.state == "due"
# The claim walks along this one: urgent first, then as they came.
sa.Index(
    "ix_notices_due",
    notices.c.priority,
    notices.c.id,
    notices.c.due_at,
    sqlite_where=_unsent,
    postgresql_where=_unsent,
)
_leased = sa.and_(_unsent, notices.c.lease_until.is_not(None))
sa.Index(
    "ix_notices_leased",
    notices.c.channel,
    notices.c.chat,
    sqlite_where=_leased,
    postgresql_where=_leased,
)
_expiring = sa.and_(_unsent, notices.c.expires_at.is_not(None))
sa.Index(
    "ix_notices_expiring",
    notices.c.expires_at,
    sqlite_where=_expiring,
    postgresql_where=_expiring,
)
_lost = notices.c.standing == "undeliverable"
sa.Index(
    "ix_notices_undeliverable",
    notices.c.alert_id,
    sqlite_where=_lost,
    postgresql_where=_lost,
)
sa.Index("ix_notices_chat", notices.c.channel, notices.c.chat, notices.c.message_id)

# Until when a chat, or with an empty chat a whole channel, takes nothing of this urgency or less.
quiet = sa.Table(
    "quiet",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("chat", sa.Text, primary_key=True),
    sa.Column("priority", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("until", UtcTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

# When a loop last came round.
heartbeats = sa.Table(
    "heartbeats",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
)

# One line that a rule should leave alone, proposed by a false alarm.
rule_proposals = sa.Table(
    "rule_proposals",
    metadata,
    growing_id(),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("line", Sealed("rule_proposals.line"), nullable=False),
    sa.Column("line_mark", Mark("rule_proposals.line")),
    sa.Column("alert_id", BigId, reference(alerts), nullable=False),
    sa.Column("proposed_at", UtcTime, nullable=False),
    sa.Column("decided_at", UtcTime),
    sa.Column("decision", sa.Text),
    sa.UniqueConstraint("rule", "line_mark"),
)
