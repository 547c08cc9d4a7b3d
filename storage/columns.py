"""Column types that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from operator import eq, ne
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.operators import OperatorType, is_, is_not

from storage.sealing import CannotOpen, Keyring, Why


class UtcTime(sa.TypeDecorator[datetime]):
    """An aware UTC time: timestamptz on PostgreSQL, sortable text on SQLite.

    A naive value is refused, since nobody can say later what it meant.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
        """Convert each time once: a unit of work writes its own into every row."""
        convert = super().bind_processor(dialect)
        return None if convert is None else lru_cache(maxsize=256)(convert)

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Check and convert on the way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a stored time needs a time zone: {value!r}"
            raise ValueError(message)
        moved = value.astimezone(UTC)
        return moved.replace(tzinfo=None) if dialect.name == "sqlite" else moved

    def process_result_value(
        self,
        value: datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002 - the method is SQLAlchemy's
    ) -> datetime | None:
        """Give back an aware UTC time."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A growing row id; SQLite only numbers rows by itself for INTEGER."""


_KEYRING = "huxin_keyring"


def bind_keyring(engine: sa.Engine, keyring: Keyring | None) -> None:
    """Let the sealed columns of an engine's statements be sealed and opened by a keyring.

    It hangs on the engine's dialect, which each engine has for itself and which every type
    is handed: two stores in one process may have different keys.
    """
    setattr(engine.dialect, _KEYRING, keyring)


def bound_keyring(dialect: sa.Dialect) -> Keyring | None:
    """Return the keyring of an engine, or None when it was opened without one."""
    keyring: Keyring | None = getattr(dialect, _KEYRING, None)
    return keyring


def keyring_of(dialect: sa.Dialect, context: str) -> Keyring:
    """Return the keyring of an engine; `CannotOpen` when it was opened without one."""
    keyring = bound_keyring(dialect)
    if keyring is None:
        raise CannotOpen(context, Why.NO_KEYS)
    return keyring


class _WhetherThere(sa.TypeDecorator.Comparator[Any]):
    """Of a sealed column SQL can ask only whether there is something in it."""

    def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> sa.ColumnElement[Any]:
        """Refuse what would never be true of sealed values, and sorting by them."""
        if op in {is_, is_not} or (op in {eq, ne} and other[0] in {"", None}):
            return super().operate(op, *other, **kwargs)
        raise TypeError("a sealed column can only be asked whether it is empty; find by its mark")


class Sealed(sa.TypeDecorator[str]):
    """A text that is sealed in the database and plain in Python; NULL and "" stay.

    ``context`` is the table and column, as "people.name". SQL sees ciphertext that differs
    each time: it cannot compare, sort or group by it. What has to be found has a `Mark`.
    ``if_changed`` stands for a value that somebody changed in the database, where one such row
    must not hold up those behind it; without it, and for a key that is not here: `CannotOpen`.
    """

    impl = sa.Text
    cache_ok = True
    comparator_factory = _WhetherThere

    def __init__(self, context: str, if_changed: str | None = None) -> None:
        """Bind to a column."""
        super().__init__()
        self.context = context
        self.if_changed = if_changed

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Seal on the way in."""
        if value is None:
            return None
        return keyring_of(dialect, self.context).seal(value, self.context)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Open on the way out; `CannotOpen` when it does not."""
        if value is None:
            return None
        try:
            return keyring_of(dialect, self.context).open(value, self.context)
        except CannotOpen as error:
            if self.if_changed is None or error.why is not Why.CHANGED:
                raise
            return self.if_changed


class SealedJson(sa.TypeDecorator[Any]):
    """JSON that is sealed in the database; None is NULL. Otherwise as `Sealed`."""

    impl = sa.Text
    cache_ok = True
    comparator_factory = _WhetherThere

    def __init__(self, context: str) -> None:
        """Bind to a column."""
        super().__init__()
        self.context = context

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        """Write as JSON and seal on the way in."""
        if value is None:
            return None
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return keyring_of(dialect, self.context).seal(text, self.context)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        """Open and read on the way out."""
        if value is None:
            return None
        return json.loads(keyring_of(dialect, self.context).open(value, self.context))


class Mark(sa.TypeDecorator[str]):
    """The keyed hash by which a sealed value is found: given plain, stored as its mark.

    ``people.c.name_mark == name`` finds whoever has that name, and an insert is given the
    plain name as well. ``context`` is the sealed column that it belongs to. What is read
    back is the mark. Equality, IN and uniqueness work as with any text; the writer decides
    what counts as the same (spaces, width) before.
    """

    impl = sa.Text
    cache_ok = True

    def __init__(self, context: str) -> None:
        """Bind to the column that is marked."""
        super().__init__()
        self.context = context

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Make the mark on the way in."""
        if value is None:
            return None
        return keyring_of(dialect, self.context).mark(value, self.context)
