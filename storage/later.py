"""What a transaction writes when it has to, many rows at a time.

What a unit of work writes and does not look at waits here, until something is asked of the
same tables, or of those that refer to them, or the commit comes: then the rows of a kind are
written in one go, new ones first, each table's after those it refers to, then changes. What
was read of a table (`storage.memory`) is read anew once something is put here for it. So
nobody can tell but by the clock: a round trip and a call of the driver are what a row costs
most. Parts of a transaction that are undone alone (`Later.apart`) begin a savepoint only when
something is written within. Refuses: writes with an outcome that somebody wants, and changes
of two kinds to the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeVar

import sqlalchemy as sa

from storage.memory import Follow, Memory, Row
from storage.tables import metadata
from storage.touched import ALL, Touched, touched
from storage.waiting import AFTER_ALL, Part, Waiting, Write

LATER = "later"
"""Under which name a connection's info keeps the `Later` of its transaction."""

T = TypeVar("T")
_Say = Callable[[str], None]


@dataclass(slots=True)
class Later:
    """What one transaction is still to write, and what it has read.

    Attributes:
        say: runs words that take no values, on the driver's own cursor.
        is_there: whether the database still has the transaction.
        memory: what it has read.
        is_spoilt: what was done before a part could not be written, so that it does not help
            to undo the part: the transaction is to be given up.
    """

    connection: sa.Connection
    say: _Say
    is_there: Callable[[], bool]
    is_spoilt: bool = False
    _waiting: dict[str, dict[int, Waiting]] = field(default_factory=dict)
    _new: dict[tuple[str, object], int] = field(default_factory=dict)  # new rows by their ids
    _parts: list[Part] = field(default_factory=list)
    _number: int = 0
    _is_busy: bool = False
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        """Remember nothing yet."""
        self.memory = Memory(self)

    def put(self, table: str, place: int, write: Write, values: Row) -> None:
        """Have something written by ``write``; what has a lower place goes first."""
        self._number += 1
        self._add(Waiting(self._number, table, place, write, values))
        if place < AFTER_ALL:
            self.memory.follow(table, values)
        else:
            self.memory.forget_of({table})

    def new_row(self, table: str, row_id: int) -> Row | None:
        """Return a new row that waits to be written; None when none of this id does."""
        number = self._new.get((table, row_id))
        return None if number is None else self._waiting[table][number].values

    def new_rows(self, table: str, name: str, value: object) -> list[Row]:
        """Return the new rows that wait to be written and have this value, in order."""
        waiting = self._waiting.get(table, {}).values()
        return [one.values for one in waiting if one.is_new_row and one.values.get(name) == value]

    def amend(self, table: str, row_id: int, values: Row) -> bool:
        """Let a new row that still waits be written with other values; False when none does.

        One that an undone part would leave behind as it was is not touched.
        """
        number = self._new.get((table, row_id), 0)
        if number <= (self._parts[-1].first if self._parts else 0):
            return False
        one = self._waiting[table][number]
        self._add(replace(one, values={**one.values, **values}))
        self.memory.follow(table, self._waiting[table][number].values)
        return True

    def concerns(self, table: str, name: str, row_id: object) -> bool:
        """Whether what waits is the row of a table with this id, or changes it.

        Changes call the id ``name``.
        """
        waiting = self._waiting.get(table, {}).values()
        return any(row_id in {one.values.get("id"), one.values.get(name)} for one in waiting)

    def settle(self, touches: Touched) -> None:
        """Write what has to be there before a statement that does this."""
        if self._is_busy:
            return
        due = self._waiting.keys() & touches.reach
        if touches.writes:
            self.memory.forget_of(touches.named)
            if not due and all(part.begun for part in self._parts):
                return
        elif not due:
            return
        self._is_busy = True
        try:
            self._begin_parts(due)
            self._write(self._of(due))
        finally:
            self._is_busy = False

    def settle_all(self) -> None:
        """Write everything that waits."""
        self.settle(Touched(writes=False, named=ALL, reach=ALL))

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Undo what is done within, and only that, when it raises; the error goes on.

        Savepoints are said to the driver itself: SQLAlchemy's own cost as much as several
        statements.
        """
        self._number += 1
        part = Part(self._number)
        self._parts.append(part)
        try:
            yield
        except Exception:
            self._parts.remove(part)
            self._undo(part)
            raise
        self._parts.remove(part)
        self._keep(part)

    def _undo(self, part: Part) -> None:
        for one in self._of(ALL):
            if one.number > part.first:
                self._drop(one)
        self.memory.forget()
        if not (part.begun and self.is_there()):
            return
        self.say(f"ROLLBACK TO SAVEPOINT {part.name}")
        for one in part.carried.values():  # from before, and undone with it: still to be written
            self._add(one)
            for around in self._parts:
                around.carried.pop(one.number, None)

    def _keep(self, part: Part) -> None:
        # SQLite looks through savepoints that are left; PostgreSQL would have to be asked.
        if part.begun and self.connection.dialect.name == "sqlite":
            self.say(f"RELEASE SAVEPOINT {part.name}")

    def _begin_parts(self, due: Iterable[str]) -> None:
        for part in self._parts:
            if part.begun:
                continue
            try:
                self._write([one for one in self._of(due) if one.number < part.first])
                self.say(f"SAVEPOINT {part.name}")
            except BaseException:
                self.is_spoilt = True
                raise
            part.begun = True

    def _write(self, due: list[Waiting]) -> None:
        by_write: dict[Write, list[Waiting]] = {}
        for one in sorted(due, key=lambda one: (one.place, one.number)):
            by_write.setdefault(one.write, []).append(one)
        for write, rows in by_write.items():
            for part in self._parts:
                if part.begun:
                    part.carried.update(
                        {one.number: one for one in rows if one.number < part.first}
                    )
            for one in rows:
                self._drop(one)
            write(self.connection, [one.values for one in rows])

    def _of(self, tables: Iterable[str]) -> list[Waiting]:
        return [one for name in tables for one in self._waiting.get(name, {}).values()]

    def _add(self, one: Waiting) -> None:
        self._waiting.setdefault(one.table, {})[one.number] = one
        if one.is_new_row and "id" in one.values:
            self._new[one.table, one.values["id"]] = one.number

    def _drop(self, one: Waiting) -> None:
        rows = self._waiting[one.table]
        del rows[one.number]
        if one.is_new_row:
            self._new.pop((one.table, one.values.get("id")), None)
        if not rows:
            del self._waiting[one.table]


def put_later(connection: sa.Connection, table: sa.Table, write: Write, values: Row) -> None:
    """Have a row inserted by ``write``, at the latest before its transaction's commit."""
    _put(connection, table, _place(table), write, values)


