"""Ids for rows that are to be written later, taken before they are."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from storage.prepared import Prepared


def take_ids(connection: sa.Connection, table: sa.Table, count: int) -> list[int]:
    """Return ids for so many new rows of a table, in order.

    PostgreSQL's are the sequence's and nobody else gets them. SQLite's follow the last row's,
    and are good for the transaction: it is the only one that writes.
    """
    if count == 0:
        return []
    found = _ids(table).tuples(connection, {"count": count})
    if connection.dialect.name == "postgresql":
        return [number for (number,) in found]
    [(last,)] = found
    return list(range(last + 1, last + count + 1))


@cache
def _ids(table: sa.Table) -> Prepared:
    def build(dialect: str) -> Any:
        if dialect != "postgresql":
            return sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))
        sequence = sa.func.pg_get_serial_sequence(table.name, "id")
        numbers = sa.func.generate_series(1, sa.bindparam("count", type_=sa.Integer))
        return sa.select(sa.func.nextval(sequence)).select_from(numbers.alias("numbers"))

    return Prepared(build)
