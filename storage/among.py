"""Asking once for many: rows whose columns are one of a list of tuples.

Saves as many round trips on PostgreSQL, and as many calls of the driver on SQLite.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from storage.memory import Follow
from storage.prepared import Prepared, Row, Values


def among(query: sa.Select[Any], *columns: sa.Column[Any]) -> Prepared:
    """Return the statement for the rows of a query whose columns are one of many rows'.

    It is given a list for each column by its name, all of one length.
    """
    in_postgresql, in_sqlite = _unnested(columns), _each(columns)
    return Prepared(
        lambda dialect: query.where(
            sa.tuple_(*columns).in_(in_postgresql if dialect == "postgresql" else in_sqlite)
        )
    )


def know_each(
    connection: sa.Connection,
    each: Prepared,
    one: Prepared,
    asked: Values,
    wanted: tuple[str, Collection[Any]],
    *,
    column: str | None = None,
    follow: Callable[[Any], Follow] | None = None,
) -> None:
    """Ask once for many, so that a transaction knows what each alone would be told.

    ``each`` is `among`'s statement and ``one`` that for a single value, whose columns it has
    first. ``wanted`` is the value's name and those wanted; ``column`` is where ``each`` has
    it, if it is called otherwise there.
    """
    name, values = wanted
    found: dict[Any, list[Row]] = {value: [] for value in values}
    for row in each.rows(connection, {**asked, name: list(values)}):
        found[row[column or name]].append(row)
    for value, rows in found.items():
        keeps = None if follow is None else follow(value)
        one.knows(connection, {**asked, name: value}, rows, follow=keeps)


def _unnested(columns: tuple[sa.Column[Any], ...]) -> sa.Select[Any]:
    return sa.select(
        *(
            sa.func.unnest(sa.bindparam(column.name, type_=postgresql.ARRAY(column.type)))
            for column in columns
        )
    )


def _each(columns: tuple[sa.Column[Any], ...]) -> sa.Select[Any]:
    """https://www.sqlite.org/json1.html#jeach."""
    lists = [
        sa.func.json_each(sa.bindparam(column.name, type_=_Listed())).table_valued("key", "value")
        for column in columns
    ]
    query = sa.select(*(one.c.value for one in lists)).select_from(lists[0])
    for other in lists[1:]:
        query = query.join_from(lists[0], other, other.c.key == lists[0].c.key)
    return query


class _Listed(sa.TypeDecorator[list[Any]]):
    """A list as JSON."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: list[Any] | None, dialect: sa.Dialect) -> str:  # noqa: ARG002 - SQLAlchemy's
        return json.dumps(value, ensure_ascii=False)
