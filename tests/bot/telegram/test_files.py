"""Files of reports: fetched after the text, kept within limits, tried again, given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.telegram import Telegram
from bot.channels.telegram.faults import MARGIN
from bot.fetching import FIRST_WAIT, GIVES_UP_AFTER, LEASE, TOO_LATE, Fetching
from domain.channel import Address, Attachment, plain
from domain.danger import Assessment, Level
from domain.errors import Refused
from domain.report import TownBy
from storage.files import FileFate, FileState
from storage.kept_files import KeptFiles
from storage.live import LocalLive
from storage.retention import KeptUntil, rules
from storage.store import Store
from tests.fakes import PushedClock
from tests.page import PNG
from tests.telegram_server import TelegramServer
from tests.telegram_world import Json, Room

LARGEST = 10_000
CHAT = Address("telegram", "5000000001")


@pytest.fixture
def kept(tmp_path: Path) -> KeptFiles:
    """Give the folder."""
    return KeptFiles(tmp_path / "files")


@pytest.fixture
def fetching(store: Store, telegram: Telegram, kept: KeptFiles) -> Fetching:
    """Give what fetches, which does nothing by itself."""
    return Fetching(store, LocalLive(), kept, {"telegram": telegram}, LARGEST)


def reported(store: Store, *fields: Json) -> list[str]:
    """File one report with these files; returns their ids."""
    found = [
        Attachment(kind, file[-1]["file_id"] if kind == "photo" else file["file_id"], away=True)
        for field in fields
        for kind, file in field.items()
    ]
    store.write(
        lambda uow: uow.reports.add(
            person_id=None,
            address=CHAT,
            sender="5000000001",
            message_id="1",
            town=None,
            town_by=TownBy.OWN,
            level=Level.NONE,
            text="看照片",
            assessment=Assessment.harmless(),
            attachments=tuple(found),
        )
    )
    return [one.file_id for one in found]


def fate(store: Store, file_id: str) -> FileFate:
    """Return what came of a file."""
    return store.read(lambda uow: uow.files.fate(CHAT, file_id))


async def test_files_of_every_kind_are_kept(
    store: Store, server: TelegramServer, fetching: Fetching, kept: KeptFiles
) -> None:
    """Each once, under what its bytes say it is."""
    contents = {
        "photo": (PNG, "image/png"),
        "voice": (b"OggS" + bytes(20), "audio/ogg"),
        "video": (b"\0\0\0 ftypisom" + bytes(20), "video/mp4"),
        "document": (b"<script>", "application/octet-stream"),
    }
    ids = reported(store, *(server.upload(c, kind=kind) for kind, (c, _) in contents.items()))
    assert {fate(store, one).state for one in ids} == {FileState.DUE}
    while await fetching.fetch_due():
        pass
    for file_id, (content, content_type) in zip(ids, contents.values(), strict=True):
        end = fate(store, file_id)
        found = kept.find(end.place, end.kept_as)
        assert found is not None
        assert (found.path.read_bytes(), found.content_type) == (content, content_type)
        assert found.is_shown == (content_type != "application/octet-stream")
    assert len(server.made("getFile")) == len(contents)


async def test_a_file_too_large_is_given_up_with_a_reason(
    store: Store, server: TelegramServer, fetching: Fetching
) -> None:
    """Over our limit it is not asked for; over Telegram's Telegram does not give it."""
    ids = reported(store, server.upload(bytes(LARGEST + 1)), server.upload(bytes(20_000_001)))
    while await fetching.fetch_due():
        pass
    assert {(fate(store, one).state, fate(store, one).reason) for one in ids} == {
        (FileState.GIVEN_UP, "太大，没有取")
    }


async def test_what_fails_is_tried_again_later(
    store: Store, server: TelegramServer, fetching: Fetching, clock: PushedClock
) -> None:
    """Trouble, a cut line; a pause that is asked for is kept."""
    (file_id,) = reported(store, server.upload(PNG))
    server.fail(502, "Bad Gateway", method="getFile")
    server.drop(method="getFile")
    server.fail(429, "Too Many Requests: retry after 900", method="getFile", retry_after=900)
    for wait in (FIRST_WAIT, FIRST_WAIT * 2, timedelta(seconds=900) + MARGIN):
        assert await fetching.fetch_due() == 1
        assert await fetching.fetch_due() == 0
        clock.push(wait)
    assert await fetching.fetch_due() == 1
    assert fate(store, file_id).state is FileState.KEPT


