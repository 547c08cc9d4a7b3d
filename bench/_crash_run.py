"""One office from its first start to the table: people at work, faults, the examination."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp

from app.settings import load
from bench import _many_processes, _one_process
from bench._found import Accepted, Findings
from bench._promises import examine
from bench._reports import Report, make_reports, towns_of
from bench._seats import Seat
from bench._telegram_side import TelegramSide, share_of
from bench._workload import Officer, first_apart
from bot import enrolment
from bot.enrolment import NewInvite
from domain.duty import Role
from storage.store import Store

# Towns in all, and of them those with a group on Telegram; small runs have fewer.
TOWNS = {1000: (12, 4), 0: (5, 2)}
WORKERS_A_TOWN = 4
OFFICERS_A_TOWN = 2
DANGEROUS = 0.4
SETTLE_SECONDS = 240.0
SETTLED_WITHIN = 60.0
CALM_LOOKS = 3
# With every rule a start costs five seconds of a processor, and a process that has not come up
# cannot be killed at work. What is proved here hangs on no rule, so a handful is read.
FEW_RULES = Path(__file__).resolve().parent / "few_rules"
READS_LITTLE = {
    "HUXIN_RULES__FOLDER": str(FEW_RULES),
    "HUXIN_SECOND_READER__ENABLED": "false",
}
Office = _one_process.OneProcess | _many_processes.ManyProcesses


class Run:
    """One office from its first start to the table."""

    def __init__(self, office: Office, rng: random.Random, *, reports: int, channel: bool) -> None:
        """Make the plan; nothing is started yet. ``channel``: Telegram is there and fails."""
        self.rng = rng
        self.office = office
        settings = load(None)
        every = towns_of(settings.office.towns_file)
        towns, on_telegram = next(some for least, some in TOWNS.items() if reports >= least)
        chosen = self.rng.sample(sorted(every), towns)
        there = sorted(chosen[:on_telegram]) if channel else []
        self.telegram = TelegramSide(self.rng, there) if channel else None
        self.reports = make_reports(
            self.rng,
            {town: every[town] for town in chosen},
            count=reports,
            dangerous=DANGEROUS,
            rules=FEW_RULES,
            second=False,
            shares=dict.fromkeys(there, share_of(reports, towns - len(there), len(there))),
        )
        self.towns = sorted(chosen)
        self.sessions: list[aiohttp.ClientSession] = []
        self.workers: dict[str, list[Seat]] = {}
        self.officers: list[Officer] = []
        self.accepted: list[Accepted] = []
        self.posted_twice = 0
        self.fire_seconds = 0.0
        self.settled_but_held = 0.0
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
            async with asyncio.TaskGroup() as enrolling:
                for town in self.towns:
                    enrolling.create_task(self._enrol(town))
                if self.telegram is not None:
                    enrolling.create_task(self.telegram.enrol(self._invite, self._open_store))
            self.officers.sort(key=lambda one: one.room)
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
            await asyncio.to_thread(self.office.rows.file, self.office.keyring),
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
        with contextlib.closing(self._open_store()) as store:
            return store.write(
                lambda uow: [
                    enrolment.invite(uow, lasts=lasts, role=role, scope=None, town=town, name=None)
                    for _ in range(count)
                ]
            )

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
        """Wait until nothing is left to do and return how long that took after the last fault.

        `settled_but_held` is when nothing was left but what waited for a channel's own limit.
        What that lets through later is done as it comes, so it is not counted anew, unless
        doing it once took longer than that.
        """
        began = busy_since = time.monotonic()
        calm, but_held = 0, 0
        while calm < CALM_LOOKS and time.monotonic() - began < SETTLE_SECONDS:
            await asyncio.sleep(0.5)
            for stream in self.streams:
                if stream.done():  # it reads for ever, unless it failed
                    stream.result()
            to_do, held = await asyncio.to_thread(self.office.rows.unfinished)
            busy = bool(any(one.tasks for one in self.officers) or to_do)
            busy = busy or bool(await asyncio.to_thread(self._behind))
            busy = busy or (self.telegram is not None and self.telegram.busy())
            if but_held >= CALM_LOOKS and busy:
                busy_since = time.monotonic()
            but_held = 0 if busy else but_held + 1
            if but_held == CALM_LOOKS:
                took = time.monotonic() - busy_since
                self.settled_but_held = max(self.settled_but_held, took)
            calm = 0 if busy or held else calm + 1
            if calm == 0 and not self.waited_for and time.monotonic() - began > SETTLED_WITHIN:
                self.waited_for = await asyncio.to_thread(self._waiting)
        for stream in self.streams:
            stream.cancel()
        await asyncio.gather(*self.streams, return_exceptions=True)
        if but_held < CALM_LOOKS:
            took = time.monotonic() - busy_since
            self.settled_but_held = max(self.settled_but_held, took)
        return time.monotonic() - began

    def _waiting(self) -> str:
        """Return what there is to do, in words."""
        there = f"Telegram's updates {len(self.telegram.world.updates)}" if self.telegram else ""
        return f"{self.office.rows.waiting()}; streams {len(self._behind())}; {there}"

    def _behind(self) -> list[str]:
        """Return the rooms of which an officer has not been given each event once, in order."""
        return [
            f"{one.seat.name} in {one.room}: {first_apart(one.seen[one.room], expected)}"
            for one in self.officers
            if one.seen[one.room] != (expected := self._expected(one))
        ]

    def _expected(self, one: Officer) -> list[int]:
        """Return the numbers of the events that an officer must have been given, in order."""
        opened = self.office.keyring.open
        return [
            number
            for number, kind, author in self.office.rows.events(one.room)
            if kind != "toast" or opened(author, "webchat_events.author") == one.seat.private
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
        findings.worst["… but for what Telegram's limit held (s)"] = self.settled_but_held
        findings.worst["load of the machine"] = os.getloadavg()[0]
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
            "… but for what Telegram's limit held": f"{self.settled_but_held:.0f} s",
            "still to do after 60 s": self.waited_for or "nothing",
            "errors in the log": ", ".join(f"{n} {e}" for e, n in sorted(errors.items())) or "0",
        }
        findings.hold("each officer was given each event once, in order", self._behind())
        findings.hold("SIGTERM ends it with 0", (code for code in codes if code))
        findings.hold(
            "settled within 60 s, but for a channel's limit",
            range(int(max(0, self.settled_but_held - SETTLED_WITHIN))),
        )
        if self.office.calm:
            findings.hold("the log tells of no error", errors)
