"""What does a card cost its sender: statements, commits, processor time?

Red reports in words are heard first, each an alert of its own with a receipt and a card to its
town's room and to the officer on duty. Then one dispatcher sends what is due, and nothing
else runs: into rooms that are rows of ours, and through a channel that answers at once. On
SQLite (WAL, full sync) and on PostgreSQL (fsync).

    .venv/bin/python bench/cards.py [--alerts 400] [--engine sqlite] [--profile]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from alerts.dispatcher import Dispatcher
from alerts.office import Office
from alerts.sending import DispatchTimes
from app.office_settings import build_office
from app.settings import load
from bench._counting import count
from bench._databases import POSTGRESQL, SQLITE, new_database, those_there
from bench._ending import end_tidily
from bench._heard import hear
from bench._keys import KEYRING
from bench._profiled import profiled
from bench._raw import timed
from bench._reports import Report, make_reports, towns_of
from bench._wire import WIRE, Wire
from bot.channels.webchat.channel import Webchat
from domain.channel import Channel
from storage.live import LocalLive
from storage.store import Store

SEED = 4
CHANNELS = ("webchat", WIRE)


def send_all(url: str, office: Office, *, profile: bool) -> tuple[int, str]:
    """Send what is due; returns how many notices that were, and a line of what it took."""
    store, live = Store(url, keyring=KEYRING), LocalLive()
    channels: dict[str, Channel] = {"webchat": Webchat(store, live), WIRE: Wire()}
    times = DispatchTimes(timedelta(seconds=30), timedelta(seconds=1), {})
    dispatcher = Dispatcher(store, office, channels, live, times)

    async def until_empty() -> None:
        while await dispatcher.send_due():
            pass

    try:
        due = store.read(lambda uow: uow.deliveries.waiting()[0])
        with count(store.engine) as counted, timed() as speed, profiled(store, wanted=profile):
            asyncio.run(until_empty())
        left = store.read(lambda uow: uow.deliveries.waiting()[0])
    finally:
        store.close()
    if left:
        raise SystemExit(f"{left} of {due} notices are left")
    return due, (
        f"{due / speed.seconds:8.0f} {speed.cpu / due * 1e6:8.0f}"
        f" {counted.statements / due:11.2f} {due / counted.commits:9.0f}"
    )


def measure(
    kind: str, office: Office, reports: Sequence[Report], channel: str, **how: bool
) -> None:
    """Measure one channel on one database and print a line."""
    with (
        tempfile.TemporaryDirectory(prefix="huxin-cards-") as folder,
        new_database(kind, Path(folder)) as url,
    ):
        hear(url, office, reports, channel=channel)
        due, line = send_all(url, office, **how)
        print(f"  {f'{kind}, {channel}':<30} {due:7} {line}", flush=True)


def main() -> int:
    """Measure and print the table."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--alerts", type=int, default=400)
    parser.add_argument("--engine", choices=(SQLITE, POSTGRESQL), action="append")
    parser.add_argument("--profile", action="store_true", help="where the time goes")
    told = parser.parse_args()
    engines = those_there(told.engine)
    settings = load(None)
    reports = make_reports(
        random.Random(SEED),
        towns_of(settings.office.towns_file),
        count=told.alerts,
        dangerous=1.0,
        rules=settings.rules.folder,
    )
    office = build_office(settings)
    print(f"{told.alerts} alerts; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    print(
        f"  {'':<30} {'notices':>7} {'/s':>8} {'CPU µs':>8} {'statements':>11} {'a commit':>9}",
        flush=True,
    )
    for kind in engines:
        for channel in CHANNELS:
            measure(kind, office, reports, channel, profile=told.profile)
    return 0


if __name__ == "__main__":
    sys.exit(main())
