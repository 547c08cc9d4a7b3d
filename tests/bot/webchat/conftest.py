"""A web chat on each database, with the people who sit in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels import webchat
from domain.duty import Person, Role
from storage.live import LocalLive
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING
from tests.page import TOWNS, Client, decode


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """Give an empty store on each database."""
    opened = Store(database, keyring=KEYRING)
    yield opened
    opened.close()


@pytest.fixture
def live() -> LocalLive:
    """Give wake-ups within this process."""
    return LocalLive()


@pytest.fixture
def people(store: Store) -> dict[str, Person]:
    """Seat a grid worker, two officers of one town, an outsider and the district officer."""

    def seat(uow: UnitOfWork) -> dict[str, Person]:
        webchat.prepare_rooms(uow, TOWNS)
        seated = {
            "小陈": uow.people.add(name="小陈", role=Role.GRID_WORKER, town="大石街道"),
            "李明": uow.people.add(name="李明", role=Role.TOWN_OFFICER, town="大石街道"),
            "阿玲": uow.people.add(name="阿玲", role=Role.TOWN_OFFICER, town="大石街道"),
            "外人": uow.people.add(name="外人", role=Role.TOWN_OFFICER, town="洛浦街道"),
            "周敏": uow.people.add(name="周敏", role=Role.DISTRICT_OFFICER, town=None),
        }
        for person in seated.values():
            webchat.prepare_seat(uow, person)
        return seated

    return store.write(seat)


@pytest.fixture
async def client(
    store: Store, live: LocalLive, people: dict[str, Person], tmp_path: Path
) -> AsyncIterator[Client]:
    """Serve the web chat; the header Seat says who asks."""

    def who(request: web.Request) -> Callable[[UnitOfWork], tuple[Person, ...]] | None:
        names = request.headers.get("Seat", "").split()
        seated = tuple(people[name] for name in map(decode, names) if name in people)
        return (lambda _: seated) if seated else None

    closing = asyncio.Event()
    app = web.Application()
    app.add_routes(
        webchat.routes(
            store=store, live=live, who=who, files=tmp_path / "files", closing=closing.is_set
        )
    )
    client = TestClient(TestServer(app))
    await client.start_server()
    yield client
    closing.set()
    await client.close()
