"""Receiving by long poll: stored first, confirmed then, once."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import sqlalchemy as sa

from bot.channels.telegram import (
    ANSWERED,
    HEARD,
    UPDATE,
    Account,
    Telegram,
    Watch,
    open_account,
)
from bot.channels.telegram.faults import STOPPED_FOR
from bot.channels.telegram.intake import look
from bot.channels.telegram.intake import store as keep
from bot.channels.telegram.polling import (
    CONFLICTS_WITHIN,
    HELD_FOR,
    SEVERAL_CONFLICTS,
    Poller,
)
from bot.channels.telegram.watch import DARK_AFTER, MARK_EVERY
from domain.channel import Address, plain
from domain.duty import Scope
from domain.errors import RetryLater
from storage.live import LocalLive
from storage.store import Store
from storage.tables import inbox, notices
from storage.unit_of_work import UnitOfWork
from tests.bot.telegram.conftest import stored
from tests.fakes import PushedClock
from tests.telegram_server import TelegramServer
from tests.telegram_world import User

PATIENCE = 30.0


@pytest.fixture
def poller(account: Account, store: Store) -> Poller:
    """Give a poller that does nothing by itself."""
    live = LocalLive()
    return Poller(account, store, live, Watch(store, live))


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


async def test_marks_say_when_telegram_was_reached_and_when_something_came(
    poller: Poller, server: TelegramServer, store: Store, clock: PushedClock, chen: User
) -> None:
    """An empty poll is a sign of life and no update; a call that went well is one of its own."""

    def marks() -> list[datetime | None]:
        return store.read(
            lambda uow: [uow.audit.last_beat(mark) for mark in (HEARD, UPDATE, ANSWERED)]
        )

    start = clock.now
    await poller.fetch(seconds=0)
    assert marks() == [start, None, None]
    clock.push(MARK_EVERY)
    server.world.says(chen, "楼上有人喊")
    await poller.fetch(seconds=0)
    assert marks() == [start + MARK_EVERY, start + MARK_EVERY, None]
    watch = poller.watch
    channel = Telegram(poller.account.bot, clock, answered=watch.note_answered)
    await channel.send(str(chen.id), plain("在"), key="k")
    store.write(lambda _: None)  # behind the mark
    server.fail(502, "Bad Gateway")
    clock.push(MARK_EVERY)
    with pytest.raises(RetryLater):
        await channel.send(str(chen.id), plain("在"), key="k")
    assert marks()[2] == start + MARK_EVERY


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


async def test_who_else_uses_the_bot_is_told_once_it_goes_on(
    poller: Poller, server: TelegramServer, store: Store, chen: User, clock: PushedClock
) -> None:
    """One conflict is our own last process; several within minutes are somebody else's."""
    room = Address("wire", "room")
    store.write(
        lambda uow: uow.groups.bind(room, scope=Scope.DISTRICT, town=None, title="区值班群")
    )
    query = sa.select(notices.c.chat)
    words = "Conflict: terminated by other getUpdates request"
    for number in range(SEVERAL_CONFLICTS):
        assert not store.read(lambda uow: uow.connection.scalars(query).all()), number
        server.fail(409, words, method="getUpdates")
        assert await poller._round() > 0
    assert store.read(lambda uow: uow.connection.scalars(query).all()) == ["room"]
    clock.push(CONFLICTS_WITHIN)
    server.fail(409, words, method="getUpdates")
    await poller._round()
    assert len(poller._conflicts) == 1
    server.world.says(chen, "楼上有人喊")
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
