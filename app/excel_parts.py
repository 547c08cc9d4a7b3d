"""The parts of an .xlsx file as streams, each looked at before anything is built of it.

A ledger's sheet may unpack to hundreds of megabytes; no part is ever held whole. Refuses:
macros, links to other files, declared entities, parts that unpack without end, and one piece
of XML that fills the memory by itself.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from openpyxl.styles.numbers import is_date_format

from domain.errors import PersonCanFix

LARGEST_FILE = 100 * 1024**2
LARGEST_UNPACKED = 1024**3
MOST_PARTS = 500
LARGEST_PIECE = 2 * 1024**2  # of one tag or text
MOST_SHEETS = 200
CHUNK = 1 << 16

NOT_EXCEL = "“{file}”打不开，可能已经损坏。请在 Excel 或 WPS 里打开，另存为“.xlsx”再导入。"
OLD_EXCEL = (
    "“{file}”是老的 .xls 表格，或者设了密码。请在 Excel 或 WPS 里另存为“.xlsx”（不设密码）再导入。"
)
WEB_PAGE = "“{file}”其实是网页，不是表格。请在 Excel 或 WPS 里打开，另存为“.xlsx”再导入。"
TOO_LARGE = "“{file}”太大或格式不寻常（{why}），没有导入。"
SEVERAL = "“{file}”里有 {count} 张有内容的表（{names}），请用 --sheet 写明是哪一张。"
NO_SHEET = "“{file}”里没有名为“{name}”的表，有：{names}。"
NOTHING = "“{file}”里没有内容。"

# What reading a file that is none of Excel's raises.
BROKEN = (
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
)
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_OLE = b"\xd0\xcf\x11\xe0"
_PAGE = re.compile(rb"\s*<(?:!doctype|html|table|meta|head|\?xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedSheet:
    """A sheet of a workbook that is not hidden, and its part."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class Book:
    """What a workbook says of itself: its sheets, its texts, which styles are days."""

    sheets: tuple[NamedSheet, ...]
    strings: str
    date_styles: frozenset[int]
    from_1904: bool


@dataclass(frozen=True, slots=True)
class _Related:
    """The parts that a part names: kind and place of each, by its key."""

    parts: dict[str, tuple[str, str]]

    def of_kind(self, kind: str) -> str:
        """Return the first part of a kind; empty when there is none."""
        return next((part for one, part in self.parts.values() if one == kind), "")


class Parts:
    """The parts of one file. Close it when done."""

    def __init__(self, path: Path) -> None:
        """Open and look at the list of parts; `PersonCanFix` says why it cannot be read."""
        self.file = path.name
        self._refuse_others(path)
        self._packed = zipfile.ZipFile(path)
        self._names = {one.filename for one in self._packed.infolist()}
        self._unpacked = dict.fromkeys(self._names, 0)
        if len(self._packed.infolist()) > MOST_PARTS:
            raise self.refusal("部件太多")
        for name in self._names:
            if "vbaproject" in name.lower() or "externallink" in name.lower():
                raise self.refusal("有宏或外部链接")

    def close(self) -> None:
        """Close the file."""
        self._packed.close()

    def refusal(self, why: str) -> PersonCanFix:
        """Return what to raise for a file that is too large or strange."""
        return PersonCanFix(TOO_LARGE.format(file=self.file, why=why))

    def chunks(self, part: str) -> Iterator[bytes]:
        """Give a part piece by piece; what comes out is counted, whatever the part declares."""
        others = sum(self._unpacked.values()) - self._unpacked.get(part, 0)
        came = 0
        with self._packed.open(part) as stream:
            while chunk := stream.read(CHUNK):
                came += len(chunk)
                if others + came > LARGEST_UNPACKED:
                    raise self.refusal("解开以后太大")
                self._unpacked[part] = max(self._unpacked.get(part, 0), came)
                yield chunk

    def feed(self, part: str, parser: expat.XMLParserType) -> Iterator[None]:
        """Parse a part, and stop after each piece for what was found in it."""
        parser.StartDoctypeDeclHandler = self._declares
        fed = 0
        for chunk in self.chunks(part):
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keyword
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > LARGEST_PIECE:
                raise self.refusal("一个格子太大")
            yield
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keyword
        yield

    def read(self, part: str, start: Callable[[str, dict[str, str]], None]) -> None:
        """Parse a small part; ``start`` gets each element's bare name and its attributes."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda name, given: start(bare_name(name), given)
        for _ in self.feed(part, parser):
            pass

    def book(self) -> Book:
        """Read what the workbook says of itself."""
        main = self._related("").of_kind("officeDocument")
        related = self._related(main)
        sheets: list[NamedSheet] = []
        from_1904 = False

        def start(name: str, given: dict[str, str]) -> None:
            nonlocal from_1904
            if name == "workbookPr":
                from_1904 = given.get("date1904", "0") in {"1", "true"}
            if name == "sheet" and given.get("state", "visible") == "visible":
                key = next((one for at, one in given.items() if bare_name(at) == "id"), "")
                kind, part = related.parts.get(key, ("", ""))
                if kind == "worksheet" and part in self._names:
                    sheets.append(NamedSheet(given.get("name", ""), part))
                if len(sheets) > MOST_SHEETS:
                    raise self.refusal("表太多")

        self.read(main, start)
        strings = related.of_kind("sharedStrings")
        return Book(
            tuple(sheets),
            strings if strings in self._names else "",
            self._date_styles(related.of_kind("styles")),
            from_1904,
        )

    def _related(self, part: str) -> _Related:
        """Return which parts a part names; of "" those that the whole file names."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def start(element: str, given: dict[str, str]) -> None:
            if element == "Relationship" and given.get("TargetMode", "") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", "")))
                kind = given.get("Type", "").rpartition("/")[2]
                found[given.get("Id", "")] = kind, target.lstrip("/")

        self.read(posixpath.join(folder, "_rels", f"{name}.rels"), start)
        return _Related(found)

    def _date_styles(self, part: str) -> frozenset[int]:
        """Return the numbers of the cell styles that show a day or a time."""
        if part not in self._names:
            return frozenset()
        own: dict[int, bool] = {}
        styles: list[int] = []
        within = [""]

        def start(name: str, given: dict[str, str]) -> None:
            if name == "numFmt":
                is_date = is_date_format(given.get("formatCode", ""))
                own[int(given.get("numFmtId", "0"))] = is_date
            elif name in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
                within[0] = name
            elif name == "xf" and within[0] == "cellXfs":
                styles.append(int(given.get("numFmtId", "0")))

        self.read(part, start)
        return frozenset(
            place for place, number in enumerate(styles) if own.get(number, number in _DATE_FORMATS)
        )

    def _declares(self, *_: object) -> None:
        raise self.refusal("有不该有的声明")

    def _refuse_others(self, path: Path) -> None:
        if path.stat().st_size > LARGEST_FILE:
            raise self.refusal(f"超过 {LARGEST_FILE // 1024**2} MB")
        with path.open("rb") as file:
            begins = file.read(256)
        if begins.startswith(_OLE):
            raise PersonCanFix(OLD_EXCEL.format(file=self.file))
        if _PAGE.match(begins.removeprefix(b"\xef\xbb\xbf")):
            raise PersonCanFix(WEB_PAGE.format(file=self.file))


def bare_name(name: str) -> str:
    """Return a name without the prefix that its writer gave it: x:row is row."""
    return name.rpartition(":")[2]
