"""Sending to Telegram: what is shown, and each row of the table of errors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.channels.telegram import Account, Telegram, open_account
from bot.channels.telegram.channel import SEVERAL
from bot.channels.telegram.faults import MARGIN, STOPPED_FOR
from domain.channel import Button, Location, OutgoingMessage, Span, Style, plain
from domain.errors import AddressMoved, MessageGone, Refused, RetryLater
from tests.fakes import PushedClock
from tests.telegram_server import TOKEN, TelegramServer
from tests.telegram_world import Room, User

ODD = '<b>&amp;"1 < 2"</b> 😀'


async def test_markup_in_words_is_shown_as_it_was_written(
    telegram: Telegram, private: Room
) -> None:
    """Every value is escaped; styles become Telegram's own, buttons a keyboard."""
    message = OutgoingMessage(
        body=(Span(ODD, Style.STRONG), Span("\n"), Span("要跳楼", Style.MARK), Span(ODD)),
        buttons=((Button("接收", "a:1:take"), Button("移交", "a:1:give")), (Button("误报", "x"),)),
        rings=False,
    )
    message_id = await telegram.send(str(private.id), message, key="k")
    shown = private.messages[int(message_id)]
    assert shown["text"] == message.plain_text
    assert [one["type"] for one in shown["entities"]] == ["bold", "underline"]
    assert private.labels(shown) == ["接收", "移交", "误报"]
    assert shown["has_protected_content"]
    assert shown["silent"]


async def test_a_message_that_rings_rings(telegram: Telegram, private: Room) -> None:
    """What is urgent makes the phone sound, and replies to what it belongs to."""
    first = await telegram.send(str(private.id), plain("第一条"), key="k")
    again = OutgoingMessage(body=(Span("第二条"),), reply_to=first)
    second = private.messages[int(await telegram.send(str(private.id), again, key="k2"))]
    assert "silent" not in second
    assert second["reply_to_message"]["text"] == "第一条"


async def test_a_pin_becomes_a_location(telegram: Telegram, private: Room) -> None:
    """A bare place is a location, one with a name a venue."""
    pin = OutgoingMessage(body=(Span("x"),), pin=Location(22.99, 113.33))
    await telegram.send(str(private.id), pin, key="k")
    named = OutgoingMessage(body=(Span("x"),), pin=Location(22.99, 113.33, "大石桥"))
    await telegram.send(str(private.id), named, key="k2")
    bare, venue = private.of_bot
    assert bare["location"] == {"latitude": 22.99, "longitude": 113.33}
    assert venue["venue"]["title"] == "大石桥"


async def test_what_is_too_long_is_clipped_with_a_way_to_the_rest(
    telegram: Telegram, private: Room
) -> None:
    """The beginning stands there, with 查看详情; counted as Telegram counts."""
    details = Button("查看详情", "a:1:detail")
    message = OutgoingMessage(body=(Span("开头", Style.STRONG), Span("😀" * 3000)), details=details)
    message_id = await telegram.send(str(private.id), message, key="k")
    shown = private.messages[int(message_id)]
    assert shown["text"].startswith("开头😀")
    assert "查看详情" in shown["text"]
    assert private.labels(shown) == ["查看详情"]
    short = OutgoingMessage(body=(Span("短的"),), details=details)
    other = await telegram.send(str(private.id), short, key="k2")
    assert private.labels(private.messages[int(other)]) == []


async def test_429_holds_the_chat_for_as_long_as_it_says(
    telegram: Telegram, server: TelegramServer, private: Room, clock: PushedClock
) -> None:
    """It is no failure; the others go on."""
    server.fail(429, "Too Many Requests: retry after 7", retry_after=7)
    with pytest.raises(RetryLater) as later:
        await telegram.send(str(private.id), plain("急"), key="k")
    assert later.value.not_before == clock.now + timedelta(seconds=7) + MARGIN
    assert not later.value.whole_channel
    assert not later.value.may_have_arrived


