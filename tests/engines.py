"""An empty, migrated database for each test, on SQLite and on PostgreSQL.

A migrated one is copied, which is far cheaper than migrating again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import migrate
from tests.servers import drop_postgres_database, new_postgres_database


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one migrated SQLite file to copy from."""
    file = tmp_path_factory.mktemp("migrated") / "huxin.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    """Make one migrated PostgreSQL database to copy from, and return its name."""
    url = new_postgres_database(postgres_url)
    migrate.upgrade(url)
    return url.rpartition("/")[2]


@pytest.fixture
def sqlite_file(migrated_sqlite: Path, tmp_path: Path) -> str:
    """Give the URL of a migrated SQLite file of the test's own."""
    file = tmp_path / "huxin.db"
    shutil.copyfile(migrated_sqlite, file)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the URL of a migrated database; the test runs once on each engine."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_file")
        return
    template = request.getfixturevalue("migrated_postgres")
    url = new_postgres_database(request.getfixturevalue("postgres_url"), template)
    yield url
    drop_postgres_database(url)
