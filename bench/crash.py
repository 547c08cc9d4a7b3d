"""Does the office keep its word when it is killed again and again?

Grid workers send reports through the web chat's own HTTP interface (what got no 202 is sent
again with the same id) and officers answer by 接收 and 办结, while faults befall the office at
random moments. Once all is settled the rows are held against what was accepted. Ends with 1
when a promise is broken.

SQLite: `huxin run` gets `kill -9`, some of it while it starts, is frozen (SIGSTOP) and finds
its disk full (a small tmpfs, where this machine lets us mount one). PostgreSQL: 2 web, 2 bot
and 3 dispatcher processes, each started again when it ends; about every second one is killed,
or frozen for longer than its lease, or Redis or PostgreSQL is stopped and started.

    .venv/bin/python bench/crash.py [--engine sqlite|postgresql] [--runs N] [--reports 2000]
        [--faults kill,freeze,disk | kill,redis,postgres,freeze] [--times 40] [--seed S]

A killed process loses what it had in memory, not what it had given to the kernel: this
proves the order of commits, leases and retries, not the disk under a power cut. No clock of
a single process is jumped: that takes libfaketime.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import aiohttp

from app.settings import load
from bench import _many_processes, _one_process
from bench._databases import POSTGRESQL, SQLITE
from bench._promises import Accepted, Findings, examine
from bench._reports import Report, make_reports, towns_of
from bench._seats import Seat
from bench._workload import Officer
from bot import enrolment
from bot.enrolment import NewInvite
from domain.duty import Role
from storage.store import Store

TOWNS = 8
WORKERS_A_TOWN = 5
OFFICERS_A_TOWN = 2
DANGEROUS = 0.4
SETTLE_SECONDS = 240.0
SETTLED_WITHIN = 60.0
KINDS = {SQLITE: _one_process.KINDS, POSTGRESQL: _many_processes.KINDS}

Office = _one_process.OneProcess | _many_processes.ManyProcesses


class Run:
    """One office from its first start to the table."""

    def __init__(self, office: Office, rng: random.Random, *, reports: int) -> None:
        """Make the plan; nothing is started yet."""
        self.rng = rng
        self.office = office
        settings = load(None)
        every = towns_of(settings.office.towns_file)
        villages = {town: every[town] for town in self.rng.sample(sorted(every), TOWNS)}
        self.reports = make_reports(
            self.rng, villages, count=reports, dangerous=DANGEROUS, rules=settings.rules.folder
        )
        self.towns = sorted(villages)
        self.sessions: list[aiohttp.ClientSession] = []
        self.workers: dict[str, list[Seat]] = {}
        self.officers: list[Officer] = []
        self.accepted: list[Accepted] = []
        self.posted_twice = 0
        self.fire_seconds = 0.0

    async def go(self) -> Findings:
        """Run it all and return what was found."""
        began = time.monotonic()
        try:
            await self.office.start()
            for town in self.towns:
                await self._enrol(town)
            under_fire_since = time.monotonic()
            await self._under_fire()
            self.fire_seconds = time.monotonic() - under_fire_since
            self.office.uptime.stop()
            settle_seconds = await self._settle()
            codes = await self.office.stop()
        finally:
            await self.office.end()
            for session in self.sessions:
                await session.close()
        findings = examine(
            await asyncio.to_thread(self.office.rows.file),
            self.accepted,
            [press for officer in self.officers for press in officer.presses],
            sent=len(self.reports),
            in_order=isinstance(self.office, _one_process.OneProcess),
        )
        self._add_own(findings, codes, settle_seconds)
        findings.figures["seconds in all"] = f"{time.monotonic() - began:.0f}"
        return findings

    async def _enrol(self, town: str) -> None:
        workers = await self._seats(town, Role.GRID_WORKER, WORKERS_A_TOWN)
        officers = await self._seats(town, Role.TOWN_OFFICER, OFFICERS_A_TOWN)
        self.workers[town] = workers
        self.officers += [
            Officer(
                seat=seat,
                room=f"town:{town}",
                rng=random.Random(self.rng.random()),
                eager=1.0 if number == 0 else 0.4,
            )
            for number, seat in enumerate(officers)
        ]

    async def _seats(self, town: str, role: Role, count: int) -> list[Seat]:
        invites = await asyncio.to_thread(self._invites, town, role, count)
        seats = []
        for number, invite in enumerate(invites, start=1):
            # Cookies are kept for an address too, as 127.0.0.1 is one.
            session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
            self.sessions.append(session)
            seat = Seat(self.office.door, session, name=f"{town}{role.label}{number}")
            await seat.enter(invite.code)
            async for _ in seat.events():
                break
            seats.append(seat)
        return seats

    def _invites(self, town: str, role: Role, count: int) -> list[NewInvite]:
        lasts = timedelta(days=1)
        store = Store(self.office.rows.url, keyring=self.office.keyring)
        try:
            return store.write(
                lambda uow: [
                    enrolment.invite(uow, lasts=lasts, role=role, scope=None, town=town, name=None)
                    for _ in range(count)
                ]
            )
        finally:
            store.close()

    async def _under_fire(self) -> None:
        moments = self.office.moments(len(self.reports))
        streams = [asyncio.create_task(one.seat.read(one.hear)) for one in self.officers]
        self.streams = streams
        self.office.uptime.go_on()
        async with asyncio.TaskGroup() as work:
            for number, (at, report) in enumerate(zip(moments, self.reports, strict=True)):
                work.create_task(self._report(number, at, report))
            work.create_task(self.office.suffer())

    async def _report(self, number: int, at: float, report: Report) -> None:
        seat = random.Random(number).choice(self.workers[report.town])
        await self.office.uptime.reach(at)
        message_id = f"r-{number:05d}"
        body = {"chat": seat.private, "message_id": message_id, "text": report.text}
        await seat.post("messages", body)
        self.accepted.append(Accepted(seat.private, message_id, report.town, report.level.value))
        if number % 20 == 0:  # a browser that did not see the answer sends again
            self.posted_twice += 1
            await seat.post("messages", body)

    async def _settle(self) -> float:
        """Wait until nothing is left to do and return how long that took after the last fault."""
        began = time.monotonic()
        calm = 0
        while calm < 3 and time.monotonic() - began < SETTLE_SECONDS:
            await asyncio.sleep(0.5)
            for stream in self.streams:
                if stream.done():  # it reads for ever, unless it failed
                    stream.result()
            busy = any(one.tasks for one in self.officers) or await asyncio.to_thread(self._busy)
            calm = 0 if busy else calm + 1
        for stream in self.streams:
            stream.cancel()
        await asyncio.gather(*self.streams, return_exceptions=True)
        return time.monotonic() - began

    def _busy(self) -> bool:
        return bool(self.office.rows.unfinished() or self._behind())

    def _behind(self) -> list[str]:
        """Return the rooms of which an officer has not been given each event once, in order."""
        return [
            f"{one.seat.name} in {one.room}"
            for one in self.officers
            if one.seen[one.room] != self.office.rows.expected_events(one.room, one.seat.private)
        ]

    def _add_own(self, findings: Findings, codes: list[int], settle_seconds: float) -> None:
        seats = [seat for seats in self.workers.values() for seat in seats]
        seats += [one.seat for one in self.officers]
        tries = sum(seat.tries for seat in seats)
        posted = len(self.accepted) + self.posted_twice + sum(len(o.presses) for o in self.officers)
        errors = Counter(
            line.partition("event=")[2].partition(" ")[0] or line[:60]
            for line in self.office.log.read_text("utf-8", "replace").splitlines()
            if "_failed" in line or "Traceback" in line
        )
        findings.figures = {
            **self.office.figures(),
            "under fire": f"{self.fire_seconds:.0f} s, up for "
            f"{self.office.uptime.seconds:.0f} s of it",
            "posts that got no 202 and went again": str(tries - posted),
            "posts sent again after their 202": str(self.posted_twice),
            **findings.figures,
            "events read live by officers": str(sum(len(o.seen[o.room]) for o in self.officers)),
            "settled after the last fault": f"{settle_seconds:.0f} s",
            "errors in the log": ", ".join(f"{n} {e}" for e, n in sorted(errors.items())) or "0",
        }
        findings.hold("each officer was given each event once, in order", self._behind())
        findings.hold("SIGTERM ends it with 0", (code for code in codes if code))
        findings.hold(
            "everything settled within 60 s", range(int(max(0, settle_seconds - SETTLED_WITHIN)))
        )
        if self.office.calm:
            findings.hold("the log tells of no error", errors)


def main() -> int:
    """Run, print the tables and return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", choices=(SQLITE, POSTGRESQL), default=SQLITE)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--reports", type=int, default=2000)
    parser.add_argument("--times", type=int, default=40, help="how many faults")
    parser.add_argument("--faults", help="of which kinds, with commas; all if left out")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--keep", type=Path, help="keep the office's folder here")
    asked = parser.parse_args()
    possible = KINDS[asked.engine]
    kinds = frozenset(asked.faults.split(",") if asked.faults else possible)
    if not kinds <= set(possible):
        parser.error(f"--faults for {asked.engine}: {','.join(possible)}")
    whole = True
    for seed in range(asked.seed, asked.seed + asked.runs):
        with tempfile.TemporaryDirectory(prefix="huxin-crash-") as temporary:
            folder = Path(temporary) if asked.keep is None else asked.keep / str(seed)
            folder.mkdir(parents=True, exist_ok=True)
            findings = _one_run(
                asked.engine,
                folder,
                seed=seed,
                times=asked.times,
                kinds=kinds,
                reports=asked.reports,
            )
        print(f"\n{asked.engine}, seed {seed}")
        for name, value in findings.figures.items():
            print(f"  {name:<46} {value}")
        for name, number in findings.results.items():
            print(f"  {name:<46} {number}")
        for line in findings.broken:
            print(f"  BROKEN  {line}")
        print(f"  {'promises':<46} {'broken' if findings.broken else 'all kept'}", flush=True)
        whole = whole and not findings.broken
    return 0 if whole else 1


def _one_run(
    engine: str, folder: Path, *, seed: int, times: int, kinds: frozenset[str], reports: int
) -> Findings:
    rng = random.Random(seed)
    make = _one_process.OneProcess if engine == SQLITE else _many_processes.ManyProcesses
    office = make(folder, rng, faults=times, kinds=kinds)
    try:
        return asyncio.run(Run(office, rng, reports=reports).go())
    finally:
        office.leave()


if __name__ == "__main__":
    sys.exit(main())
