"""Beside Alertmanager: how soon one alert arrives, how fast 5,000 do, what a kill -9 leaves.

Debian's `prometheus-alertmanager` and `huxin run` (SQLite in WAL with full sync) on loopback,
one after the other in turns within one run, 20 receivers each: a webhook a town there, the
live stream of an officer's seat a town here. All receivers are in this process, and time is
from just before an alert's POST until its bytes are read here. Alertmanager's alerts are each
a group of their own (group_wait 0 s, group_interval 1 s). Ours is a red report in words: read
by the rules, filed with its receipt and on disk before it is sent; Alertmanager keeps alerts
in memory.

    .venv/bin/python bench/alertmanager.py [--singles 100] [--flood 5000] [--kept 200]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from app.settings import load
from app.wiring import open_store
from bench._alertmanager import PROGRAM, Alertmanager, Webhooks, is_there
from bench._disk import Disk
from bench._province import write_towns
from bench._running import RunningOffice, free_port
from bench._seats import Door, Seat
from bot.enrolment import invite
from domain.duty import Role
from storage.unit_of_work import UnitOfWork

TOWNS = 20
REPORTERS_A_TOWN = 10
FIRST_ONES = 5  # not counted: the processes warm up
AT_ONCE = 20
LONGEST_SECONDS = 600.0
QUIET_SECONDS = 20.0  # nothing more for so long: the rest is lost
TIMES_SLOWER = 3.0
SHARE_OF_PACE = 0.5

_NUMBER = re.compile(r"大道(\d+)号")


@dataclass(slots=True)
class Arrivals:
    """When each alert was first read by its receiver."""

    at: dict[str, float] = field(default_factory=dict)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, number: str) -> None:
        """Note an alert by its number."""
        self.at.setdefault(number, time.perf_counter())
        self.more.set()

    async def all_of(self, numbers: Sequence[str], *, quiet: float) -> int:
        """Wait for every one of these, or until nothing came for so long; returns how many."""
        left = set(numbers) - self.at.keys()
        while left:
            self.more.clear()
            try:
                await asyncio.wait_for(self.more.wait(), quiet)
            except TimeoutError:
                break
            left -= self.at.keys()
        return len(numbers) - len(left)


Post = Callable[[str, int], Awaitable[None]]


class Theirs:
    """Alertmanager and its webhooks."""

    name = "alertmanager"

    def __init__(self, folder: Path, session: aiohttp.ClientSession) -> None:
        """Nothing is started yet."""
        self.arrivals = Arrivals()
        self.session = session
        self.webhooks = Webhooks(self.arrivals.hear)
        self.server = Alertmanager(folder, TOWNS, self.webhooks.port)

    async def open(self) -> None:
        """Start both."""
        await self.webhooks.open()
        await self.server.start()

    async def post(self, number: str, town: int) -> None:
        """Post one alert; returns once it is accepted."""
        labels = {"alertname": "red", "town": str(town), "number": number}
        words = {"summary": words_of("镇", number)}
        async with self.session.post(
            f"{self.server.address}/api/v2/alerts", json=[{"labels": labels, "annotations": words}]
        ) as answer:
            answer.raise_for_status()

    async def receivers_gone(self) -> None:
        """Let nobody receive."""
        await self.webhooks.close()

    async def kill_and_restart(self) -> None:
        """Kill -9, start again, with the receivers back."""
        await self.server.kill()
        await self.webhooks.open()
        await self.server.start()

    async def close(self) -> None:
        """End both."""
        await self.server.kill()
        await self.webhooks.close()


class Ours:
    """`huxin run`, its reporters and one officer's seat a town."""

    name = "huxin"

    def __init__(self, folder: Path, session: aiohttp.ClientSession) -> None:
        """Nothing is started yet."""
        del session
        file = folder / "towns.toml"
        self.towns = list(write_towns(file, TOWNS))
        self.arrivals = Arrivals()
        self.office = RunningOffice(
            folder, port=free_port(), more={"HUXIN_OFFICE__TOWNS_FILE": str(file)}
        )
        self.door = Door()
        self.sessions: list[aiohttp.ClientSession] = []
        self.reporters: list[list[Seat]] = []
        self.officers: list[Seat] = []
        self.streams: list[asyncio.Task[None]] = []
        self.posted = 0

    async def open(self) -> None:
        """Start the office and let everybody in."""
        settings = load(None, environ=self.office.environment())
        store = open_store(settings)

        def codes(uow: UnitOfWork) -> list[tuple[int, Role, str]]:
            wanted = [Role.TOWN_OFFICER, *[Role.GRID_WORKER] * REPORTERS_A_TOWN]
            lasts = settings.dialogue.invite_expires
            return [
                (number, role, invite(uow, lasts=lasts, role=role, town=town).code)
                for number, town in enumerate(self.towns)
                for role in wanted
            ]

        invites = store.write(codes)
        store.close()
        self.door.address = await self.office.start()
        self.door.up.set()
        self.reporters = [[] for _ in self.towns]
        for number, role, code in invites:
            seat = await self._enter(f"{role.label}{len(self.sessions)}", code)
            if role is Role.TOWN_OFFICER:
                self.officers.append(seat)
            else:
                self.reporters[number].append(seat)
        self._listen()

    async def _enter(self, name: str, code: str) -> Seat:
        # Cookies are kept for an address too, as 127.0.0.1 is one.
        session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.sessions.append(session)
        seat = Seat(self.door, session, name=name)
        await seat.enter(code)
        async for _ in seat.events():
            break
        return seat

    def _listen(self) -> None:
        self.streams = [asyncio.create_task(seat.read(self._hear)) for seat in self.officers]

    def _hear(self, name: str, event: Any) -> None:
        if name == "chat" and event["chat"].startswith("town:"):
            found = _NUMBER.search("".join(text for text, _ in event.get("body") or ()))
            if found is not None:
                self.arrivals.hear(found[1])

    async def post(self, number: str, town: int) -> None:
        """Send one red report; returns once it is accepted (202)."""
        self.posted += 1
        seat = self.reporters[town][self.posted // TOWNS % REPORTERS_A_TOWN]
        text = words_of(self.towns[town], number)
        body = {"chat": seat.private, "message_id": f"a-{number}", "text": text}
        await seat.post("messages", body)

    async def receivers_gone(self) -> None:
        """Let nobody receive."""
        for stream in self.streams:
            stream.cancel()
        await asyncio.gather(*self.streams, return_exceptions=True)

    async def kill_and_restart(self) -> None:
        """Kill -9, start again, with the receivers back."""
        self.door.up.clear()
        await self.office.kill()
        self.door.address = await self.office.start()
        self.door.up.set()
        self._listen()

    async def close(self) -> None:
        """End everything."""
        await self.receivers_gone()
        await self.office.kill()
        for session in self.sessions:
            await session.close()


Side = Theirs | Ours


def words_of(town: str, number: str) -> str:
    """Return the words of a red report at an address of its own."""
    return f"{town}大道{number}号，有人往门口泼汽油，拿着打火机说要点火"


async def _singles(sides: Sequence[Side], count: int, disk: Disk) -> None:
    """One alert at a time, in turns; prints what each took."""
    took: dict[str, list[float]] = {side.name: [] for side in sides}
    accepted: dict[str, list[float]] = {side.name: [] for side in sides}
    commits: list[float] = []
    for number in range(FIRST_ONES + count):
        for side in sides:
            name = f"{1_000_000 + number}"
            began = time.perf_counter()
            await side.post(name, number % TOWNS)
            answered = time.perf_counter()
            if await side.arrivals.all_of([name], quiet=QUIET_SECONDS) and number >= FIRST_ONES:
                took[side.name].append((side.arrivals.at[name] - began) * 1000)
                accepted[side.name].append((answered - began) * 1000)
            await asyncio.sleep(0.05)
        commits.append(disk.commit() * 1000)
    print(f"one alert at a time, {count} each, in turns, from POST to received, ms")
    for side in sides:
        cuts = statistics.quantiles(took[side.name], n=100, method="inclusive")
        until = statistics.median(accepted[side.name])
        print(
            f"  {side.name:<13} median {cuts[49]:8.1f}  p99 {cuts[98]:8.1f}"
            f"  (accepted after {until:.1f})  arrived {len(took[side.name])} of {count}"
        )
    commit = statistics.median(commits)
    print(f"  one commit of one row, in turns with them: median {commit:.1f} ms")
    print(f"  ours is as long as {statistics.median(took[Ours.name]) / commit:.0f} commits")
    medians = [statistics.median(took[side.name]) for side in sides]
    _judge("single alert, times Alertmanager's median", medians[1] / medians[0], most=TIMES_SLOWER)


async def _flood(sides: Sequence[Side], count: int, disk: Disk) -> None:
    """Distinct alerts by 20 connections, each posted once the one before is accepted."""
    print(f"{count} distinct alerts, one a POST, {AT_ONCE} connections, until all are received")
    paces = []
    for side in sides:
        names = [f"{2_000_000 + number}" for number in range(count)]
        waiting = iter(enumerate(names))
        cpu = time.process_time()

        async def send(side: Side = side, waiting: Any = waiting) -> None:
            for number, name in waiting:
                await side.post(name, number % TOWNS)

        began = time.perf_counter()
        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        accepted = time.perf_counter() - began
        arrived = await side.arrivals.all_of(names, quiet=QUIET_SECONDS)
        last = max(side.arrivals.at[name] for name in names if name in side.arrivals.at)
        paces.append(arrived / (last - began))
        print(
            f"  {side.name:<13} accepted {count / accepted:7.0f}/s  received {paces[-1]:7.0f}/s,"
            f" {arrived} of {count}; the receivers' own processor time"
            f" {time.process_time() - cpu:.1f} s"
        )
    print(f"  this disk, idle again: {disk.commits_a_second():.0f} single commits/s")
    _judge("alerts a second, of Alertmanager's", paces[1] / paces[0], least=SHARE_OF_PACE)


async def _kept(sides: Sequence[Side], count: int) -> None:
    """Accepted while nobody receives, then kill -9, then receivers and a new process."""
    print(f"{count} accepted with the receivers down, kill -9, both started again: received")
    for side in sides:
        await side.receivers_gone()
        names = [f"{3_000_000 + number}" for number in range(count)]
        for number, name in enumerate(names):
            await side.post(name, number % TOWNS)
        await side.kill_and_restart()
        arrived = await side.arrivals.all_of(names, quiet=QUIET_SECONDS)
        print(f"  {side.name:<13} {arrived} of {count}")
        if isinstance(side, Ours):
            _judge("ours lost", count - arrived, most=0)


_short: list[str] = []


def _judge(what: str, found: float, *, least: float = 0.0, most: float = float("inf")) -> None:
    good = least <= found <= most
    wanted = f"at most {most:g}" if most != float("inf") else f"at least {least:g}"
    print(f"  {what}: {found:.2f}, wanted {wanted}{'' if good else '  SHORT'}", flush=True)
    if not good:
        _short.append(what)


async def _measure(folder: Path, told: argparse.Namespace, disk: Disk) -> None:
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:
        sides: tuple[Side, Side] = (Theirs(folder, session), Ours(folder, session))
        try:
            for side in sides:
                await side.open()
            await _singles(sides, told.singles, disk)
            await _flood(sides, told.flood, disk)
            await _kept(sides, told.kept)
        finally:
            for side in sides:
                await side.close()


def main() -> int:
    """Measure, print and return 1 when ours falls short of what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--singles", type=int, default=100)
    parser.add_argument("--flood", type=int, default=5000)
    parser.add_argument("--kept", type=int, default=200)
    told = parser.parse_args()
    if not is_there():
        print(f"{PROGRAM} is not on this machine: left out (apt-get install {PROGRAM})")
        return 0
    with tempfile.TemporaryDirectory(prefix="huxin-beside-") as name:
        folder = Path(name)
        disk = Disk(folder)
        load_now, pace = os.getloadavg()[0], disk.commits_a_second()
        print(f"{os.cpu_count()} cores, load {load_now:.1f}; {pace:.0f} single commits/s")
        asyncio.run(_measure(folder, told, disk))
        disk.close()
    return 1 if _short else 0


if __name__ == "__main__":
    sys.exit(main())
