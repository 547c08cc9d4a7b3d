"""Receiving by webhook: only from Telegram, stored first, answered then, once."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator

import aiohttp
import pytest
import sqlalchemy as sa
from aiohttp import web

from bot.channels.telegram import (
    HOOK,
    Account,
    Receiving,
    Telegram,
    Watch,
    hook_routes,
)
from bot.channels.telegram.hook import HEADER, LARGEST_BODY
from bot.channels.telegram.naming import hook_secret
from bot.channels.telegram.receiving import LOOK_EVERY_SECONDS
from domain.channel import Address
from domain.duty import Scope
from storage.live import LocalLive
from storage.store import Store
from storage.tables import notices
from tests.bot.telegram.conftest import stored
from tests.telegram_server import TOKEN, TelegramServer
from tests.telegram_world import User

PATIENCE = 30.0


@pytest.fixture
async def hook(store: Store) -> AsyncIterator[str]:
    """Give the address of a web process that Telegram can post to."""
    app = web.Application()
    app.router.add_routes(hook_routes(TOKEN, store=store, live=LocalLive()))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_webhook_takes_what_telegram_posts(
    hook: str, server: TelegramServer, account: Account, store: Store, chen: User
) -> None:
    """Set by us with its secret; what fails at first is delivered again, and stored once."""
    channel = Telegram(account.bot, store.clock)
    receiving = Receiving(account, channel, store, LocalLive(), TOKEN, public_url=hook)
    await receiving.keep_webhook(Watch(store, LocalLive()))
    assert server.webhook["url"] == hook + HOOK
    assert server.webhook["secret_token"] == hook_secret(TOKEN)
    server.world.says(chen, "楼上有人喊")
    server.world.put("not JSON at all")
    server.world.says(chen, "下来了")
    async with asyncio.timeout(PATIENCE):
        await server.until(lambda: not server.world.updates)
    first, odd, last = stored(store)
    assert (first, last) == ("m:1", "m:2")
    assert odd.startswith("u:")


@pytest.mark.parametrize("secret", ["", "wrong", "错"])
async def test_who_does_not_know_the_secret_learns_nothing(
    hook: str, store: Store, secret: str
) -> None:
    """404, as if there were no such page, and nothing is stored."""
    headers = {HEADER: secret.encode().decode("latin-1")}
    async with (
        aiohttp.ClientSession() as session,
        session.post(hook + HOOK, data=b"{}", headers=headers) as response,
    ):
        assert response.status == 404
    assert stored(store) == []


async def test_a_body_too_large_is_refused(hook: str, store: Store) -> None:
    """Nobody fills the memory, not even with the secret."""
    headers = {HEADER: hook_secret(TOKEN)}
    body = io.BytesIO(b"x" * (LARGEST_BODY + 1))
    async with (
        aiohttp.ClientSession() as session,
        session.post(hook + HOOK, data=body, headers=headers) as response,
    ):
        assert response.status == 413
    assert stored(store) == []


async def test_a_webhook_that_fails_is_told_and_set_anew(
    account: Account, server: TelegramServer, store: Store, chen: User
) -> None:
    """Telegram's own word for it, asked every few minutes: pending, and the last error."""
    room = Address("wire", "room")
    store.write(
        lambda uow: uow.groups.bind(room, scope=Scope.DISTRICT, town=None, title="区值班群")
    )
    channel = Telegram(account.bot, store.clock)
    public_url = "http://127.0.0.1:9"
    receiving = Receiving(account, channel, store, LocalLive(), TOKEN, public_url=public_url)
    watch = Watch(store, LocalLive())
    await receiving.keep_webhook(watch)
    query = sa.select(notices.c.chat)
    assert not store.read(lambda uow: uow.connection.scalars(query).all())
    server.world.says(chen, "楼上有人喊")
    async with asyncio.timeout(PATIENCE):
        await server.until(lambda: server.webhook.get("last_error_date"))
    await receiving.keep_webhook(watch)
    assert store.read(lambda uow: uow.connection.scalars(query).all()) == ["room"]
    assert len(server.made("setWebhook")) == 2
    assert 60 <= LOOK_EVERY_SECONDS <= 300
