"""What machines that watch are told: metrics, and the board's light."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from alerts.drills import raise_drill
from alerts.pulse import Loop
from alerts.status import board
from app.health import health_routes
from app.pinging import OutsidePing
from tests.office import WholeOffice
from tests.office_people import SHIQI, at_the_desk
from tests.proof import ProvingOffice

RED = "张某现在坐在12楼天台边上扬言要跳楼"
LABELS = {"loop", "level", "state", "kind", "quantile", "answered", "desk"}
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(office: WholeOffice) -> AsyncIterator[Client]:
    """Serve an office's health."""
    app = web.Application()
    loops = frozenset({Loop.TIMERS})
    app.add_routes(health_routes(office.store, office.office, loops=loops))
    client = TestClient(TestServer(app))
    await client.start_server()
    yield client
    await client.close()


async def metrics(client: Client) -> dict[str, float]:
    """Return every sample by its name and labels."""
    async with client.get("/metrics") as answer:
        assert answer.status == 200
        lines = (await answer.text()).splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


async def test_the_figures_of_the_week(office: WholeOffice, client: Client) -> None:
    """By level and quantile, drills apart; a scrape soon after counts no second time."""
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    await office.after(minutes=2)
    await office.presses(office.li, "接收", card)
    office.store.write(lambda uow: raise_drill(uow, office.office, SHIQI))
    await office.settle()
    office.clock.push(timedelta(seconds=1))
    found = await metrics(client)
    assert found['huxin_week_alerts{level="red"}'] == 1
    assert found['huxin_week_answer_seconds{level="red",quantile="0.5"}'] == 120
    assert found['huxin_week_answered_in_time{level="red"}'] == 1
    assert found['huxin_week_drills{answered="no"}'] == 1
    assert 'huxin_week_outcome_seconds{level="red",quantile="0.5"}' not in found
    await office.says(office.he, "大石街道另一处桥边有人要跳下去，是陈某")
    assert (await metrics(client))['huxin_week_alerts{level="red"}'] == 1
    office.clock.push(timedelta(minutes=5))
    assert (await metrics(client))['huxin_week_alerts{level="red"}'] == 2
    office.reads_all()


async def test_labels_are_bounded(office: WholeOffice, client: Client) -> None:
    """No town, no person, no number of an alert becomes a label."""
    await office.says(office.chen, RED)
    office.clock.push(timedelta(seconds=1))
    names = {label for name in await metrics(client) for label in re.findall(r"(\w+)=", name)}
    assert names <= LABELS
    office.reads_all()


async def test_what_the_auditor_found(office: WholeOffice, client: Client) -> None:
    """Well is 1 only after a look that found nothing; a finding counts; readiness is its own."""
    proving = ProvingOffice(office)
    assert (await metrics(client))["huxin_all_well"] == 0
    assert "huxin_ping_age_seconds" not in await metrics(client)
    await proving.looks()
    found = await metrics(client)
    assert (found["huxin_all_well"], found["huxin_ping_age_seconds"]) == (1, 0)
    proving.stopped.add(Loop.READER)
    await proving.looks_after(minutes=3)
    found = await metrics(client)
    assert found["huxin_all_well"] == 0
    assert found['huxin_findings{kind="loop_stopped"}'] == 1
    assert found['huxin_findings{kind="notices_stuck"}'] == 0
    async with client.get("/readyz") as answer:
        assert answer.status == 200
    office.reads_all()


async def test_the_light_of_the_board(office: WholeOffice) -> None:
    """The board says in words how the system is."""
    proving = ProvingOffice(office)
    await proving.looks()
    shown = office.read(lambda uow: board(uow, at_the_desk(office.zhou))).system
    assert (shown.well, shown.words) == (True, "系统正常")
    proving.stopped.add(Loop.DISPATCHER)
    await proving.looks_after(minutes=3)
    shown = office.read(lambda uow: board(uow, at_the_desk(office.zhou))).system
    assert (shown.well, shown.words) == (False, "发通知的程序停了")
    office.reads_all()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_ping_is_one_request(method: str) -> None:
    """By the method that is set; a bad answer and no answer are failures, and quick ones."""
    got: list[str] = []

    async def take(request: web.Request) -> web.Response:
        got.append(f"{request.method} {request.path}")
        return web.Response(status=200 if request.path == "/well" else 500)

    app = web.Application()
    app.router.add_route("*", "/{path}", take)
    server = TestServer(app)
    await server.start_server()
    well, bad = str(server.make_url("/well")), str(server.make_url("/bad"))
    await OutsidePing(well, method)()
    assert got == [f"{method} /well"]
    with pytest.raises(Exception, match="500"):
        await OutsidePing(bad, method)()
    await server.close()
    with pytest.raises(OSError, match="Connect"):
        await OutsidePing(well, method)()


def test_the_address_is_never_printed() -> None:
    """Whoever knows it can say that we live."""
    assert "secret" not in repr(OutsidePing("https://hc.example.cn/secret"))
