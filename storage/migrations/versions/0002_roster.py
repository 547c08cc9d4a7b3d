"""What the step "roster" adds to the schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NEW = ("kind", "instead_of", "source", "made_at", "made_by", "removed_at")


def upgrade() -> None:
    """Go forward."""
    op.add_column("shifts", sa.Column("kind", sa.Text(), server_default="plan", nullable=False))
    op.add_column("shifts", sa.Column("instead_of", _ID, nullable=True))
    op.add_column("shifts", sa.Column("source", sa.Text(), server_default="hand", nullable=False))
    op.add_column("shifts", sa.Column("made_at", UtcTime(), nullable=True))
    op.add_column("shifts", sa.Column("made_by", _ID, nullable=True))
    op.add_column("shifts", sa.Column("removed_at", UtcTime(), nullable=True))
    op.create_index("ix_shifts_ends_at", "shifts", ["ends_at"])
    op.create_table(
        "chairs",
        sa.Column("chair", sa.Text(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("chair", name=op.f("pk_chairs")),
    )
    op.create_table(
        "shift_words",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("chair", sa.Text(), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_shift_words_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_words")),
    )
    op.create_index("ix_shift_words_chair", "shift_words", ["chair", "at"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_shift_words_chair", table_name="shift_words")
    op.drop_table("shift_words")
    op.drop_table("chairs")
    op.drop_index("ix_shifts_ends_at", table_name="shifts")
    for name in reversed(_NEW):
        op.drop_column("shifts", name)
