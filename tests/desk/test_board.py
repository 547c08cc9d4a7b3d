"""The district's board: live, complete, and each look at an alert is written down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from desk import application
from desk.sign_in import SignIn
from domain.duty import Person
from domain.errors import PersonCanFix, Refused
from domain.petition import MatterKind
from storage.unit_of_work import UnitOfWork
from tests.ledger_rows import with_matter
from tests.office import WholeOffice

JUMP = "张某现在坐在12楼天台边上扬言要跳楼"
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(office: WholeOffice, tmp_path: Path) -> AsyncIterator[Client]:
    """Serve the desk of a whole office; a query names who asks."""

    def redeem(_: UnitOfWork, __: str, ___: str) -> Person:
        raise PersonCanFix("没有这个邀请码")

    app = application.build(
        store=office.store,
        live=office.live,
        sign_in=SignIn(
            office.store,
            secret=b"k" * 32,
            redeem=redeem,
            secure=False,
            lasts=timedelta(days=30),
            demo_seats={"zhou": office.zhou.known, "li": office.li.known},
        ),
        office=office.office.name,
        zone="Asia/Shanghai",
        files=tmp_path / "files",
    )
    client = TestClient(TestServer(app))
    await client.start_server()
    yield client
    await client.close()


async def boards(response: ClientResponse) -> AsyncIterator[Any]:
    """Read the snapshots of a live board."""
    name = ""
    async with asyncio.timeout(10):
        async for line in response.content:
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data" and name == "board":
                yield json.loads(value)


async def test_the_board_shows_who_has_what_and_what_comes_next(
    office: WholeOffice, client: Client
) -> None:
    """Level in a word, state, holder, both times of a running timer, from the server's clock."""
    await office.says(office.chen, JUMP)
    office.sees(office.chen, "R-0001")
    card = office.sees(office.room_dashi, "疑似")
    async with client.get("/api/desk/board?seat=zhou") as answer:
        (line,) = (await answer.json())["alerts"]
    assert (line["number"], line["level"], line["level_label"]) == ("A-0001", "red", "红")
    assert (line["state"], line["taken_by"], line["town"]) == ("open", "", "大石街道")
    assert line["raised_at"] == "2026-03-04T02:00:00+00:00"
    assert line["next_at"] == "2026-03-04T02:03:00+00:00"
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "已接收")
    async with client.get("/api/desk/board?seat=zhou") as answer:
        (line,) = (await answer.json())["alerts"]
    assert (line["state"], line["state_label"]) == ("taken", "已接收")
    assert "李国明" in line["taken_by"]


async def test_whoever_watches_sees_a_change_without_asking(
    office: WholeOffice, client: Client
) -> None:
    """A snapshot on opening, and another when an alert is raised and when it is taken."""
    async with client.get("/api/desk/events?seat=zhou") as response:
        seen = boards(response)
        assert (await anext(seen))["alerts"] == []
        await office.says(office.chen, JUMP)
        office.sees(office.chen, "R-0001")
        card = office.sees(office.room_dashi, "疑似")
        shown = await anext(seen)
        assert [line["state"] for line in shown["alerts"]] == ["open"]
        await office.presses(office.li, "接收", card)
        office.sees(office.chen, "已接收")
        while shown["alerts"][0]["state"] != "taken":
            shown = await anext(seen)


async def test_a_stream_ends_when_the_database_goes_away(
    office: WholeOffice, client: Client
) -> None:
    """It does not hang with a second answer in it: the page comes back by itself."""
    async with client.get("/api/desk/events?seat=zhou") as response:
        seen = boards(response)
        assert (await anext(seen))["alerts"] == []
        with office.store.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE alert_log RENAME TO away"))
        async with asyncio.timeout(20):
            assert [shown async for shown in seen] == []


async def test_the_story_has_a_line_for_every_address(office: WholeOffice, client: Client) -> None:
    """Name, state, reason, time; what cannot be reached stands on the alert's own line."""
    office.channels["wire"].fails(Refused("群已解散"), chat=office.room_dashi.chat)
    await office.says(office.chen, JUMP)
    async with client.get("/api/desk/alerts/1?seat=zhou") as answer:
        story = await answer.json()
    lines = {line["name"]: line for line in story["deliveries"]}
    assert lines["区值班群"]["state"] == "已送达"
    assert lines["大石街道值班群"]["state"] == "送不到，请电话联系"
    assert lines["大石街道值班群"]["reason"] == "群已解散"
    assert lines["大石街道值班群"]["at"] == "2026-03-04T02:00:00+00:00"
    async with client.get("/api/desk/board?seat=zhou") as answer:
        (line,) = (await answer.json())["alerts"]
    assert line["undeliverable"] == ["大石街道值班群"]
    office.reads_all()


async def test_the_story_names_open_matters_of_the_people_in_it(
    office: WholeOffice, client: Client
) -> None:
    """So that the grievance gets handled; an accusation is not named to the desk."""
    office.write(with_matter)
    office.write(lambda uow: with_matter(uow, number="2026-0099", kind=MatterKind.ACCUSATION))
    await office.says(office.chen, "植村张三妹现在楼顶坐着说要跳楼，电话13800001234")
    async with client.get("/api/desk/alerts/1?seat=zhou") as answer:
        story = await answer.json()
    assert story["matters"] == ["有信访事项：2026-0042　大石街道　大石街道已受理，办理中"]
    looks = office.store.read(lambda uow: uow.audit.looks())
    assert (office.zhou.known.id, "matter", "2026-0042") in looks
    office.reads_all()


async def test_a_look_at_an_alert_leaves_a_line(office: WholeOffice, client: Client) -> None:
    """The story names reporter, words, evidence and every step; the log names who looked."""
    await office.says(office.chen, JUMP)
    office.sees(office.chen, "R-0001")
    office.sees(office.room_dashi, "疑似")
    async with client.get("/api/desk/alerts/1?seat=zhou") as answer:
        story = await answer.json()
    assert story["line"]["number"] == "A-0001"
    (report,) = story["reports"]
    assert report["versions"][0]["text"] == JUMP
    hit = report["versions"][0]["evidence"][0]
    assert JUMP[hit["start"] : hit["end"]]
    assert story["entries"][0]["label"] == "发出预警"
    looks = office.store.read(lambda uow: uow.audit.looks())
    assert (office.zhou.known.id, "alert", "A-0001") in looks


async def test_a_town_officer_neither_sees_the_board_nor_leaves_a_line(
    office: WholeOffice, client: Client
) -> None:
    """To them it is not there; a look that was refused is no look."""
    await office.says(office.chen, JUMP)
    office.sees(office.chen, "R-0001")
    office.sees(office.room_dashi, "疑似")
    for path in ("board", "events", "alerts/1"):
        async with client.get(f"/api/desk/{path}?seat=li") as answer:
            assert answer.status == 404
            assert "张某" not in await answer.text()
    assert office.store.read(lambda uow: uow.audit.looks()) == ()
