"""Photos: kept, shown to who reads the chat, and nothing but pictures."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from bot.channels import webchat
from domain.duty import Person
from storage.kept_files import LARGEST_PHOTO, KeptFiles
from storage.store import Store
from tests.page import GROUP, PNG, Client, as_, inbox, message


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


async def test_photos_go_when_their_time_is_over(tmp_path: Path) -> None:
    """What was stored before a moment is removed, what came after stays."""
    photos = KeptFiles(tmp_path / "files")

    async def chunks() -> AsyncIterator[bytes]:
        yield PNG

    old, new = await photos.keep_photo("p:1", chunks()), photos.keep("p:2", b"%PDF-1.7")
    found = photos.find("p:1", old)
    assert found is not None
    moment = datetime(2026, 3, 4, tzinfo=UTC)
    os.utime(found.path, (moment.timestamp(), moment.timestamp()))
    assert photos.remove_older(moment + timedelta(days=1)) == 1
    assert photos.find("p:1", old) is None
    assert photos.find("p:2", new) is not None