def change_later(connection: sa.Connection, table: sa.Table, write: Write, values: Row) -> None:
    """Have rows changed by ``write``, whether there are any or not."""
    _put(connection, table, AFTER_ALL, write, values)


def amend(connection: sa.Connection, table: sa.Table, row_id: int, values: Row) -> bool:
    """Change a new row that waits to be written; False when it has to be changed by a statement."""
    later: Later | None = connection.info.get(LATER)
    return later is not None and later.amend(table.name, row_id, values)


def remembered(
    connection: sa.Connection,
    key: Hashable,
    tables: frozenset[str],
    read: Callable[[], T],
    follow: Follow[T] | None = None,
) -> T:
    """Return what was read of tables in this transaction; ``key`` says what that was.

    A new row that waits to be written lets it be read anew, unless ``follow`` keeps it right.
    """
    later: Later | None = connection.info.get(LATER)
    return read() if later is None else later.memory.ask(key, tables, read, follow)


def settle(
    connection: sa.Connection, text: str, only: tuple[sa.Table, str, object] | None = None
) -> None:
    """Write what has to be there before a statement runs; told by its words.

    ``only`` is for one that reads nothing but one row: of which table, what those that change
    it call its id, and the id.
    """
    later: Later | None = connection.info.get(LATER)
    if later is not None and (only is None or later.concerns(only[0].name, *only[1:])):
        later.settle(touched(text))


def end(connection: sa.Connection) -> None:
    """Write everything that waits on a connection whose transaction is about to be committed."""
    later: Later | None = connection.info.get(LATER)
    if later is not None:
        later.settle_all()
        del connection.info[LATER]


def forget(connection: sa.Connection) -> None:
    """Let nothing of a transaction that is rolled back be written by the next one."""
    if not connection.invalidated:
        connection.info.pop(LATER, None)


def _put(connection: sa.Connection, table: sa.Table, place: int, write: Write, values: Row) -> None:
    later: Later | None = connection.info.get(LATER)
    if later is None:
        write(connection, [values])
    else:
        later.put(table.name, place, write, values)


@cache
def _place(table: sa.Table) -> int:
    """Return where a table stands among all, each after those it refers to."""
    return metadata.sorted_tables.index(table)
