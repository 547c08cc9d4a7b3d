"""How many reports a second become durable: from their inbox rows to report, alert and outbox?

The product's own reader hears stored messages in real time, on SQLite (WAL, full sync) and on
PostgreSQL (fsync) in one process and in two: quiet reports, an everyday mixture, dangers
alone; with the reading of the words and without it (each text's assessment is known
beforehand). Beside it raw `sqlite3` in the same run, the same rows into the same tables, as
many reports a commit.

    .venv/bin/python bench/intake.py [--reports 2000] [--engine sqlite] [--profile]
                                     [--processes 1 2]
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from alerts.office import Office
from app.office_settings import build_office
from app.settings import Settings, load
from bench._databases import POSTGRESQL, SQLITE, new_database, those_there
from bench._disk import Disk
from bench._ending import end_tidily
from bench._heard import Heard, hear
from bench._raw import raw
from bench._reports import Report, make_reports, towns_of

SEED = 4
WANTED_A_SECOND = 1000.0
WANTED_OF_RAW = 0.25
MIXTURES = {"quiet": 0.0, "everyday, 10 % dangers": 0.1, "dangers alone": 1.0}
"""The share of dangers; every danger is an event of its own and raises its own alert."""


class Table:
    """The measurement: its texts, and the lines it prints."""

    def __init__(self, settings: Settings, count: int) -> None:
        """Read rules and towns once."""
        self.settings = settings
        self.office = build_office(settings)
        self.towns = towns_of(settings.office.towns_file)
        self.count = count
        self.short: list[str] = []

    def measure(self, kind: str, mixture: str, *, processes: Sequence[int], profile: bool) -> None:
        """Measure one mixture on one database, with the reading and without it."""
        reports = make_reports(
            random.Random(SEED),
            self.towns,
            count=self.count,
            dangerous=MIXTURES[mixture],
            rules=self.settings.rules.folder,
        )
        known = {report.text: self.office.assess(report.text) for report in reports}
        read = replace(self.office, assess=known.__getitem__)
        offices = {"read before": read} if profile else {"": self.office, "read before": read}
        for name, office in offices.items():
            title = f"{kind}: {mixture}{f', {name}' if name else ''}"
            fastest = max(
                self._measure(kind, office, reports, title, processes=number, profile=profile)
                for number in processes
            )
            if fastest < WANTED_A_SECOND:
                self.short.append(f"{title}: {fastest:.0f} reports/s")

    def _measure(
        self,
        kind: str,
        office: Office,
        reports: Sequence[Report],
        title: str,
        *,
        processes: int,
        profile: bool,
    ) -> float:
        """Measure once and print it; returns reports a second."""
        with (
            tempfile.TemporaryDirectory(prefix="huxin-intake-") as folder,
            new_database(kind, Path(folder)) as url,
        ):
            heard = hear(url, office, reports, processes=processes, profile=profile)
            many = f", {processes} processes" if processes > 1 else ""
            self._print(title + many, heard, len(reports))
            if kind == SQLITE and office is not self.office:
                self._beside_raw(Path(folder), heard, len(reports), title)
        return len(reports) / heard.speed.seconds

    def _print(self, title: str, heard: Heard, count: int) -> None:
        print(
            f"  {title:<60} {count / heard.speed.seconds:8.0f} {heard.speed.cpu / count * 1e6:8.0f}"
            f" {heard.counted.statements / count:11.1f} {heard.rows / count:6.1f}"
            f" {count / heard.counted.commits:9.0f}",
            flush=True,
        )

    def _beside_raw(self, folder: Path, heard: Heard, count: int, title: str) -> None:
        a_commit = max(1, round(count / heard.counted.commits))
        speed = raw(folder / "huxin.db", folder, a_commit=a_commit)
        share = speed.seconds / heard.speed.seconds
        print(
            f"  {'   the same rows by raw sqlite3':<60} {count / speed.seconds:8.0f}"
            f" {speed.cpu / count * 1e6:8.0f} {'':>11} {'':>6} {a_commit:9}   ours is"
            f" {share:.0%} of it (by processor time {speed.cpu / heard.speed.cpu:.0%});"
            f" {Disk(folder).commits_a_second():.0f} single commits/s"
        )
        if share < WANTED_OF_RAW:
            self.short.append(f"{title}: {share:.0%} of raw")


def main() -> int:
    """Measure, print the table and return 1 when something falls short of what is wanted."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reports", type=int, default=2000)
    parser.add_argument("--engine", choices=(SQLITE, POSTGRESQL), action="append")
    parser.add_argument("--mixture", choices=tuple(MIXTURES), action="append")
    parser.add_argument(
        "--processes", type=int, nargs="+", default=[1, 2], help="that read, on PostgreSQL"
    )
    parser.add_argument("--profile", action="store_true", help="where the time goes")
    told = parser.parse_args()
    engines = those_there(told.engine)
    table = Table(load(None), told.reports)
    load_before = os.getloadavg()[0]
    print(f"{told.reports} reports each; {os.cpu_count()} cores, load {load_before:.1f} before")
    print(
        f"  {'':<60} {'/s':>8} {'CPU µs':>8} {'statements':>11} {'rows':>6} {'a commit':>9}",
        flush=True,
    )
    for kind in engines:
        for mixture in told.mixture or MIXTURES:
            processes = [1] if told.profile or kind == SQLITE else told.processes
            table.measure(kind, mixture, processes=processes, profile=told.profile)
    print(f"wanted: {WANTED_A_SECOND:.0f} reports/s, {WANTED_OF_RAW:.0%} of raw")
    for line in table.short:
        print(f"SHORT  {line}")
    return 1 if table.short else 0


if __name__ == "__main__":
    sys.exit(main())
