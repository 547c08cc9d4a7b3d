"""Does the office keep its word when everything around it fails?

Grid workers send reports through the web chat's own HTTP interface (what got no 202 is sent
again with the same id) and by an emulated Telegram, officers answer by 接收 and 办结 on both,
while faults befall the office at random moments. Once all is settled the rows and what stands
in the chats are held against what was accepted. Ends with 1 when a promise is broken.

SQLite: `huxin run` gets `kill -9`, some of it while it starts, is frozen (SIGSTOP), finds its
disk full (a small tmpfs) and its clock moved by up to two hours, either way. PostgreSQL: 2 web,
2 bot and 3 dispatcher processes, each started again when it ends; about every second one is
killed; the others are frozen for longer than their lease, or their clock is moved, or Redis or
PostgreSQL is stopped and started, or PostgreSQL finds no room for tables or log. Telegram
answers 429 and 5xx, delivers and lets the answer be lost or late, and makes supergroups.

    .venv/bin/python bench/crash.py [--engine sqlite|postgresql] [--runs N] [--reports 2000]
        [--faults kill,freeze,disk,clock,channel | kill,redis,postgres,freeze,disk,clock,channel]
        [--times 24] [--pace SECONDS] [--seed S] [--keep FOLDER]

The clock moves where libfaketime is (Debian package faketime), the disk is small where this
machine lets us mount one; the table says what was not tried. A killed process loses what it
had in memory, not what it had given to the kernel: this proves the order of commits, leases
and retries, not the disk under a power cut.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp

from app.settings import load
from bench import _many_processes, _one_process
from bench._crash_table import print_run, print_runs
from bench._databases import POSTGRESQL, SQLITE
from bench._found import Accepted, Findings
from bench._promises import examine
from bench._reports import Report, make_reports, towns_of
from bench._seats import Seat
from bench._telegram_side import TelegramSide
from bench._workload import Officer
from bot import enrolment
from bot.enrolment import NewInvite
from domain.duty import Role
from storage.store import Store

TOWNS = 8
TOWNS_ON_TELEGRAM = 4
MOST_ON_TELEGRAM = 28  # reports of a town: a group there takes 20 messages a minute
WORKERS_A_TOWN = 5
OFFICERS_A_TOWN = 2
DANGEROUS = 0.4
SETTLE_SECONDS = 240.0
SETTLED_WITHIN = 60.0
CHANNEL = "channel"
KINDS = {
    SQLITE: (*_one_process.KINDS, CHANNEL),
    POSTGRESQL: (*_many_processes.KINDS, CHANNEL),
}
# With every rule a start costs five seconds of a processor, and a process that has not come up
# cannot be killed at work. What is proved here hangs on no rule, so a handful is read.
FEW_RULES = Path(__file__).resolve().parent / "few_rules"
READS_LITTLE = {
    "HUXIN_RULES__FOLDER": str(FEW_RULES),
    "HUXIN_SECOND_READER__ENABLED": "false",
}
# One process has to come up again before it can be killed again; of seven, as many are killed
# as two processors can start.
PACE = {SQLITE: 1.5, POSTGRESQL: 2.0}

Office = _one_process.OneProcess | _many_processes.ManyProcesses


class Run:
    """One office from its first start to the table."""

    def __init__(self, office: Office, rng: random.Random, *, reports: int, channel: bool) -> None:
        """Make the plan; nothing is started yet. ``channel``: Telegram is there and fails."""
        self.rng = rng
        self.office = office
        settings = load(None)
        every = towns_of(settings.office.towns_file)
        chosen = self.rng.sample(sorted(every), TOWNS + TOWNS_ON_TELEGRAM * channel)
        there = sorted(chosen[TOWNS:])
        self.telegram = TelegramSide(self.rng, there) if channel else None
        self.reports = make_reports(
            self.rng,
            {town: every[town] for town in chosen},
            count=reports,
            dangerous=DANGEROUS,
            rules=FEW_RULES,
            second=False,
            shares=dict.fromkeys(there, _share(reports)),
        )
        self.towns = sorted(chosen)
        self.sessions: list[aiohttp.ClientSession] = []
        self.workers: dict[str, list[Seat]] = {}
        self.officers: list[Officer] = []
        self.accepted: list[Accepted] = []
        self.posted_twice = 0
        self.fire_seconds = 0.0
        self.waited_for = ""

    async def go(self) -> Findings:
        """Run it all and return what was found."""
        began = time.monotonic()
        try:
            if self.telegram is not None:
                await self.telegram.start()
                self.office.configure(self.telegram.settings())
            self.office.configure(READS_LITTLE)
            await self.office.start()
            for town in self.towns:
                await self._enrol(town)
            if self.telegram is not None:
                await self.telegram.enrol(self._invite, self._open_store)
            under_fire_since = time.monotonic()
            await self._under_fire()
            self.fire_seconds = time.monotonic() - under_fire_since
            self.office.uptime.stop()
            settle_seconds = await self._settle()
            codes = await self.office.stop()
        finally:
            await self.office.end()
            if self.telegram is not None:
                await self.telegram.stop()
            for session in self.sessions:
                await session.close()
        findings = examine(
            await asyncio.to_thread(self.office.rows.file),
            self.accepted,
            [press for officer in self.officers for press in officer.presses],
            sent=len(self.reports),
            in_order=self.office.in_order,
            keyring=self.office.keyring,
            telegram=self.telegram,
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
        invites = await self._invite(town, role, count)
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

    async def _invite(self, town: str, role: Role, count: int) -> list[NewInvite]:
        return await asyncio.to_thread(self._invites, town, role, count)

    def _invites(self, town: str, role: Role, count: int) -> list[NewInvite]:
        lasts = timedelta(days=1)
        store = self._open_store()
        try:
            return store.write(
                lambda uow: [
                    enrolment.invite(uow, lasts=lasts, role=role, scope=None, town=town, name=None)
                    for _ in range(count)
                ]
            )
        finally:
            store.close()

    def _open_store(self) -> Store:
        return Store(self.office.rows.url, keyring=self.office.keyring)

    async def _under_fire(self) -> None:
        moments = self.office.moments(len(self.reports))
        streams = [asyncio.create_task(one.seat.read(one.hear)) for one in self.officers]
        self.streams = streams
        self.office.uptime.go_on()
        async with self._moody_channel(), asyncio.TaskGroup() as work:
            for number, (at, report) in enumerate(zip(moments, self.reports, strict=True)):
                work.create_task(self._report(number, at, report))
            work.create_task(self.office.suffer())

    @contextlib.asynccontextmanager
    async def _moody_channel(self) -> AsyncIterator[None]:
        """Let Telegram's people look and Telegram misbehave meanwhile."""
        if self.telegram is None:
            yield
            return
        self.telegram.watch()
        moods = asyncio.create_task(self.telegram.suffer())
        try:
            yield
        finally:
            moods.cancel()
            await asyncio.gather(moods, return_exceptions=True)
            self.telegram.calm_down()

    async def _report(self, number: int, at: float, report: Report) -> None:
        await self.office.uptime.reach(at)
        if self.telegram is not None and report.town in self.telegram.towns:
            self.accepted.append(self.telegram.report(report))
            return
        seat = random.Random(number).choice(self.workers[report.town])
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
            busy = busy or (self.telegram is not None and self.telegram.busy())
            calm = 0 if busy else calm + 1
            if busy and not self.waited_for and time.monotonic() - began > SETTLED_WITHIN:
                self.waited_for = await asyncio.to_thread(self._waiting)
        for stream in self.streams:
            stream.cancel()
        await asyncio.gather(*self.streams, return_exceptions=True)
        return time.monotonic() - began

    def _busy(self) -> bool:
        return bool(self.office.rows.unfinished() or self._behind())

    def _waiting(self) -> str:
        """Return what there is to do, in words."""
        there = f"Telegram's updates {len(self.telegram.world.updates)}" if self.telegram else ""
        return f"{self.office.rows.waiting()}; streams {len(self._behind())}; {there}"

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
        posted = sum(one.channel == "webchat" for one in self.accepted)
        posted += self.posted_twice + sum(len(o.presses) for o in self.officers)
        errors = Counter(
            line.partition("event=")[2].partition(" ")[0] or line[:60]
            for line in self.office.log.read_text("utf-8", "replace").splitlines()
            if "_failed" in line or "Traceback" in line
        )
        findings.worst["settled after the last fault (s)"] = settle_seconds
        befell = self.office.befell + (self.telegram.befell if self.telegram else Counter())
        findings.sums.update({f"  {name}": number for name, number in sorted(befell.items())})
        findings.figures = {
            **self.office.figures(),
            **({} if self.telegram is None else self.telegram.figures()),
            "under fire": f"{self.fire_seconds:.0f} s, up for "
            f"{self.office.uptime.seconds:.0f} s of it",
            "posts that got no 202 and went again": str(tries - posted),
            "posts sent again after their 202": str(self.posted_twice),
            **findings.figures,
            "events read live by officers": str(sum(len(o.seen[o.room]) for o in self.officers)),
            "settled after the last fault": f"{settle_seconds:.0f} s",
            "still to do after 60 s": self.waited_for or "nothing",
            "errors in the log": ", ".join(f"{n} {e}" for e, n in sorted(errors.items())) or "0",
        }
        findings.hold("each officer was given each event once, in order", self._behind())
        findings.hold("SIGTERM ends it with 0", (code for code in codes if code))
        findings.hold(
            "everything settled within 60 s", range(int(max(0, settle_seconds - SETTLED_WITHIN)))
        )
        if self.office.calm:
            findings.hold("the log tells of no error", errors)


