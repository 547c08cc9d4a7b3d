"""The web chat as a channel and as HTTP: stored before answered, live without gaps."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels import webchat
from bot.channels.webchat.bodies import LONGEST_TEXT
from bot.channels.webchat.photos import LARGEST_PHOTO
from bot.channels.webchat.stream import HISTORY
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
from domain.duty import Person, Role, Scope
from domain.errors import MessageGone, Refused
from storage.inbox import InboxOutcome, InboxRow
from storage.live import INBOX, LocalLive
from storage.store import Store
from storage.unit_of_work import UnitOfWork

TOWNS = ("大石街道", "洛浦街道")
GROUP = webchat.town_room("大石街道")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
Client = TestClient[web.Request, web.Application]


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """Give an empty store on each database."""
    opened = Store(database)
    yield opened
    opened.close()


@pytest.fixture
def live() -> LocalLive:
    """Give wake-ups within this process."""
    return LocalLive()


@pytest.fixture
def people(store: Store) -> dict[str, Person]:
    """Seat a grid worker, two officers of one town, an outsider and the district officer."""

    def seat(uow: UnitOfWork) -> dict[str, Person]:
        webchat.prepare_rooms(uow, TOWNS)
        seated = {
            "小陈": uow.people.add(name="小陈", role=Role.GRID_WORKER, town="大石街道"),
            "李明": uow.people.add(name="李明", role=Role.TOWN_OFFICER, town="大石街道"),
            "阿玲": uow.people.add(name="阿玲", role=Role.TOWN_OFFICER, town="大石街道"),
            "外人": uow.people.add(name="外人", role=Role.TOWN_OFFICER, town="洛浦街道"),
            "周敏": uow.people.add(name="周敏", role=Role.DISTRICT_OFFICER, town=None),
        }
        for person in seated.values():
            webchat.prepare_seat(uow, person)
        return seated

    return store.write(seat)


@pytest.fixture
async def client(
    store: Store, live: LocalLive, people: dict[str, Person], tmp_path: Path
) -> AsyncIterator[Client]:
    """Serve the web chat; the header Seat says who asks."""

    async def who(request: web.Request) -> tuple[Person, ...]:
        names = request.headers.get("Seat", "").split()
        return tuple(people[name] for name in map(_decode, names) if name in people)

    closing = asyncio.Event()
    app = web.Application()
    app.add_routes(
        webchat.routes(
            store=store, live=live, who=who, files=tmp_path / "files", closing=closing.is_set
        )
    )
    client = TestClient(TestServer(app))
    await client.start_server()
    yield client
    closing.set()
    await client.close()


def _decode(name: str) -> str:
    return bytes.fromhex(name).decode()


def as_(*names: str) -> dict[str, str]:
    """Return the header that says who asks."""
    return {"Seat": " ".join(name.encode().hex() for name in names)}


def message(chat: str, text: str = "有人要跳楼", **more: Any) -> dict[str, Any]:
    """Return what a page posts."""
    return {"chat": chat, "message_id": "m1", "text": text, **more}


def inbox(store: Store) -> list[tuple[str, dict[str, Any]]]:
    """Return every raw message as (key, content), by leasing until nothing is left."""
    found: list[tuple[str, dict[str, Any]]] = []

    def take(uow: UnitOfWork) -> list[InboxRow]:
        rows = uow.inbox.lease(limit=100, lease=timedelta(minutes=1))
        for row in rows:
            uow.inbox.finish(row.id, InboxOutcome.NOTICE, fence=row.fence)
        return list(rows)

    while rows := store.write(take):
        found += [(row.message_key, json.loads(row.raw)) for row in rows]
    return found


async def frames(response: ClientResponse, until: str = "ready") -> list[tuple[str, str, Any]]:
    """Read server-sent events up to one named ``until``, as (name, id, content)."""
    found: list[tuple[str, str, Any]] = []
    fields: dict[str, str] = {}
    async with asyncio.timeout(10):
        async for line in response.content:
            text = line.decode().rstrip("\n")
            if text:
                name, _, value = text.partition(": ")
                fields[name] = value
                continue
            if "event" in fields:
                found.append((fields["event"], fields.get("id", ""), json.loads(fields["data"])))
                if fields["event"] == until:
                    return found
            fields = {}
    return found


def chat_events(found: list[tuple[str, str, Any]]) -> list[Any]:
    """Return the contents of the events of chats."""
    return [content for name, _, content in found if name == "chat"]


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


async def test_two_officers_may_press_at_once(client: Client, store: Store) -> None:
    """Presses with the same id by different people are two presses."""
    press = {"chat": GROUP, "press_id": "p1", "message_id": "w.1", "data": "a:1:take"}
    for name in ("李明", "阿玲"):
        async with client.post("/api/chat/presses", json=press, headers=as_(name)) as answer:
            assert answer.status == 202
    assert len(inbox(store)) == 2


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


async def test_nobody_without_a_seat_gets_in(client: Client) -> None:
    """Every route but a photo's says to enter first; a photo is not there."""
    for path in ("/api/chat/messages", "/api/chat/presses", "/api/chat/files"):
        async with client.post(path, json=message(GROUP)) as answer:
            assert answer.status == 401
    async with client.get("/api/chat/events") as answer:
        assert answer.status == 401
    async with client.get("/api/chat/files/x.png") as answer:
        assert answer.status == 404


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