async def test_429_in_several_chats_holds_the_whole_channel(
    telegram: Telegram, server: TelegramServer, clock: PushedClock
) -> None:
    """One after the other within seconds is the whole bot; long apart it is not."""
    people = [server.world.user(f"人{number}") for number in range(SEVERAL + 1)]
    server.fail(429, "Too Many Requests: retry after 3", retry_after=3, times=9)
    held = []
    for user in people[:SEVERAL]:
        with pytest.raises(RetryLater) as later:
            await telegram.send(str(user.id), plain("急"), key="k")
        held.append(later.value.whole_channel)
    assert held == [False] * (SEVERAL - 1) + [True]
    clock.push(timedelta(minutes=1))
    with pytest.raises(RetryLater) as later:
        await telegram.send(str(people[-1].id), plain("急"), key="k")
    assert not later.value.whole_channel


async def test_a_group_that_migrated_has_a_new_address(
    telegram: Telegram, server: TelegramServer, chen: User
) -> None:
    """The error says where it went."""
    old = server.world.group("大石值班", chen, kind="group")
    old.bot = "member"
    new = server.world.migrates(old, told=False)
    with pytest.raises(AddressMoved) as moved:
        await telegram.send(str(old.id), plain("急"), key="k")
    assert moved.value.new_chat == str(new.id)


@pytest.mark.parametrize("how", ["blocked", "never started", "kicked"])
async def test_forbidden_switches_the_address_off(
    telegram: Telegram, server: TelegramServer, chen: User, group: Room, how: str
) -> None:
    """Blocked, never started, kicked out of the group."""
    chat = chen.id
    if how == "blocked":
        chen.blocked = True
    elif how == "kicked":
        group.bot, chat = "kicked", group.id
    else:
        chat = server.world.user("没来过的人").id
    with pytest.raises(Refused) as refused:
        await telegram.send(str(chat), plain("急"), key="k")
    assert refused.value.address_is_dead


async def test_a_wrong_token_stops_the_channel_and_is_told(
    server: TelegramServer, private: Room, clock: PushedClock
) -> None:
    """Everything waits, and somebody hears of it another way."""
    told: list[str] = []
    account: Account = open_account("7:AAwrong", base_url=server.base_url)
    channel = Telegram(account.bot, clock, token_refused=lambda: told.append("told"))
    with pytest.raises(RetryLater) as later:
        await channel.send(str(private.id), plain("急"), key="k")
    assert later.value.whole_channel
    assert later.value.not_before == clock.now + STOPPED_FOR
    assert told == ["told"]
    await account.close()


async def test_conflict_is_tried_again(
    telegram: Telegram, server: TelegramServer, private: Room
) -> None:
    """409 is about receiving; what is to be sent comes again."""
    server.fail(409, "Conflict: terminated by other getUpdates request")
    with pytest.raises(RetryLater):
        await telegram.send(str(private.id), plain("急"), key="k")


async def test_cannot_parse_is_sent_plain(
    telegram: Telegram, server: TelegramServer, private: Room
) -> None:
    """The words arrive, only their style is lost."""
    server.fail(400, "Bad Request: can't parse entities: Unsupported start tag", times=1)
    await telegram.send(str(private.id), OutgoingMessage(body=(Span(ODD, Style.STRONG),)), key="k")
    assert private.last()["text"] == ODD
    assert private.last()["entities"] == [] if "entities" in private.last() else True


async def test_too_long_is_sent_shorter(
    telegram: Telegram, server: TelegramServer, private: Room
) -> None:
    """Should Telegram count otherwise than we do, less of it arrives rather than nothing."""
    server.fail(400, "Bad Request: message is too long")
    await telegram.send(str(private.id), plain("字" * 1000), key="k")
    assert private.last()["text"].startswith("字" * 400)


