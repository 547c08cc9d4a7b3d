"""Receiving by long poll and by webhook: stored first, confirmed then, once."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterator

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
    open_account,
)
from bot.channels.telegram.faults import STOPPED_FOR
from bot.channels.telegram.hook import HEADER, LARGEST_BODY
from bot.channels.telegram.intake import look
from bot.channels.telegram.intake import store as keep
from bot.channels.telegram.naming import hook_secret
from bot.channels.telegram.polling import HELD_FOR, Poller
from bot.channels.telegram.watch import DARK_AFTER
from domain.channel import Address
from domain.duty import Scope
from storage.live import LocalLive
from storage.store import Store
from storage.tables import inbox, notices
from storage.unit_of_work import UnitOfWork
from tests.fakes import PushedClock
from tests.keys import KEYRING
from tests.telegram_server import TOKEN, TelegramServer
from tests.telegram_world import User

PATIENCE = 30.0


@pytest.fixture
def store(database: str, clock: PushedClock) -> Iterator[Store]:
    """Give a store on each engine."""
    made = Store(database, keyring=KEYRING, clock=clock, connections=4)
    yield made
    made.close()


@pytest.fixture
def poller(account: Account, store: Store) -> Poller:
    """Give a poller that does nothing by itself."""
    live = LocalLive()
    return Poller(account, store, live, Watch(store, live))


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


def stored(store: Store) -> list[str]:
    """Return the keys in the inbox, in order."""
    query = sa.select(inbox.c.message_key).order_by(inbox.c.id)
    return list(store.read(lambda uow: uow.connection.scalars(query).all()))


async def test_an_update_is_confirmed_only_once_it_is_stored(
    poller: Poller,
    server: TelegramServer,
    store: Store,
    chen: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While the store fails, the same update comes again; then it is behind the offset."""
    server.world.says(chen, "楼上有人喊")
    with monkeypatch.context() as patched:
        patched.setattr("bot.channels.telegram.polling.store", _fail)
        with pytest.raises(RuntimeError):
            await poller.fetch(seconds=0)
    assert len(server.world.updates) == 1
    assert await poller.fetch(seconds=0) == 1
    assert stored(store) == ["m:1"]
    assert await poller.fetch(seconds=0) == 0
    assert server.world.updates == []


def _fail(*_: object) -> int:
    raise RuntimeError


async def test_what_was_stored_and_not_confirmed_is_stored_once(
    account: Account, server: TelegramServer, store: Store, chen: User
) -> None:
    """A process that was killed before the offset moved: the next one gets it again."""
    server.world.says(chen, "楼上有人喊")
    for _ in range(3):
        live = LocalLive()
        await Poller(account, store, live, Watch(store, live)).fetch(seconds=0)
    assert stored(store) == ["m:1"]


async def test_one_bad_update_holds_up_no_other(
    poller: Poller, server: TelegramServer, store: Store, chen: User
) -> None:
    """Nested too deep for any parser, and between two good ones."""
    server.world.says(chen, "前")
    server.world.put('{"update_id": UPDATE_ID, "message": ' + "[" * 20_000 + "]" * 20_000 + "}")
    server.world.says(chen, "后")
    assert await poller.fetch(seconds=0) == 3
    first, odd, last = stored(store)
    assert (first, last) == ("m:1", "m:2")
    assert odd.startswith("u:")
    assert await poller.fetch(seconds=0) == 0


async def test_one_process_polls_and_another_waits(
    account: Account, store: Store, clock: PushedClock
) -> None:
    """The second takes over when the first has not come for a while, or has let go."""
    first, second = (Poller(account, store, LocalLive(), Watch(store, LocalLive())) for _ in "12")
    assert store.write(first._hold)
    assert not store.write(second._hold)
    clock.push(HELD_FOR)
    assert store.write(first._hold)
    assert not store.write(second._hold)
    clock.push(HELD_FOR)
    assert store.write(second._hold)
    assert not store.write(first._hold)
    store.write(lambda uow: uow.audit.let_go("telegram.poller", second._holder))
    assert store.write(first._hold)


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


