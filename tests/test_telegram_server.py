"""The emulator of the Bot API answers as the real server does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from tests.telegram_server import TOKEN, TelegramServer


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """Give a server that listens."""
    made = TelegramServer()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    """Give PTB's bot, signed in at the emulator."""
    made = Bot(TOKEN, base_url=server.base_url)
    async with made:
        yield made


async def test_ptb_signs_in_and_a_wrong_token_does_not(bot: Bot, server: TelegramServer) -> None:
    """GetMe names the bot; another token is told 401."""
    assert (await bot.get_me()).username == "huxin_test_bot"
    with pytest.raises(InvalidToken):
        async with Bot("1:wrong", base_url=server.base_url):
            pass


async def test_an_update_comes_until_the_offset_confirms_it(
    bot: Bot, server: TelegramServer
) -> None:
    """Asked again without an offset it comes again; behind the offset it is gone."""
    chen = server.world.user("陈小燕")
    server.world.says(chen, "您好")
    first = (await bot.get_updates())[0]
    assert (await bot.get_updates())[0].update_id == first.update_id
    assert await bot.get_updates(offset=first.update_id + 1) == ()


async def test_a_long_poll_ends_when_something_is_said(bot: Bot, server: TelegramServer) -> None:
    """It waits, and answers at once when there is something."""
    chen = server.world.user("陈小燕")
    waiting = asyncio.create_task(bot.get_updates(timeout=30))
    await server.polled.wait()
    server.world.says(chen, "楼上有人喊")
    async with asyncio.timeout(10):
        assert (await waiting)[0].message is not None


async def test_a_second_poller_ends_the_first_with_409(bot: Bot, server: TelegramServer) -> None:
    """Two that poll one bot are told so."""
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await server.polled.wait()
    async with Bot(TOKEN, base_url=server.base_url) as second:
        assert await second.get_updates(timeout=0) == ()
    with pytest.raises(Conflict):
        await first


async def test_privacy_mode_hides_what_is_not_for_the_bot(bot: Bot, server: TelegramServer) -> None:
    """In a group: commands and replies to the bot; with privacy off, everything."""
    world = server.world
    chen = world.user("陈小燕")
    group = world.group("大石网格群", chen)
    world.adds_bot(chen, group)
    sent = await bot.send_message(group.id, "我在")
    world.says(chen, "随便说说", where=group)
    world.says(chen, "/help", where=group)
    world.says(chen, "/help@other_bot", where=group)
    world.says(chen, "回你", where=group, reply_to=sent.message_id)
    heard = [one.message.text for one in await bot.get_updates() if one.message]
    assert heard == ["/help", "回你"]
    world.privacy = False
    world.says(chen, "随便说说", where=group)
    assert (await bot.get_updates())[-1].message.text == "随便说说"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<b>粗", "can't parse entities"),
        ("<script>x</script>", "can't parse entities"),
        ("1 < 2", "can't parse entities"),
        ("字" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
        ("  ", "message text is empty"),
    ],
)
async def test_html_and_length_are_strict(
    bot: Bot, server: TelegramServer, text: str, words: str
) -> None:
    """What the real server refuses is refused, lengths in UTF-16 units after the markup."""
    chen = server.world.user("陈小燕")
    server.world.says(chen, "/start")
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(chen.id, text, parse_mode="HTML")
    assert words.lower() in str(refused.value).lower()
    whole = await bot.send_message(chen.id, f"<b>{'字' * 4095}</b>&lt;", parse_mode="HTML")
    assert whole.text is not None
    assert len(whole.text) == 4096


async def test_kinds_of_refusal(bot: Bot, server: TelegramServer) -> None:
    """Never started, unknown chat, too long a button, a message that is not there, unchanged."""
    chen = server.world.user("陈小燕")
    with pytest.raises(Forbidden):
        await bot.send_message(chen.id, "您好")
    server.world.says(chen, "/start")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("按", callback_data="字" * 22)]])
    with pytest.raises(BadRequest):
        await bot.send_message(chen.id, "您好", reply_markup=keyboard)
    with pytest.raises(BadRequest, match="not found"):
        await bot.send_message(-1001, "您好")
    with pytest.raises(BadRequest, match="to edit not found"):
        await bot.edit_message_text("您好", chen.id, 99)
    sent = await bot.send_message(chen.id, "您好")
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("您好", chen.id, sent.message_id)


async def test_a_lost_answer_was_delivered(bot: Bot, server: TelegramServer) -> None:
    """The message stands there, and the bot hears an error of the network."""
    chen = server.world.user("陈小燕")
    server.world.says(chen, "/start")
    server.drop(method="sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(chen.id, "到了没有")
    assert server.world.private(chen).last("到了没有")


async def test_paces_are_kept_where_asked(
    bot: Bot, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second message to one chat at once is told to wait."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    server.limited = True
    chen = server.world.user("陈小燕")
    server.world.says(chen, "/start")
    await bot.send_message(chen.id, "一")
    with pytest.raises(RetryAfter):
        await bot.send_message(chen.id, "二")
