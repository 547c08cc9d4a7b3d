"""Where settings come from: the product's own file, the office's file, the environment.

Reads them, lays one over the other and remembers of each value where it stood. Refuses:
what a value means.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.errors import SetupError

PREFIX = "HUXIN_"
# Read by the command line, not settings: which file to take.
NOT_SETTINGS = {"HUXIN_SETTINGS", "HUXIN_AS"}

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value stands: a file, or a variable of the environment; ``folder`` is its home.

    Relative paths count from ``folder``.
    """

    folder: Path
    file: Path | None = None
    variable: str = ""

    @property
    def name(self) -> str:
        """How people find it."""
        return str(self.file) if self.file is not None else f"环境变量 {self.variable}"


@dataclass(slots=True)
class Gathered:
    """Settings as they were written, and where each of them stood."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[Key, Source] = field(default_factory=dict)

    def lay(self, values: Mapping[str, Any], source: Source) -> None:
        """Lay a table over what is there: tables are joined, anything else replaced."""
        _join(self.values, values)
        self.sources.update((key, source) for key, _ in leaves(values))

    def put(self, key: Key, value: Any) -> None:
        """Replace one value that is there; its source stays."""
        self._table(key)[key[-1]] = value

    def get(self, key: Key) -> Any:
        """Return what was written for a setting, or None."""
        return self._table(key).get(key[-1])

    def source(self, key: Key) -> Source | None:
        """Return where a setting, or else the table around it, stands."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.sources:
                return self.sources[key[:length]]
        return next((s for k, s in self.sources.items() if k[: len(key)] == key), None)

    def _table(self, key: Key) -> dict[str, Any]:
        table: Any = self.values
        for part in key[:-1]:
            table = table.get(part) if isinstance(table, dict) else None
        return table if isinstance(table, dict) else {}


def leaves(table: Mapping[str, Any], above: Key = ()) -> Iterator[tuple[Key, Any]]:
    """Walk every value of nested tables that is not a table; an empty table counts too."""
    for name, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(value, (*above, name))
        else:
            yield (*above, name), value


def read_file(path: Path) -> dict[str, Any]:
    """Read a settings file; a missing, unreadable or malformed one is a `SetupError`."""
    key = "整个文件"
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        write = "请检查路径，或用 --settings 指明设置文件"
        raise SetupError(where=str(path), key=key, found="没有这个文件", write=write) from None
    except (OSError, UnicodeDecodeError):
        write = "请检查权限，并存为 UTF-8 编码"
        raise SetupError(where=str(path), key=key, found="读不出来", write=write) from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise SetupError(
            where=f"{path} 第 {line[1]} 行" if line else str(path),
            key=key if line is None else "这一行",
            found="写法不对",
            write='每行写成：名称 = 值；文字用英文引号 "…" 括起来，同一名称只写一次',
        ) from None


def read_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each ``HUXIN_SECTION__KEY`` with the table it stands for, deeper ones last.

    A value that starts with a bracket is read as TOML, so that lists can be given too.
    """
    names = [n for n in environ if n.startswith(PREFIX) and n not in NOT_SETTINGS]
    for name in sorted(names, key=lambda name: (name.count("__"), name)):
        value: Any = _read_value(name, environ[name])
        for part in reversed(name.removeprefix(PREFIX).lower().split("__")):
            value = {part: value}
        yield name, value


def variable(key: Key) -> str:
    """Return the environment's name of a setting."""
    return PREFIX + "__".join(key).upper()


def _read_value(name: str, text: str) -> Any:
    if not text.startswith(("[", "{")):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        write = "列表要写成 TOML 的样子，如 [1, 2, 3]"
        raise SetupError(
            where=f"环境变量 {name}", key=name, found="写法不对", write=write
        ) from None


def _join(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    for name, value in above.items():
        under = below.get(name)
        if isinstance(value, Mapping):
            if not isinstance(under, dict):
                under = below[name] = {}
            _join(under, value)
        else:
            below[name] = value