async def test_a_link_that_ran_out_is_asked_for_anew(
    store: Store, server: TelegramServer, fetching: Fetching, clock: PushedClock
) -> None:
    """404 for the bytes is no wrong token; the channel goes on."""
    (file_id,) = reported(store, server.upload(PNG))
    server.lose_links = 1
    assert await fetching.fetch_due() == 1
    assert fate(store, file_id).state is FileState.DUE
    clock.push(FIRST_WAIT)
    assert await fetching.fetch_due() == 1
    assert fate(store, file_id).state is FileState.KEPT


async def test_files_wait_while_the_disk_is_nearly_full(
    store: Store,
    server: TelegramServer,
    fetching: Fetching,
    clock: PushedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is left belongs to the words; with room again they come."""
    (file_id,) = reported(store, server.upload(PNG))
    with monkeypatch.context() as patched:
        patched.setattr("storage.kept_files.LEAST_FREE", 2**62)
        assert await fetching.fetch_due() == 1
    assert not server.made("getFile")
    clock.push(FIRST_WAIT)
    assert await fetching.fetch_due() == 1
    assert fate(store, file_id).state is FileState.KEPT


async def test_what_never_comes_is_given_up(
    store: Store, fetching: Fetching, clock: PushedClock
) -> None:
    """After days of asking; the id stays with the report."""
    (file_id,) = reported(store, {"voice": {"file_id": "unknown"}})
    assert await fetching.fetch_due() == 1
    clock.push(GIVES_UP_AFTER)
    assert await fetching.fetch_due() == 1
    assert (fate(store, file_id).state, fate(store, file_id).reason) == (
        FileState.GIVEN_UP,
        TOO_LATE,
    )


async def test_a_fetcher_that_was_killed_lets_its_lease_end(
    store: Store, server: TelegramServer, fetching: Fetching, clock: PushedClock
) -> None:
    """Nobody fetches the same file meanwhile; afterwards somebody else does, once."""
    (file_id,) = reported(store, server.upload(PNG))
    (taken,) = store.write(lambda uow: uow.files.lease(["telegram"], limit=9, lease=LEASE))
    assert await fetching.fetch_due() == 0
    clock.push(LEASE)
    assert await fetching.fetch_due() == 1
    assert not store.write(lambda uow: uow.files.kept(taken, "late.png"))
    assert fate(store, file_id).kept_as.endswith(".png")
    assert fate(store, file_id).kept_as != "late.png"


async def test_only_what_a_channel_still_has_is_fetched(store: Store, fetching: Fetching) -> None:
    """The web chat's photos lie there already, under their own id."""
    photo = Attachment("photo", f"{'a' * 24}.png")
    assert not photo.away
    store.write(
        lambda uow: uow.reports.add(
            person_id=None,
            address=Address("webchat", "p:1"),
            sender="p:1",
            message_id="1",
            town=None,
            town_by=TownBy.OWN,
            level=Level.NONE,
            text="",
            assessment=Assessment.harmless(),
            attachments=(photo,),
        )
    )
    assert await fetching.fetch_due() == 0
    end = store.read(lambda uow: uow.files.fate(Address("webchat", "p:1"), photo.file_id))
    assert (end.state, end.place, end.kept_as) == (FileState.KEPT, "p:1", photo.file_id)


@pytest.mark.parametrize("kind", ["photo", "voice", "video", "document"])
async def test_an_officer_is_shown_a_file_by_its_id(
    telegram: Telegram, server: TelegramServer, private: Room, kind: str
) -> None:
    """With its words, without a sound, not to be passed on; a caption too long is clipped."""
    field = server.upload(PNG, kind=kind)[kind]
    file = Attachment(kind, (field[0] if kind == "photo" else field)["file_id"], away=True)
    message = replace(plain("字" * 2000), file=file, rings=False)
    shown = private.messages[int(await telegram.send(str(private.id), message, key="k"))]
    assert kind in shown
    assert len(shown["caption"]) == 1024
    assert shown["has_protected_content"]
    assert shown["silent"]
    gone = replace(message, file=replace(file, file_id="gone"))
    with pytest.raises(Refused):
        await telegram.send(str(private.id), gone, key="k2")


def test_retention_forgets_files(store: Store, clock: PushedClock) -> None:
    """The row goes when the report's words go; the bytes go by their age."""
    reported(store, {"voice": {"file_id": "F1"}})
    clock.push(timedelta(days=731))
    before = clock.now - timedelta(days=730)
    (rule,) = (one for one in rules(KeptUntil(*(5 * [before]))) if one.kind == "files")
    assert store.write(lambda uow: uow.retention.remove(rule)) == 1
    assert store.write(lambda uow: uow.retention.remove(rule)) == 0
