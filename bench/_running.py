"""Runs `huxin run` as an own process in a folder of its own, for measurements and tests.

Refuses: the office's own data; everything stands in the folder that is given.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

from storage.key_file import read_keyring
from storage.sealing import Keyring

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 180.0
STOP_SECONDS = 30.0

_ADDRESS = re.compile(r"http://\S+/|护信已启动")


class EndedEarly(Exception):  # noqa: N818 - named for what happened
    """The process ended before it was ready."""


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listened just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass(slots=True)
class RunningOffice:
    """One office: its folder, its settings and the process that runs it just now.

    ``more`` are further settings by the name of their variable, or others instead; ``part``
    is the command that runs it, for offices of several processes. ``began`` are the ids of
    every process so far.
    """

    folder: Path
    port: int = 0
    demo: bool = False
    more: dict[str, str] = field(default_factory=dict)
    part: str = "run"
    process: asyncio.subprocess.Process | None = None
    began: list[int] = field(default_factory=list)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "huxin.db"

    @property
    def log(self) -> Path:
        """What every process of this office wrote to standard error."""
        return self.folder / "log.txt"

    @property
    def _key_file(self) -> Path:
        return self.folder / "seal.key"

    @property
    def keyring(self) -> Keyring:
        """What opens the office's rows, once it has started for the first time."""
        return read_keyring(self._key_file)

    def environment(self) -> dict[str, str]:
        """Return the variables under which every command of this office runs."""
        own = {
            "HUXIN_STORAGE__URL": f"sqlite:///{self.database}",
            "HUXIN_WEB__PORT": str(self.port),
            "HUXIN_WEB__DEMO": str(self.demo).lower(),
            "HUXIN_WEB__COOKIE_SECRET_FILE": str(self.folder / "cookie.key"),
            "HUXIN_SEALING__KEY_FILE": str(self._key_file),
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **own, **self.more}

    async def spawn(self) -> None:
        """Start the process; it is not ready yet."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "app", self.part),
                cwd=ROOT,
                env=self.environment(),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        self.began.append(self.process.pid)

    async def ready(self) -> str:
        """Wait for the line that says where the page is and return the address, without /.

        Raises `EndedEarly` when the process ends first.
        """
        process = self._running()
        assert process.stdout is not None  # noqa: S101 - for the type checker
        async with asyncio.timeout(START_SECONDS):
            async for line in process.stdout:
                found = _ADDRESS.search(line.decode("utf-8"))
                if found is not None:
                    return found[0].rstrip("/")
        raise EndedEarly(f"exit code {await process.wait()}, see {self.log}")

    async def start(self) -> str:
        """Start and return the address once it is ready."""
        await self.spawn()
        return await self.ready()

    async def kill(self) -> None:
        """End it as a power cut would: `kill -9`; nothing happens when it has ended."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def stop(self) -> int:
        """Ask it to end (SIGTERM) and return its exit code."""
        process = self._running()
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            return await process.wait()

    async def huxin(self, *arguments: str) -> tuple[int, str, str]:
        """Run another command of this office; returns exit code, output and error output."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app", *arguments),
            cwd=ROOT,
            env=self.environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None  # noqa: S101 - for the type checker
        return process.returncode, out.decode("utf-8"), err.decode("utf-8")

    def _running(self) -> asyncio.subprocess.Process:
        if self.process is None:
            raise EndedEarly("never started")
        return self.process
