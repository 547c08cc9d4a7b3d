"""An office of one process on SQLite that faults befall: killed, frozen, its disk full."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import random
import shutil
import signal
import subprocess
from collections import Counter
from pathlib import Path

from bench._running import RunningOffice, free_port
from bench._seats import Door
from bench._standing import SqliteRows
from bench._workload import Plan, Uptime
from storage.sealing import Keyring

KINDS = ("kill", "freeze", "disk")
DISK = "96M"
RARE = 8  # one fault in so many is of each other kind
FROZEN = (1.0, 6.0)
FULL = (1.0, 4.0)


class OneProcess:
    """One office of one process, and what is planned to befall it."""

    def __init__(
        self, folder: Path, rng: random.Random, *, faults: int, kinds: frozenset[str]
    ) -> None:
        """Plan the faults; nothing is started yet."""
        self.uptime = Uptime()
        self.door = Door()
        self.befell: Counter[str] = Counter()
        self._rng = rng
        self._plan = Plan(rng, faults)
        self._mounted = "disk" in kinds and _mount(folder)
        self._office = RunningOffice(folder, port=free_port())
        self._kinds = kinds - ({"disk"} if not self._mounted else set())
        self.rows = SqliteRows(self._office.database)
        self.huxin = self._office.huxin
        self.calm = self._kinds <= {"kill", "freeze"}  # the log may tell of no error

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
            place = number % RARE
            if up > 0 and place < len(others):
                await self._other(others[place])
            elif "kill" in self._kinds:
                await self._kill(up)

    async def _kill(self, up: float) -> None:
        self.door.up.clear()
        await self._office.kill()
        self.uptime.stop()
        self.befell["kill -9"] += 1
        self.befell["… with work on hand"] += self.rows.unfinished() > 0
        await self._office.spawn()
        if up < 0:
            await asyncio.sleep(-up)
            await self._office.kill()
            self.befell["kill -9"] += 1
            self.befell["… while starting"] += 1
            await self._office.spawn()
        await self._office.ready()
        self.uptime.go_on()
        self.door.up.set()

    async def _other(self, kind: str) -> None:
        if kind == "freeze":
            self.befell["frozen"] += 1
            process = self._office.process
            assert process is not None  # noqa: S101 - for the type checker
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(self._rng.uniform(*FROZEN))
            process.send_signal(signal.SIGCONT)
        else:
            self.befell["disk full"] += 1
            filler = self._office.folder / "filler"
            await asyncio.to_thread(_fill, filler)
            await asyncio.sleep(self._rng.uniform(*FULL))
            filler.unlink()

    async def stop(self) -> list[int]:
        """Ask it to end and return its exit code."""
        return [await self._office.stop()]

    async def end(self) -> None:
        """End it whatever it does."""
        await self._office.kill()

    def leave(self) -> None:
        """Give the folder back."""
        if self._mounted:
            _call("umount", "--lazy", str(self._office.folder))

    def figures(self) -> dict[str, str]:
        """Return what befell it, for the table."""
        said = {name: str(number) for name, number in self.befell.items()}
        if "disk" not in self._kinds:
            said["disk full"] = "not tried"
        return said


def _mount(folder: Path) -> bool:
    """Put a small disk of memory at a folder, if this machine lets us."""
    return _call("mount", "-t", "tmpfs", "-o", f"size={DISK}", "huxin", str(folder))


def _call(name: str, *arguments: str) -> bool:
    program = shutil.which(name)
    if program is None:
        return False
    done = subprocess.run([program, *arguments], check=False, stderr=subprocess.DEVNULL)
    return done.returncode == 0


def _fill(file: Path) -> None:
    """Write until there is no room."""
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    filler.write(b"\0" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
