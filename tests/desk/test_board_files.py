"""The files of a report on the board: shown to who may see the alert, each look written down."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.channel import Address, Attachment
from storage.files import place_of
from storage.kept_files import KeptFiles
from tests.desk.test_board import JUMP, Client, client
from tests.office import WholeOffice
from tests.page import PNG

__all__ = ["client"]

PHOTO = Attachment("photo", "F-photo", away=True)
PAPER = Attachment("document", "F-paper", "起诉状.html", away=True)
LONG = Attachment("video", "F-video", away=True)
PAGE = b"<script>alert(1)</script>"


async def reported(office: WholeOffice, folder: Path) -> None:
    """Let a danger be reported with three files, of which two were fetched by now."""
    await office.says(office.chen, JUMP, attachments=(PHOTO, PAPER, LONG))
    office.reads_all()
    kept = KeptFiles(folder)
    rows = {
        row.file_id: row
        for row in office.store.write(
            lambda uow: uow.files.lease(["wire"], limit=9, lease=timedelta(minutes=1))
        )
    }
    for item, content in ((PHOTO, PNG), (PAPER, PAGE)):
        row = rows[item.file_id]
        kept_as = kept.keep(place_of(row.address), content)
        office.store.write(lambda uow, row=row, kept_as=kept_as: uow.files.kept(row, kept_as))  # type: ignore[misc]
    office.store.write(lambda uow: uow.files.give_up(rows[LONG.file_id], "太大，没有取"))


async def story_files(client: Client) -> list[dict[str, Any]]:
    """Return the files of the first report as the page reads them."""
    async with client.get("/api/desk/alerts/1?seat=zhou") as answer:
        (report,) = (await answer.json())["reports"]
    found: list[dict[str, Any]] = report["versions"][0]["files"]
    return found


async def test_files_are_shown_beside_the_words(
    office: WholeOffice, client: Client, tmp_path: Path
) -> None:
    """A picture as it is; a page is only saved and runs nothing; what is missing says why."""
    await reported(office, tmp_path / "files")
    photo, paper, video = await story_files(client)
    assert (photo["kind"], photo["state"]) == ("photo", "kept")
    assert (video["state"], video["reason"]) == ("given_up", "太大，没有取")
    async with client.get(photo["path"] + "?seat=zhou") as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert await answer.read() == PNG
    async with client.get(paper["path"] + "?seat=zhou") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert await answer.read() == PAGE
    async with client.get(video["path"] + "?seat=zhou") as answer:
        assert answer.status == 404
    looks = office.read(lambda uow: uow.audit.looks())
    assert [what for _, what, _ in looks].count("file") == 3


async def test_photos_of_the_web_chat_are_shown_alike(
    office: WholeOffice, client: Client, tmp_path: Path
) -> None:
    """They lie there already, in the folder of their chat."""
    kept = KeptFiles(tmp_path / "files")
    photo = Attachment("photo", kept.keep(office.chen.private.chat, PNG), "楼顶.png")
    await office.says(office.chen, JUMP, attachments=(photo,))
    office.reads_all()
    (shown,) = await story_files(client)
    async with client.get(shown["path"] + "?seat=zhou") as answer:
        assert await answer.read() == PNG


@pytest.mark.parametrize(
    "path", ["1/files/1/1/3", "1/files/1/2/0", "1/files/2/1/0", "2/files/1/1/0"]
)
async def test_there_is_no_other_file(
    office: WholeOffice, client: Client, tmp_path: Path, path: str
) -> None:
    """Another place, version, report or alert: no such page, and no line."""
    await reported(office, tmp_path / "files")
    async with client.get(f"/api/desk/alerts/{path}?seat=zhou") as answer:
        assert answer.status == 404
    assert not office.read(lambda uow: uow.audit.looks())


async def test_who_may_not_see_the_board_sees_no_file(
    office: WholeOffice, client: Client, tmp_path: Path
) -> None:
    """A town officer has the details in private, and here there is no such page."""
    await reported(office, tmp_path / "files")
    (photo, *_) = await story_files(client)
    async with client.get(photo["path"] + "?seat=li") as answer:
        assert answer.status == 404
    fate = office.read(
        lambda uow: uow.files.fate(Address("wire", office.chen.private.chat), PHOTO.file_id)
    )
    async with client.get(f"/api/chat/files/{fate.kept_as}?chat={fate.place}") as answer:
        assert answer.status == 404
