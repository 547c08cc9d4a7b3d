"""What happens to an office under fire: when it is killed, when people write and press."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from bench._found import AcceptedPress
from bench._seats import Seat, buttons_of

CLOSED = 0.6
BURST = 20
WHILE_STARTING = 0.15


@dataclass(slots=True)
class Plan:
    """When the office is killed, and when each report is sent, in seconds of it being up.

    It lives for ``pace`` seconds at a time, more or less.
    """

    rng: random.Random
    kills: int
    pace: float
    ups: list[float] = field(init=False)

    def __post_init__(self) -> None:
        """Choose how long each life lasts; below 0: killed so long after its start began."""
        self.ups = [
            -self.rng.uniform(0.1, 1.5)
            if self.rng.random() < WHILE_STARTING
            else self.rng.uniform(0.1, 2 * self.pace)
            for _ in range(self.kills)
        ]

    def moments(self, count: int) -> list[float]:
        """Return when to send: half of the reports singly, half in bursts."""
        whole = sum(up for up in self.ups if up > 0)
        found: list[float] = []
        while len(found) < count:
            at = self.rng.uniform(0, whole)
            found += [at] * (BURST if len(found) % (2 * BURST) == 0 else 1)
        return sorted(found[:count])


@dataclass(slots=True)
class Officer:
    """A town's officer, who presses 接收 on what rings and 办结 on some of it."""

    seat: Seat
    room: str
    rng: random.Random
    eager: float
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    presses: list[AcceptedPress] = field(default_factory=list)
    seen: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    asked: set[str] = field(default_factory=set)

    def hear(self, name: str, event: Any) -> None:
        """Note an event of the live stream and do what it asks for."""
        if name != "chat":
            return
        self.seen[event["chat"]].append(event["number"])
        if event["chat"] != self.room:
            return
        for data in buttons_of(event):
            verb = data.split(":", 2)[2]
            eager = {"take": self.eager, "close": CLOSED * self.eager, "close:safe": 1.0}
            if verb in eager and self._once(data) and self.rng.random() < eager[verb]:
                self._press(event["id"], data)

    def _once(self, data: str) -> bool:
        new = data not in self.asked
        self.asked.add(data)
        return new

    def _press(self, message_id: str, data: str) -> None:
        task = asyncio.create_task(self._press_soon(message_id, data))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _press_soon(self, message_id: str, data: str) -> None:
        await asyncio.sleep(self.rng.uniform(0, 2))
        press_id = data.replace(":", "-")
        body = {
            "chat": self.room, "press_id": press_id, "message_id": message_id, "data": data,
        }  # fmt: skip
        await self.seat.post("presses", body)
        seat = self.seat.private
        self.presses.append(AcceptedPress(seat, f"p:{seat}.{press_id}", data))


def first_apart(seen: list[int], expected: list[int]) -> str:
    """Say where two lists of numbers part."""
    place = next((at for at, (a, b) in enumerate(zip(seen, expected, strict=False)) if a != b), -1)
    around = slice(max(0, place - 1), place + 2) if place >= 0 else slice(-2, None)
    return f"seen {seen[around]}, there {expected[around]}, {len(seen)} of {len(expected)}"


@dataclass(slots=True)
class Uptime:
    """Seconds that the office has been up in all; posts are paced by it."""

    before: float = 0.0
    since: float | None = None

    @property
    def seconds(self) -> float:
        """The sum so far."""
        return self.before + (0.0 if self.since is None else time.monotonic() - self.since)

    def stop(self) -> None:
        """The office is down."""
        self.before, self.since = self.seconds, None

    def go_on(self) -> None:
        """The office is up again."""
        self.since = time.monotonic()

    async def reach(self, seconds: float) -> None:
        """Wait until the office has been up for so long."""
        left = seconds - self.seconds
        while left > 0:
            await asyncio.sleep(max(0.01, left))
            left = seconds - self.seconds
