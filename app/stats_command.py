"""``huxin stats``: the figures of a stretch of days, as a table or as CSV for Excel."""

from __future__ import annotations

import csv
import io
import sys
import unicodedata
from datetime import date, datetime, time, timedelta

import click

from alerts.digest_words import share_words, span_words
from alerts.figures import By, Figures, Report, figures
from app.office_settings import build_office
from app.settings import Settings
from app.wiring import open_store
from domain.errors import PersonCanFix

USUAL = timedelta(days=29)
DAY = timedelta(days=1)
BOM = "\ufeff"
_HEAD_OF = {By.LEVEL: "等级", By.TOWN: "镇街", By.HOUR: "钟点"}
_COUNTS = ("预警", "按时接收率", "提级的", "提级次数", "接收后没结果的", "误报", "办结")
_TIMES = ("送达", "接收", "办结")
TOTAL, DRILLS = "合计", "演练"


def stats(
    settings: Settings, *, starts: str | None, ends: str | None, by: str, as_csv: bool
) -> None:
    """Print the figures of alerts raised on the days from ``starts`` to ``ends``."""
    office = build_office(settings)
    zone = office.hours.zone
    store = open_store(settings)
    try:
        today = office.hours.local(store.clock()).date()
        last = _day(ends) if ends else today
        first = _day(starts) if starts else last - USUAL
        if last < first:
            raise PersonCanFix("--to 不能早于 --from。")
        since = datetime.combine(first, time(), zone)
        until = datetime.combine(last + DAY, time(), zone)
        found = store.read(lambda uow: figures(uow, office, since=since, until=until, by=By(by)))
    finally:
        store.close()
    if as_csv:
        _print_csv(found, By(by))
        return
    click.echo(f"{first} 到 {last}　中位／90% 位（最近秩法）")
    _print_table(found, By(by))


def _rows(found: Report) -> list[tuple[str, Figures]]:
    return [*found.lines, (TOTAL, found.total), (DRILLS, found.drills)]


def _print_csv(found: Report, by: By) -> None:
    """Write UTF-8 with a byte order mark, without which Excel takes it for GBK; seconds."""
    kept = io.StringIO()
    writer = csv.writer(kept)
    writer.writerow(
        [
            _HEAD_OF[by],
            *_COUNTS,
            *(f"{name}{what}（秒）" for name in _TIMES for what in ("中位", "90%位")),
        ]
    )
    for name, line in _rows(found):
        writer.writerow(
            [
                name,
                *_counts(line, precise=True),
                *(
                    "" if value is None else round(value.total_seconds(), 1)
                    for spread in (line.delivery, line.answer, line.outcome)
                    for value in (spread.median, spread.p90)
                ),
            ]
        )
    sys.stdout.buffer.write((BOM + kept.getvalue()).encode())
    sys.stdout.buffer.flush()


def _print_table(found: Report, by: By) -> None:
    lines = [
        [_HEAD_OF[by], *_COUNTS, *_TIMES],
        *(
            [
                name,
                *_counts(line, precise=False),
                *(
                    f"{span_words(spread.median)}／{span_words(spread.p90)}"
                    for spread in (line.delivery, line.answer, line.outcome)
                ),
            ]
            for name, line in _rows(found)
        ),
    ]
    widths = [max(_width(line[place]) for line in lines) for place in range(len(lines[0]))]
    for line in lines:
        cells = [
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def _counts(line: Figures, *, precise: bool) -> list[str]:
    share = line.share_in_time
    bare = "" if share is None else f"{share:.3f}"
    return [
        str(line.alerts),
        bare if precise else share_words(share),
        str(line.escalated),
        str(line.escalations),
        str(line.lapsed),
        str(line.false_alarms),
        str(line.ended),
    ]


def _width(text: str) -> int:
    """Return how many columns a text takes on a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise PersonCanFix(f"日期「{written}」看不懂，请写成 2026-11-22") from None
