"""Insert-or-update statements for the two databases."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """Return the dialect's own INSERT, which knows ON CONFLICT."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def add_new(connection: sa.Connection, table: sa.Table, values: dict[str, Any]) -> int | None:
    """Insert a row and return its id; None where a unique column says that it is there."""
    added: int | None = connection.execute(_add(connection.dialect.name, table), values).scalar()
    return added


@cache
def _add(dialect: str, table: sa.Table) -> Any:
    """Build the statement once: building costs several times what running it does."""
    kinds = postgresql if dialect == "postgresql" else sqlite
    return kinds.insert(table).on_conflict_do_nothing().returning(table.c.id)


def put(connection: sa.Connection, table: sa.Table, **values: Any) -> None:
    """Insert a row, or overwrite the other columns of the row with the same primary key."""
    connection.execute(_put(connection.dialect.name, table, tuple(values)), values)


@cache
def _put(dialect: str, table: sa.Table, names: tuple[str, ...]) -> Any:
    """Build the statement once: building costs several times what running it does."""
    keys = [column.name for column in table.primary_key]
    kinds = postgresql if dialect == "postgresql" else sqlite
    statement = kinds.insert(table).values({name: sa.bindparam(name) for name in names})
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={name: statement.excluded[name] for name in names if name not in keys},
    )
