"""Statements that are built and compiled once and then run on the driver's own cursor.

For the ways that every report and every notice take: SQLAlchemy's layers around a statement
cost several times what SQLite does with it. Columns and types stay SQLAlchemy's: each value
passes its column type's bind processor and each result its result processor, errors come as
SQLAlchemy's own. Refuses: lists within IN, and defaults that only SQLAlchemy's execution
knows; what varies in shape is run by `Connection.execute`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from storage.columns import bound_keyring
from storage.later import remembered, settle
from storage.touched import touched

CURSOR = "prepared"
"""Under which name a connection's info keeps the cursor that prepared statements run on."""

Values = Mapping[str, Any]
Row = dict[str, Any]
_Processor = Callable[[Any], Any]
_KEPT = "huxin_prepared"


class Prepared:
    """One statement of one shape, for every connection of every engine.

    Attributes:
        statement: what it is, or a function that builds it for a dialect's name.
        names: the columns that an INSERT or UPDATE sets from the values of each run.
        again: what it reads is asked for again and again: a transaction asks once, as long as
            it changes nothing there.
        reads: the one row that it reads, if it reads no more: of which table, and which value
            is its id. Only what waits of that row is written first.
    """

    def __init__(
        self,
        statement: Any,
        *names: str,
        again: bool = False,
        reads: tuple[sa.Table, str] | None = None,
    ) -> None:
        """Nothing is compiled before the first run on a dialect."""
        self.statement = statement
        self.names = names
        self.again = again
        self.reads = reads

    def run(self, connection: sa.Connection, values: Values) -> int:
        """Run it and return how many rows it changed."""
        changed: int = self._execute(connection, self._for(connection), values).rowcount
        return changed

    def run_each(self, connection: sa.Connection, many: Iterable[Values]) -> None:
        """Run it once for each of these values, in order, in one go."""
        compiled = self._for(connection)
        bound = [compiled.bind(values) for values in many]
        if not bound:
            return
        settle(connection, compiled.text)
        try:
            cursor = _cursor(connection)
            if len(bound) == 1:  # alone it goes the shorter way
                cursor.execute(compiled.text, bound[0])
            else:
                cursor.executemany(compiled.text, bound)
        except compiled.error as error:
            raise _known(connection, compiled.text, error) from error

    def tuples(self, connection: sa.Connection, values: Values) -> list[Sequence[Any]]:
        """Return every row, in the order of its columns."""
        compiled = self._for(connection)
        if self.again:
            return remembered(
                connection,
                self._asked(compiled, values),
                compiled.tables,
                lambda: self._fetch(connection, compiled, values),
            )
        return self._fetch(connection, compiled, values)

    def knows(self, connection: sa.Connection, values: Values, rows: Iterable[Row]) -> None:
        """Let a transaction know what this would return, which was just read with much else."""
        compiled = self._for(connection)
        found = [tuple(row[name] for name in compiled.columns) for row in rows]
        remembered(connection, self._asked(compiled, values), compiled.tables, lambda: found)

    def _asked(self, compiled: _Compiled, values: Values) -> Hashable:
        return self, *(values[name] for _, name, _ in compiled.given if name is not None)

    def _fetch(
        self, connection: sa.Connection, compiled: _Compiled, values: Values
    ) -> list[Sequence[Any]]:
        found: list[Sequence[Any]] = self._execute(connection, compiled, values).fetchall()
        if compiled.processors:
            for number, raw in enumerate(found):
                found[number] = row = list(raw)
                for place, process in compiled.processors:
                    row[place] = process(row[place])
        return found

    def rows(self, connection: sa.Connection, values: Values) -> list[Row]:
        """Return every row by the names of its columns."""
        found = self.tuples(connection, values)
        if not found:
            return []
        names = self._for(connection).columns
        return [dict(zip(names, row, strict=True)) for row in found]

    def row(self, connection: sa.Connection, values: Values) -> Row | None:
        """Return the first row by the names of its columns."""
        found = self.rows(connection, values)
        return found[0] if found else None

    def value(self, connection: sa.Connection, values: Values) -> Any:
        """Return the first column of the first row; None when there is no row."""
        found = self.tuples(connection, values)
        return found[0][0] if found else None

    def _execute(self, connection: sa.Connection, compiled: _Compiled, values: Values) -> Any:
        only = None if self.reads is None else (*self.reads, values[self.reads[1]])
        settle(connection, compiled.text, only)
        cursor = _cursor(connection)
        try:
            cursor.execute(compiled.text, compiled.bind(values))
        except compiled.error as error:
            raise _known(connection, compiled.text, error) from error
        return cursor

    def _for(self, connection: sa.Connection) -> _Compiled:
        dialect = connection.dialect
        kept = _kept(dialect)
        found = kept.get(self)
        if found is None:
            statement = self.statement(dialect.name) if callable(self.statement) else self.statement
            found = kept[self] = _compile(statement, self.names, dialect)
        return found


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in one dialect's words, and what its values and results pass through.

    ``given`` are the names, in order, that each run gives; a constant's place has None for a
    name and the constant itself for a processor. ``tables`` are those that it names.
    """

    text: str
    tables: frozenset[str]
    error: type[Exception]
    columns: tuple[str, ...]
    processors: tuple[tuple[int, _Processor], ...]
    given: tuple[tuple[str, str | None, Any], ...]
    positional: bool

    def bind(self, values: Values) -> Sequence[Any] | dict[str, Any]:
        """Return the values as the driver takes them."""
        if self.positional:
            return [
                process
                if name is None
                else values[name]
                if process is None
                else process(values[name])
                for _, name, process in self.given
            ]
        return {
            key: process
            if name is None
            else values[name]
            if process is None
            else process(values[name])
            for key, name, process in self.given
        }


def _kept(dialect: sa.Dialect) -> dict[Prepared, _Compiled]:
    """Return what was compiled for an engine, and for all with its keyring and kind of server.

    What seals and opens a value is the engine's own keyring, which its types take from there:
    two stores of one process may have different keys. An engine without one keeps its own.
    """
    kept: dict[Prepared, _Compiled] | None = getattr(dialect, _KEPT, None)
    if kept is None:
        kept = {}
        keyring = bound_keyring(dialect)
        if keyring is not None:
            if not hasattr(keyring, _KEPT):
                setattr(keyring, _KEPT, {})
            server = (dialect.name, dialect.driver, dialect.server_version_info)
            kept = getattr(keyring, _KEPT).setdefault(server, kept)
        setattr(dialect, _KEPT, kept)
    return kept


def _compile(statement: Any, names: tuple[str, ...], dialect: sa.Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=list(names) or None)
    if compiled.post_compile_params or getattr(compiled, "insert_prefetch", ()):
        message = f"not to be prepared: {compiled}"
        raise TypeError(message)
    given = []
    for key in compiled.positiontup or compiled.binds:
        parameter = compiled.binds[key]
        process = parameter.type.dialect_impl(dialect).bind_processor(dialect)
        if parameter.required:
            given.append((key, key, process))
        else:
            constant = parameter.effective_value
            given.append((key, None, constant if process is None else process(constant)))
    columns = tuple(statement.exported_columns)
    processors = (
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
    )
    return _Compiled(
        text=compiled.string,
        tables=touched(compiled.string).named,
        error=dialect.loaded_dbapi.Error,
        columns=tuple(column.key for column in columns),
        processors=tuple(
            (place, process) for place, process in enumerate(processors) if process is not None
        ),
        given=tuple(given),
        positional=compiled.positional,
    )


def say(connection: sa.Connection, words: str) -> None:
    """Run words that take no values and give no rows, such as SAVEPOINT."""
    dialect = connection.dialect
    try:
        _cursor(connection).execute(words)
    except dialect.loaded_dbapi.Error as error:
        raise _known(connection, words, error) from error


def _cursor(connection: sa.Connection) -> Any:
    """Return the connection's own cursor; results are fetched at once, so one is enough."""
    info = connection.info
    found = info.get(CURSOR)
    if found is None:
        raw: Any = connection.connection.driver_connection
        found = info[CURSOR] = raw.cursor()
    return found


def _known(connection: sa.Connection, text: str, error: Exception) -> Exception:
    """Return a driver's error as SQLAlchemy raises it, and leave a connection that is gone."""
    dialect, raw = connection.dialect, connection.connection.dbapi_connection
    gone = dialect.is_disconnect(error, raw, None)  # type: ignore[arg-type]
    if gone:
        connection.invalidate(error)
    return sa.exc.DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=gone,
        dialect=dialect,
    )
