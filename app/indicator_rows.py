"""Indicators as plain rows, for the terminal, CSV, JSON and workbooks alike.

A row of figures is one figure of one unit; a row of a list is one matter behind a figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from domain.sheet import Written
from petitions.indicator_looks import Behind, Listed
from petitions.indicator_words import (
    fraction_words,
    mark_words,
    percent_words,
    standings_words,
    unit_words,
    why_words,
)
from petitions.indicators import Indicator, IndicatorRules
from petitions.month_figures import MonthFigures, Strand, UnitFigures

FIGURE_HEAD = (
    "月份",
    "责任单位",
    "范围",
    "指标",
    "百分比",
    "分子",
    "分母",
    "构成",
    "标准",
    "与标准",
)
LIST_HEAD = ("编号", "责任单位", "初次或重复", "计入分子", "起算", "期限", "完成", "状态", "原因")
YES, NO = "是", "否"
# A cell that begins so would be a formula to a spreadsheet that opens a CSV file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = tuple[Written, ...]


def figure_rows(figures: MonthFigures, rules: IndicatorRules) -> Iterator[Row]:
    """Give each figure of each unit, all units last."""
    for name, line in named_lines(figures):
        for indicator in Indicator:
            for strand in strands_of(indicator):
                rate = line.rate(indicator, strand)
                mark = rules.marks.get(indicator)
                yield (
                    str(figures.month),
                    name,
                    strand.label,
                    indicator.label,
                    percent_words(rate),
                    rate.numerator,
                    rate.denominator,
                    standings_words(rate),
                    "" if mark is None else f"{float(mark * 100):g}%",
                    mark_words(rate, mark),
                )


def table_rows(figures: MonthFigures) -> list[list[str]]:
    """Return a table that a terminal is wide enough for: a line a unit, a column a figure."""
    head = ["责任单位", *(indicator.label for indicator in Indicator)]
    lines = [
        [name, *(_short(line, indicator) for indicator in Indicator)]
        for name, line in named_lines(figures)
    ]
    return [head, *lines]


def list_rows(found: Behind) -> Iterator[Row]:
    """Give the matters behind a figure that may be listed."""
    for one in found.listed:
        yield list_row(one, found)


def list_row(one: Listed, found: Behind) -> Row:
    """Return one matter as a list shows it."""
    how = one.how
    return (
        one.number,
        unit_words(one.unit),
        (Strand.REPEATED if one.repeated else Strand.FIRST).label,
        YES if one.counts else NO,
        how.starts_on,
        how.due_on,
        how.done_on,
        how.standing.label,
        why_words(how, found.as_of),
    )


def figures_as_json(figures: MonthFigures, rules: IndicatorRules) -> dict[str, Any]:
    """Return figures with exact counts; an empty cohort's percent is null."""
    return {
        "month": str(figures.month),
        "as_of": figures.as_of.isoformat(),
        "town": figures.town,
        "figures": [
            {
                "unit": name,
                "total": line.unit is None,
                "indicator": indicator.value,
                "label": indicator.label,
                "strand": strand.value,
                "numerator": rate.numerator,
                "denominator": rate.denominator,
                "percent": None if rate.hundredths is None else rate.hundredths / 100,
                "standings": {one.value: count for one, count in rate.standings.items()},
                "mark": float(rules.marks[indicator] * 100) if indicator in rules.marks else None,
                "short_of_mark": rate.short_of(rules.marks.get(indicator)),
            }
            for name, line in named_lines(figures)
            for indicator in Indicator
            for strand in strands_of(indicator)
            for rate in (line.rate(indicator, strand),)
        ],
    }


def list_as_json(found: Behind) -> dict[str, Any]:
    """Return the matters behind a figure; what is withheld is only a number."""
    return {
        "figure": found.figure.label,
        "as_of": found.as_of.isoformat(),
        "numerator": found.rate.numerator,
        "denominator": found.rate.denominator,
        "withheld": found.withheld,
        "matters": [
            {
                "number": one.number,
                "unit": one.unit,
                "repeated": one.repeated,
                "counts": one.counts,
                "standing": one.how.standing.value,
                "starts_on": one.how.starts_on.isoformat(),
                "due_on": one.how.due_on and one.how.due_on.isoformat(),
                "done_on": one.how.done_on and one.how.done_on.isoformat(),
                "why": why_words(one.how, found.as_of),
            }
            for one in found.listed
        ],
    }


def named_lines(figures: MonthFigures) -> Iterator[tuple[str, UnitFigures]]:
    """Give the lines with their names, all units last."""
    for line in (*figures.lines, figures.total):
        yield unit_words(line.unit), line


def strands_of(indicator: Indicator) -> tuple[Strand, ...]:
    """Return of which petitions a figure is given; the share of repeated ones has no parts."""
    return (Strand.ALL,) if indicator is Indicator.REPEATED else tuple(Strand)


def disarmed(row: Iterable[Written]) -> list[Written]:
    """Return a row of CSV in which no cell is a formula to a spreadsheet."""
    return [
        f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in row
    ]


def _short(line: UnitFigures, indicator: Indicator) -> str:
    rate = line.rate(indicator)
    return f"{percent_words(rate)} {fraction_words(rate)}" if rate.denominator else "—"
