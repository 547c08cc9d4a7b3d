"""Hostile and odd input: answered in words, nothing lost, nothing broken."""

from __future__ import annotations

import io
import json

import pytest

from bot.channels import webchat
from bot.channels.webchat.bodies import LONGEST_TEXT
from domain.duty import Person
from storage.store import Store
from tests.page import Client, as_, chat_events, frames, inbox, message


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
