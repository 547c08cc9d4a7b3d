"""An office whole, on either engine: started, killed, started again, and what it costs.

SQLite: one `huxin run`. PostgreSQL and Redis: `web`, `bot` and `dispatcher` processes, and
servers of their own that no kill befalls.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from bench._cpu import seconds_of, seconds_of_family
from bench._databases import POSTGRESQL, RedisServer, run_cluster
from bench._running import RunningOffice, free_port
from bench._standing import PostgresRows, SqliteRows, Standing

BOTS = 2


class WholeOffice:
    """The processes of one office, and the servers it stands on."""

    def __init__(
        self, folder: Path, *, engine: str, dispatchers: int, more: dict[str, str]
    ) -> None:
        """Start the servers, if there are any; of the office nothing runs yet."""
        self._servers = ExitStack()
        self._cluster, self._redis = None, None
        kinds = ["run"]
        if engine == POSTGRESQL:
            kinds = ["web", *["bot"] * BOTS, *["dispatcher"] * dispatchers]
            self._cluster = self._servers.enter_context(run_cluster())
            self._redis = RedisServer()
            more = more | {
                "HUXIN_STORAGE__URL": self._cluster.url,
                "HUXIN_REDIS__URL": self._redis.url,
            }
        self._parts = [
            RunningOffice(folder, port=free_port(), more=more, part=kind) for kind in kinds
        ]
        self.environment = self._parts[0].environment
        self.rows: Standing = (
            SqliteRows(self._parts[0].database, folder)
            if self._cluster is None
            else PostgresRows(self._cluster.url, folder)
        )

    async def start(self) -> str:
        """Start every process and return the address of its pages once all are ready."""
        if self._redis is not None:
            await self._redis.start()
        return (await asyncio.gather(*(one.start() for one in self._parts)))[0]

    async def kill(self) -> None:
        """Kill -9 every process of the office; the servers stay."""
        await asyncio.gather(*(one.kill() for one in self._parts))

    async def close(self) -> None:
        """End everything."""
        await self.kill()
        if self._redis is not None:
            await self._redis.stop()
        self._servers.close()

    async def settled(self, *, longest: float) -> None:
        """Wait until nothing is left to do, or for so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(longest):
                while await asyncio.to_thread(self.rows.unfinished):  # noqa: ASYNC110 - its own
                    await asyncio.sleep(0.1)

    def seconds(self) -> dict[str, float]:
        """Return the processor seconds taken so far, by kind of process."""
        taken: dict[str, float] = defaultdict(float)
        for one in self._parts:
            if one.process is not None:
                taken[one.part] += seconds_of(one.process.pid)
        if self._cluster is not None:
            taken["postgres"] = seconds_of_family(self._cluster.pid)
        if self._redis is not None and self._redis.process is not None:
            taken["redis"] = seconds_of(self._redis.process.pid)
        return taken
