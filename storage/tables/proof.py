"""Tables of proof of life: whose turn it is, what was found wrong, what was planned."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import UtcTime
from storage.tables.common import metadata

# One task that one process at a time does, and until when it is whose.
turns = sa.Table(
    "turns",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("until", UtcTime, nullable=False),
)

# One thing that the auditor found wrong, and whether it lasts.
findings = sa.Table(
    "findings",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("found_at", UtcTime, nullable=False),
    sa.Column("told_at", UtcTime),
    sa.Column("ended_at", UtcTime),
)

# One thing that is done once: a day's digest, a week's drills, a town's drill.
plans = sa.Table(
    "plans",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False, default=""),
    sa.Column("day", sa.Text, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("done_at", UtcTime),
    sa.Column("outcome", sa.Text),
)
