"""What the page of the web chat posts and reads, without a browser."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from bot.channels import webchat
from storage.inbox import InboxOutcome, InboxRow
from storage.store import Store
from storage.unit_of_work import UnitOfWork

TOWNS = ("大石街道", "洛浦街道")
GROUP = webchat.town_room("大石街道")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
Client = TestClient[web.Request, web.Application]


def decode(name: str) -> str:
    """Return a name as it stands in the header."""
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
