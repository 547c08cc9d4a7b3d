"""Tables of talk: what came in, what is waited for, and the web chat's own transcript."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Sealed, SealedJson, UtcTime
from storage.tables.common import growing_id, metadata

# What a payload reads that was changed in the database: no channel parses it, a person looks.
UNREADABLE = "\ufffd"

# One payload as a channel received it, stored before anything else happens.
inbox = sa.Table(
    "inbox",
    metadata,
    growing_id(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("agent", sa.Text, nullable=False, default=""),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("message_key", sa.Text, nullable=False),
    sa.Column("raw", Sealed("inbox.raw", if_changed=UNREADABLE), nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("lease_until", UtcTime),
    sa.Column("fence", sa.Integer, nullable=False, default=0),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("done_at", UtcTime),
    sa.Column("outcome", sa.Text),
    sa.Column("reason", Sealed("inbox.reason")),
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

# One file of a report whose bytes a channel had, and what came of fetching it.
files = sa.Table(
    "files",
    metadata,
    growing_id(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("file_id", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("kept_as", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("added_at", UtcTime, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("lease_until", UtcTime),
    sa.Column("fence", sa.Integer, nullable=False, default=0),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.UniqueConstraint("channel", "chat", "file_id"),
)
_unfetched = files.c.state == "due"
sa.Index("ix_files_due", files.c.due_at, sqlite_where=_unfetched, postgresql_where=_unfetched)

# What commands a bot's private chat was told last, by the role that it was told them for.
menus = sa.Table(
    "menus",
    metadata,
    sa.Column("agent", sa.Text, primary_key=True),
    sa.Column("chat", sa.Text, primary_key=True),
    sa.Column("role", sa.Text),
    sa.Column("told_at", UtcTime, nullable=False),
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
    sa.Column("kind", sa.Text),
    sa.Column("state", SealedJson("dialogues.state"), nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
)

# One chat of the built-in web chat; ``last_event`` numbers its events without gaps.
webchat_chats = sa.Table(
    "webchat_chats",
    metadata,
    sa.Column("chat", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("title", Sealed("webchat_chats.title"), nullable=False),
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
    sa.Column("author", Sealed("webchat_events.author"), nullable=False, default=""),
    sa.Column("body", SealedJson("webchat_events.body"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
)
