"""Brings a database to the schema that this version of the code needs.

Two processes that start at once wait for each other: on PostgreSQL by an advisory lock, on
SQLite by the write lock of the transaction.
"""

from __future__ import annotations

import functools
from pathlib import Path

import sqlalchemy as sa

from domain.errors import SetupError
from storage.engines import open_engine

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x48555849  # "HUXI": the number of the advisory lock


def upgrade(url: str) -> None:
    """Bring the database to the newest schema; does nothing when it is there already.

    Raises `SetupError` when the database cannot be reached or is newer than the code.
    """
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            if _current(connection) == newest():
                return
        _upgrade(engine)
    except sa.exc.DBAPIError as error:
        raise cannot_be_opened(url, error) from error
    finally:
        engine.dispose()


def _upgrade(engine: sa.Engine) -> None:
    # Alembic takes a while to read, and is seldom needed.
    from storage import migrating  # noqa: PLC0415

    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
            migrating.bring_up(connection)
    except migrating.CommandError as error:
        raise SetupError(
            where="数据库",
            key="schema",
            found=str(error),
            write="数据库比程序新，请用新版程序",
        ) from error


@functools.cache
def newest() -> str:
    """Return the number of the newest migration: its file's name begins with it."""
    return max(file.name.partition("_")[0] for file in FOLDER.glob("versions/[0-9]*.py"))


def _current(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def cannot_be_opened(url: str, error: sa.exc.DBAPIError) -> SetupError:
    """Return what is said of a database that does not open; its password is not shown."""
    return SetupError(
        where="settings.toml",
        key="storage.url",
        found=str(sa.make_url(url)),
        write=f"数据库打不开：{_first_line(error)}",
    )


def state(url: str) -> tuple[str | None, str]:
    """Return (schema of the database, schema of the code)."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return _current(connection), newest()
    finally:
        engine.dispose()


def _first_line(error: sa.exc.DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "没有说明"
