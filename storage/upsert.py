"""Insert-or-update statements for the two databases."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage import later
from storage.prepared import Prepared


def inserting(dialect: str, table: sa.Table) -> Any:
    """Return a dialect's own INSERT, which knows ON CONFLICT."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """Return the INSERT of a connection's dialect."""
    return inserting(connection.dialect.name, table)


def add_new(connection: sa.Connection, table: sa.Table, values: dict[str, Any]) -> int | None:
    """Insert a row and return its id; None where a unique column says that it is there."""
    added: int | None = _add(table, tuple(values)).value(connection, values)
    return added


def put_new_later(connection: sa.Connection, table: sa.Table, values: dict[str, Any]) -> None:
    """Have a row inserted before the commit, unless a unique column says that it is there."""
    later.put_later(connection, table, _add_each(table, tuple(values)).run_each, values)


@cache
def _add_each(table: sa.Table, names: tuple[str, ...]) -> Prepared:
    return Prepared(
        lambda dialect: inserting(dialect, table).on_conflict_do_nothing().inline(), *names
    )


@cache
def _add(table: sa.Table, names: tuple[str, ...]) -> Prepared:
    return Prepared(
        lambda dialect: inserting(dialect, table).on_conflict_do_nothing().returning(table.c.id),
        *names,
    )


def put(connection: sa.Connection, table: sa.Table, **values: Any) -> None:
    """Insert a row, or overwrite the other columns of the row with the same primary key."""
    _put(table, tuple(values)).run(connection, values)


def put_later(connection: sa.Connection, table: sa.Table, **values: Any) -> None:
    """Have a row inserted or overwritten as `put` does, before the commit."""
    later.put_later(connection, table, _put(table, tuple(values)).run_each, values)


@cache
def _put(table: sa.Table, names: tuple[str, ...]) -> Prepared:
    keys = [column.name for column in table.primary_key]

    def build(dialect: str) -> Any:
        statement = inserting(dialect, table)
        return statement.on_conflict_do_update(
            index_elements=keys,
            set_={name: statement.excluded[name] for name in names if name not in keys},
        )

    return Prepared(build, *names)