async def test_100_000_characters_pass_whole_and_one_more_is_declined_in_words(
    client: Client, store: Store, people: dict[str, Person]
) -> None:
    """The limit counts characters; what is over it is never cut."""
    chat = webchat.private_chat(people["小陈"].id)
    whole = "😀危" * (LONGEST_TEXT // 2)
    body = io.BytesIO(json.dumps(message(chat, whole)).encode())
    async with client.post("/api/chat/messages", data=body, headers=as_("小陈")) as answer:
        assert answer.status == 202
    assert inbox(store)[0][1]["text"] == whole
    for text in (whole + "。", "多" * 3_000_000):
        body = io.BytesIO(json.dumps(message(chat, text), ensure_ascii=False).encode())
        async with client.post("/api/chat/messages", data=body, headers=as_("小陈")) as answer:
            assert answer.status == 413
            assert "太长" in (await answer.json())["error"]
    assert inbox(store) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("😀😀", "😀😀"),
        ("<script>alert(1)</script> **x** [a](b)", "<script>alert(1)</script> **x** [a](b)"),
        ("'; DROP TABLE reports; --", "'; DROP TABLE reports; --"),
        ("左\u202e右\u200b零宽\ufeff", "左\u202e右\u200b零宽\ufeff"),
        ("响铃\x07退格\x08换行\r\n制表\t", "响铃\x07退格\x08换行\r\n制表\t"),
        ("空\x00字节", "空\ufffd字节"),
        ("半个\ud83d代理", "半个\ufffd代理"),
    ],
)
async def test_odd_texts_are_kept_as_they_came(
    client: Client, store: Store, people: dict[str, Person], text: str, kept: str
) -> None:
    """Only what no database takes is replaced, one character for one."""
    chat = webchat.private_chat(people["小陈"].id)
    body = json.dumps(message(chat, text)).encode()
    async with client.post("/api/chat/messages", data=body, headers=as_("小陈")) as answer:
        assert answer.status == 202
    assert inbox(store)[0][1]["text"] == kept
    async with client.get("/api/chat/events", headers=as_("小陈")) as response:
        (event,) = chat_events(await frames(response))
    assert event["body"][0][0] == kept


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"chat":"p:1"}',
        b'{"chat":1,"message_id":"m1"}',
        b'{"chat":"p:1","message_id":"w.0123","text":"x"}',
        '{"chat":"p:1","message_id":"编号","text":"x"}'.encode(),
        b'{"chat":"p:1","message_id":"m1","text":"x","edit":-1}',
        b'{"chat":"p:1","message_id":"m1","location":{"latitude":NaN,"longitude":1}}',
        b'{"chat":"p:1","message_id":"m1","attachments":[{"file_id":"../../etc/passwd"}]}',
        b'{"chat":"p:1","message_id":"m1","text":"x","text":5}',
    ],
)
async def test_a_body_that_makes_no_sense_is_declined_in_words(
    client: Client, store: Store, body: bytes
) -> None:
    """400 and a sentence; nothing stored, nothing broken."""
    async with client.post("/api/chat/messages", data=body, headers=as_("小陈")) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]
    assert inbox(store) == []


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