async def test_not_modified_is_success(telegram: Telegram, private: Room) -> None:
    """An edit that was made already, or is made twice, is done."""
    message_id = await telegram.send(str(private.id), plain("一样"), key="k")
    await telegram.edit(str(private.id), message_id, plain("一样"), key="e")
    await telegram.edit(str(private.id), message_id, plain("两样"), key="e2")
    assert private.last()["text"] == "两样"


async def test_an_edit_of_a_message_that_is_gone_sends_anew(
    telegram: Telegram, private: Room
) -> None:
    """The dispatcher is told, and sends it by itself."""
    with pytest.raises(MessageGone):
        await telegram.edit(str(private.id), "99", plain("改"), key="e")


@pytest.mark.parametrize(
    ("words", "is_dead"),
    [
        ("Bad Request: chat not found", True),
        ("Bad Request: not enough rights to send text messages to the chat", True),
        ("Bad Request: BUTTON_DATA_INVALID", False),
    ],
)
async def test_other_bad_requests_are_refused(
    telegram: Telegram,
    server: TelegramServer,
    private: Room,
    words: str,
    is_dead: bool,  # noqa: FBT001
) -> None:
    """Another way is taken; the address goes off when it is the chat's fault."""
    server.fail(400, words)
    with pytest.raises(Refused) as refused:
        await telegram.send(str(private.id), plain("急"), key="k")
    assert refused.value.address_is_dead == is_dead


async def test_a_lost_answer_may_have_arrived(
    telegram: Telegram, server: TelegramServer, private: Room
) -> None:
    """The line broke after the server had it; it is tried again, and known to be perhaps double."""
    server.drop(method="sendMessage")
    with pytest.raises(RetryLater) as later:
        await telegram.send(str(private.id), plain("到了没有"), key="k")
    assert later.value.may_have_arrived
    assert private.last("到了没有")


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_in_trouble_is_tried_again(
    telegram: Telegram, server: TelegramServer, private: Room, status: int
) -> None:
    """5xx: back off, again."""
    server.fail(status, "Bad Gateway")
    with pytest.raises(RetryLater) as later:
        await telegram.send(str(private.id), plain("急"), key="k")
    assert not later.value.may_have_arrived
    assert later.value.not_before is None


async def test_a_server_that_is_away_is_tried_again(
    telegram: Telegram, server: TelegramServer, private: Room
) -> None:
    """Refused connections never arrived."""
    await server.stop()
    with pytest.raises(RetryLater) as later:
        await telegram.send(str(private.id), plain("急"), key="k")
    assert not later.value.may_have_arrived


async def test_a_press_is_answered_and_a_late_answer_is_no_fault(
    telegram: Telegram, server: TelegramServer, private: Room
) -> None:
    """Short enough for Telegram; a press that is too old is done with."""
    await telegram.answer_press(str(private.id), "4000000001", "长" * 300, key="k")
    assert len(server.world.answers["4000000001"]) == 200
    await telegram.answer_press(str(private.id), "too-old", "好", key="k2")


def test_limits_are_telegrams(telegram: Telegram, private: Room, group: Room) -> None:
    """30/s in all, 1/s a chat, 20/min a group."""
    of_private, of_group = telegram.limits(str(private.id)), telegram.limits(str(group.id))
    assert of_private is not None
    assert of_group is not None
    assert of_private.channel is not None
    assert of_private.channel.count <= 30
    assert [rate.per for rate in of_private.chat] == [timedelta(seconds=1.1)]
    assert [(rate.count, rate.per.total_seconds()) for rate in of_group.chat] == [
        (1, 1.1), (19, 60.0)
    ]  # fmt: skip


async def test_the_token_is_nowhere_in_an_error(
    telegram: Telegram, server: TelegramServer, private: Room
) -> None:
    """What becomes a row, and is shown to people, names no address."""
    server.drop(method="sendMessage", after=False)
    with pytest.raises(RetryLater) as later:
        await telegram.send(str(private.id), plain("急"), key="k")
    assert TOKEN not in str(later.value)
    assert TOKEN not in later.value.reason
