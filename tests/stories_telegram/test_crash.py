"""`kill -9` with updates pending: each becomes one report, by polling and by webhook."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from bench.telegram_bot import settled, towns, write
from domain.duty import Role
from tests.telegram_office import PATIENCE, telegram_office
from tests.telegram_world import User, World

PENDING = 60
ANSWERED = 10


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_kill_loses_nothing_and_doubles_nothing(tmp_path: Path, mode: str) -> None:
    """Killed between the first receipts and the last of sixty updates; the next start goes on."""
    async with telegram_office(tmp_path, mode, reads_little=True) as office:
        wanted = {f"p{n}": (Role.GRID_WORKER, towns()[0], f"网格员{n}") for n in range(10)}
        people = await office.enrols(**wanted)
        await office.process.kill()
        said = write(office, people, 0, PENDING)
        await office.process.spawn()
        async with asyncio.timeout(PATIENCE):
            await office.server.until(lambda: receipts(office.world, people) >= ANSWERED)
        await office.process.kill()
        assert receipts(office.world, people) < PENDING
        await office.process.start()
        assert await settled(office, said) == Counter(said)


def receipts(world: World, people: list[User]) -> int:
    """Count the receipts that people have."""
    said = (one.get("text", "") for user in people for one in world.private(user).of_bot)
    return sum(text.startswith("已收到，编号") for text in said)
