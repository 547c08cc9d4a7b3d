"""What the step "letters" adds to the schema: reminder letters, what supervision has said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import BigId, UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "letters",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("serial", sa.Integer, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("matter_id", BigId),
        sa.Column("alert_id", BigId),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("reply_days", sa.Integer, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.Column("made_by", BigId),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_letters_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("year", "serial", name=op.f("uq_letters_year_serial")),
    )
    op.create_index("ix_letters_matter", "letters", ["matter_id"])
    op.create_table(
        "letter_steps",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("letter_id", BigId, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("recorded_at", UtcTime(), nullable=False),
        sa.Column("recorded_by", BigId),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_letter_steps_letter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_steps")),
    )
    op.create_index("ix_letter_steps_letter", "letter_steps", ["letter_id", "id"])
    op.create_table(
        "supervisions",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("matter_id", BigId),
        sa.Column("letter_id", BigId),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("said_on", sa.Date, nullable=False),
        sa.Column("said_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_supervisions_letter_id")
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_supervisions_matter_id")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_supervisions")),
    )
    op.create_index(
        "ix_matters_visits",
        "matters",
        ["registered_on"],
        sqlite_where=sa.text("ended_on IS NULL AND lodging = 'visit'"),
        postgresql_where=sa.text("ended_on IS NULL AND lodging = 'visit'"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_matters_visits", "matters")
    for table in ("supervisions", "letter_steps", "letters"):
        op.drop_table(table)
