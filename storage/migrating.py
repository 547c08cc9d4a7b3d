"""What Alembic does; read only where a database has not this version's schema.

Refuses: deciding whether that is so; see `storage.migrate`.
"""

from __future__ import annotations

import threading

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError

from storage.engines import open_engine
from storage.migrate import FOLDER
from storage.tables import metadata

__all__ = ["CommandError", "bring_up", "config", "differences"]

# Alembic keeps what it works on in one place a process: two threads would take each other's.
_ALEMBIC = threading.Lock()


def config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration, bound to a connection if one is given."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    if connection is not None:
        settings.attributes["connection"] = connection
    return settings


def bring_up(connection: sa.Connection) -> None:
    """Bring the database to the newest schema."""
    with _ALEMBIC:
        command.upgrade(config(connection), "head")


def differences(url: str) -> list[object]:
    """Return what the tables of the code have and the migrations have not, or otherwise."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection), metadata))
    finally:
        engine.dispose()
