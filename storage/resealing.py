"""Seals every value anew with the newest key, while the office runs.

Driven by the types of the columns, so that a new table needs no line here. Each step is one
small transaction: a batch of rows along the primary key, and how far it came. A process that
is killed loses at most its last step, and the next run goes on there. A value that somebody
wrote meanwhile is left as it is (its old text stands in the WHERE) and found at the end,
when every table is looked through for what the newest key did not seal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from storage.columns import Sealed, SealedJson
from storage.key_file import SEAL
from storage.key_rows import PLAIN
from storage.sealing import Keyring
from storage.store import Store
from storage.tables import metadata, reseals, seal_keys
from storage.unit_of_work import UnitOfWork
from storage.upsert import put

BATCH = 500
MOST_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one table has come: rows looked at in this step, and values sealed anew."""

    table: str
    rows: int
    resealed: int


@dataclass(frozen=True, slots=True)
class Rotated:
    """How it ended: ``unused`` keys that no value needs any more, or what is still ``left``.

    ``left`` are columns in which somebody still writes with an old key.
    """

    unused: tuple[str, ...]
    left: tuple[str, ...]


def sealed_columns(table: sa.Table) -> dict[sa.Column[Any], str]:
    """Return the columns of a table that are sealed, each with what binds its values to it."""
    return {
        column: column.type.context
        for column in table.columns
        if isinstance(column.type, Sealed | SealedJson)
    }


def rotate(
    store: Store,
    keyring: Keyring,
    *,
    batch: int = BATCH,
    say: Callable[[Progress], object] = lambda _: None,
) -> Rotated:
    """Reseal everything with the newest key and return what became of the others.

    Can end anywhere and be run again. ``say`` hears of each step that is on disk.
    """
    left: tuple[str, ...] = ()
    for _ in range(MOST_ROUNDS):
        for table in _tables():
            while (step := store.write(_Step(table, keyring, batch))) is not None:
                say(step)
        left = store.read(lambda uow: tuple(_left(uow, keyring)))
        if not left:
            unused = store.write(lambda uow: _forget_keys(uow, keyring))
            if store.sqlite:
                _leave_no_trace(store, vacuum=keyring.accepts_plain)
            return Rotated(unused, ())
        store.write(lambda uow, left=left: _begin_again(uow, left))  # type: ignore[misc]
    return Rotated((), left)


@dataclass(frozen=True, slots=True)
class _Step:
    """One unit of work: the next batch of a table; None when the table is through."""

    table: sa.Table
    keyring: Keyring
    batch: int

    def __call__(self, uow: UnitOfWork) -> Progress | None:
        known = uow.connection.execute(
            sa.select(reseals).where(reseals.c.table_name == self.table.name)
        ).first()
        same = known is not None and known.key == self.keyring.newest
        if known is not None and same and known.done_at is not None:
            return None
        after = json.loads(known.after) if known is not None and same and known.after else None
        keys, sealed = list(self.table.primary_key.columns), sealed_columns(self.table)
        rows = uow.connection.execute(self._next(keys, sealed, after)).all()
        changed = sum(self._reseal(uow, row, keys, sealed) for row in rows)
        so_far = known.resealed if known is not None and same else 0
        put(
            uow.connection,
            reseals,
            table_name=self.table.name,
            key=self.keyring.newest,
            after=json.dumps(list(rows[-1][: len(keys)])) if rows else None,
            resealed=so_far + changed,
            at=uow.now,
            done_at=None if len(rows) == self.batch else uow.now,
        )
        return Progress(self.table.name, len(rows), changed)

    def _next(
        self,
        keys: list[sa.Column[Any]],
        sealed: Iterable[sa.Column[Any]],
        after: list[Any] | None,
    ) -> sa.Select[Any]:
        query = sa.select(*keys, *(sa.type_coerce(one, sa.Text) for one in sealed))
        if after is not None:
            place = [sa.literal(part, one.type) for part, one in zip(after, keys, strict=True)]
            query = query.where(sa.tuple_(*keys) > sa.tuple_(*place))
        return query.order_by(*keys).limit(self.batch)

    def _reseal(
        self,
        uow: UnitOfWork,
        row: sa.Row[Any],
        keys: list[sa.Column[Any]],
        sealed: dict[sa.Column[Any], str],
    ) -> int:
        here = [one == part for one, part in zip(keys, row, strict=False)]
        new: dict[sa.Column[Any], sa.ColumnElement[Any]] = {}
        for (column, context), old in zip(sealed.items(), row[len(keys) :], strict=True):
            if old is None or self.keyring.is_newest(old):
                continue
            text = self.keyring.seal(self.keyring.open(old, context), context)
            new[column] = sa.literal(text, sa.Text)
            here.append(sa.type_coerce(column, sa.Text) == sa.literal(old, sa.Text))
        if not new:
            return 0
        changed = uow.connection.execute(sa.update(self.table).where(*here).values(new))
        return len(new) if changed.rowcount else 0


def _tables() -> Iterator[sa.Table]:
    return (table for table in metadata.sorted_tables if sealed_columns(table))


def _left(uow: UnitOfWork, keyring: Keyring) -> Iterator[str]:
    """Give the columns that hold something the newest key did not seal."""
    for table in _tables():
        for column in sealed_columns(table):
            text = sa.type_coerce(column, sa.Text)
            old = sa.and_(text != "", ~text.startswith(keyring.head, autoescape=True))
            if uow.connection.execute(sa.select(sa.literal(1)).where(old).limit(1)).first():
                yield f"{table.name}.{column.name}"


def _begin_again(uow: UnitOfWork, columns: Sequence[str]) -> None:
    tables = {column.partition(".")[0] for column in columns}
    uow.connection.execute(
        sa.update(reseals).where(reseals.c.table_name.in_(tables)).values(after=None, done_at=None)
    )


def _forget_keys(uow: UnitOfWork, keyring: Keyring) -> tuple[str, ...]:
    """Need no other key at the next start, and return those that were needed so far."""
    others = sa.and_(seal_keys.c.kind.in_([SEAL, PLAIN]), seal_keys.c.id != keyring.newest)
    unused = tuple(uow.connection.scalars(sa.select(seal_keys.c.id).where(others)))
    uow.connection.execute(sa.delete(seal_keys).where(others))
    return unused


def _leave_no_trace(store: Store, *, vacuum: bool) -> None:
    """Let neither free pages nor the log keep what stood there before (SQLite).

    ``secure_delete`` wiped what was overwritten; VACUUM gets at what older versions freed.
    """
    raw = store.engine.raw_connection()
    try:
        sqlite: Any = raw.driver_connection
        if vacuum:
            sqlite.execute("VACUUM")
        sqlite.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        raw.close()
