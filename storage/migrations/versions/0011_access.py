"""What the step "access" adds to the schema: the access log's chain, counts of removals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import BigId, UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. The chain begins with the next line; what is there stays outside it."""
    with op.batch_alter_table("access_log") as table:
        table.add_column(sa.Column("number", BigId))
        table.add_column(sa.Column("link", sa.Text))
        table.create_unique_constraint(op.f("uq_access_log_number"), ["number"])
        table.create_index("ix_access_log_whose", ["whose"])
    op.create_table(
        "access_log_ends",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("link", sa.Text, nullable=False),
        sa.Column("before", BigId, nullable=False),
        sa.Column("seal", sa.Text, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_access_log_ends")),
    )
    op.create_table(
        "removals",
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", name=op.f("pk_removals")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("removals")
    op.drop_table("access_log_ends")
    with op.batch_alter_table("access_log") as table:
        table.drop_index("ix_access_log_whose")
        table.drop_constraint(op.f("uq_access_log_number"), type_="unique")
        table.drop_column("link")
        table.drop_column("number")
