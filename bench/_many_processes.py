"""An office of many processes on PostgreSQL and Redis that faults befall.

Each process is kept up as a service manager would: what ends is started again.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from bench._databases import RedisServer, run_cluster
from bench._moving_clock import MovingClock, forget
from bench._running import EndedEarly, RunningOffice, free_port
from bench._seats import Door
from bench._standing import PostgresRows
from bench._workload import BURST, Uptime
from storage.sealing import Keyring

KINDS = ("kill", "redis", "postgres", "freeze", "disk", "clock")
PARTS = ("web", "web", "bot", "bot", "dispatcher", "dispatcher", "dispatcher")
EVERY = 12  # one fault in so many is of each other kind
LEASE = 15.0
READER_LEASE = 20.0  # bot.reader.LEASE
AWAY = (1.0, 4.0)
FULL = (1.0, 4.0)
MOVED_FOR = (2.0, 8.0)
JUMPS = (-7200.0, -600.0, -60.0, 60.0, 600.0, 7200.0)
AGAIN_SECONDS = 0.3


class Balancer(Door):
    """A door that leads to any web process that runs; a frozen one is tried too."""

    def __init__(self, webs: list[RunningOffice], rng: random.Random) -> None:
        """Stand before these processes."""
        super().__init__()
        self._webs = webs
        self._rng = rng

    def choose(self) -> str:
        """Return the address of one of them."""
        up = [one for one in self._webs if one.process and one.process.returncode is None]
        return f"http://127.0.0.1:{self._rng.choice(up or self._webs).port}"


class ManyProcesses:
    """One office of many processes, and what is planned to befall it."""

    def __init__(
        self, folder: Path, rng: random.Random, *, faults: int, kinds: frozenset[str], pace: float
    ) -> None:
        """Plan the faults, ``pace`` seconds apart; only PostgreSQL is started yet."""
        self.uptime = Uptime()
        self.befell: Counter[str] = Counter()
        self.calm = self.in_order = False
        self._rng = rng
        self._stack = ExitStack()
        self._cluster = self._stack.enter_context(run_cluster(small="disk" in kinds))
        self._clocks = {part: MovingClock(folder / f"clock-{part}") for part in PARTS}
        there = {
            "disk": any(disk.there for disk in self._cluster.disks),
            "clock": all(clock.there for clock in self._clocks.values()),
        }
        self._kinds = frozenset(kind for kind in kinds if there.get(kind, True))
        self._missing = kinds - self._kinds
        self._faults = _plan(rng, self._kinds, faults)
        self._gaps = [pace * rng.uniform(0.5, 1.5) for _ in self._faults]
        self._database_turn = asyncio.Lock()
        self._redis_turn = asyncio.Lock()
        self._redis_server = RedisServer()
        more = {
            "HUXIN_STORAGE__URL": self._cluster.url,
            "HUXIN_REDIS__URL": self._redis_server.url,
            "HUXIN_DISPATCH__LEASE": f"{LEASE:.0f}s",
        }
        self._parts = [
            RunningOffice(folder, port=free_port(), more=more, part=part) for part in PARTS
        ]
        if "clock" in self._kinds:
            # One of each kind: looking at a clock that can be moved costs.
            for part, clock in self._clocks.items():
                one = next(one for one in self._parts if one.part == part)
                one.more = one.more | clock.environment()
        self._webs = [one for one in self._parts if one.part == "web"]
        self._keepers: list[asyncio.Task[None]] = []
        self._ready: set[int] = set()
        self.door: Door = Balancer(self._webs, rng)
        self.rows = PostgresRows(self._cluster.url, folder)
        self.huxin = self._parts[0].huxin

    def configure(self, more: dict[str, str]) -> None:
        """Add settings, before it starts."""
        for one in self._parts:
            one.more = one.more | more

    @property
    def keyring(self) -> Keyring:
        """What opens the rows."""
        return self._parts[0].keyring

    @property
    def log(self) -> Path:
        """What every process wrote to standard error."""
        return self._parts[0].log

    def moments(self, count: int) -> list[float]:
        """Return when to send: half of the reports singly, half in bursts."""
        found: list[float] = []
        while len(found) < count:
            at = self._rng.uniform(0, sum(self._gaps))
            found += [at] * (BURST if len(found) % (2 * BURST) == 0 else 1)
        return sorted(found[:count])

    async def start(self) -> None:
        """Start everything and wait until each process is ready."""
        await self._redis_server.start()
        code, _, error = await self.huxin("migrate")
        if code:
            raise EndedEarly(error)
        self._keepers = [asyncio.create_task(self._keep_up(one)) for one in self._parts]
        await self._all_up()
        self.door.up.set()

    async def _keep_up(self, one: RunningOffice) -> None:
        while True:
            await one.spawn()
            with contextlib.suppress(EndedEarly, TimeoutError):
                await one.ready()
                self._ready.add(id(one))
            process = one.process
            assert process is not None  # noqa: S101 - for the type checker
            if process.returncode is None and id(one) not in self._ready:
                await one.kill()
            await process.wait()
            self._ready.discard(id(one))
            self.befell["starts again"] += 1
            await asyncio.sleep(AGAIN_SECONDS)

    async def _all_up(self) -> None:
        while len(self._ready) < len(self._parts):  # noqa: ASYNC110 - it may fall again
            await asyncio.sleep(0.1)

    async def suffer(self) -> None:
        """Let every planned fault befall it; at the end everything runs."""
        befall = {
            "kill": self._kill,
            "freeze": self._freeze,
            "redis": self._redis,
            "postgres": self._postgres,
            "disk": self._disk_full,
            "clock": self._move_clock,
        }
        async with asyncio.TaskGroup() as group:
            for gap, kind in zip(self._gaps, self._faults, strict=True):
                await asyncio.sleep(gap)
                group.create_task(befall[kind]())

    async def _kill(self) -> None:
        one = self._rng.choice(self._parts)
        self.befell[f"kill -9 of {one.part}"] += 1
        await one.kill()

    async def _freeze(self) -> None:
        """Freeze a process for longer than its lease, and let it go on."""
        one = self._rng.choice(self._parts)
        process = one.process
        if process is None or process.returncode is not None:
            return
        self.befell[f"frozen {one.part}"] += 1
        process.send_signal(signal.SIGSTOP)
        lease = READER_LEASE if one.part == "bot" else LEASE
        await asyncio.sleep(lease + self._rng.uniform(1, 3))
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)

    async def _postgres(self) -> None:
        mode = self._rng.choice(("fast", "immediate"))
        async with self._database_turn:
            self.befell[f"PostgreSQL stopped ({mode})"] += 1
            await asyncio.to_thread(self._cluster.stop, mode)
            await asyncio.sleep(self._rng.uniform(*AWAY))
            await asyncio.to_thread(self._cluster.start)

    async def _disk_full(self) -> None:
        """Leave no room for tables, or for the log, which ends the server until there is."""
        async with self._database_turn:
            number = self._rng.randrange(len(self._cluster.disks))
            disk = self._cluster.disks[number]
            self.befell[f"PostgreSQL's disk full ({disk.folder.name})"] += 1
            await asyncio.to_thread(disk.fill)
            await asyncio.sleep(self._rng.uniform(*FULL))
            disk.empty()
            if not await asyncio.to_thread(self._cluster.runs):
                self.befell["… and it ended itself"] += 1
                await asyncio.to_thread(self._cluster.start)

    async def _move_clock(self) -> None:
        part = self._rng.choice(PARTS)
        self.befell[f"clock of {part} moved"] += 1
        self._clocks[part].move(self._rng.choice(JUMPS))
        await asyncio.sleep(self._rng.uniform(*MOVED_FOR))
        self._clocks[part].move(0)

    async def _redis(self) -> None:
        async with self._redis_turn:
            self.befell["Redis stopped"] += 1
            await self._redis_server.stop()
            await asyncio.sleep(self._rng.uniform(*AWAY))
            await self._redis_server.start()

    async def stop(self) -> list[int]:
        """Ask each process to end and return their exit codes."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        return list(await asyncio.gather(*(one.stop() for one in self._parts)))

    async def end(self) -> None:
        """End everything whatever it does."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for one in self._parts:
            await one.kill()
        await self._redis_server.stop()

    def leave(self) -> None:
        """End the database."""
        self._stack.close()
        for one in self._parts:
            forget(one.began)

    def figures(self) -> dict[str, str]:
        """Return what befell it, for the table."""
        said = {name: str(number) for name, number in sorted(self.befell.items())}
        return said | {f"{kind}: not possible here": "not tried" for kind in sorted(self._missing)}


def _plan(rng: random.Random, kinds: frozenset[str], faults: int) -> list[str]:
    """Return which fault comes when; freezing, which lasts long, in the first half."""
    others = sorted(kinds - {"kill"}) * max(1, faults // EVERY)
    rest = [kind for kind in others if kind != "freeze"]
    rest += ["kill"] * (faults - len(others) if "kill" in kinds else 0)
    rng.shuffle(rest)
    for _ in range(others.count("freeze")):
        rest.insert(rng.randrange(len(rest) // 2 + 1), "freeze")
    return rest
