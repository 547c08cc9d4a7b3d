"""Tables of sealing: which keys the values need, and how far a change of key has come."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import UtcTime
from storage.tables.common import metadata

# One key that values here may need, proved by something sealed with it. A row ``plain`` says
# that values from before sealing may still be there.
seal_keys = sa.Table(
    "seal_keys",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("proof", sa.Text, nullable=False),
    sa.Column("since", UtcTime, nullable=False),
)

# How far the resealing of one table with the newest key has come.
reseals = sa.Table(
    "reseals",
    metadata,
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("after", sa.Text),
    sa.Column("resealed", sa.Integer, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("done_at", UtcTime),
)
