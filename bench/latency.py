"""How long from the sending of a red report to its alert on the group's page?

A demo office (`huxin run`, SQLite in WAL with full sync) on loopback, otherwise idle: one
report at a time, from just before its POST until its card is read from the live stream of an
officer's seat. In between, in the same folder: one commit of one row, and one bare round
trip of HTTP, so that the machine can be told from the office. Each alert is taken and closed
before the next report, as its officer would.

    .venv/bin/python bench/latency.py [--reports 200] [--town 大石街道]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bench._ending import end_tidily
from bench._reports import red_report
from bench._running import RunningOffice
from bench._seats import Door, Seat, buttons_of

TARGET_MS = 150.0
FIRST_ONES = 10  # not counted: the process warms up
REST_SECONDS = 0.1
LONGEST_SECONDS = 30.0


@dataclass(slots=True)
class Page:
    """The officer's page: events with the moment at which each was read."""

    events: list[tuple[float, Any]] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, name: str, event: Any) -> None:
        """Keep an event."""
        if name == "chat":
            self.events.append((time.perf_counter(), event))
            self.more.set()

    async def first(self, wanted: Callable[[Any], bool]) -> tuple[float, Any]:
        """Return the first event kept since `forget` that is ``wanted``, and when it was read."""
        async with asyncio.timeout(LONGEST_SECONDS):
            while True:
                self.more.clear()
                for at, event in self.events:
                    if wanted(event):
                        return at, event
                await self.more.wait()

    def forget(self) -> None:
        """Let go of what was read so far."""
        self.events.clear()


def _has(event: Any, end: str) -> bool:
    return any(data.endswith(end) for data in buttons_of(event))


class Measurement:
    """The office, its reporter and its officer."""

    def __init__(self, office: RunningOffice, session: aiohttp.ClientSession, town: str) -> None:
        """Nothing is started yet."""
        self.office = office
        self.town = town
        self.session = session
        self.door = Door()
        self.reporter = Seat(self.door, session, query={"seat": "reporter"})
        self.officer = Seat(self.door, session, query={"seat": "officer"})
        self.room = f"town:{town}"
        self.page = Page()
        self.figures: dict[str, list[float]] = {
            "report to card on the page": [],
            "… of it until 202": [],
            "one commit of one row": [],
            "HTTP round trip (/healthz)": [],
        }

    async def go(self, reports: int) -> None:
        """Measure ``reports`` times."""
        self.door.address = await self.office.start()
        self.door.up.set()
        async for _ in self.reporter.events():
            break
        stream = asyncio.create_task(self.officer.read(self.page.hear))
        with contextlib.closing(_open_sqlite(self.office.folder / "commit.db")) as rows:
            for number in range(1, FIRST_ONES + reports + 1):
                found = (*await self._report(number), _commit(rows), await self._healthz())
                if number > FIRST_ONES:
                    for figures, seconds in zip(self.figures.values(), found, strict=True):
                        figures.append(seconds * 1000)
                await asyncio.sleep(REST_SECONDS)
        stream.cancel()
        await asyncio.gather(stream, return_exceptions=True)

    async def _report(self, number: int) -> tuple[float, float]:
        self.page.forget()
        text = red_report(number, self.town)
        began = time.perf_counter()
        await self.reporter.post(
            "messages",
            {"chat": self.reporter.private, "message_id": f"l-{number}", "text": text},
        )
        answered = time.perf_counter()
        at, card = await self.page.first(lambda event: _has(event, ":take"))
        await self._press(card, ":take")
        _, card = await self.page.first(lambda event: _has(event, ":close"))
        await self._press(card, ":close")
        _, question = await self.page.first(lambda event: _has(event, ":close:safe"))
        await self._press(question, ":close:safe")
        for message in (card, question):
            await self._without_buttons(message["id"])
        return at - began, answered - began

    async def _without_buttons(self, message_id: str) -> None:
        await self.page.first(lambda event: event["id"] == message_id and not buttons_of(event))

    async def _press(self, message: Any, end: str) -> None:
        data = next(data for data in buttons_of(message) if data.endswith(end))
        await self.officer.post(
            "presses",
            {
                "chat": self.room,
                "press_id": data.replace(":", "-"),
                "message_id": message["id"],
                "data": data,
            },
        )

    async def _healthz(self) -> float:
        began = time.perf_counter()
        async with self.session.get(f"{self.door.address}/healthz") as answer:
            await answer.read()
        return time.perf_counter() - began


def _open_sqlite(path: Path) -> sqlite3.Connection:
    """Open a file as storage/engines.py does."""
    rows = sqlite3.connect(path, isolation_level=None)
    rows.execute("PRAGMA journal_mode=WAL")
    rows.execute("PRAGMA synchronous=FULL")
    rows.execute("CREATE TABLE one (at TEXT)")
    return rows


def _commit(rows: sqlite3.Connection) -> float:
    began = time.perf_counter()
    rows.execute("BEGIN IMMEDIATE")
    rows.execute("INSERT INTO one VALUES ('now')")
    rows.execute("COMMIT")
    return time.perf_counter() - began


async def _measure(folder: Path, reports: int, town: str) -> dict[str, list[float]]:
    office = RunningOffice(folder, demo=True)
    async with aiohttp.ClientSession() as session:
        measurement = Measurement(office, session, town)
        try:
            await measurement.go(reports)
        finally:
            await office.kill()
    return measurement.figures


def main() -> int:
    """Measure, print the table and return 1 when the median misses the target."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--town", default="大石街道", help="the town of the demo's people")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huxin-latency-") as folder:
        figures = asyncio.run(_measure(Path(folder), asked.reports, asked.town))
    print(f"{asked.reports} reports, milliseconds")
    print(f"  {'':<28} {'median':>8} {'p90':>8} {'p99':>8} {'most':>8}")
    for name, values in figures.items():
        cuts = statistics.quantiles(values, n=100, method="inclusive")
        numbers = (cuts[49], cuts[89], cuts[98], max(values))
        print(f"  {name:<28} " + " ".join(f"{number:8.2f}" for number in numbers))
    median, _, commit, _ = (statistics.median(values) for values in figures.values())
    print(f"  one report takes as long as {median / commit:.0f} commits")
    print(f"  median {'under' if median < TARGET_MS else 'OVER'} {TARGET_MS:.0f} ms")
    return 0 if median < TARGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
