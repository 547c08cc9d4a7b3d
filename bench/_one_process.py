"""An office of one process on SQLite that faults befall.

It is killed, frozen, finds its disk full and its clock moved, one after the other.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
from collections import Counter
from pathlib import Path

from bench._moving_clock import MovingClock, forget
from bench._running import EndedEarly, RunningOffice, free_port
from bench._seats import Door
from bench._small_disks import SmallDisk
from bench._standing import SqliteRows
from bench._workload import Plan, Uptime
from storage.sealing import Keyring

KINDS = ("kill", "freeze", "disk", "clock")
MEGABYTES = 192
EVERY = 9  # so many faults are a round in which each other kind comes once
FROZEN = (1.0, 6.0)
FULL = (1.0, 4.0)
MOVED_FOR = (2.0, 6.0)
JUMPS = (-7200.0, -600.0, -60.0, 60.0, 600.0, 7200.0)


class OneProcess:
    """One office of one process, and what is planned to befall it."""

    def __init__(
        self, folder: Path, rng: random.Random, *, faults: int, kinds: frozenset[str], pace: float
    ) -> None:
        """Plan the faults, ``pace`` seconds of life apart; nothing is started yet."""
        self.uptime = Uptime()
        self.door = Door()
        self.befell: Counter[str] = Counter()
        self._rng = rng
        self._plan = Plan(rng, faults, pace)
        self._disk = SmallDisk(folder / "office", megabytes=MEGABYTES if "disk" in kinds else 0)
        self._clock = MovingClock(folder / "clock")
        there = {"disk": self._disk.there, "clock": self._clock.there}
        self._kinds = frozenset(kind for kind in kinds if there.get(kind, True))
        self._missing = kinds - self._kinds
        self._office = RunningOffice(self._disk.folder, port=free_port())
        if "clock" in self._kinds:
            self._office.more |= self._clock.environment()
        self.rows = SqliteRows(self._office.database, folder)
        self.huxin = self._office.huxin
        self.in_order = "clock" not in self._kinds  # what comes earlier by the clock goes first
        self.calm = self._kinds <= {"kill", "freeze"}  # the log may tell of no error

    def configure(self, more: dict[str, str]) -> None:
        """Add settings, before it starts."""
        self._office.more |= more

    @property
    def keyring(self) -> Keyring:
        """What opens the rows."""
        return self._office.keyring

    @property
    def log(self) -> Path:
        """What the process wrote to standard error."""
        return self._office.log

    def moments(self, count: int) -> list[float]:
        """Return when to send, in seconds of being up."""
        return self._plan.moments(count)

    async def start(self) -> None:
        """Start it and open the door."""
        self.door.address = await self._office.start()
        self.door.up.set()

    async def suffer(self) -> None:
        """Let every planned fault befall it, and leave it running."""
        others = [kind for kind in KINDS if kind != "kill" and kind in self._kinds]
        for number, up in enumerate(self._plan.ups):
            if up > 0:
                await asyncio.sleep(up)
            place = number % EVERY
            if up > 0 and place % 2 and place // 2 < len(others):
                await self._other(others[place // 2])
            elif "kill" in self._kinds:
                await self._kill(up)

    async def _kill(self, up: float) -> None:
        self.door.up.clear()
        await self._office.kill()
        self.uptime.stop()
        self.befell["kill -9"] += 1
        self.befell["… with work on hand"] += any(self.rows.unfinished())
        await self._office.spawn()
        if up < 0:
            await asyncio.sleep(-up)
            await self._office.kill()
            self.befell["kill -9"] += 1
            self.befell["… while starting"] += 1
            await self._office.spawn()
        await self._up()
        self.uptime.go_on()
        self.door.up.set()

    async def _up(self) -> None:
        """Wait until it is ready; what ends by itself is started again, as in an office."""
        while True:
            try:
                await self._office.ready()
            except (EndedEarly, TimeoutError):
                self.befell["started again"] += 1
                await self._office.kill()
                await self._office.spawn()
            else:
                return

    async def _other(self, kind: str) -> None:
        if kind == "freeze":
            self.befell["frozen"] += 1
            process = self._office.process
            assert process is not None  # noqa: S101 - for the type checker
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(self._rng.uniform(*FROZEN))
            process.send_signal(signal.SIGCONT)
        elif kind == "clock":
            self.befell["clock moved"] += 1
            self._clock.move(self._rng.choice(JUMPS))
            await asyncio.sleep(self._rng.uniform(*MOVED_FOR))
            self._clock.move(0)
        else:
            self.befell["disk full"] += 1
            await asyncio.to_thread(self._disk.fill)
            await asyncio.sleep(self._rng.uniform(*FULL))
            self._disk.empty()

    async def stop(self) -> list[int]:
        """Ask it to end and return its exit code."""
        return [await self._office.stop()]

    async def end(self) -> None:
        """End it whatever it does."""
        await self._office.kill()

    def leave(self) -> None:
        """Give the folder back; the log stays beside it."""
        if self.log.exists():
            shutil.copyfile(self.log, self._disk.folder.parent / "log.txt")
        self._disk.leave()
        forget(self._office.began)

    def figures(self) -> dict[str, str]:
        """Return what befell it, for the table."""
        said = {name: str(number) for name, number in sorted(self.befell.items())}
        return said | {f"{kind}: not possible here": "not tried" for kind in sorted(self._missing)}
