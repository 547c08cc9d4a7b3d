"""A province under a setting: run for a stretch of virtual time, computed for the rest.

500 towns, 100,000 reporters, a day's curve and a storm of 200 reports a second for a minute;
officers who answer after a drawn time or never; one channel with a bot's limits, one without,
both failing now and then. The product's own reader, timers, dispatcher, rules and chains run
against a real database; only the clock is pushed, so the machine costs no virtual time: what
waits in the run waits for a channel or a person. What the machine itself can do is measured
in the same run and set against the load on paper. Marked RUN or COMPUTED.

    .venv/bin/python bench/scale.py [--settings FILE] [--engine postgresql]
        [--towns 500] [--reporters 100000] [--hours 0.25 | --minutes 10]
        [--storm-rate 200] [--storm-seconds 60] [--limited 0.5]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog

from alerts.dispatcher import Dispatcher
from alerts.pacing import Pacer
from alerts.timers import Timers
from app.office_settings import build_office
from app.settings import Settings, load
from app.wiring import House
from bench._counting import Counted, count
from bench._crowd import Crowd, Plan, furnish
from bench._databases import POSTGRESQL, SQLITE, new_database
from bench._ending import end_tidily
from bench._findings import Findings, Longest
from bench._keys import KEYRING
from bench._limits import SimulatedChannel
from bench._paper import Run
from bench._province import write_towns
from bot.channels.webchat import Recent
from bot.reader import Reader
from domain.channel import Channel, OutgoingMessage
from storage.live import LocalLive
from storage.rates import LocalRates
from storage.store import Store
from storage.tables import alerts, inbox, notices
from storage.unit_of_work import UnitOfWork

SEED = 7
MONDAY_NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in the office
ZONE_HOURS = 8
STEP = timedelta(milliseconds=100)
AGAIN = timedelta(milliseconds=250)  # while something due has to wait for a channel
FAILS = 0.01


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is pushed."""

    now: datetime

    def __call__(self) -> datetime:
        """Say what time it is."""
        return self.now


@dataclass
class Province:
    """One run: the crowd, the channels, the product's three loops."""

    plan: Plan
    settings: Settings
    store: Store
    clock: Clock
    crowd: Crowd
    longest: Longest = field(default_factory=Longest)
    seconds: dict[str, float] = field(
        default_factory=lambda: {"accept": 0.0, "hear": 0.0, "send": 0.0, "climb": 0.0}
    )

    def __post_init__(self) -> None:
        """Put the parts together as the product does, on simulated channels."""
        self.channels = {
            name: SimulatedChannel(
                name=name,
                clock=self.clock,
                seen=self._seen,
                limited=name == "limited",
                fails=FAILS,
                rng=random.Random(SEED + 1),
            )
            for name in ("limited", "free")
        }
        channels: dict[str, Channel] = {**self.channels}
        live = LocalLive()
        self.house = House(
            settings=self.settings,
            office=build_office(self.settings),
            store=self.store,
            live=live,
            rates=LocalRates(self.clock),
            channels=channels,
            recent=Recent(live),
        )

    def _seen(self, channel: str, chat: str, _message_id: str, message: OutgoingMessage) -> None:
        self.crowd.see(self.clock.now, channel, chat, message)

    async def run(self) -> None:
        """Let time pass until the end, looking whenever something is due."""
        reader, dispatcher = self.house.reader(), self.house.dispatcher()
        # Virtual time does not pass while somebody waits: what has to wait is put off.
        dispatcher.pacer = Pacer(self.house.rates, patience=(timedelta(0), timedelta(0)))
        timers = Timers(store=self.store, office=self.house.office, live=self.house.live)
        while True:
            soonest = min(self._times(), default=self.plan.ends)
            self.clock.now = max(soonest, self.clock.now + STEP)
            if self.clock.now >= self.plan.ends:
                return
            await self._pass(reader, timers, dispatcher)

    async def _pass(self, reader: Reader, timers: Timers, dispatcher: Dispatcher) -> None:
        at = self.crowd.next_at
        if at is not None and at <= self.clock.now:
            with self._timed("accept"):
                self.store.write(self.crowd.speak)
            self.longest.note("inbox, unread", self.store.read(lambda uow: uow.inbox.unread())[0])
            with self._timed("hear"):
                while await reader.read_due():
                    pass
        with self._timed("climb"):
            while await timers.act_on_due():
                pass
        with self._timed("send"):
            while await dispatcher.send_due():
                pass
        self.longest.look(self.store, self.clock.now)

    def _timed(self, what: str) -> _Stretch:
        return _Stretch(self.seconds, what)

    def _times(self) -> list[datetime]:
        """Return when something is said, has to be sent or has to climb next."""
        now = self.clock.now

        def read(uow: UnitOfWork) -> list[datetime | None]:
            due = sa.select(sa.func.min(notices.c.due_at)).where(notices.c.state == "due")
            climbs = sa.select(sa.func.min(alerts.c.next_escalation_at))
            unread = sa.select(sa.func.min(inbox.c.due_at)).where(inbox.c.done_at.is_(None))
            ask = uow.connection.execute
            return [ask(due).scalar(), ask(climbs).scalar(), ask(unread).scalar()]

        found = [at for at in self.store.read(read) if at is not None]
        times = [at if at > now else now + AGAIN for at in found]
        return times if self.crowd.next_at is None else [*times, self.crowd.next_at]


