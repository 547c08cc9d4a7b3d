"""Pages that look at the same moment share one read, and each gets its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bot.channels.webchat import Webchat, prepare_rooms
from bot.channels.webchat.looking import PAGES_AT_ONCE, Asked, Found, Looking
from bot.channels.webchat.rooms import DISTRICT_ROOM
from domain.channel import plain
from storage.live import LocalLive
from storage.sealing import CannotOpen
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING
from tests.page import GROUP, TOWNS


class AwayError(Exception):
    """What a store that is away says."""


class Counted(Store):
    """A store that counts what is read of it, or cannot be read."""

    reads = 0
    away = False
    begun: threading.Event | None = None

    go_on: threading.Event

    def read(self, work: Any) -> Any:
        """Read, or fail."""
        self.reads += 1
        if self.away:
            raise AwayError
        found = super().read(work)
        if self.begun is not None and self.reads == 1:
            self.begun.set()
            self.go_on.wait(20)
        return found


@pytest.fixture
def counted(store: Store) -> Iterator[Counted]:
    """Return the test's store, counting."""
    counting = Counted(store.url, keyring=KEYRING, clock=store.clock)
    yield counting
    counting.close()


def texts(found: Found) -> list[str]:
    """Return the words of what a page found."""
    return [event.body["body"][0][0] for event in found.events]


async def fill(store: Store, live: LocalLive) -> None:
    """Write three messages into one room and one into another."""
    store.write(lambda uow: prepare_rooms(uow, TOWNS))
    channel = Webchat(store, live)
    for number in range(3):
        await channel.send(GROUP, plain(f"镇{number}"), key=f"n{number}")
    await channel.send(DISTRICT_ROOM, plain("区"), key="district")


async def test_pages_that_look_together_cost_one_read(
    counted: Counted, store: Store, live: LocalLive
) -> None:
    """Each has seen something else, and gets what follows that."""
    await fill(store, live)
    looking = Looking(counted)
    pages = [Asked((GROUP,), {GROUP: number % 4}) for number in range(40)]
    pages.append(Asked((DISTRICT_ROOM, GROUP), {DISTRICT_ROOM: 0, GROUP: 2}))
    found = await asyncio.gather(*map(looking.new, pages))
    words = ["镇0", "镇1", "镇2"]
    assert [texts(one) for one in found[:40]] == [words[number % 4 :] for number in range(40)]
    assert texts(found[40]) == ["区", "镇2"]
    assert counted.reads == 1
    assert await looking.new(Asked((GROUP,), {GROUP: 3})) == Found({}, [])


async def test_who_asks_while_one_reads_is_told_what_came_before_they_asked(
    counted: Counted, store: Store, live: LocalLive
) -> None:
    """The read under way may have begun before that; both who come meanwhile share the next."""
    await fill(store, live)
    looking, page = Looking(counted), Asked((GROUP,), {GROUP: 2})
    counted.begun, counted.go_on = threading.Event(), threading.Event()
    first = asyncio.create_task(looking.new(page))
    assert await asyncio.to_thread(counted.begun.wait, 20)
    await Webchat(store, live).send(GROUP, plain("镇3"), key="n3")
    late = [asyncio.create_task(looking.new(page)) for _ in range(2)]
    await asyncio.sleep(0)
    counted.go_on.set()
    assert texts(await first) == ["镇2"]
    assert [texts(await one) for one in late] == [["镇2", "镇3"]] * 2
    assert counted.reads == 2


async def test_what_cannot_be_read_for_one_page_stops_no_other(
    counted: Counted, store: Store, live: LocalLive
) -> None:
    """An event of one room was changed behind our back and cannot be opened."""
    await fill(store, live)

    def spoil(uow: UnitOfWork) -> None:
        spoilt = "UPDATE webchat_events SET body = 'x' WHERE chat = 'district'"
        uow.connection.exec_driver_sql(spoilt)

    store.write(spoil)
    pages = [Asked((chat,), {chat: 0}) for chat in (GROUP, DISTRICT_ROOM, GROUP)]
    found = await asyncio.gather(*map(Looking(counted).new, pages), return_exceptions=True)
    assert isinstance(found[1], CannotOpen)
    assert [len(found[place].events) for place in (0, 2)] == [3, 3]  # type: ignore[union-attr]


async def test_more_than_a_read_takes_are_read_in_turn(
    counted: Counted, store: Store, live: LocalLive
) -> None:
    """None is left out."""
    await fill(store, live)
    page = Asked((GROUP,), {GROUP: 2})
    found = await asyncio.gather(*map(Looking(counted).new, [page] * (2 * PAGES_AT_ONCE + 1)))
    assert {tuple(texts(one)) for one in found} == {("镇2",)}
    assert counted.reads <= 4


async def test_each_hears_that_the_store_is_away_and_the_next_look_is_new(
    counted: Counted, store: Store, live: LocalLive
) -> None:
    """An error is every page's own; it is not kept."""
    await fill(store, live)
    looking, page = Looking(counted), Asked((GROUP,), {GROUP: 2})
    counted.away = True
    told = await asyncio.gather(*map(looking.new, [page] * 3), return_exceptions=True)
    assert [type(one) for one in told] == [AwayError] * 3
    counted.away = False
    assert texts(await looking.new(page)) == ["镇2"]


async def test_a_page_that_leaves_takes_nobody_along(
    counted: Counted, store: Store, live: LocalLive
) -> None:
    """Of two that look together one is closed."""
    await fill(store, live)
    looking, page = Looking(counted), Asked((GROUP,), {GROUP: 2})
    leaving, staying = (asyncio.create_task(looking.new(page)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert texts(await staying) == ["镇2"]
    assert leaving.cancelled()


async def test_a_chat_that_is_not_there_and_a_cursor_of_another_past(
    counted: Counted, store: Store, live: LocalLive
) -> None:
    """Nothing comes of the one; the other begins again."""
    await fill(store, live)
    found = await Looking(counted).new(Asked((GROUP, "town:没有"), {GROUP: 99}))
    assert found.begins == {GROUP: 0}
    assert len(found.events) == 3
