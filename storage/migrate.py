"""Brings a database to the schema that this version of the code needs.

Two processes that start at once wait for each other: on PostgreSQL by an advisory lock, on
SQLite by the write lock of the transaction.
"""

from __future__ import annotations

import threading
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from domain.errors import SetupError
from storage.engines import open_engine
from storage.tables import metadata

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x48555849  # "HUXI": the number of the advisory lock


# Alembic keeps what it works on in one place a process: two threads would take each other's.
_ALEMBIC = threading.Lock()


def config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration, bound to a connection if one is given."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    if connection is not None:
        settings.attributes["connection"] = connection
    return settings


def upgrade(url: str) -> None:
    """Bring the database to the newest schema; does nothing when it is there already.

    Raises `SetupError` when the database cannot be reached or is newer than the code.
    """
    engine = open_engine(url)
    try:
        with _ALEMBIC, engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
            command.upgrade(config(connection), "head")
    except sa.exc.DBAPIError as error:
        raise cannot_be_opened(url, error) from error
    except CommandError as error:
        raise SetupError(
            where="数据库",
            key="schema",
            found=str(error),
            write="数据库比程序新，请用新版程序",
        ) from error
    finally:
        engine.dispose()


def cannot_be_opened(url: str, error: sa.exc.DBAPIError) -> SetupError:
    """Return what is said of a database that does not open; its password is not shown."""
    return SetupError(
        where="settings.toml",
        key="storage.url",
        found=str(sa.make_url(url)),
        write=f"数据库打不开：{_first_line(error)}",
    )


def state(url: str) -> tuple[str | None, str | None]:
    """Return (schema of the database, schema of the code)."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return current, ScriptDirectory.from_config(config()).get_current_head()


def differences(url: str) -> list[object]:
    """Return what the tables of the code have and the migrations have not, or otherwise."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection), metadata))
    finally:
        engine.dispose()


def _first_line(error: sa.exc.DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "没有说明"
