"""What the step "indicators" adds to the schema: steps found by kind and day."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_matter_steps_kind_on_day", "matter_steps", ["kind", "on_day", "matter_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_matter_steps_kind_on_day", "matter_steps")
