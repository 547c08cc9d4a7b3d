"""What the step "sealing" changes: marks beside what is found, sealed JSON as text, keys.

What is there stays plain until ``huxin keys rotate`` has been through it; a row ``plain``
in ``seal_keys`` says so. An empty database gets no such row.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FROM_JSON = {
    "report_versions": {"assessment": False, "attachments": False, "location": True},
    "notices": {"body": True},
    "webchat_events": {"body": False},
    "dialogues": {"state": False},
}
"""The columns of each table that hold JSON, and whether they may be NULL."""
_FILLED = ("people", "invites", "inbox", "webchat_chats", "alerts", "reports", "notices")


def upgrade() -> None:
    """Go forward."""
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    op.create_table(
        "seal_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_keys")),
    )
    op.create_table(
        "reseals",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("resealed", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_reseals")),
    )
    if any(connection.scalar(sa.text(f"SELECT 1 FROM {name} LIMIT 1")) for name in _FILLED):  # noqa: S608
        connection.execute(
            sa.text(
                "INSERT INTO seal_keys (id, kind, proof, since)"
                " VALUES ('plain', 'plain', '', CURRENT_TIMESTAMP)"
            )
        )

    op.add_column("people", sa.Column("name_mark", sa.Text(), nullable=True))
    op.create_index(op.f("ix_people_name_mark"), "people", ["name_mark"])
    op.add_column("dialogues", sa.Column("kind", sa.Text(), nullable=True))
    kind = "json_extract(state, '$.kind')" if sqlite else "state->>'kind'"
    op.execute(f"UPDATE dialogues SET kind = {kind}")  # noqa: S608 - no word from outside

    for table, columns in _FROM_JSON.items():
        with op.batch_alter_table(table) as batch:
            for column, nullable in columns.items():
                batch.alter_column(
                    column,
                    existing_type=sa.JSON(),
                    type_=sa.Text(),
                    existing_nullable=nullable,
                    postgresql_using=f"{column}::text",
                )
        for column in (column for column, nullable in columns.items() if nullable):
            op.execute(f"UPDATE {table} SET {column} = NULL WHERE {column} = 'null'")  # noqa: S608

    # Of two indexes that fit alike SQLite takes the one made last, and the rebuilt table's were
    # made in another order: who is sending (few rows) has to win over all that was ever sent.
    leased = sa.text("state = 'due' AND lease_until IS NOT NULL")
    op.drop_index("ix_notices_leased", table_name="notices")
    op.create_index(
        "ix_notices_leased",
        "notices",
        ["channel", "chat"],
        sqlite_where=leased,
        postgresql_where=leased,
    )

    with op.batch_alter_table("rule_proposals") as batch:
        batch.add_column(sa.Column("line_mark", sa.Text(), nullable=True))
        batch.drop_constraint(op.f("uq_rule_proposals_rule_line"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_rule_proposals_rule_line_mark"), ["rule", "line_mark"]
        )


def downgrade() -> None:
    """Refuse: a program from before sealing could read nothing of what is sealed."""
    raise NotImplementedError("restore a backup from before sealing instead")
