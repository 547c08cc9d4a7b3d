"""What the step "machines" adds to the schema: quiet chats, and indexes for the claim."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UNSENT = sa.text("state = 'due'")
_LEASED = sa.text("state = 'due' AND lease_until IS NOT NULL")
_EXPIRING = sa.text("state = 'due' AND expires_at IS NOT NULL")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "quiet",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("channel", "chat", "priority", name=op.f("pk_quiet")),
    )
    op.drop_index("ix_notices_due", table_name="notices")
    for name, columns, where in (
        ("ix_notices_due", ["priority", "id", "due_at"], _UNSENT),
        ("ix_notices_leased", ["channel", "chat"], _LEASED),
        ("ix_notices_expiring", ["expires_at"], _EXPIRING),
    ):
        op.create_index(name, "notices", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Go back."""
    for name in ("ix_notices_expiring", "ix_notices_leased", "ix_notices_due"):
        op.drop_index(name, table_name="notices")
    op.create_index(
        "ix_notices_due",
        "notices",
        ["priority", "due_at", "id"],
        sqlite_where=_UNSENT,
        postgresql_where=_UNSENT,
    )
    op.drop_table("quiet")
