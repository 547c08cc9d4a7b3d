"""Reads a district file (districts/*.toml) and says exactly what is wrong with it.

Refuses: guessing. An unknown key, an empty name or a short name that two towns claim without
saying so stops the start with file, entry and what to write.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from domain.errors import SetupError
from nlp.gazetteer import Claim, Gazetteer
from nlp.normalize import plain
from nlp.place_types import District, Kind, Point, Town, Village

_TOP = {"district", "town"}
_DISTRICT = {"name", "code", "short", "not_places"}
_TOWN = {"name", "code", "short", "landmarks", "shared", "villages", "points"}
_VILLAGE = {"name", "short", "shared"}
_POINT = {"what", "latitude", "longitude", "radius"}
_SHORTEST = 2  # a single character is found everywhere
_NUMBERED = str.maketrans("一二三四五六七八九", "123456789")


def load(path: Path) -> Gazetteer:
    """Return the places of the district file; a fault in it is a `SetupError`."""
    return _Reader(path).read()


class _Reader:
    """Collects what each name stands for, and refuses the second who claims it silently."""

    def __init__(self, path: Path) -> None:
        self._where = str(path)
        self._path = path
        self._claims: dict[str, list[Claim]] = {}
        self._owner: dict[str, str] = {}
        self._shared: dict[str, list[tuple[str, str]]] = {}

    def read(self) -> Gazetteer:
        content = self._table(self._content(), "文件", _TOP)
        about = self._table(content.get("district", {}), "[district]", _DISTRICT)
        district = District(
            self._text(about, "name", "[district]"),
            self._text(about, "code", "[district]"),
            self._names(about, "short", "[district]"),
        )
        entries = content.get("town", [])
        if not isinstance(entries, list) or not entries:
            self._wrong("[[town]]", "没有镇街", "至少写一个 [[town]]")
        towns = tuple(self._town(entry, number) for number, entry in enumerate(entries, 1))
        self._unique([town.name for town in towns], "name")
        self._unique([town.code for town in towns], "code")
        for name, users in self._shared.items():
            if len({town for town, _ in users}) == 1:
                self._wrong(f"shared：{name}", "只有一处写了", "另一个镇街也写上，或改在 short 里")
        return Gazetteer(
            district, towns, self._claims, self._names(about, "not_places", "[district]")
        )

    def _content(self) -> Any:
        try:
            return tomllib.loads(self._path.read_text(encoding="utf-8"))
        except OSError as error:
            self._wrong("文件", f"打不开（{error.strerror}）", "检查路径和权限")
        except UnicodeDecodeError:
            self._wrong("文件", "不是 UTF-8 文字", "用 UTF-8 另存一次")
        except tomllib.TOMLDecodeError as error:
            self._wrong("文件", f"不是正确的 TOML（{error}）", "改好这一行")

    def _town(self, entry: Any, number: int) -> Town:
        where = f"第 {number} 个 [[town]]"
        table = self._table(entry, where, _TOWN)
        name = self._text(table, "name", where)
        where = f"[[town]] {name}"
        short = self._names(table, "short", where)
        base = re.sub(r"(?:街道|镇|乡)$", "", name)
        self._claim(Kind.TOWN, name, name, name, alone=True)
        for form in short:
            self._claim(Kind.TOWN, form, name, name, alone=True)
        if len(base) >= _SHORTEST and base not in (name, *short):
            self._claim(Kind.TOWN, base, name, name, alone=False)
        for form in self._names(table, "landmarks", where):
            self._claim(Kind.LANDMARK, form, form, name, alone=True)
        for form in self._names(table, "shared", where):
            self._share(Kind.LANDMARK, form, form, name)
        villages = table.get("villages", [])
        if not isinstance(villages, list):
            self._wrong(f"{where}：villages", repr(villages), "写成 [ { name = … }, … ]")
        return Town(
            name,
            self._text(table, "code", where),
            short,
            tuple(self._village(village, name) for village in villages),
            tuple(self._point(point, where) for point in table.get("points", [])),
        )

    def _village(self, entry: Any, town: str) -> Village:
        where = f"[[town]] {town}：villages"
        table = self._table(entry, where, _VILLAGE)
        name = self._text(table, "name", where)
        where = f"{where}：{name}"
        short = self._names(table, "short", where)
        shared = self._names(table, "shared", where)
        if name in shared:
            self._share(Kind.VILLAGE, name, name, town)
        else:
            self._claim(Kind.VILLAGE, name, name, town, alone=True)
        for form in short:
            self._claim(Kind.VILLAGE, form, name, town, alone=True)
        for form in shared:
            if form != name:
                self._share(Kind.VILLAGE, form, name, town)
        stem = re.sub(r"(?:社区|村)$", "", name)
        if len(stem) >= _SHORTEST and stem not in (name, *short, *shared):
            claim = Claim(Kind.VILLAGE, name, (town,), alone=False)
            self._claims.setdefault(plain(stem), []).append(claim)
        if (digits := name.translate(_NUMBERED)) != name and re.search(r"\d村$", digits):
            self._claim(Kind.VILLAGE, digits, name, town, alone=True)
        return Village(name, town, (*short, *(form for form in shared if form != name)))

    def _point(self, entry: Any, where: str) -> Point:
        table = self._table(entry, f"{where}：points", _POINT)
        what = self._text(table, "what", f"{where}：points")
        figures = []
        for key, least, most in (("latitude", -90, 90), ("longitude", -180, 180)):
            value = table.get(key)
            if isinstance(value, bool) or not isinstance(value, int | float):
                self._wrong(f"{where}：points：{what}：{key}", repr(value), "写成度数，如 22.989")
            if not least <= value <= most:
                range_ = f"在 {least} 和 {most} 之间"
                self._wrong(f"{where}：points：{what}：{key}", repr(value), range_)
            figures.append(float(value))
        radius = table.get("radius")
        if isinstance(radius, bool) or not isinstance(radius, int) or radius <= 0:
            self._wrong(f"{where}：points：{what}：radius", repr(radius), "写成米数，例如 1000")
        return Point(what, figures[0], figures[1], radius)

    def _claim(self, kind: Kind, form: str, name: str, town: str, *, alone: bool) -> None:
        """Let ``form`` stand for a place of one town; another town's claim is a fault.

        Within a town a short name may stand for several villages (蔡边 for 蔡边一村 to 三村).
        """
        key = plain(form)
        owner = self._owner.setdefault(key, town)
        if owner != town or key in self._shared:
            other = owner if owner != town else self._shared[key][0][0]
            self._wrong(
                f"[[town]] {town}：{form}", f"{other} 也有这个叫法", "两处都写进 shared，或只留一处"
            )
        if (
            form == name
            and kind is Kind.VILLAGE
            and any(
                claim.name == name and claim.kind is kind for claim in self._claims.get(key, ())
            )
        ):
            self._wrong(f"[[town]] {town}：villages：{name}", "写了两次", "只留一处")
        self._claims.setdefault(key, []).append(Claim(kind, name, (town,), alone))

    def _share(self, kind: Kind, form: str, name: str, town: str) -> None:
        key = plain(form)
        if key in self._owner:
            self._wrong(
                f"[[town]] {town}：shared：{form}",
                f"{self._owner[key]} 写在 short 或 name 里",
                "那一处也写进 shared",
            )
        self._shared.setdefault(key, []).append((town, name))
        self._claims.setdefault(key, []).append(Claim(kind, name, (town,), alone=True))

    def _unique(self, values: list[str], key: str) -> None:
        for value in values:
            if values.count(value) > 1:
                self._wrong(f"[[town]]：{key}", f"{value} 写了两次", "只留一处")

    def _table(self, value: Any, where: str, known: set[str]) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self._wrong(where, repr(value), '写成一张表，例如 { name = "…" }')
        for key in value:
            if key not in known:
                self._wrong(f"{where}：{key}", "不认得的项", f"可以写 {'、'.join(sorted(known))}")
        return value

    def _text(self, table: Mapping[str, Any], key: str, where: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            self._wrong(f"{where}：{key}", "没有写" if value is None else repr(value), "写上文字")
        return value

    def _names(self, table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
        values = table.get(key, [])
        if not isinstance(values, list):
            self._wrong(f"{where}：{key}", repr(values), '写成 ["…", "…"]')
        for value in values:
            if not isinstance(value, str) or len(value.strip()) < _SHORTEST:
                self._wrong(f"{where}：{key}", repr(value), "每个至少两个字")
            if values.count(value) > 1:
                self._wrong(f"{where}：{key}", f"{value} 写了两次", "只留一处")
        return tuple(values)

    def _wrong(self, key: str, found: str, write: str) -> NoReturn:
        raise SetupError(where=self._where, key=key, found=found, write=write)