async def test_silence_is_told_on_another_way_once_an_hour(
    store: Store, clock: PushedClock
) -> None:
    """Only once it has lasted, and never on the channel that is silent."""
    wire, own = Address("wire", "room"), Address("telegram", "-100")

    def bind(uow: UnitOfWork) -> None:
        for address in (wire, own):
            uow.groups.bind(address, scope=Scope.DISTRICT, town=None, title="区值班群")

    store.write(bind)
    watch = Watch(store, LocalLive())
    await watch.begin()
    assert await watch.look() == 0
    clock.push(DARK_AFTER)
    assert await watch.look() == 1
    await watch.look()
    query = sa.select(notices.c.channel)
    assert store.read(lambda uow: uow.connection.scalars(query).all()) == ["wire"]
    store.write(watch.heard)
    assert await watch.look() == 0


def test_raw_updates_stand_in_the_inbox_as_they_came(store: Store) -> None:
    """Half a character and NUL are written as Telegram wrote them."""
    raw = json.dumps({"update_id": 3, "message": {"text": "\ud83d\x00"}})
    store.write(lambda uow: keep(uow, "7", [look(raw)]))
    query = sa.select(inbox.c.raw)
    assert store.read(lambda uow: uow.connection.scalar(query)) == raw


async def test_a_webhook_that_somebody_set_is_taken_back(
    poller: Poller, server: TelegramServer, account: Account, store: Store, chen: User
) -> None:
    """While one stands, polling is told 409; what waits is not dropped."""
    await account.bot.set_webhook("http://127.0.0.1:9/elsewhere")
    server.world.says(chen, "楼上有人喊")
    assert await poller._round() > 0
    assert server.webhook == {"last_error_date": 0, "last_error_message": ""}
    assert await poller._round() == 0
    assert stored(store) == ["m:1"]


async def test_a_refused_token_rests_the_poller_and_is_told(
    server: TelegramServer, store: Store
) -> None:
    """On the other channels, once; the bot asks again only after minutes."""
    room = Address("wire", "room")
    store.write(
        lambda uow: uow.groups.bind(room, scope=Scope.DISTRICT, town=None, title="区值班群")
    )
    account = open_account("9:AAwrong", base_url=server.base_url)
    poller = Poller(account, store, LocalLive(), Watch(store, LocalLive()))
    for _ in range(2):
        assert await poller._round() == STOPPED_FOR.total_seconds()
    await account.close()
    query = sa.select(notices.c.chat, notices.c.state)
    assert store.read(lambda uow: uow.connection.execute(query).all()) == [("room", "due")]


async def test_a_server_in_trouble_is_asked_later_and_later(
    poller: Poller, server: TelegramServer, store: Store, chen: User
) -> None:
    """5xx, a line that is cut, a pause that is asked for; then it goes on as before."""
    server.world.says(chen, "楼上有人喊")
    server.fail(502, "Bad Gateway", method="getUpdates", times=2)
    first, second = await poller._round(), await poller._round()
    assert 0 < first < second
    server.fail(429, "Too Many Requests: retry after 9", method="getUpdates", retry_after=9)
    assert await poller._round() == 9
    server.drop(method="getUpdates")
    assert await poller._round() > 0
    assert stored(store) == []
    assert await poller._round() == 0
    assert stored(store) == ["m:1"]


async def test_the_commands_are_told_by_scope(account: Account, server: TelegramServer) -> None:
    """In Chinese, with those that are for private chats there only."""
    assert await account.prepare() == "huxin_test_bot"
    names = {
        scope: [one["command"] for one in commands] for scope, commands in server.commands.items()
    }
    assert names["all_private_chats"] == ["report", "status", "duty", "help", "mine", "cancel"]
    assert names["all_group_chats"] == ["report", "status", "duty", "help"]
