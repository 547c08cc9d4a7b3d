"""What the step "petitions" adds to the schema: the ledger, and who may not look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import BigId, UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "matters",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lodging", sa.Text, nullable=False),
        sa.Column("tier", sa.Text, nullable=False),
        sa.Column("registered_on", sa.Date, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("town", sa.Text),
        sa.Column("open_to", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("lead", sa.Text, nullable=False),
        sa.Column("about_units", sa.JSON, nullable=False),
        sa.Column("repeated", sa.Boolean, nullable=False),
        sa.Column("group_size", sa.Integer, nullable=False),
        sa.Column("satisfaction", sa.Text),
        sa.Column("next_due_on", sa.Date),
        sa.Column("ended_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.Column("cleared_at", UtcTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
        sa.UniqueConstraint("number", name=op.f("uq_matters_number")),
    )
    op.create_index(
        "ix_matters_due",
        "matters",
        ["next_due_on"],
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_index("ix_matters_registered_on", "matters", ["registered_on"])
    op.create_table(
        "name_slips",
        sa.Column("spelling_mark", sa.Text, nullable=False),
        sa.Column("open_to", sa.Text, nullable=False),
        sa.Column("name_mark", sa.Text, nullable=False),
        sa.Column("spelling", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint(
            "spelling_mark", "open_to", "name_mark", name=op.f("pk_name_slips")
        ),
    )
    op.create_table(
        "interests",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("declared_at", UtcTime(), nullable=False),
        sa.Column("declared_by", BigId),
        sa.Column("ended_at", UtcTime()),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_interests_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interests")),
    )
    op.create_index(op.f("ix_interests_person_id"), "interests", ["person_id"])
    op.create_table(
        "matter_changes",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("matter_id", BigId, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person_id", BigId),
        sa.Column("source", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_matter_changes_matter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_changes")),
    )
    op.create_index("ix_matter_changes_matter", "matter_changes", ["matter_id", "id"])
    op.create_table(
        "matter_steps",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("matter_id", BigId, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("days", sa.Integer),
        sa.Column("until_day", sa.Date),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("replaces", BigId),
        sa.Column("void", sa.Boolean, nullable=False),
        sa.Column("recorded_at", UtcTime(), nullable=False),
        sa.Column("recorded_by", BigId),
        sa.Column("source", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_matter_steps_matter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_steps")),
    )
    op.create_index("ix_matter_steps_matter", "matter_steps", ["matter_id", "id"])
    op.create_table(
        "openings",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("ends_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_openings_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openings")),
    )
    op.create_index("ix_openings_person", "openings", ["person_id", "ends_at"])
    op.create_table(
        "petitioners",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("matter_id", BigId, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_mark", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("phone_mark", sa.Text),
        sa.Column("id_number", sa.Text, nullable=False),
        sa.Column("id_mark", sa.Text),
        sa.Column("village", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("open_to", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_petitioners_matter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petitioners")),
        sa.UniqueConstraint(
            "matter_id", "position", name=op.f("uq_petitioners_matter_id_position")
        ),
    )
    op.create_index("ix_petitioners_id_mark", "petitioners", ["id_mark"])
    op.create_index("ix_petitioners_name_mark", "petitioners", ["name_mark", "open_to"])
    op.create_index("ix_petitioners_phone_mark", "petitioners", ["phone_mark", "open_to"])


def downgrade() -> None:
    """Go back."""
    for table in (
        "petitioners",
        "openings",
        "matter_steps",
        "matter_changes",
        "interests",
        "name_slips",
        "matters",
    ):
        op.drop_table(table)
