"""Prometheus Alertmanager as Debian packages it, on loopback, with a webhook for each town.

Set as fast as it goes: each alert is a group of its own, group_wait is 0 s and
group_interval 1 s (less it does not take in earnest), no cluster.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bench._running import free_port

PROGRAM = "prometheus-alertmanager"
START_SECONDS = 30.0


def is_there() -> bool:
    """Whether Debian's package is installed."""
    return shutil.which(PROGRAM) is not None


@dataclass(slots=True)
class Webhooks:
    """The receivers: one address a town, which hears what Alertmanager posts."""

    hear: Callable[[str], None]
    port: int = field(default_factory=free_port)
    _runner: web.AppRunner | None = None

    async def open(self) -> None:
        """Listen."""
        application = web.Application()
        application.add_routes([web.post("/{town}", self._take)])
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def close(self) -> None:
        """Be gone."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _take(self, request: web.Request) -> web.Response:
        for alert in (await request.json())["alerts"]:
            self.hear(alert["labels"]["number"])
        return web.Response()


@dataclass(slots=True)
class Alertmanager:
    """One Alertmanager: its folder and its process."""

    folder: Path
    towns: int
    webhooks: int
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        """Where alerts are posted."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        file = self.folder / "alertmanager.json"  # JSON is YAML
        file.write_text(json.dumps(self._settings()), "utf-8")
        with (self.folder / "alertmanager.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                PROGRAM,
                f"--config.file={file}",
                f"--storage.path={self.folder / 'alertmanager'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                "--cluster.listen-address=",
                "--log.level=error",
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as session:
            while not await self._is_ready(session):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """End it as a power cut would; nothing happens when it has ended."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def _is_ready(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.address}/-/ready") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    def _settings(self) -> dict[str, Any]:
        return {
            "route": {
                "receiver": "town0",
                "group_by": ["..."],
                "group_wait": "0s",
                "group_interval": "1s",
                "repeat_interval": "24h",
                "routes": [
                    {"receiver": f"town{n}", "matchers": [f'town="{n}"']} for n in range(self.towns)
                ],
            },
            "receivers": [
                {
                    "name": f"town{n}",
                    "webhook_configs": [
                        {"url": f"http://127.0.0.1:{self.webhooks}/{n}", "send_resolved": False}
                    ],
                }
                for n in range(self.towns)
            ],
        }
