"""A real `huxin run` whose Telegram is the emulator, and what people see there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench._running import RunningOffice, free_port
from bot import enrolment
from domain.duty import Role
from storage.store import Store
from tests.telegram_server import TOKEN, TelegramServer
from tests.telegram_world import Json, Room, User, World

PATIENCE = 30.0  # a machine at work on other things
INVITE_LASTS = timedelta(days=7)


@dataclass
class TelegramOffice:
    """The office's process, the emulator, and the people; ``beside``: its other processes."""

    process: RunningOffice
    server: TelegramServer
    beside: tuple[RunningOffice, ...] = ()

    @property
    def world(self) -> World:
        """Everybody and every chat."""
        return self.server.world

    async def sees(self, where: Room | User, *words: str) -> Json:
        """Wait until the bot's message with these words stands in a chat."""
        room = self.world.private(where) if isinstance(where, User) else where
        found: list[Json] = []

        def there() -> bool:
            found[:] = [
                one for one in room.of_bot if all(word in one.get("text", "") for word in words)
            ]
            return bool(found)

        try:
            async with asyncio.timeout(PATIENCE):
                await self.server.until(there)
        except TimeoutError:
            texts = "\n---\n".join(one.get("text", "?") for one in room.of_bot)
            raise AssertionError(f"{room.title} has nothing with {words}:\n{texts}") from None
        return found[-1]

    async def becomes(self, message: Json, *words: str) -> Json:
        """Wait until a message that stands in a chat was edited to hold these words."""
        room = self.world.rooms[message["chat"]["id"]]

        def holds() -> bool:
            text = room.messages[message["message_id"]]["text"]
            return all(word in text for word in words)

        async with asyncio.timeout(PATIENCE):
            await self.server.until(holds)
        return room.messages[message["message_id"]]

    async def presses(self, who: User, message: Json, label: str = "", *, data: str = "") -> str:
        """Let somebody press a button; returns the answer that they alone read."""
        query = self.world.presses(who, message, label, data=data)
        answers = self.world.answers
        async with asyncio.timeout(PATIENCE):
            await self.server.until(lambda: query in answers)
        return answers[query]

    def codes(self, *wanted: tuple[Role, str | None, str]) -> list[str]:
        """Return a new invite code for each (role, town, name)."""
        store = Store(f"sqlite:///{self.process.database}", keyring=self.process.keyring)
        try:
            return [
                store.write(
                    lambda uow, one=one: enrolment.invite(  # type: ignore[misc]
                        uow, lasts=INVITE_LASTS, role=one[0], town=one[1], name=one[2]
                    )
                ).code
                for one in wanted
            ]
        finally:
            store.close()

    async def stops(self) -> list[int]:
        """Ask every process to end; returns their exit codes."""
        return [await one.stop() for one in (*self.beside, self.process)]

    async def enrols(self, **people: tuple[Role, str | None, str]) -> list[User]:
        """Let people open the deep link of their code, and be greeted."""
        users = []
        for code, (_, _, name) in zip(self.codes(*people.values()), people.values(), strict=True):
            user = self.world.user(name)
            self.world.says(user, f"/start {code}")
            users.append(user)
        for user in users:
            await self.sees(user, f"{user.name}，登记好了")
        return users


@asynccontextmanager
async def telegram_office(
    folder: Path,
    mode: str,
    *,
    server: TelegramServer | None = None,
    parts: tuple[str, ...] = ("run",),
    reads_little: bool = False,
    **more: str,
) -> AsyncIterator[TelegramOffice]:
    """Run an office that receives by ``mode``, each of ``parts`` as a process of its own.

    With ``reads_little`` it has a handful of rules, and is there in a fraction of the time.
    ``more`` are further settings.
    """
    emulator = server or TelegramServer()
    if server is None:
        await emulator.start()
    port = free_port()
    own = settings(emulator, mode, port) | (READS_LITTLE if reads_little else {}) | more
    first, *beside = (RunningOffice(folder, port=port, more=own, part=part) for part in parts)
    try:
        await first.start()
        await asyncio.gather(*(one.start() for one in beside))
        yield TelegramOffice(first, emulator, tuple(beside))
    finally:
        for process in (first, *beside):
            await process.kill()
        if server is None:
            await emulator.stop()


READS_LITTLE = {
    "HUXIN_RULES__FOLDER": str(Path(__file__).parent / "few_rules"),
    "HUXIN_SECOND_READER__ENABLED": "false",
}


def settings(server: TelegramServer, mode: str, port: int) -> dict[str, Any]:
    """Return all that points an office at the emulator."""
    own = {
        "HUXIN_CHANNELS__TELEGRAM__BASE_URL": server.base_url,
        "HUXIN_CHANNELS__TELEGRAM__TOKEN": TOKEN,
    }
    if mode == "webhook":
        own["HUXIN_CHANNELS__TELEGRAM__MODE"] = "webhook"
        own["HUXIN_WEB__PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    return own
