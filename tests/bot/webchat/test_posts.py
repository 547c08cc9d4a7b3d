"""What a browser posts: stored before it is answered, once, and only from who sits there."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from bot.channels import webchat
from domain.duty import Person
from storage.live import INBOX, LocalLive
from storage.store import Store
from tests.page import GROUP, PNG, Client, as_, inbox, message


async def test_a_post_is_in_the_inbox_and_the_transcript_before_it_is_answered(
    client: Client, store: Store, people: dict[str, Person]
) -> None:
    """202 means that the words are on disk, for the reader and for the sender's own eyes."""
    chat = webchat.private_chat(people["小陈"].id)
    async with client.post("/api/chat/messages", json=message(chat), headers=as_("小陈")) as answer:
        assert answer.status == 202
    (event,) = store.read(lambda uow: uow.webchat.events(chat, after=0))
    assert (event.message_id, event.author, event.body["body"]) == (
        "m1",
        chat,
        [["有人要跳楼", "plain"]],
    )
    ((key, raw),) = inbox(store)
    assert key == "m:m1:0"
    assert (raw["text"], raw["sender"], raw["name"]) == ("有人要跳楼", chat, "小陈")


async def test_the_same_post_twice_is_answered_alike_and_stored_once(
    client: Client, store: Store, people: dict[str, Person]
) -> None:
    """A page that lost the answer posts again; nobody reads it twice."""
    chat = webchat.private_chat(people["小陈"].id)
    for _ in range(3):
        async with client.post(
            "/api/chat/messages", json=message(chat), headers=as_("小陈")
        ) as answer:
            assert answer.status == 202
    assert len(inbox(store)) == 1
    assert len(store.read(lambda uow: uow.webchat.events(chat, after=0))) == 1


async def test_two_officers_may_press_at_once(client: Client, store: Store) -> None:
    """Presses with the same id by different people are two presses."""
    press = {"chat": GROUP, "press_id": "p1", "message_id": "w.1", "data": "a:1:take"}
    for name in ("李明", "阿玲"):
        async with client.post("/api/chat/presses", json=press, headers=as_(name)) as answer:
            assert answer.status == 202
    assert len(inbox(store)) == 2


@pytest.mark.parametrize(
    ("name", "chat"),
    [
        ("外人", GROUP),
        ("小陈", GROUP),
        ("李明", webchat.DISTRICT_ROOM),
        ("外人", "p:1"),
        ("周敏", "town:没有这个镇"),
    ],
)
async def test_an_outsider_learns_nothing(
    client: Client, store: Store, name: str, chat: str
) -> None:
    """A chat of others and one that does not exist are answered alike, and nothing is stored."""
    press = {"chat": chat, "press_id": "p1", "message_id": "w.1", "data": "a:1:take"}
    sentences = set()
    for path, posted in (
        ("/api/chat/messages", message(chat)),
        ("/api/chat/presses", press),
        ("/api/chat/messages", message("town:没有")),
    ):
        async with client.post(path, json=posted, headers=as_(name)) as answer:
            assert answer.status == 404
            sentences.add((await answer.json())["error"])
    async with client.post(
        f"/api/chat/files?{urlencode({'chat': chat})}", data=PNG, headers=as_(name)
    ) as answer:
        assert answer.status == 404
    assert len(sentences) == 1
    assert inbox(store) == []


async def test_nobody_without_a_seat_gets_in(client: Client) -> None:
    """Every route but a photo's says to enter first; a photo is not there."""
    for path in ("/api/chat/messages", "/api/chat/presses", "/api/chat/files"):
        async with client.post(path, json=message(GROUP)) as answer:
            assert answer.status == 401
    async with client.get("/api/chat/events") as answer:
        assert answer.status == 401
    async with client.get("/api/chat/files/x.png") as answer:
        assert answer.status == 404


async def test_a_correction_is_an_edit_of_ones_own_words(
    client: Client, store: Store, people: dict[str, Person]
) -> None:
    """An edit needs its first wording; nobody takes over somebody else's message id."""
    async with client.post(
        "/api/chat/messages", json=message(GROUP, "改", edit=1), headers=as_("李明")
    ) as answer:
        assert answer.status == 404
    for edit, text in enumerate(("先说", "再说")):
        async with client.post(
            "/api/chat/messages", json=message(GROUP, text, edit=edit), headers=as_("李明")
        ) as answer:
            assert answer.status == 202
    for edit in (0, 2):
        async with client.post(
            "/api/chat/messages", json=message(GROUP, "冒充", edit=edit), headers=as_("阿玲")
        ) as answer:
            assert answer.status == 409
    assert [key for key, _ in inbox(store)] == ["m:m1:0", "m:m1:1"]
    events = store.read(lambda uow: uow.webchat.events(GROUP, after=0))
    assert [event.kind for event in events] == ["message", "edit"]


async def test_a_post_wakes_the_reader(
    client: Client, live: LocalLive, people: dict[str, Person]
) -> None:
    """The hint comes after the commit, so the reader need not wait for its next look."""
    with live.listen(INBOX) as listener:
        chat = webchat.private_chat(people["小陈"].id)
        async with client.post(
            "/api/chat/messages", json=message(chat), headers=as_("小陈")
        ) as answer:
            assert answer.status == 202
        assert await listener.wait(5)


async def test_a_store_that_is_away_is_answered_kindly(
    client: Client, store: Store, people: dict[str, Person]
) -> None:
    """503 and a sentence that names 110: the page keeps the words and tries again."""
    with store.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("DROP TABLE webchat_events")
    chat = webchat.private_chat(people["小陈"].id)
    async with client.post("/api/chat/messages", json=message(chat), headers=as_("小陈")) as answer:
        assert answer.status == 503
        assert "110" in (await answer.json())["error"]
