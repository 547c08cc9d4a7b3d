"""Asking once for many: rows whose columns are one of a list of tuples.

Saves as many round trips on PostgreSQL, and as many calls of the driver on SQLite.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from storage.prepared import Prepared, Row, Values


def among(query: sa.Select[Any], *columns: sa.Column[Any]) -> Prepared:
    """Return the statement for the rows of a query whose columns are one of many rows'.

    It is given a list for each column by its name, all of one length.
    """

    def build(dialect: str) -> sa.Select[Any]:
        if dialect != "postgresql":
            return query.where(sa.tuple_(*columns).in_(_each(columns)))
        lists = [sa.bindparam(one.name, type_=postgresql.ARRAY(one.type)) for one in columns]
        if len(columns) == 1:  # planned by the column's own index, whatever else is asked
            return query.where(columns[0] == sa.any_(lists[0]))
        return query.where(sa.tuple_(*columns).in_(sa.select(*map(sa.func.unnest, lists))))

    return Prepared(build)


def know_each(
    connection: sa.Connection,
    each: Prepared,
    one: Prepared,
    asked: Values,
    wanted: tuple[Sequence[str], Collection[Any]],
    *,
    columns: Sequence[str] = (),
) -> None:
    """Ask once for many, so that a transaction knows what each alone would be told.

    ``each`` is `among`'s statement and ``one`` that for a single row's values, whose columns
    it has first. ``wanted`` are the values' names, and those wanted: tuples, or values alone
    where there is one name. ``columns`` are where ``each`` has them, if they are called
    otherwise there.
    """
    names, values = wanted
    places = [value if len(names) > 1 else (value,) for value in dict.fromkeys(values)]
    if not places:
        return
    found: dict[tuple[Any, ...], list[Row]] = {place: [] for place in places}
    lists = dict(zip(names, map(list, zip(*places, strict=True)), strict=True))
    for row in each.rows(connection, {**asked, **lists}):
        found[tuple(row[name] for name in columns or names)].append(row)
    for place, rows in found.items():
        values_of = dict(zip(names, place, strict=True))
        one.knows(connection, {**asked, **values_of}, rows)


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