async def test_a_photo_without_a_word_is_a_message(
    client: Client, store: Store, people: dict[str, Person]
) -> None:
    """Sent ahead, named in the message, shown to those who read the chat and to nobody else."""
    chat = webchat.private_chat(people["小陈"].id)
    path = f"/api/chat/files?{urlencode({'chat': chat})}"
    async with client.post(path, data=PNG, headers=as_("小陈")) as answer:
        assert answer.status == 201
        file_id = (await answer.json())["file_id"]
    posted = message(chat, "", attachments=[{"file_id": file_id, "name": "楼顶.png"}])
    async with client.post("/api/chat/messages", json=posted, headers=as_("小陈")) as answer:
        assert answer.status == 202
    ((_, raw),) = inbox(store)
    assert raw["attachments"] == [{"kind": "photo", "file_id": file_id, "name": "楼顶.png"}]
    shown = f"/api/chat/files/{file_id}?{urlencode({'chat': chat})}"
    async with client.get(shown, headers=as_("小陈")) as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert await answer.read() == PNG
    for name, other in (("李明", chat), ("李明", GROUP)):
        path = f"/api/chat/files/{file_id}?{urlencode({'chat': other})}"
        async with client.get(path, headers=as_(name)) as answer:
            assert answer.status == 404


async def test_only_pictures_within_the_limit_are_taken(
    client: Client, people: dict[str, Person], tmp_path: Path
) -> None:
    """A page, a script and too many bytes are declined and leave nothing behind."""
    chat = webchat.private_chat(people["小陈"].id)
    path = f"/api/chat/files?{urlencode({'chat': chat})}"
    for content, status in (
        (b"<svg onload=alert(1)>", 415),
        (b"", 415),
        (PNG + bytes(LARGEST_PHOTO), 413),
    ):
        async with client.post(path, data=io.BytesIO(content), headers=as_("小陈")) as answer:
            assert answer.status == status
            assert (await answer.json())["error"]
    assert not (tmp_path / "files").exists()
    posted = message(chat, "", attachments=[{"file_id": f"{'a' * 24}.png"}])
    async with client.post("/api/chat/messages", json=posted, headers=as_("小陈")) as answer:
        assert answer.status == 400


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


def test_every_town_has_a_duty_room_from_the_start(store: Store, people: dict[str, Person]) -> None:
    """Rooms are bound as duty groups, once, however often the office starts."""
    store.write(lambda uow: webchat.prepare_rooms(uow, TOWNS))
    for town in TOWNS:
        groups = store.read(lambda uow, town=town: uow.groups.of(Scope.TOWN, town))  # type: ignore[misc]
        assert [group.chat for group in groups] == [webchat.town_room(town)]
    (district,) = store.read(lambda uow: uow.groups.of(Scope.DISTRICT))
    assert district.chat == webchat.DISTRICT_ROOM


@pytest.mark.parametrize(
    ("role", "town", "rooms"),
    [
        (Role.GRID_WORKER, "大石街道", ["p:7"]),
        (Role.TOWN_OFFICER, "大石街道", [GROUP, "p:7"]),
        (Role.DISTRICT_OFFICER, None, ["district", "p:7"]),
        (Role.LEADER, None, ["district", "p:7"]),
        (Role.CLERK, None, ["p:7"]),
        (Role.AUDITOR, None, ["p:7"]),
    ],
)
def test_who_sits_in_which_room(role: Role, town: str | None, rooms: list[str]) -> None:
    """A person's role and town say it, and nothing else."""
    person = Person(id=7, name="某人", role=role, town=town)
    assert [room.chat for room in webchat.rooms_of(person)] == rooms
