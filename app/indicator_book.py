"""A month's indicators as a workbook: the figures, and behind each the matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from app.excel_sheets import Book
from app.indicator_rows import FIGURE_HEAD, LIST_HEAD, figure_rows, list_rows
from domain.errors import PersonCanFix
from domain.sheet import Column, Look, Sheet
from petitions.indicator_looks import Behind
from petitions.indicator_words import WITHHELD, fraction_words, rule_words
from petitions.indicators import IndicatorRules
from petitions.month_figures import MonthFigures

_FIGURE_LOOKS = (
    (10, Look.SHORT),
    (24, Look.SHORT),
    (8, Look.SHORT),
    (14, Look.SHORT),
    (10, Look.SHORT),
    (8, Look.NUMBER),
    (8, Look.NUMBER),
    (40, Look.TEXT),
    (8, Look.SHORT),
    (20, Look.SHORT),
)
_LIST_LOOKS = (
    (18, Look.SHORT),
    (24, Look.SHORT),
    (10, Look.SHORT),
    (9, Look.SHORT),
    (12, Look.DAY),
    (12, Look.DAY),
    (12, Look.DAY),
    (14, Look.SHORT),
    (60, Look.TEXT),
)


def refuse_file(file: Path) -> None:
    """Refuse a file that is no .xlsx, or that is there already."""
    if file.suffix.lower() != ".xlsx":
        raise PersonCanFix("文件名要以 .xlsx 结尾。")
    if file.exists():
        raise PersonCanFix(f"“{file}”已经有了，请换个名字或先删掉。")


def write_book(
    file: Path, figures: MonthFigures, lists: Iterable[Behind], rules: IndicatorRules
) -> None:
    """Write the figures and a sheet for each list; the file is there whole or not at all."""
    unfinished = file.with_name(f".{file.name}.part")
    with Book() as book:
        book.write(_sheets(figures, lists, rules))
        try:
            book.save(unfinished)
            unfinished.rename(file)
        finally:
            unfinished.unlink(missing_ok=True)


def _sheets(
    figures: MonthFigures, lists: Iterable[Behind], rules: IndicatorRules
) -> Iterator[Sheet]:
    yield Sheet(
        name="指标",
        title=f"{figures.town or ''}{figures.month.label}信访指标",
        columns=_columns(FIGURE_HEAD, _FIGURE_LOOKS),
        rows=figure_rows(figures, rules),
        under_title=f"期限在本月的事项；截至 {figures.as_of}",
        frozen=2,
    )
    for found in lists:
        indicator = found.figure.indicator
        withheld = WITHHELD.format(count=found.withheld) if found.withheld else ""
        yield Sheet(
            name=indicator.label,
            title=f"{found.town or ''}{found.figure.label} {fraction_words(found.rate)}",
            columns=_columns(LIST_HEAD, _LIST_LOOKS),
            rows=list_rows(found),
            under_title=f"{rule_words(indicator, rules)}截至 {found.as_of}。{withheld}",
        )


def _columns(heads: Iterable[str], looks: Iterable[tuple[int, Look]]) -> tuple[Column, ...]:
    return tuple(
        Column(head, width, look) for head, (width, look) in zip(heads, looks, strict=True)
    )
