"""What the step "files" adds to the schema: files to fetch, and the commands chats were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import BigId, UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "files",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("file_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("kept_as", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("added_at", UtcTime(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("lease_until", UtcTime()),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint(
            "channel", "chat", "file_id", name=op.f("uq_files_channel_chat_file_id")
        ),
    )
    due = sa.text("state = 'due'")
    op.create_index("ix_files_due", "files", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "menus",
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("told_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "chat", name=op.f("pk_menus")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("menus")
    op.drop_table("files")
