"""Beside Alertmanager: how soon one alert arrives, how fast 5,000 do, what a kill -9 leaves.

Debian's `prometheus-alertmanager` and our office on loopback, one after the other in turns
within one run, 20 receivers each: a webhook a town there, the live stream of an officer's
seat a town here. The office is `huxin run` (SQLite in WAL with full sync), or on PostgreSQL
(with fsync) and Redis a web, two bots and N dispatchers. All receivers are in this process,
and time is from just before an alert's POST until its bytes are read here. Alertmanager's
alerts are each a group of their own (group_wait 0 s, group_interval 1 s). Ours is a red report
in words: read by the rules, filed with its receipt and on disk before it is sent; Alertmanager
keeps alerts in memory. Processor time is what the kernel counted for each side's processes
until nothing was left to do, receipts too.

    .venv/bin/python bench/alertmanager.py [--engine sqlite|postgresql] [--dispatchers 2]
        [--singles 100] [--flood 5000] [--kept 200]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import aiohttp

from bench._alertmanager import PROGRAM, is_there
from bench._beside import TOWNS, Ours, Side, Theirs
from bench._databases import POSTGRESQL, SQLITE, postgresql_is_there
from bench._disk import Disk
from bench._ending import end_tidily

FIRST_ONES = 5  # not counted: the processes warm up
AT_ONCE = 20
# House numbers of four figures at most: two of more figures would be read as one place.
SINGLES_FROM, FLOOD_FROM, KEPT_FROM = 1, 1000, 8000
# Nothing more for so long: the rest is lost. A killed reader's lease, then a dispatcher's.
QUIET_SECONDS = 60.0
TIMES_SLOWER = 3.0
SHARE_OF_PACE = 0.5
SETTLE_SECONDS = 60.0


async def _singles(sides: Sequence[Side], count: int, disk: Disk) -> None:
    """One alert at a time, in turns; prints what each took."""
    took: dict[str, list[float]] = {side.name: [] for side in sides}
    accepted: dict[str, list[float]] = {side.name: [] for side in sides}
    commits: list[float] = []
    for number in range(FIRST_ONES + count):
        for side in sides:
            name = f"{SINGLES_FROM + number}"
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
    for side in sides:
        if isinstance(side, Ours):
            stages = ", ".join(f"{name} {ms:.1f} ms" for name, ms in side.account().items())
            print(f"  ours, by its rows: {stages}")
    medians = [statistics.median(took[side.name]) for side in sides]
    _judge("single alert, times Alertmanager's median", medians[1] / medians[0], most=TIMES_SLOWER)


async def _flood(sides: Sequence[Side], count: int, disk: Disk) -> None:
    """Distinct alerts by 20 connections, each posted once the one before is accepted."""
    print(f"{count} distinct alerts, one a POST, {AT_ONCE} connections, until all are received")
    paces = []
    for side in sides:
        names = [f"{FLOOD_FROM + number}" for number in range(count)]
        waiting = iter(enumerate(names))
        cpu, before = time.process_time(), side.seconds()

        async def send(side: Side = side, waiting: Iterator[tuple[int, str]] = waiting) -> None:
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
        await side.settled(longest=SETTLE_SECONDS)
        seconds = {name: took - before[name] for name, took in side.seconds().items()}
        _account(seconds, count=count, pace=paces[-1])
    print(f"  this disk, idle again: {disk.commits_a_second():.0f} single commits/s")
    _judge("alerts a second, of Alertmanager's", paces[1] / paces[0], least=SHARE_OF_PACE)


def _account(seconds: dict[str, float], *, count: int, pace: float) -> None:
    """Print what an alert took of the processors, and how many a core bears."""
    each = ", ".join(f"{name} {1000 * took / count:.2f}" for name, took in seconds.items())
    together = sum(seconds.values())
    print(
        f"    processor time an alert: {each}; {1000 * together / count:.2f} ms together:"
        f" {count / together:.0f} alerts/s of one core's time;"
        f" received per core of this machine {pace / (os.cpu_count() or 1):.0f}/s"
    )


async def _kept(sides: Sequence[Side], count: int) -> None:
    """Accepted while nobody receives, then kill -9, then receivers and a new process."""
    print(f"{count} accepted with the receivers down, kill -9, both started again: received")
    for side in sides:
        await side.receivers_gone()
        names = [f"{KEPT_FROM + number}" for number in range(count)]
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
        ours = Ours(folder, engine=told.engine, dispatchers=told.dispatchers)
        sides: tuple[Side, Side] = (Theirs(folder, session), ours)
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
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", choices=(SQLITE, POSTGRESQL), default=SQLITE)
    parser.add_argument("--dispatchers", type=int, default=2, help="on PostgreSQL")
    parser.add_argument("--singles", type=int, default=100)
    parser.add_argument("--flood", type=int, default=5000)
    parser.add_argument("--kept", type=int, default=200)
    told = parser.parse_args()
    sizes = (told.singles, told.flood, told.kept)
    room = (FLOOD_FROM - SINGLES_FROM - FIRST_ONES, KEPT_FROM - FLOOD_FROM, 10_000 - KEPT_FROM)
    if any(asked > most for asked, most in zip(sizes, room, strict=True)):
        parser.error(f"at most {room} of each: more have no house numbers")
    if not is_there():
        print(f"{PROGRAM} is not on this machine: left out (.ci/packages alertmanager)")
        return 0
    if told.engine == POSTGRESQL and not (postgresql_is_there() and shutil.which("redis-server")):
        print("PostgreSQL or Redis is not on this machine: make servers")
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
