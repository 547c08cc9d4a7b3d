"""People at the web chat's own HTTP interface: posting, pressing, reading the live stream.

They behave as a browser does: what got no 202 is sent again with the same id, and a stream
that broke goes on from the last event id.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

AGAIN_SECONDS = 0.1
POST_SECONDS = 10.0
QUIET_SECONDS = 40.0  # the heartbeat comes every 15


@dataclass(slots=True)
class Door:
    """Where the office is just now; ``up`` is cleared while it is killed."""

    address: str = ""
    up: asyncio.Event = field(default_factory=asyncio.Event)

    def choose(self) -> str:
        """Return the address for the next request."""
        return self.address


@dataclass(slots=True)
class Seat:
    """One person's browser. ``query`` names the seat in the demo, else a cookie does."""

    door: Door
    session: aiohttp.ClientSession
    query: dict[str, str] = field(default_factory=dict)
    name: str = ""
    private: str = ""
    last_event_id: str = ""
    tries: int = 0

    async def enter(self, code: str) -> None:
        """Enter with an invite code; the cookie stays in the session."""
        async with self.session.post(
            f"{self.door.choose()}/chat/enter",
            data={"code": code, "name": self.name},
            allow_redirects=False,
        ) as answer:
            if answer.status != 303:
                raise RuntimeError(f"/chat/enter: {answer.status}")

    async def post(self, kind: str, body: dict[str, Any]) -> None:
        """Post a ``messages`` or ``presses`` body again and again until it got 202."""
        while True:
            await self.door.up.wait()
            self.tries += 1
            status = await self._try(kind, body)
            if status == 202:
                return
            if status is not None and 400 <= status < 500:
                raise RuntimeError(f"/api/chat/{kind}: {status}")
            await asyncio.sleep(AGAIN_SECONDS)

    async def _try(self, kind: str, body: dict[str, Any]) -> int | None:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self.session.post(
                f"{self.door.choose()}/api/chat/{kind}",
                params=self.query,
                json=body,
                timeout=aiohttp.ClientTimeout(total=POST_SECONDS),
            ) as answer:
                await answer.read()
                return answer.status
        return None

    async def read(self, hear: Callable[[str, Any], None]) -> None:
        """Read the live stream for ever, calling ``hear(event name, data)`` for each event."""
        while True:
            await self.door.up.wait()
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                async for name, data in self.events():
                    hear(name, data)
            await asyncio.sleep(AGAIN_SECONDS)

    async def events(self) -> AsyncIterator[tuple[str, Any]]:
        """Give the events of one connection, from where the last one broke off."""
        headers = {"Last-Event-ID": self.last_event_id} if self.last_event_id else {}
        async with self.session.get(
            f"{self.door.choose()}/api/chat/events",
            params=self.query,
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=None, sock_read=QUIET_SECONDS),
        ) as answer:
            answer.raise_for_status()
            name, words, cursor = "", "", ""
            async for raw in answer.content:
                line = raw.decode("utf-8").rstrip("\n")
                head, _, rest = line.partition(": ")
                if head == "event":
                    name = rest
                elif head == "data":
                    words = rest
                elif head == "id":
                    cursor = rest
                elif not line and words:
                    # As a browser: the id counts once the event is whole.
                    self.last_event_id = cursor or self.last_event_id
                    data = json.loads(words)
                    if name == "seats":
                        self.private = data[0]["seat"]
                    yield name, data
                    name, words, cursor = "", "", ""


def buttons_of(event: Any) -> tuple[str, ...]:
    """Return the data of every button under a message."""
    rows = event.get("buttons") or ()
    return tuple(button[1] for row in rows for button in row)
