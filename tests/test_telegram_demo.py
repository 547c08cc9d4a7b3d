"""The page of `make telegram-demo`: speak as anybody, press as anybody, see every chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.telegram_demo import page_routes
from tests.telegram_server import TelegramServer


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """Give the emulator with the page."""
    made = TelegramServer()
    made.pages = page_routes(made)
    await made.start()
    yield made
    await made.stop()


async def test_what_is_said_on_the_page_is_an_update_and_stands_in_its_chat(
    server: TelegramServer,
) -> None:
    """Words, a photo with words, a reply; a press is answered with what the bot said."""
    world = server.world
    chen = world.user("陈小燕")
    room = world.group("大石值班", chen)
    room.bot = "administrator"
    card = world.bot_says(room, None)
    card |= {
        "text": "预警",
        "reply_markup": {"inline_keyboard": [[{"text": "接收", "callback_data": "a:1:take"}]]},
    }
    page = f"http://127.0.0.1:{server.port}"
    said = {"user": chen.id, "room": room.id, "text": "在路上", "reply_to": card["message_id"]}
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{page}/") as answer:
            assert "试用" in await answer.text()
        await session.post(f"{page}/say", json=said)
        await session.post(f"{page}/say", json={**said, "photo": True})
        async with session.get(f"{page}/world") as answer:
            (_, shown) = (await answer.json())["rooms"]
        assert [one["text"] for one in shown["messages"]] == ["预警", "在路上", "[photo] 在路上"]
        assert shown["messages"][0]["rows"][0][0]["text"] == "接收"
        assert len(world.updates) == 2
        pressed = {"user": chen.id, "room": room.id, "message": 1, "data": "a:1:take"}
        press = asyncio.create_task(session.post(f"{page}/press", json=pressed))
        api = f"{server.base_url}{server.token}"
        asked = {"timeout": 10, "offset": world.updates[-1][0] + 1}
        async with session.post(f"{api}/getUpdates", json=asked) as answer:
            (update,) = (await answer.json())["result"]
        query = update["callback_query"]["id"]
        answered = {"callback_query_id": query, "text": "由您接收"}
        await session.post(f"{api}/answerCallbackQuery", json=answered)
        async with await press as answer:
            assert await answer.json() == {"answer": "由您接收"}
