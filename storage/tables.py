"""Every table, with a line on what one row is."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import BigId, UtcTime

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> sa.Column[int]:
    return sa.Column("id", BigId, primary_key=True, autoincrement=True)


def _reference(target: sa.Table) -> sa.ForeignKey:
    return sa.ForeignKey(target.c.id)


# One town that the office serves, copied from the district's file at each start.
towns = sa.Table(
    "towns",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("retired_at", UtcTime),
)

# One person who was enrolled.
people = sa.Table(
    "people",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("town", sa.Text),
    sa.Column("enrolled_at", UtcTime, nullable=False),
    sa.Column("revoked_at", UtcTime),
    sa.Column("demo", sa.Boolean, nullable=False, default=False),
)

# One way in which a channel knows a person.
identities = sa.Table(
    "identities",
    metadata,
    _id(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("person_id", BigId, _reference(people), nullable=False, index=True),
    sa.Column("since", UtcTime, nullable=False),
    sa.UniqueConstraint("channel", "sender"),
)

# One group chat that is bound as a duty group.
groups = sa.Table(
    "groups",
    metadata,
    _id(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("town", sa.Text),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("bound_at", UtcTime, nullable=False),
    sa.Column("bound_by", BigId, _reference(people)),
    sa.Column("unbound_at", UtcTime),
    sa.Column("options", sa.JSON, nullable=False, default=dict),
    sa.UniqueConstraint("channel", "chat"),
)

# One chat that notices can go to: a person's private chat or a duty group.
addresses = sa.Table(
    "addresses",
    metadata,
    _id(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("person_id", BigId, _reference(people), index=True),
    sa.Column("group_id", BigId, _reference(groups), index=True),
    sa.Column("off_at", UtcTime),
    sa.Column("off_reason", sa.Text),
    sa.UniqueConstraint("channel", "chat"),
)

# One code that enrols one person or binds one group, once. Only its hash is kept.
invites = sa.Table(
    "invites",
    metadata,
    sa.Column("code_hash", sa.Text, primary_key=True),
    sa.Column("role", sa.Text),
    sa.Column("scope", sa.Text),
    sa.Column("town", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("used_at", UtcTime),
    sa.Column("used_by", BigId, _reference(people)),
)

# How often one sender wrote wrong codes lately.
code_guesses = sa.Table(
    "code_guesses",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("sender", sa.Text, primary_key=True),
    sa.Column("wrong", sa.Integer, nullable=False),
    sa.Column("since", UtcTime, nullable=False),
)

# One person on one post for one stretch of time.
shifts = sa.Table(
    "shifts",
    metadata,
    _id(),
    sa.Column("post", sa.Text, nullable=False),
    sa.Column("town", sa.Text),
    sa.Column("person_id", BigId, _reference(people), nullable=False),
    sa.Column("starts_at", UtcTime, nullable=False),
    sa.Column("ends_at", UtcTime, nullable=False),
    sa.Index("ix_shifts_post", "post", "town", "ends_at"),
)

# One payload as a channel received it, stored before anything else happens.
inbox = sa.Table(
    "inbox",
    metadata,
    _id(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("agent", sa.Text, nullable=False, default=""),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("message_key", sa.Text, nullable=False),
    sa.Column("raw", sa.Text, nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("lease_until", UtcTime),
    sa.Column("fence", sa.Integer, nullable=False, default=0),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("done_at", UtcTime),
    sa.Column("outcome", sa.Text),
    sa.Column("reason", sa.Text),
    sa.UniqueConstraint("channel", "agent", "chat", "message_key"),
)
_unread = inbox.c.done_at.is_(None)
sa.Index(
    "ix_inbox_unread",
    inbox.c.due_at,
    inbox.c.id,
    sqlite_where=_unread,
    postgresql_where=_unread,
)
sa.Index(
    "ix_inbox_unread_chat",
    inbox.c.channel,
    inbox.c.chat,
    inbox.c.id,
    sqlite_where=_unread,
    postgresql_where=_unread,
)

# How fast one sender writes, and whether they were told.
sender_pace = sa.Table(
    "sender_pace",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("sender", sa.Text, primary_key=True),
    sa.Column("window_at", UtcTime, nullable=False),
    sa.Column("heard", sa.Integer, nullable=False),
    sa.Column("told_at", UtcTime),
)

# What the desk waits to hear from one sender in one chat.
dialogues = sa.Table(
    "dialogues",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("chat", sa.Text, primary_key=True),
    sa.Column("sender", sa.Text, primary_key=True),
    sa.Column("state", sa.JSON, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
)

# One event that officers look after.
alerts = sa.Table(
    "alerts",
    metadata,
    _id(),
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
    sa.Column("taken_by", BigId, _reference(people)),
    sa.Column("taken_at", UtcTime),
    sa.Column("watched_until", UtcTime),
    sa.Column("closed_at", UtcTime),
    sa.Column("closed_by", BigId, _reference(people)),
    sa.Column("outcome", sa.Text),
    sa.Column("outcome_note", sa.Text, nullable=False, default=""),
    sa.Column("merged_into", BigId),
    sa.Column("verified", sa.Boolean, nullable=False),
    sa.Column("drill", sa.Boolean, nullable=False, default=False),
    sa.Column("about_units", sa.JSON, nullable=False),
)
_live = alerts.c.state != "closed"
sa.Index("ix_alerts_live_town", alerts.c.town, sqlite_where=_live, postgresql_where=_live)
_timed = alerts.c.next_escalation_at.is_not(None)
sa.Index(
    "ix_alerts_due",
    alerts.c.next_escalation_at,
    sqlite_where=_timed,
    postgresql_where=_timed,
)

# One line of an alert's timeline.
alert_log = sa.Table(
    "alert_log",
    metadata,
    _id(),
    sa.Column("alert_id", BigId, _reference(alerts), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("person_id", BigId),
    sa.Column("detail", sa.Text, nullable=False, default=""),
    sa.Index("ix_alert_log_alert", "alert_id", "id"),
)

# One message about an alert that stands in a chat and is kept up to date.
cards = sa.Table(
    "cards",
    metadata,
    _id(),
    sa.Column("alert_id", BigId, _reference(alerts), nullable=False, index=True),
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
    _id(),
    sa.Column("person_id", BigId, _reference(people), index=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("town", sa.Text),
    sa.Column("town_by", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("filed_at", UtcTime, nullable=False),
    sa.Column("verified", sa.Boolean, nullable=False),
    sa.Column("alert_id", BigId, _reference(alerts), index=True),
    sa.Column("withdrawn_at", UtcTime),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("channel", "chat", "message_id"),
)

# One version of a report: first words, supplement, correction or withdrawal.
report_versions = sa.Table(
    "report_versions",
    metadata,
    _id(),
    sa.Column("report_id", BigId, _reference(reports), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("assessment", sa.JSON, nullable=False),
    sa.Column("attachments", sa.JSON, nullable=False),
    sa.Column("location", sa.JSON),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("inbox_id", BigId),
    sa.UniqueConstraint("report_id", "number"),
)

# One send to one address, due until it arrived.
notices = sa.Table(
    "notices",
    metadata,
    _id(),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("alert_id", BigId, _reference(alerts), index=True),
    sa.Column("report_id", BigId, _reference(reports)),
    sa.Column("card_id", BigId, index=True),
    sa.Column("why", sa.Text),
    sa.Column("target", sa.Text),
    sa.Column("body", sa.JSON),
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
)
_unsent = notices.c.state == "due"
sa.Index(
    "ix_notices_due",
    notices.c.priority,
    notices.c.due_at,
    notices.c.id,
    sqlite_where=_unsent,
    postgresql_where=_unsent,
)
sa.Index("ix_notices_chat", notices.c.channel, notices.c.chat, notices.c.message_id)

# When a loop last came round.
heartbeats = sa.Table(
    "heartbeats",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
)

# One look at a person's data: who, whose, why (DESIGN.md, "What it never does", 5).
access_log = sa.Table(
    "access_log",
    metadata,
    _id(),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", BigId),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("whose", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False, default=""),
    sa.Column("channel", sa.Text, nullable=False),
)

# One chat of the built-in web chat; ``last_event`` numbers its events without gaps.
webchat_chats = sa.Table(
    "webchat_chats",
    metadata,
    sa.Column("chat", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("last_event", sa.Integer, nullable=False, default=0),
)

# One thing that happened in a web chat: a message, an edit, an answer to a press.
webchat_events = sa.Table(
    "webchat_events",
    metadata,
    sa.Column("chat", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False, default=""),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
)

# One browser that entered a web chat seat; only the hash of its cookie is kept.
web_sessions = sa.Table(
    "web_sessions",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("person_id", BigId, _reference(people), nullable=False, index=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("revoked_at", UtcTime),
)
