"""Where the keys come from: a file that a person can read and has to back up, or a variable.

The file has one key a line: what it is for, its id, the key. The variable holds the same
lines, parted by semicolons. Refuses: a key that does not fit its id, since it was mistyped.
"""

from __future__ import annotations

import contextlib
import math
import os
import secrets
import stat
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.errors import SetupError
from storage.sealing import KEY_BYTES, Keyring, Keys, id_of

SEAL, LOOK_UP = "seal", "lookup"
HEADING = """\
# 护信的密钥。数据库里的姓名、电话、文字都是用它加密的：丢了它，谁也打不开，没有别的办法。
# 请现在就另存一份（如放进保险柜的 U 盘），不要和数据库的备份放在一起，不要发给别人。
# 一行一个：用途 编号 密钥。seal 用来加密，最上面的是正在用的；lookup 用来查找姓名、电话。
# 不要手工改动。换新密钥：huxin keys new，再 huxin keys rotate。
"""
VARIABLE = "HUXIN_SEALING__KEYS"
_WORDS_A_LINE = 3


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where an office's keys come from: ``text`` (the variable), else the file."""

    file: Path
    text: str = ""

    @property
    def name(self) -> str:
        """How people find it."""
        return f"环境变量 {VARIABLE}" if self.text else str(self.file)

    @property
    def setting(self) -> str:
        """The setting that says where the keys are."""
        return "sealing.keys" if self.text else "sealing.key_file"

    def exists(self) -> bool:
        """Whether there are keys, good or not."""
        return bool(self.text) or self.file.exists()

    def keys(self) -> Keys:
        """Return the keys; `SetupError` when they cannot be read."""
        if self.text:
            return parse(self.text.replace(";", "\n"), self)
        try:
            return parse(self.file.read_text("utf-8"), self)
        except FileNotFoundError:
            write = "没有这个文件：请把备份的密钥文件放回这里"
            raise _wrong(self, "没有", write) from None
        except (OSError, UnicodeDecodeError):
            raise _wrong(self, "读不出来", "请检查权限，或把备份的密钥文件放回这里") from None

    def keyring(self, *, accepts_plain: bool = False) -> Keyring:
        """Return the keyring; it looks into the file again for a key it has not met."""
        changes = self._changes()  # before reading, so that none in between is missed
        return Keyring(self.keys(), accepts_plain=accepts_plain, newer=changes)

    def _changes(self) -> Callable[[], Keys | None]:
        """Return what tells the keys again once the file has changed.

        A file that cannot be read just then, or is not whole, changes nothing.
        """
        if self.text:
            return lambda: None
        seen = [self._stamp()]

        def newer() -> Keys | None:
            stamp = self._stamp()
            if stamp == seen[0]:
                return None
            with contextlib.suppress(SetupError):
                keys = self.keys()
                seen[0] = stamp
                return keys
            return None

        return newer

    def _stamp(self) -> tuple[int, int, int] | None:
        with contextlib.suppress(OSError):
            found = self.file.stat()
            return found.st_ino, found.st_mtime_ns, found.st_size
        return None

    def make(self) -> None:
        """Make the file with new keys, readable by us alone, unless it is there already.

        It appears whole or not at all, so that another process never reads half a key.
        """
        write_keys(self, Keys((_new_key(),), _new_key()), replace=False)

    def add_new(self) -> str:
        """Put a new key on top of the file and return its id; the old ones stay."""
        if self.text:
            write = "密钥写在环境变量里，请在那里的最前面加一行，见 docs/operations.md"
            raise _wrong(self, "不是文件", write)
        keys, key = self.keys(), _new_key()
        write_keys(self, Keys((key, *keys.seal), keys.look_up), replace=True)
        return id_of(key)

    def age(self) -> float:
        """Return how many seconds ago the file was written; of the variable nobody knows."""
        return time.time() - self.file.stat().st_mtime if not self.text else math.inf

    def open_to_others(self) -> bool:
        """Whether anybody but us may read the file."""
        return not self.text and bool(stat.S_IMODE(self.file.stat().st_mode) & 0o077)


def read_keyring(file: Path) -> Keyring:
    """Return the keyring of a key file: ``read_keyring(file).open(sealed, "people.name")``."""
    return KeySource(file).keyring()


def spell(keys: Keys) -> str:
    """Write keys as the file has them, without its heading."""
    lines = [(SEAL, key) for key in keys.seal] + [(LOOK_UP, keys.look_up)]
    return "".join(f"{word} {id_of(key)} {key.hex()}\n" for word, key in lines)


def parse(text: str, source: KeySource) -> Keys:
    """Read keys as the file has them; `SetupError` when a line is not a key."""
    found: dict[str, list[bytes]] = {SEAL: [], LOOK_UP: []}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        key = _key_in(words)
        if key is None or words[0] not in found:
            write = "密钥抄错了：请把备份的密钥文件原样放回来"
            raise _wrong(source, f"第 {number} 行不是一个密钥", write)
        found[words[0]].append(key)
    if not found[SEAL] or len(found[LOOK_UP]) != 1:
        raise _wrong(source, "密钥不全", "要有 seal 和一个 lookup：请把备份的密钥文件放回来")
    return Keys(tuple(found[SEAL]), found[LOOK_UP][0])


def _key_in(words: list[str]) -> bytes | None:
    if len(words) != _WORDS_A_LINE:
        return None
    with contextlib.suppress(ValueError):
        key = bytes.fromhex(words[2])
        if len(key) == KEY_BYTES and id_of(key) == words[1]:
            return key
    return None


def write_keys(source: KeySource, keys: Keys, *, replace: bool) -> None:
    """Write a key file at once; without ``replace`` one that is there stays as it is."""
    file = source.file
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as writing:
                today = date.today()  # noqa: DTZ011 - the machine's own day, for a person
                writing.write(f"{HEADING}# {today}\n{spell(keys)}")
                writing.flush()
                os.fsync(writing.fileno())
            if replace:
                os.replace(name, file)  # noqa: PTH105 - beside os.link
            else:
                with contextlib.suppress(FileExistsError):
                    os.link(name, file)
        finally:
            Path(name).unlink(missing_ok=True)
        _sync_folder(file.parent)
    except OSError as error:
        write = f"这个文件写不了（{error.strerror}），请换一个能写的地方"
        raise _wrong(source, str(file), write) from error


def _sync_folder(folder: Path) -> None:
    """Let the name of a new file outlast a power cut, as its words do."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def _wrong(source: KeySource, found: str, write: str) -> SetupError:
    return SetupError(where=source.name, key=source.setting, found=found, write=write)
