"""Does the office keep its word when it is killed again and again?

`huxin run` on SQLite gets `kill -9` at random moments, some of them while it starts, while
grid workers send reports through the web chat's own HTTP interface (what got no 202 is sent
again with the same id) and officers answer by 接收 and 办结. Once all is settled the rows are
held against what was accepted. Ends with 1 when a promise is broken.

    .venv/bin/python bench/crash.py [--runs N] [--reports 1000] [--kills 20] [--seed S]

A killed process loses what it had in memory, not what it had given to the kernel: this
proves the order of commits, leases and retries, not the disk under a power cut.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from app.settings import load
from bench._promises import Accepted, Findings, examine, expected_events, unfinished
from bench._reports import Report, make_reports, towns_of
from bench._running import RunningOffice, free_port
from bench._seats import Door, Seat
from bench._workload import Officer, Plan, Uptime

TOWNS = 8
WORKERS_A_TOWN = 5
OFFICERS_A_TOWN = 2
DANGEROUS = 0.4
SETTLE_SECONDS = 240.0


class Run:
    """One office from its first start to the table."""

    def __init__(self, folder: Path, *, seed: int, reports: int, kills: int) -> None:
        """Make the plan; nothing is started yet."""
        self.rng = random.Random(seed)
        self.office = RunningOffice(folder, port=free_port())
        self.plan = Plan(self.rng, kills)
        settings = load(None)
        every = towns_of(settings.office.towns_file)
        villages = {town: every[town] for town in self.rng.sample(sorted(every), TOWNS)}
        self.reports = make_reports(
            self.rng, villages, count=reports, dangerous=DANGEROUS, rules=settings.rules.folder
        )
        self.towns = sorted(villages)
        self.door = Door()
        self.uptime = Uptime()
        self.sessions: list[aiohttp.ClientSession] = []
        self.workers: dict[str, list[Seat]] = {}
        self.officers: list[Officer] = []
        self.accepted: list[Accepted] = []
        self.posted_twice = 0
        self.killed_with_work = 0
        self.fire_seconds = 0.0

    async def go(self) -> Findings:
        """Run it all and return what was found."""
        began = time.monotonic()
        try:
            self.door.address = await self.office.start()
            self.door.up.set()
            for town in self.towns:
                await self._enrol(town)
            under_fire_since = time.monotonic()
            await self._under_fire()
            self.fire_seconds = time.monotonic() - under_fire_since
            self.uptime.stop()
            settle_seconds = await self._settle()
            code = await self.office.stop()
        finally:
            await self.office.kill()
            for session in self.sessions:
                await session.close()
        findings = examine(
            self.office.database,
            self.accepted,
            [press for officer in self.officers for press in officer.presses],
            sent=len(self.reports),
        )
        self._add_own(findings, code, settle_seconds)
        findings.figures["seconds in all"] = f"{time.monotonic() - began:.0f}"
        return findings

    async def _enrol(self, town: str) -> None:
        workers = await self._seats(town, "grid_worker", WORKERS_A_TOWN)
        officers = await self._seats(town, "town_officer", OFFICERS_A_TOWN)
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

    async def _seats(self, town: str, role: str, count: int) -> list[Seat]:
        code, out, err = await self.office.huxin(
            *("invite", "--role", role, "--town", town, "--count", str(count), "--json")
        )
        if code != 0:
            raise RuntimeError(err)
        seats = []
        for number, invite in enumerate(json.loads(out), start=1):
            # Cookies are kept for an address too, as 127.0.0.1 is one.
            session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
            self.sessions.append(session)
            seat = Seat(self.door, session, name=f"{town}{role}{number}")
            await seat.enter(invite["code"])
            async for _ in seat.events():
                break
            seats.append(seat)
        return seats

    async def _under_fire(self) -> None:
        moments = self.plan.moments(len(self.reports))
        streams = [asyncio.create_task(one.seat.read(one.hear)) for one in self.officers]
        self.streams = streams
        self.uptime.go_on()
        async with asyncio.TaskGroup() as work:
            for number, (at, report) in enumerate(zip(moments, self.reports, strict=True)):
                work.create_task(self._report(number, at, report))
            work.create_task(self._kill_again_and_again())

    async def _report(self, number: int, at: float, report: Report) -> None:
        seat = random.Random(number).choice(self.workers[report.town])
        await self.uptime.reach(at)
        message_id = f"r-{number:05d}"
        body = {"chat": seat.private, "message_id": message_id, "text": report.text}
        await seat.post("messages", body)
        self.accepted.append(Accepted(seat.private, message_id, report.town, report.level.value))
        if number % 20 == 0:  # a browser that did not see the answer sends again
            self.posted_twice += 1
            await seat.post("messages", body)

    async def _kill_again_and_again(self) -> None:
        for up in self.plan.ups:
            if up > 0:
                await asyncio.sleep(up)
            self.door.up.clear()
            await self.office.kill()
            self.uptime.stop()
            self.killed_with_work += unfinished(self.office.database) > 0
            await self.office.spawn()
            if up < 0:
                await asyncio.sleep(-up)
                await self.office.kill()
                await self.office.spawn()
            await self.office.ready()
            self.uptime.go_on()
            self.door.up.set()

    async def _settle(self) -> float:
        """Wait until nothing is left to do and return how long that took after the last start."""
        began = time.monotonic()
        calm = 0
        while calm < 3 and time.monotonic() - began < SETTLE_SECONDS:
            await asyncio.sleep(0.5)
            busy = any(one.tasks for one in self.officers)
            calm = 0 if busy or unfinished(self.office.database) or self._behind() else calm + 1
        for stream in self.streams:
            stream.cancel()
        await asyncio.gather(*self.streams, return_exceptions=True)
        return time.monotonic() - began

    def _behind(self) -> list[str]:
        """Return the rooms of which an officer has not been given each event once, in order."""
        return [
            f"{one.seat.name} in {one.room}"
            for one in self.officers
            if one.seen[one.room]
            != expected_events(self.office.database, one.room, one.seat.private)
        ]

    def _add_own(self, findings: Findings, code: int, settle_seconds: float) -> None:
        seats = [seat for seats in self.workers.values() for seat in seats]
        seats += [one.seat for one in self.officers]
        tries = sum(seat.tries for seat in seats)
        posted = len(self.accepted) + self.posted_twice + sum(len(o.presses) for o in self.officers)
        starting = sum(up < 0 for up in self.plan.ups)
        errors = [
            line
            for line in self.office.log.read_text("utf-8").splitlines()
            if "_failed" in line or "Traceback" in line
        ]
        findings.figures = {
            "kill -9": f"{len(self.plan.ups) + starting}, {starting} of them while starting, "
            f"{self.killed_with_work} with work on hand",
            "under fire": f"{self.fire_seconds:.0f} s, up for {self.uptime.seconds:.0f} s of it",
            "posts that got no 202 and went again": str(tries - posted),
            "posts sent again after their 202": str(self.posted_twice),
            **findings.figures,
            "events read live by officers": str(sum(len(o.seen[o.room]) for o in self.officers)),
            "settled after the last start": f"{settle_seconds:.0f} s",
            "errors in the log": str(len(errors)),
        }
        findings.hold("each officer was given each event once, in order", self._behind())
        findings.hold("SIGTERM ends it with 0", [code] if code else [])
        findings.hold("the log tells of no error", errors)


def main() -> int:
    """Run, print the tables and return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--keep", type=Path, help="keep the office's folder here")
    asked = parser.parse_args()
    whole = True
    for seed in range(asked.seed, asked.seed + asked.runs):
        with tempfile.TemporaryDirectory(prefix="huxin-crash-") as temporary:
            folder = Path(temporary) if asked.keep is None else asked.keep / str(seed)
            folder.mkdir(parents=True, exist_ok=True)
            run = Run(folder, seed=seed, reports=asked.reports, kills=asked.kills)
            findings = asyncio.run(run.go())
        print(f"\nseed {seed}")
        for name, value in findings.figures.items():
            print(f"  {name:<40} {value}")
        for line in findings.broken:
            print(f"  BROKEN  {line}")
        print(f"  {'promises':<40} {'broken' if findings.broken else 'all kept'}")
        whole = whole and not findings.broken
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
