"""Tables of people: who is who, where they are reached, who is on duty, who looked."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import BigId, Mark, Sealed, UtcTime
from storage.tables.common import growing_id, metadata, reference

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
    growing_id(),
    sa.Column("name", Sealed("people.name"), nullable=False),
    sa.Column("name_mark", Mark("people.name"), index=True),
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
    growing_id(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("person_id", BigId, reference(people), nullable=False, index=True),
    sa.Column("since", UtcTime, nullable=False),
    sa.UniqueConstraint("channel", "sender"),
)

# One group chat that is bound as a duty group.
groups = sa.Table(
    "groups",
    metadata,
    growing_id(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("town", sa.Text),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("bound_at", UtcTime, nullable=False),
    sa.Column("bound_by", BigId, reference(people)),
    sa.Column("unbound_at", UtcTime),
    sa.Column("options", sa.JSON, nullable=False, default=dict),
    sa.Column("paused_at", UtcTime),
    sa.Column("paused_until", UtcTime),
    sa.Column("paused_why", Sealed("groups.paused_why")),
    sa.Column("paused_by", BigId),
    sa.UniqueConstraint("channel", "chat"),
)

# One chat that notices can go to: a person's private chat or a duty group.
addresses = sa.Table(
    "addresses",
    metadata,
    growing_id(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("person_id", BigId, reference(people), index=True),
    sa.Column("group_id", BigId, reference(groups), index=True),
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
    sa.Column("name", Sealed("invites.name")),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("used_at", UtcTime),
    sa.Column("used_by", BigId, reference(people)),
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

# One person on one post for one stretch of time: the plan, or what lies over it.
shifts = sa.Table(
    "shifts",
    metadata,
    growing_id(),
    sa.Column("post", sa.Text, nullable=False),
    sa.Column("town", sa.Text),
    sa.Column("person_id", BigId, reference(people), nullable=False),
    sa.Column("starts_at", UtcTime, nullable=False),
    sa.Column("ends_at", UtcTime, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, server_default="plan"),
    sa.Column("instead_of", BigId),
    sa.Column("source", sa.Text, nullable=False, server_default="hand"),
    sa.Column("made_at", UtcTime),
    sa.Column("made_by", BigId),
    sa.Column("removed_at", UtcTime),
    sa.Index("ix_shifts_post", "post", "town", "ends_at"),
    sa.Index("ix_shifts_ends_at", "ends_at"),
)

# Who sat on one chair of the roster when it was last looked at.
chairs = sa.Table(
    "chairs",
    metadata,
    sa.Column("chair", sa.Text, primary_key=True),
    sa.Column("people", sa.JSON, nullable=False),
    sa.Column("since", UtcTime, nullable=False),
)

# What somebody leaves for the next shift on one chair.
shift_words = sa.Table(
    "shift_words",
    metadata,
    growing_id(),
    sa.Column("chair", sa.Text, nullable=False),
    sa.Column("person_id", BigId, reference(people), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("words", Sealed("shift_words.words"), nullable=False),
    sa.Index("ix_shift_words_chair", "chair", "at"),
)

# One browser that entered a web chat seat; only the hash of its cookie is kept.
web_sessions = sa.Table(
    "web_sessions",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("person_id", BigId, reference(people), nullable=False, index=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("revoked_at", UtcTime),
)

# One look at a person's data: who, whose, why (DESIGN.md, "What it never does", 5). ``number``
# counts without gaps and ``link`` chains it to the one before (`storage.log_chain`); lines from
# before the chain have neither.
access_log = sa.Table(
    "access_log",
    metadata,
    growing_id(),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", BigId),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("whose", sa.Text, nullable=False),
    sa.Column("why", Sealed("access_log.why"), nullable=False, default=""),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("number", BigId, unique=True),
    sa.Column("link", sa.Text),
    sa.Index("ix_access_log_whose", "whose"),
)

# How many rows of one kind were emptied or removed on one day, because they had served.
removals = sa.Table(
    "removals",
    metadata,
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)

# One end of the access log's chain: ``anchor``, up to which lines were removed, and ``head``.
access_log_ends = sa.Table(
    "access_log_ends",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("number", BigId, nullable=False),
    sa.Column("link", sa.Text, nullable=False),
    sa.Column("before", BigId, nullable=False, default=0),
    sa.Column("seal", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)
