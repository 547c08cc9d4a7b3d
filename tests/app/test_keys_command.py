"""`huxin keys`: a new key, everything sealed with it, the old one not needed any more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.__main__ import main
from domain.duty import Role
from storage.key_file import read_keyring
from storage.store import Store
from tests.keys import VARIABLE


@pytest.fixture
def file(sqlite_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the commands a database and a key file of their own."""
    monkeypatch.setenv("HUXIN_STORAGE__URL", sqlite_file)
    monkeypatch.setenv("HUXIN_SEALING__KEY_FILE", str(tmp_path / "seal.key"))
    return tmp_path / "seal.key"


def said(*words: str) -> str:
    """Call a command that does what was asked, and return what it said."""
    result = CliRunner().invoke(main, ["keys", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_change_of_key_from_the_first_to_the_last_word(file: Path, sqlite_file: str) -> None:
    """List, new, rotate, list; no command prints a key."""
    assert "正在用" in said("list")
    old = read_keyring(file)
    store = Store(sqlite_file, keyring=old)
    store.write(lambda uow: uow.people.add(name="何文静", role=Role.LEADER, town=None))
    store.close()
    assert "另存" in said("new")
    new = read_keyring(file).newest
    assert new != old.newest
    assert f"{old.newest}  旧的，还有内容要用它" in said("list")
    os.utime(file, (0, 0))  # it was written long ago, and every process has it
    assert f"密钥 {old.newest} 数据库不再用了" in said("rotate")
    assert f"{old.newest}  旧的，数据库不再用它" in said("list")
    everything = said("list") + said("rotate")
    secrets = [word for word in file.read_text("utf-8").split() if len(word) == 64]
    assert len(secrets) == 3
    assert not [secret for secret in secrets if secret in everything]


def test_a_key_in_a_variable_is_added_there(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command cannot write it, and says where to."""
    monkeypatch.setenv("HUXIN_SEALING__KEYS", VARIABLE)
    result = CliRunner().invoke(main, ["keys", "new"])
    assert result.exit_code == 2
    assert "环境变量" in result.output
    assert not file.exists()


def test_the_check_says_what_to_do_with_the_key_file(file: Path) -> None:
    """To be kept apart from the database; one that others can read is refused."""
    said("list")
    assert "和数据库的备份分开放" in CliRunner().invoke(main, ["check"]).output
    file.chmod(0o644)
    assert f"chmod 600 {file}" in CliRunner().invoke(main, ["check"]).output
