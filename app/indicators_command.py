"""``huxin indicators``: a month's figures and the matters behind them, as whoever asks may see."""

from __future__ import annotations

import csv
import io
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from app.asking_person import asker_at_terminal
from app.indicator_book import refuse_file, write_book
from app.indicator_rows import (
    FIGURE_HEAD,
    LIST_HEAD,
    Row,
    disarmed,
    figure_rows,
    figures_as_json,
    list_as_json,
    list_rows,
    table_rows,
)
from app.office_settings import Reads, build_ledger, build_office
from app.settings import Settings
from app.wiring import open_store
from domain.access import Asker, Topic
from domain.errors import PersonCanFix
from petitions.indicator_looks import Behind, Figure, behind, may_list, month_figures, note_look
from petitions.indicator_words import (
    EMPTY,
    NONE_BEHIND,
    WITHHELD,
    fraction_words,
    indicator_named,
    mark_words,
    rule_words,
    standings_words,
)
from petitions.indicators import Indicator, IndicatorRules
from petitions.ledger import Ledger
from petitions.month_figures import MonthFigures, Strand
from petitions.months import Month, month_of, read_month
from storage.store import Store

BOM = "\ufeff"
_NO_SUCH_FIGURE = "没有「{}」这项指标。可以写：{}。"
_NO_SUCH_UNIT = "{month}没有「{unit}」的事项。"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the call asks for, as it was written."""

    month: str | None
    unit: str | None
    explain: str | None
    only: str | None
    as_csv: bool
    as_json: bool
    xlsx: Path | None


def indicators(settings: Settings, wanted: Wanted, *, as_person: int | None) -> None:
    """Print a month's figures, or with ``explain`` the matters behind one, or write a workbook."""
    if wanted.xlsx is not None:
        refuse_file(wanted.xlsx)
    ledger = build_ledger(settings, build_office(settings, reads=Reads.NEVER))
    store = open_store(settings)
    try:
        asker = asker_at_terminal(store, as_person, Topic.FIGURES)
        desk = _Desk(store, ledger, settings.petitions.indicators.rules(), asker)
        today = ledger.today(store.clock())
        month = read_month(wanted.month) if wanted.month else month_of(today).before
        if wanted.explain is None:
            _show_figures(desk, month, wanted)
        else:
            _show_list(desk, _figure(month, wanted, wanted.explain), wanted)
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class _Desk:
    """Somebody at the ledger."""

    store: Store
    ledger: Ledger
    rules: IndicatorRules
    asker: Asker

    def figures(self, month: Month, unit: str | None) -> MonthFigures:
        """Return a month's figures, of one unit if one is named."""
        found = self.store.read(
            lambda uow: month_figures(uow, self.ledger, self.rules, self.asker, month)
        )
        if unit is None:
            return found
        own = found.only(unit)
        if own is None:
            raise PersonCanFix(_NO_SUCH_UNIT.format(month=month.label, unit=unit[:40]))
        return own

    def behind(self, figure: Figure) -> Behind:
        """Return the matters behind a figure; the look is on disk before they are read."""
        self.store.write(lambda uow: note_look(uow, self.asker, figure))
        return self.store.read(lambda uow: behind(uow, self.ledger, self.rules, self.asker, figure))


def _figure(month: Month, wanted: Wanted, explain: str) -> Figure:
    indicator = indicator_named(explain)
    if indicator is None:
        names = "、".join(one.label for one in Indicator)
        raise PersonCanFix(_NO_SUCH_FIGURE.format(explain[:20], names))
    return Figure(month, indicator, _strand(wanted), wanted.unit)


def _strand(wanted: Wanted) -> Strand:
    return next((one for one in Strand if one.label == wanted.only), Strand.ALL)


def _show_figures(desk: _Desk, month: Month, wanted: Wanted) -> None:
    figures = desk.figures(month, wanted.unit)
    if wanted.xlsx is not None:
        lists = _lists(desk, month, wanted.unit)
        write_book(wanted.xlsx, figures, lists, desk.rules)
        click.echo(f"已写好：{wanted.xlsx}")
    elif wanted.as_json:
        click.echo(json.dumps(figures_as_json(figures, desk.rules), ensure_ascii=False, indent=2))
    elif wanted.as_csv:
        _print_csv(FIGURE_HEAD, figure_rows(figures, desk.rules))
    else:
        _print_figures(figures, desk.rules)


def _lists(desk: _Desk, month: Month, unit: str | None) -> Iterator[Behind]:
    """Give the lists that go into a workbook; to whoever sees figures alone, none."""
    if may_list(desk.asker):
        for indicator in Indicator:
            yield desk.behind(Figure(month, indicator, unit=unit))


def _show_list(desk: _Desk, figure: Figure, wanted: Wanted) -> None:
    found = desk.behind(figure)
    if wanted.xlsx is not None:
        figures = desk.figures(figure.month, figure.unit)
        write_book(wanted.xlsx, figures, [found], desk.rules)
        click.echo(f"已写好：{wanted.xlsx}")
    elif wanted.as_json:
        click.echo(json.dumps(list_as_json(found), ensure_ascii=False, indent=2))
    elif wanted.as_csv:
        _print_csv(LIST_HEAD, list_rows(found))
    else:
        _print_list(found, desk.rules)


def _print_figures(figures: MonthFigures, rules: IndicatorRules) -> None:
    click.echo(f"{figures.town or ''}{figures.month.label}信访指标（截至 {figures.as_of}）")
    _print_table(table_rows(figures))
    for indicator in Indicator:
        rate, mark = figures.total.rate(indicator), rules.marks.get(indicator)
        if said := mark_words(rate, mark):
            click.echo(f"{indicator.label}：{said}（{standings_words(rate)}）")


def _print_list(found: Behind, rules: IndicatorRules) -> None:
    click.echo(f"{found.figure.label} {fraction_words(found.rate)}")
    click.echo(rule_words(found.figure.indicator, rules))
    if not found.rate.denominator:
        click.echo(NONE_BEHIND)
    if found.listed:
        rows = ([EMPTY if cell is None else str(cell) for cell in row] for row in list_rows(found))
        _print_table([list(LIST_HEAD), *rows])
    if found.withheld:
        click.echo(WITHHELD.format(count=found.withheld))


def _print_csv(head: Iterable[str], rows: Iterable[Row]) -> None:
    """Write UTF-8 with a byte order mark, without which Excel takes it for GBK."""
    kept = io.StringIO()
    writer = csv.writer(kept)
    writer.writerow(head)
    writer.writerows(disarmed(row) for row in rows)
    sys.stdout.buffer.write((BOM + kept.getvalue()).encode())
    sys.stdout.buffer.flush()


def _print_table(lines: list[list[str]]) -> None:
    widths = [max(_width(line[place]) for line in lines) for place in range(len(lines[0]))]
    for line in lines:
        cells = [
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Return how many columns a text takes on a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
