"""The emulated Bot API, and the channel that speaks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from bot.channels.telegram import Account, Telegram, open_account
from storage.store import Store
from storage.tables import inbox
from tests.fakes import PushedClock
from tests.keys import KEYRING
from tests.telegram_server import TOKEN, TelegramServer
from tests.telegram_world import Room, User

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """Give a server that listens."""
    made = TelegramServer()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def account(server: TelegramServer) -> AsyncIterator[Account]:
    """Give the bot's account at the emulator."""
    made = open_account(TOKEN, base_url=server.base_url)
    yield made
    await made.close()


@pytest.fixture
def clock() -> PushedClock:
    """Give a clock that stands still."""
    return PushedClock(NOW)


@pytest.fixture
def store(database: str, clock: PushedClock) -> Iterator[Store]:
    """Give a store on each engine."""
    made = Store(database, keyring=KEYRING, clock=clock, connections=4)
    yield made
    made.close()


@pytest.fixture
def telegram(account: Account, clock: PushedClock) -> Telegram:
    """Give the channel."""
    return Telegram(account.bot, clock)


@pytest.fixture
def chen(server: TelegramServer) -> User:
    """Give somebody who has started the bot."""
    user = server.world.user("陈小燕")
    user.started = True
    return user


@pytest.fixture
def private(server: TelegramServer, chen: User) -> Room:
    """Give their chat."""
    return server.world.private(chen)


@pytest.fixture
def group(server: TelegramServer, chen: User) -> Room:
    """Give a group with the bot in it."""
    room = server.world.group("大石值班", chen)
    room.bot = "member"
    return room


def stored(store: Store) -> list[str]:
    """Return the keys in the inbox, in order."""
    query = sa.select(inbox.c.message_key).order_by(inbox.c.id)
    return list(store.read(lambda uow: uow.connection.scalars(query).all()))
