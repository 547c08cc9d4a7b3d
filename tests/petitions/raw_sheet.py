"""Writes .xlsx files as raw XML: quick, and with everything that other systems put into one.

Formulas with the value they showed, error cells, numbers where texts should be, shared or
inline strings. Independent of what the product reads and writes with.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's day 0; a sheet has no zone


@dataclass(frozen=True, slots=True)
class Shown:
    """A formula, and what it showed when the file was saved."""

    formula: str
    value: str | float


@dataclass(frozen=True, slots=True)
class Mistake:
    """An error cell, as #N/A or #REF!."""

    code: str = "#N/A"


@dataclass(frozen=True, slots=True)
class Styled:
    """A number under a date format: what Excel makes of a day."""

    serial: float


Cell = str | int | float | date | Shown | Mistake | Styled | None


def serial_of(day: date) -> float:
    """Return Excel's number of a day or time (1900 system)."""
    at = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)  # noqa: DTZ001
    apart = at - _ZERO
    return apart.days + apart.seconds / 86400


def write_xlsx(
    path: Path,
    rows: Iterable[Sequence[Cell]],
    *,
    merges: Iterable[str] = (),
    shared: bool = True,
    parts: dict[str, str] | None = None,
) -> None:
    """Write one sheet; ``parts`` are more parts, or others in place of the usual ones."""
    strings: dict[str, int] = {}
    told = {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _workbook_relations(),
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{_MAIN}"><cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        **(parts or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, text in told.items():
            packed.writestr(name, text)
        if "xl/worksheets/sheet1.xml" not in told:
            with packed.open("xl/worksheets/sheet1.xml", "w") as part:
                for piece in _sheet(rows, merges, strings if shared else None):
                    part.write(piece.encode())
        if "xl/sharedStrings.xml" not in told:
            with packed.open("xl/sharedStrings.xml", "w") as part:
                part.write(f'{HEAD}<sst xmlns="{_MAIN}">'.encode())
                for text in strings:
                    part.write(f'<si><t xml:space="preserve">{escape(text)}</t></si>'.encode())
                part.write(b"</sst>")


def _sheet(
    rows: Iterable[Sequence[Cell]], merges: Iterable[str], strings: dict[str, int] | None
) -> Iterator[str]:
    yield f'{HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'
    for number, row in enumerate(rows, 1):
        cells = (
            _cell(value, f"{_letters(column)}{number}", strings)
            for column, value in enumerate(row)
            if value is not None
        )
        yield f'<row r="{number}">{"".join(cells)}</row>'
    yield "</sheetData>"
    blocks = "".join(f'<mergeCell ref="{block}"/>' for block in merges)
    yield f"<mergeCells>{blocks}</mergeCells>" if blocks else ""
    yield "</worksheet>"


def _cell(value: Cell, place: str, strings: dict[str, int] | None) -> str:
    if isinstance(value, str):
        if strings is None:
            return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f'<c r="{place}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
    if isinstance(value, date | Styled):
        serial = value.serial if isinstance(value, Styled) else serial_of(value)
        return f'<c r="{place}" s="1"><v>{serial:.10g}</v></c>'
    if isinstance(value, Mistake):
        return f'<c r="{place}" t="e"><v>{value.code}</v></c>'
    if isinstance(value, Shown):
        kind = ' t="str"' if isinstance(value.value, str) else ""
        shown = escape(str(value.value))
        return f'<c r="{place}"{kind}><f>{escape(value.formula)}</f><v>{shown}</v></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'


_LETTERS: list[str] = []


def _letters(column: int) -> str:
    while len(_LETTERS) <= column:
        number, name = len(_LETTERS) + 1, ""
        while number:
            number, rest = divmod(number - 1, 26)
            name = chr(ord("A") + rest) + name
        _LETTERS.append(name)
    return _LETTERS[column]


def _types() -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "/xl/workbook.xml": "sheet.main",
        "/xl/worksheets/sheet1.xml": "worksheet",
        "/xl/styles.xml": "styles",
        "/xl/sharedStrings.xml": "sharedStrings",
    }
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{kind}.{what}+xml"/>'
        for name, what in parts.items()
    )
    return (
        f'{HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>'
    )


def _relations(kind: str, target: str) -> str:
    return (
        f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/{kind}" Target="{target}"/></Relationships>'
    )


def _workbook_relations() -> str:
    targets = {
        "worksheet": "worksheets/sheet1.xml",
        "styles": "styles.xml",
        "sharedStrings": "sharedStrings.xml",
    }
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{_REL}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items(), 1)
    )
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'
