"""The fields of one table of a rule file, read with their types.

Every fault is a `SetupError` that names the file, the rule and the key, says what was
found and what to write. Refuses: keys that nobody knows; a typing error is not a wish.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import NoReturn, TypeVar

from domain.errors import SetupError

_E = TypeVar("_E", bound=enum.StrEnum)


class Fields:
    """One table of a file: ``of`` says which, for the sentence that names a fault."""

    def __init__(self, file: str, of: str, values: object) -> None:
        """Keep the table; anything but a table is a fault."""
        self.file = file
        self.of = of
        if not isinstance(values, Mapping):
            raise SetupError(where=file, key=of, found=repr(values), write="写成一个表 [ ]")
        self._values: Mapping[str, object] = values
        self._read: set[str] = set()

    def wrong(self, key: str, write: str, found: str = "") -> NoReturn:
        """Stop with the key, what stands there (or ``found`` of it), and what to write."""
        found = found or (repr(self._values[key]) if key in self._values else "没有写")
        raise SetupError(where=self.file, key=f"{self.of}.{key}", found=found, write=write)

    def keys(self) -> Sequence[str]:
        """Return the keys of the table in the order of the file."""
        return list(self._values)

    def table(self, key: str) -> Fields:
        """Return the table under ``key``; an empty one if it is not there."""
        self._read.add(key)
        return Fields(self.file, f"{self.of}.{key}" if self.of else key, self._values.get(key, {}))

    def tables(self, key: str) -> list[Fields]:
        """Return the list of tables ``[[key]]``, each named by its id or name."""
        self._read.add(key)
        found = self._values.get(key, [])
        if not isinstance(found, list):
            self.wrong(key, f"写成 [[{key}]]")
        return [
            Fields(self.file, _called(key, number, one), one) for number, one in enumerate(found, 1)
        ]

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a line of text; without a default it must be there and not be empty."""
        self._read.add(key)
        value = self._values.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.wrong(key, "写一句话，放在引号里")
        return value

    def words(self, key: str, *, least: int = 0) -> tuple[str, ...]:
        """Return a list of texts, at least ``least`` of them."""
        self._read.add(key)
        value = self._values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
            self.wrong(key, '写成一列词，例如 ["甲", "乙"]')
        if len(value) < least:
            self.wrong(key, f"至少写 {least} 个")
        return tuple(value)

    def number(self, key: str, *, default: int, most: int) -> int:
        """Return a whole number from 0 to ``most``."""
        self._read.add(key)
        value = self._values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            self.wrong(key, f"写 0 到 {most} 的整数")
        return value

    def yes(self, key: str) -> bool:
        """Return true or false; false if it is not there."""
        self._read.add(key)
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            self.wrong(key, "写 true 或 false")
        return value

    def one_of(self, key: str, kind: type[_E], *, default: _E | None = None) -> _E:
        """Return a member of ``kind``."""
        self._read.add(key)
        value = self._values.get(key, default)
        if value not in list(kind):
            self.wrong(key, "写其中之一：" + "、".join(kind))
        return kind(str(value))

    def done(self) -> None:
        """Stop at a key that was never read."""
        for key in self._values:
            if key not in self._read:
                self.wrong(key, "没有这个字段；看看是否写错了名字")


def _called(key: str, number: int, one: object) -> str:
    if isinstance(one, Mapping):
        for name in ("id", "name", "written"):
            if isinstance(one.get(name), str):
                return str(one[name])
    return f"{key} 第 {number} 条"
