"""The web chat as the reader and the dispatcher see it."""

from __future__ import annotations

import json

import pytest

from bot.channels import webchat
from domain.channel import (
    Address,
    Button,
    ButtonPress,
    ChatKind,
    IncomingMessage,
    OutgoingMessage,
    Span,
    Style,
    Unreadable,
    plain,
)
from domain.duty import Person
from domain.errors import MessageGone, Refused
from storage.live import LocalLive
from storage.store import Store
from tests.page import GROUP, Client, as_, chat_events, frames, inbox, message


async def test_a_notice_sent_again_is_shown_once(
    client: Client, store: Store, live: LocalLive
) -> None:
    """The dispatcher's retry after a lost record gives the same message id and no second one."""
    channel = webchat.Webchat(store, live)
    first = await channel.send(GROUP, plain("预警"), key="n1")
    assert await channel.send(GROUP, plain("预警"), key="n1") == first
    assert await channel.send(GROUP, plain("预警"), key="n2") != first
    assert len(store.read(lambda uow: uow.webchat.events(GROUP, after=0))) == 2


async def test_an_edit_keeps_its_message_and_an_edit_of_nothing_says_so(
    client: Client, store: Store, live: LocalLive
) -> None:
    """An edit is a new event under the old id; MessageGone lets the dispatcher send anew."""
    channel = webchat.Webchat(store, live)
    shown = await channel.send(GROUP, plain("待接收"), key="n1")
    styled = OutgoingMessage(body=(Span("李明已接收", Style.STRONG),), level="red")
    await channel.edit(GROUP, shown, styled, key="n2")
    await channel.edit(GROUP, shown, styled, key="n2")
    events = store.read(lambda uow: uow.webchat.events(GROUP, after=0))
    assert [(event.kind, event.message_id) for event in events] == [
        ("message", shown),
        ("edit", shown),
    ]
    assert events[1].body["body"] == [["李明已接收", "strong"]]
    with pytest.raises(MessageGone):
        await channel.edit(GROUP, "w.none", styled, key="n3")


async def test_a_chat_that_is_not_there_is_a_dead_address(store: Store, live: LocalLive) -> None:
    """The dispatcher then takes another way and asks no more."""
    with pytest.raises(Refused) as refused:
        await webchat.Webchat(store, live).send("p:999", plain("喂"), key="n1")
    assert refused.value.address_is_dead


@pytest.mark.parametrize("raw", ["", "[]", "{}", '{"kind":"press"}', "not json", "null"])
def test_what_does_not_parse_is_set_aside_with_a_reason(
    raw: str, store: Store, live: LocalLive
) -> None:
    """An odd row never raises."""
    assert isinstance(webchat.Webchat(store, live).parse(raw), Unreadable)


async def test_what_was_stored_is_what_the_desk_hears(
    client: Client, store: Store, live: LocalLive, people: dict[str, Person]
) -> None:
    """The raw message parses to the words, the sender, the place and what it answers."""
    posted = message(
        GROUP,
        "收到",
        reply_to="w.0123",
        location={"latitude": 23.0, "longitude": 113.3, "title": "大石村口"},
    )
    async with client.post("/api/chat/messages", json=posted, headers=as_("李明")) as answer:
        assert answer.status == 202
    ((_, raw),) = inbox(store)
    heard = webchat.Webchat(store, live).parse(json.dumps(raw))
    assert isinstance(heard, IncomingMessage)
    assert heard.address == Address("webchat", GROUP)
    assert heard.chat_kind is ChatKind.GROUP
    assert heard.sender.id == webchat.private_chat(people["李明"].id)
    assert (heard.text, heard.reply_to, heard.edit) == ("收到", "w.0123", 0)
    assert heard.location is not None
    assert heard.location.title == "大石村口"


async def test_a_press_reaches_the_inbox_and_its_answer_only_the_presser(
    client: Client, store: Store, live: LocalLive, people: dict[str, Person]
) -> None:
    """In a room of two officers the toast comes to the one who pressed."""
    channel = webchat.Webchat(store, live)
    shown = await channel.send(GROUP, plain("预警", (Button("接收", "a:1:take"),)), key="n1")
    press = {"chat": GROUP, "press_id": "p1", "message_id": shown, "data": "a:1:take"}
    async with client.post("/api/chat/presses", json=press, headers=as_("李明")) as answer:
        assert answer.status == 202
    ((_, raw),) = inbox(store)
    heard = channel.parse(json.dumps(raw))
    assert isinstance(heard, ButtonPress)
    assert (heard.message_id, heard.data) == (shown, "a:1:take")
    await channel.answer_press(GROUP, heard.press_id, "已由您接收", key="n2")
    for name, toasts in (("李明", ["已由您接收"]), ("阿玲", [])):
        async with client.get("/api/chat/events", headers=as_(name)) as response:
            found = chat_events(await frames(response))
        assert [event["text"] for event in found if event["kind"] == "toast"] == toasts
