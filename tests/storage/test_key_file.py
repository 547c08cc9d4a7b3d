"""The key file, and what a start does with it."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from domain.duty import Role
from domain.errors import SetupError
from storage.engines import open_engine
from storage.key_file import KeySource, read_keyring
from storage.key_rows import PLAIN, admit
from storage.sealing import CannotOpen
from storage.store import Store
from storage.tables import people, seal_keys
from tests.keys import KEYRING, VARIABLE


@pytest.fixture
def source(tmp_path: Path) -> KeySource:
    """Return where a key file will be."""
    return KeySource(tmp_path / "deep" / "seal.key")


def test_the_first_start_makes_the_file(database: str, source: KeySource) -> None:
    """Only we can read it, and it tells a person in Chinese to keep a copy."""
    keyring = admit(database, source)
    assert stat.S_IMODE(source.file.stat().st_mode) == 0o600
    assert not source.open_to_others()
    words = source.file.read_text("utf-8")
    assert "另存一份" in words
    assert keyring.newest in words
    assert list(source.file.parent.iterdir()) == [source.file]
    assert admit(database, source).newest == keyring.newest
    assert read_keyring(source.file).open(keyring.seal("何", "people.name"), "people.name") == "何"


def test_a_lost_file_stops_the_start_and_no_new_one_is_made(
    database: str, source: KeySource
) -> None:
    """The error says which file to bring back, and nothing is sealed with another key."""
    key = admit(database, source).newest
    kept = source.file.read_bytes()
    source.file.unlink()
    with pytest.raises(SetupError, match="备份的密钥文件") as raised:
        admit(database, source)
    assert str(source.file) in str(raised.value)
    assert not source.file.exists()
    source.make()
    with pytest.raises(SetupError, match=key):
        admit(database, source)
    source.file.write_bytes(kept)
    assert admit(database, source).newest == key


def test_processes_that_start_at_once_have_one_key(database: str, source: KeySource) -> None:
    """One makes it, the others find it."""
    found: list[str] = []
    starts = [
        threading.Thread(target=lambda: found.append(admit(database, source).newest))
        for _ in range(4)
    ]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert len(found) == 4
    assert len(set(found)) == 1


@pytest.mark.parametrize("gone", ["seal ", "lookup ", "\n"])
def test_a_damaged_file_is_named(source: KeySource, gone: str) -> None:
    """A key that was mistyped does not fit its id; half a file is none."""
    source.make()
    words, keys = source.file.read_text("utf-8").rsplit("#", 1)
    source.file.write_text(f"{words}#{keys.replace(gone, '')}", "utf-8")
    with pytest.raises(SetupError, match="备份的密钥文件"):
        source.keys()


def test_keys_may_stand_in_a_variable(database: str, source: KeySource) -> None:
    """Then no file is made."""
    keyring = admit(database, KeySource(source.file, VARIABLE))
    assert keyring.newest == KEYRING.newest
    assert not source.file.exists()


def test_a_new_key_goes_on_top_and_the_old_ones_stay(source: KeySource) -> None:
    """What the old key sealed still opens, in a process that was running already too."""
    source.make()
    running = source.keyring()
    old = running.newest
    sealed = running.seal("何", "people.name")
    new = source.add_new()
    assert source.keyring().ids == (new, old)
    assert source.keyring().open(sealed, "people.name") == "何"
    assert running.open(source.keyring().seal("何", "people.name"), "people.name") == "何"
    assert running.newest == new


def test_two_stores_of_one_process_have_their_own_keys(
    sqlite_file: str, tmp_path: Path, source: KeySource
) -> None:
    """Nothing is global: what one sealed the other cannot open."""
    source.make()
    one = Store(sqlite_file, keyring=KEYRING)
    other = Store(sqlite_file, keyring=source.keyring())
    none = Store(sqlite_file, keyring=None)
    try:
        person = one.write(lambda uow: uow.people.add(name="何文静", role=Role.LEADER, town=None))
        assert one.read(lambda uow: uow.people.get(person.id)).name == "何文静"
        assert one.read(lambda uow: uow.people.named("何文静")) == (person,)
        assert other.read(lambda uow: uow.people.named("何文静")) == ()
        for store in (other, none):
            with pytest.raises(CannotOpen):
                store.read(lambda uow: uow.people.get(person.id))
    finally:
        for store in (one, other, none):
            store.close()


def test_what_is_from_before_sealing_is_read_and_found(database: str, source: KeySource) -> None:
    """People who were enrolled before the upgrade go on, until everything is sealed."""
    engine = open_engine(database)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO people (name, role, enrolled_at, demo)"
                " VALUES ('何文静', 'leader', '2026-01-01 00:00:00', :no)"
            ),
            {"no": False},
        )
        connection.execute(
            sa.text(
                "INSERT INTO seal_keys (id, kind, proof, since)"
                " VALUES ('plain', 'plain', '', CURRENT_TIMESTAMP)"
            )
        )
    engine.dispose()
    store = Store(database, keyring=admit(database, source))
    (found,) = store.read(lambda uow: uow.people.named("何文静"))
    assert found.name == "何文静"
    store.close()
    engine = open_engine(database)
    with engine.begin() as connection:
        connection.execute(sa.delete(seal_keys).where(seal_keys.c.id == PLAIN))
    engine.dispose()
    store = Store(database, keyring=admit(database, source))
    with pytest.raises(CannotOpen):
        store.read(lambda uow: uow.people.named("何文静"))
    store.close()


def test_sql_can_only_ask_whether_a_sealed_column_is_empty() -> None:
    """A comparison that could never be true does not even get written."""
    for wrong in (
        lambda: people.c.name == "何文静",
        lambda: people.c.name.like("何%"),
        people.c.name.desc,
    ):
        with pytest.raises(TypeError, match="mark"):
            wrong()
    assert str(people.c.name != "")
    assert str(people.c.name.is_not(None))