@dataclass(slots=True)
class _Stretch:
    """Adds the real time of a block to a sum."""

    sums: dict[str, float]
    what: str
    began: float = 0.0

    def __enter__(self) -> None:
        self.began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.sums[self.what] += time.perf_counter() - self.began


def _run(told: argparse.Namespace, folder: Path) -> int:
    file = folder / "towns.toml"
    towns = write_towns(file, told.towns)
    # Only what is asked about comes from the office's file; nothing of the office is opened.
    settings = load(told.settings, environ={"HUXIN_OFFICE__TOWNS_FILE": str(file)})
    minutes = told.minutes if told.minutes is not None else told.hours * 60
    ends = MONDAY_NINE + timedelta(minutes=minutes)
    plan = Plan(
        towns=tuple(towns),
        villages=tuple(towns.values()),
        reporters=told.reporters or told.towns * 200,
        a_day=told.a_day,
        dangerous=told.dangerous,
        begins=MONDAY_NINE,
        ends=ends,
        storm_at=MONDAY_NINE + timedelta(minutes=minutes) / 5,
        storm_seconds=told.storm_seconds,
        storm_rate=told.storm_rate,
        limited=told.limited,
    )
    random.seed(SEED)  # the waits between tries are drawn from it
    clock = Clock(plan.begins)
    crowd = Crowd(plan, random.Random(SEED))
    reports = crowd.foresee(ZONE_HOURS)
    with new_database(told.engine, folder) as url:
        store = Store(url, keyring=KEYRING, clock=clock)
        try:
            began = time.perf_counter()
            store.write(lambda uow: furnish(uow, plan))
            settled = time.perf_counter() - began
            province = Province(plan, settings, store, clock, crowd)
            print(
                f"{told.towns} towns, {plan.reporters} reporters, {reports} reports in"
                f" {minutes:g} virtual minutes, storm {told.storm_rate:g}/s for"
                f" {told.storm_seconds:g} s; {told.engine}; everybody let in after"
                f" {settled:.1f} s; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
            counted = _counted_run(province)
            found = store.read(lambda uow: Findings.read(uow, crowd.accepted, province.channels))
        finally:
            store.close()
    return Run(found, plan, province.longest, province.seconds, counted, reports).print()


def _counted_run(province: Province) -> Counted:
    with count(province.store.engine) as counted:
        asyncio.run(province.run())
    return counted


def main() -> int:
    """Run, print the tables and return 1 when red takes longer than the limits alone explain."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--settings", type=Path, help="an office's file; default: the product's")
    parser.add_argument("--engine", choices=(SQLITE, POSTGRESQL), default=SQLITE)
    parser.add_argument("--towns", type=int, default=500)
    parser.add_argument("--reporters", type=int, help="default: 200 a town")
    parser.add_argument("--hours", type=float, default=0.1)
    parser.add_argument("--minutes", type=float, help="instead of hours")
    parser.add_argument("--a-day", type=float, default=0.2, help="reports a reporter and day")
    parser.add_argument("--dangerous", type=float, default=0.1, help="share of dangers")
    parser.add_argument("--storm-rate", type=float, default=200.0)
    parser.add_argument("--storm-seconds", type=float, help="default: 60, or 3 below 100 towns")
    parser.add_argument("--limited", type=float, default=0.5, help="share of towns with limits")
    told = parser.parse_args()
    if told.storm_seconds is None:
        told.storm_seconds = 60.0 if told.towns >= 100 else 3.0
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory(prefix="huxin-scale-") as folder:
        return _run(told, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
