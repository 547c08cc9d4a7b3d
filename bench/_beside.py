"""The two sides of bench/alertmanager.py: each takes alerts, and says when they arrived."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from app.settings import load
from app.wiring import open_store
from bench._alertmanager import Alertmanager, Webhooks
from bench._cpu import seconds_of
from bench._province import write_towns
from bench._seats import Door, Seat
from bench._stages import stages
from bench._whole_office import WholeOffice
from bot.enrolment import invite
from domain.duty import Role
from storage.store import Store
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")

TOWNS = 20
REPORTERS_A_TOWN = 10

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

    async def settled(self, *, longest: float) -> None:
        """Return at once: what is received is done."""

    def seconds(self) -> dict[str, float]:
        """Return the processor seconds taken so far, by kind of process."""
        process = self.server.process
        return {self.name: seconds_of(process.pid) if process is not None else 0.0}

    async def close(self) -> None:
        """End both."""
        await self.server.kill()
        await self.webhooks.close()


class Ours:
    """An office, its reporters and one officer's seat a town."""

    name = "huxin"

    def __init__(self, folder: Path, *, engine: str, dispatchers: int) -> None:
        """Nothing of the office is started yet."""
        file = folder / "towns.toml"
        self.towns = list(write_towns(file, TOWNS))
        self.arrivals = Arrivals()
        more = {"HUXIN_OFFICE__TOWNS_FILE": str(file)}
        self.office = WholeOffice(folder, engine=engine, dispatchers=dispatchers, more=more)
        self.settings = load(None, environ=self.office.environment())
        self.seconds, self.settled = self.office.seconds, self.office.settled
        self.door = Door()
        self.sessions: list[aiohttp.ClientSession] = []
        self.reporters: list[list[Seat]] = []
        self.officers: list[Seat] = []
        self.streams: list[asyncio.Task[None]] = []
        self.posted = 0

    async def open(self) -> None:
        """Start the office and let everybody in."""

        def codes(uow: UnitOfWork) -> list[tuple[int, Role, str]]:
            wanted = [Role.TOWN_OFFICER, *[Role.GRID_WORKER] * REPORTERS_A_TOWN]
            lasts = self.settings.dialogue.invite_expires
            return [
                (number, role, invite(uow, lasts=lasts, role=role, town=town).code)
                for number, town in enumerate(self.towns)
                for role in wanted
            ]

        invites = self._asked(lambda store: store.write(codes))
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

    def account(self) -> dict[str, float]:
        """Return where the time of an alert goes, by the times in its rows: medians in ms."""
        return self._asked(stages)

    def _asked(self, question: Callable[[Store], T]) -> T:
        store = open_store(self.settings)
        try:
            return question(store)
        finally:
            store.close()

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
        await self.office.close()
        for session in self.sessions:
            await session.close()


Side = Theirs | Ours


def words_of(town: str, number: str) -> str:
    """Return the words of a red report at an address of its own."""
    return f"{town}大道{number}号，有人往门口泼汽油，拿着打火机说要点火"
