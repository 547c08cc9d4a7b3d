"""Bringing a database to the schema of the code, on both engines."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from domain.errors import SetupError
from storage import migrate, migrating
from storage.engines import open_engine
from storage.tables import metadata


def test_the_migrations_make_exactly_the_tables_of_the_code(database: str) -> None:
    """Nothing is missing, nothing is too much; a second upgrade does nothing."""
    assert migrating.differences(database) == []
    migrate.upgrade(database)
    current, newest = migrate.state(database)
    assert current == newest is not None


def test_the_newest_is_known_without_alembic() -> None:
    """A start that has nothing to bring up asks only the names of the files."""
    assert migrate.newest() == ScriptDirectory.from_config(migrating.config()).get_current_head()


def test_an_empty_database_is_filled(postgres_database: str, tmp_path: Path) -> None:
    """From nothing to every table, on both engines."""
    for url in (postgres_database, f"sqlite:///{tmp_path / 'deep' / 'new.db'}"):
        assert migrate.state(url)[0] is None
        migrate.upgrade(url)
        engine = open_engine(url)
        names = set(sa.inspect(engine).get_table_names())
        engine.dispose()
        assert set(metadata.tables) <= names


def test_a_newer_database_is_refused(database: str) -> None:
    """An old program does not touch it, and says what to do."""
    engine = open_engine(database)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999_later'"))
    engine.dispose()
    with pytest.raises(SetupError, match="请用新版程序"):
        migrate.upgrade(database)


def test_two_processes_that_start_at_once(postgres_database: str, tmp_path: Path) -> None:
    """The second waits for the first and finds everything done."""
    for url in (postgres_database, f"sqlite:///{tmp_path / 'both.db'}"):
        failed: list[Exception] = []

        def start(url: str = url, failed: list[Exception] = failed) -> None:
            try:
                migrate.upgrade(url)
            except Exception as error:  # noqa: BLE001 - the thread hands it over
                failed.append(error)

        both = [threading.Thread(target=start) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert not failed
        assert migrating.differences(url) == []


def test_a_new_file_that_somebody_else_is_setting_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself does not wait for the lock that WAL takes: we come again until it is free."""
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waited: list[float] = []

    def goes(seconds: float) -> None:
        waited.append(seconds)
        other.execute("COMMIT")

    monkeypatch.setattr("storage.engines.time.sleep", goes)
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    with engine.connect() as connection:
        assert connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"
    engine.dispose()
    other.close()
    assert len(waited) == 1


def test_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    """No server, or a file that is none: the setting is named, and no password is shown."""
    with pytest.raises(SetupError) as raised:
        migrate.upgrade("postgresql+psycopg://huxin:geheim@127.0.0.1:1/huxin")
    assert "geheim" not in str(raised.value)
    assert "storage.url" in str(raised.value)
    (tmp_path / "no.db").write_bytes(b"this is no database at all, only some bytes" * 40)
    with pytest.raises(SetupError, match=r"storage\.url"):
        migrate.upgrade(f"sqlite:///{tmp_path / 'no.db'}")
