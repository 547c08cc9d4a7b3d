"""What the step "delivery" adds to the schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import BigId, UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("notices", sa.Column("standing", sa.Text(), nullable=True))
    op.add_column("notices", sa.Column("standing_at", UtcTime(), nullable=True))
    lost = sa.text("standing = 'undeliverable'")
    op.create_index(
        "ix_notices_undeliverable",
        "notices",
        ["alert_id"],
        sqlite_where=lost,
        postgresql_where=lost,
    )
    op.add_column("alerts", sa.Column("snoozed_until", UtcTime(), nullable=True))
    op.add_column("alerts", sa.Column("wait_why", sa.Text(), nullable=True))
    op.add_column("alerts", sa.Column("gathered", sa.Integer(), nullable=True))
    op.add_column("alerts", sa.Column("summary_at", UtcTime(), nullable=True))
    gathering = sa.text("summary_at IS NOT NULL")
    op.create_index(
        "ix_alerts_summary",
        "alerts",
        ["summary_at"],
        sqlite_where=gathering,
        postgresql_where=gathering,
    )
    op.add_column("groups", sa.Column("paused_at", UtcTime(), nullable=True))
    op.add_column("groups", sa.Column("paused_until", UtcTime(), nullable=True))
    op.add_column("groups", sa.Column("paused_why", sa.Text(), nullable=True))
    op.add_column("groups", sa.Column("paused_by", BigId, nullable=True))


def downgrade() -> None:
    """Go back."""
    for name in ("paused_by", "paused_why", "paused_until", "paused_at"):
        op.drop_column("groups", name)
    op.drop_index("ix_alerts_summary", table_name="alerts")
    for name in ("summary_at", "gathered", "wait_why", "snoozed_until"):
        op.drop_column("alerts", name)
    op.drop_index("ix_notices_undeliverable", table_name="notices")
    for name in ("standing_at", "standing"):
        op.drop_column("notices", name)
