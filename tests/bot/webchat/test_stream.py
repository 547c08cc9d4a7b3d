"""Live events: nothing missed, nothing twice, nothing that is not one's own."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from bot.channels import webchat
from bot.channels.webchat.looking import AT_ONCE, HISTORY
from domain.channel import (
    plain,
)
from domain.duty import Person
from storage.live import LocalLive
from storage.store import Store
from tests.page import GROUP, Client, as_, chat_events, frames, message


async def test_an_outsiders_stream_holds_only_their_own_chats(
    client: Client, store: Store, live: LocalLive
) -> None:
    """Asking for a cursor of a foreign chat gives nothing of it either."""
    await webchat.Webchat(store, live).send(GROUP, plain("预警"), key="n1")
    after = urlencode({"after": urlencode({GROUP: 0})})
    async with client.get(f"/api/chat/events?{after}", headers=as_("外人")) as response:
        found = await frames(response)
    assert chat_events(found) == []
    rooms = [room["chat"] for seat in found[0][2] for room in seat["chats"]]
    assert GROUP not in rooms


async def test_a_lost_connection_goes_on_exactly_where_it_was(
    client: Client, store: Store, live: LocalLive, people: dict[str, Person]
) -> None:
    """Cut after each event in turn, resumed by its id: nothing missed, nothing twice."""
    channel = webchat.Webchat(store, live)
    private = webchat.private_chat(people["李明"].id)
    for number in range(6):
        await channel.send((GROUP, private)[number % 2], plain(f"第{number}条"), key=f"n{number}")
    seen: list[str] = []
    cursor = ""
    for _ in range(6):
        headers = as_("李明") | ({"Last-Event-ID": cursor} if cursor else {})
        async with client.get("/api/chat/events", headers=headers) as response:
            found = await frames(response, until="chat")
        _, cursor, content = found[-1]
        seen.append(content["body"][0][0])
    assert sorted(seen) == [f"第{number}条" for number in range(6)]
    headers = as_("李明") | {"Last-Event-ID": cursor}
    async with client.get("/api/chat/events", headers=headers) as response:
        assert chat_events(await frames(response)) == []


async def test_answers_to_others_presses_hold_nothing_up(
    client: Client, store: Store, live: LocalLive, people: dict[str, Person]
) -> None:
    """Many toasts for a colleague stand before a message: it comes all the same, at once."""
    channel = webchat.Webchat(store, live)
    colleague = webchat.private_chat(people["阿玲"].id)
    for number in range(2 * AT_ONCE):
        await channel.answer_press(GROUP, f"{colleague}.{number}", "已由别人接收", key=f"t{number}")
    await channel.send(GROUP, plain("预警"), key="n1")
    async with client.get("/api/chat/events", headers=as_("李明")) as response:
        found = await frames(response)
    assert [name for name, _, _ in found] == ["seats", "chat", "ready"]


async def test_a_page_that_watches_hears_at_once_and_in_order(
    client: Client, store: Store, live: LocalLive
) -> None:
    """Events that come while a stream is open follow its history."""
    channel = webchat.Webchat(store, live)
    async with client.get("/api/chat/events", headers=as_("李明")) as response:
        await frames(response)
        for number in range(120):
            await channel.send(GROUP, plain(str(number)), key=f"n{number}")
        heard: list[str] = []
        while len(heard) < 120:
            found = await frames(response, until="chat")
            heard += [event["body"][0][0] for event in chat_events(found)]
    assert heard == [str(number) for number in range(120)]


async def test_what_another_process_wrote_is_found_without_a_hint(
    client: Client, store: Store
) -> None:
    """A lost wake-up costs a second, no event."""
    other_process = webchat.Webchat(store, LocalLive())
    async with client.get("/api/chat/events", headers=as_("李明")) as response:
        await frames(response)
        await other_process.send(GROUP, plain("预警"), key="n1")
        assert chat_events(await frames(response, until="chat"))


async def test_a_stream_ends_when_the_database_goes_away(client: Client, store: Store) -> None:
    """It does not hang with a second answer in it: the page comes back by itself."""
    async with client.get("/api/chat/events", headers=as_("李明")) as response:
        await frames(response)
        with store.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE webchat_chats RENAME TO away"))
        async with asyncio.timeout(20):
            assert b"error" not in await response.content.read()


async def test_a_first_visit_gets_the_last_of_a_long_history(
    client: Client, store: Store, live: LocalLive
) -> None:
    """The newest events come, in order, and no more than a page can use."""
    channel = webchat.Webchat(store, live)
    for number in range(HISTORY + 5):
        await channel.send(GROUP, plain(str(number)), key=f"n{number}")
    async with client.get("/api/chat/events", headers=as_("李明")) as response:
        found = chat_events(await frames(response))
    assert [event["body"][0][0] for event in found] == [str(n) for n in range(5, HISTORY + 5)]


async def test_what_was_said_earlier_is_given_page_by_page(
    client: Client, store: Store, live: LocalLive
) -> None:
    """The events before a number, in order; to an outsider there is no such chat."""
    channel = webchat.Webchat(store, live)
    for number in range(5):
        await channel.send(GROUP, plain(str(number)), key=f"n{number}")
    for before, numbers in (
        ("4", [1, 2, 3]),
        ("1", []),
        ("", []),
        ("x", []),
        ("9" * 40, [1, 2, 3, 4, 5]),
    ):
        path = f"/api/chat/history?{urlencode({'chat': GROUP, 'before': before})}"
        async with client.get(path, headers=as_("李明")) as answer:
            assert [event["number"] for event in await answer.json()] == numbers
        async with client.get(path, headers=as_("外人")) as answer:
            assert answer.status == 404


async def test_a_cursor_from_before_a_restored_backup_begins_anew(
    client: Client, store: Store, live: LocalLive
) -> None:
    """A number that the chat has not reached yet hides nothing."""
    await webchat.Webchat(store, live).send(GROUP, plain("预警"), key="n1")
    headers = as_("李明") | {"Last-Event-ID": urlencode({GROUP: 900})}
    async with client.get("/api/chat/events", headers=headers) as response:
        assert len(chat_events(await frames(response))) == 1


@pytest.mark.parametrize("cursor", ["x", "%", "a=b&c", "=1", "&" * 500, "town=" + "9" * 40, "一"])
async def test_a_cursor_that_makes_no_sense_is_no_cursor(
    client: Client, store: Store, live: LocalLive, cursor: str
) -> None:
    """Nothing breaks; the history comes."""
    await webchat.Webchat(store, live).send(GROUP, plain("预警"), key="n1")
    path = f"/api/chat/events?{urlencode({'after': cursor})}"
    async with client.get(path, headers=as_("李明")) as response:
        assert len(chat_events(await frames(response))) == 1


async def test_the_demo_reads_several_seats_through_one_connection(
    client: Client, store: Store, live: LocalLive, people: dict[str, Person]
) -> None:
    """One room that two of them share comes once; a post needs exactly one seat."""
    await webchat.Webchat(store, live).send(GROUP, plain("预警"), key="n1")
    async with client.get("/api/chat/events", headers=as_("小陈", "李明", "阿玲")) as response:
        found = await frames(response)
    assert len(chat_events(found)) == 1
    assert [seat["name"] for seat in found[0][2]] == ["小陈", "李明", "阿玲"]
    async with client.post(
        "/api/chat/messages", json=message(GROUP), headers=as_("李明", "阿玲")
    ) as answer:
        assert answer.status == 401