def _share(reports: int) -> float:
    """Return what a town on Telegram has of another town's reports."""
    return min(
        1.0, MOST_ON_TELEGRAM * TOWNS / max(1, reports - MOST_ON_TELEGRAM * TOWNS_ON_TELEGRAM)
    )


def main() -> int:
    """Run, print the tables and return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", choices=(SQLITE, POSTGRESQL), default=SQLITE)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--reports", type=int, default=2000)
    parser.add_argument("--times", type=int, default=24, help="how many faults")
    parser.add_argument("--pace", type=float, help="seconds between two faults")
    parser.add_argument("--faults", help="of which kinds, with commas; all if left out")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--keep", type=Path, help="keep the office's folder here")
    asked = parser.parse_args()
    possible = KINDS[asked.engine]
    kinds = frozenset(asked.faults.split(",") if asked.faults else possible)
    if not kinds <= set(possible):
        parser.error(f"--faults for {asked.engine}: {','.join(possible)}")
    found: dict[int, Findings] = {}
    for seed in range(asked.seed, asked.seed + asked.runs):
        with tempfile.TemporaryDirectory(prefix="huxin-crash-") as temporary:
            folder = Path(temporary) if asked.keep is None else asked.keep / str(seed)
            folder.mkdir(parents=True, exist_ok=True)
            found[seed] = _one_run(
                asked.engine,
                folder,
                seed=seed,
                times=asked.times,
                kinds=kinds,
                reports=asked.reports,
                pace=asked.pace or PACE[asked.engine],
            )
        print_run(f"{asked.engine}, seed {seed}", found[seed])
    if len(found) > 1:
        print_runs(f"{asked.engine}, all of {asked.reports} reports", found)
    return 1 if any(one.broken for one in found.values()) else 0


def _one_run(
    engine: str,
    folder: Path,
    *,
    seed: int,
    times: int,
    kinds: frozenset[str],
    reports: int,
    pace: float,
) -> Findings:
    rng = random.Random(seed)
    make = _one_process.OneProcess if engine == SQLITE else _many_processes.ManyProcesses
    office = make(folder, rng, faults=times, kinds=kinds - {CHANNEL}, pace=pace)
    try:
        return asyncio.run(Run(office, rng, reports=reports, channel=CHANNEL in kinds).go())
    finally:
        office.leave()


if __name__ == "__main__":
    sys.exit(main())
