"""Insert-or-update statements for the two databases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """Return the dialect's own INSERT, which knows ON CONFLICT."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def put(connection: sa.Connection, table: sa.Table, **values: Any) -> None:
    """Insert a row, or overwrite the other columns of the row with the same primary key."""
    keys = [column.name for column in table.primary_key]
    statement = insert(connection, table).values(**values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=keys,
            set_={name: statement.excluded[name] for name in values if name not in keys},
        )
    )
