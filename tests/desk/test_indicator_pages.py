"""The pages of the indicators: who sees which figures and lists, and what a look leaves behind."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from desk import application
from desk.indicator_pages import IndicatorDesk, IndicatorPages
from desk.sign_in import SignIn
from desk.views import page_templates
from domain.duty import Person, Role
from domain.errors import PersonCanFix
from domain.petition import MatterKind, Petitioner, Step, StepKind
from petitions import asking
from petitions.indicators import IndicatorRules
from storage.petitioners import Known
from storage.unit_of_work import UnitOfWork
from tests.ledger_rows import ZHANG, with_matter
from tests.office import WholeOffice
from tests.office_people import DASHI, SHIQI, ledger_of_panyu

Client = TestClient[web.Request, web.Application]
PAGE, LIST = "/desk/indicators?month=2026-02", "/desk/indicators/list?month=2026-02"
LATE = (
    Step(StepKind.REGISTERED, date(2026, 2, 2)),
    Step(StepKind.ACCEPTED, date(2026, 3, 2)),
)


@pytest.fixture
def database(sqlite_file: str) -> str:
    """Use SQLite alone: tests/storage/test_cohorts.py has both."""
    return sqlite_file


@pytest.fixture
def clerk(office: WholeOffice) -> Person:
    """Give a clerk, and four matters in the ledger whose acceptance is due in February."""

    def register(uow: UnitOfWork) -> None:
        with_matter(uow, number="2026-0042")
        with_matter(uow, number="2026-0043", steps=LATE, repeated=True, people=(_petitioner(),))
        with_matter(uow, number="2026-0044", town=SHIQI, unit="<b>住建局</b>")
        with_matter(
            uow,
            number="2026-0666",
            kind=MatterKind.ACCUSATION,
            about_units=(DASHI,),
            unit="区纪委监委",
        )

    office.write(register)
    return office.enrols("苏文慧", Role.CLERK, None).known


def _petitioner() -> Petitioner:
    return Petitioner("罗四喜", "13900005678")


@pytest.fixture
async def client(office: WholeOffice, clerk: Person) -> AsyncIterator[Client]:
    """Serve the pages; a query names who asks."""

    def redeem(_: UnitOfWork, __: str, ___: str) -> Person:
        raise PersonCanFix("没有这个邀请码")

    seats = {
        "clerk": clerk,
        "zhou": office.zhou.known,
        "deng": office.deng.known,
        "li": office.li.known,
        "zhao": office.zhao.known,
        "chen": office.chen.known,
    }
    sign_in = SignIn(
        office.store,
        secret=b"k" * 32,
        redeem=redeem,
        secure=False,
        lasts=timedelta(days=30),
        demo_seats=seats,
    )
    zone = "Asia/Shanghai"
    desk = IndicatorDesk(office.store, sign_in, ledger_of_panyu(), IndicatorRules(), zone)
    app = application.build(
        store=office.store,
        live=office.live,
        sign_in=sign_in,
        office=office.office.name,
        zone=zone,
        files=Path("nowhere"),
        more_routes=IndicatorPages(desk, page_templates()).routes(),
    )
    client = TestClient(TestServer(app))
    await client.start_server()
    yield client
    await client.close()


async def reads(client: Client, address: str, seat: str) -> tuple[int, str]:
    """Return the status of a page and its words in one line, as a person reads them."""
    async with client.get(f"{address}&seat={seat}") as answer:
        text = await answer.text()
    words = re.sub(r"<style.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)
    return answer.status, html.unescape(re.sub(r"\s+", " ", words))


def lists_seen(office: WholeOffice) -> list[tuple[int | None, str]]:
    """Return the looks at lists that were written down."""
    looks = office.read(lambda uow: uow.audit.looks())
    return [(person, whose) for person, what, whose in looks if what == "indicator_list"]


async def test_a_clerk_sees_every_unit_and_every_matter(
    office: WholeOffice, client: Client, clerk: Person
) -> None:
    """Numerator and denominator stand beside each percentage; the list says why."""
    status, page = await reads(client, PAGE, "clerk")
    assert status == 200
    assert "及时受理率 75.00% 3/4" in page
    assert "按期 3、逾期完成 1" in page
    assert "区纪委监委" in page
    status, found = await reads(client, f"{LIST}&figure=accepted", "clerk")
    assert status == 200
    assert "2026-0043 大石街道 重复 2026-02-02 2026-02-24 2026-03-02 逾期完成 不计入" in found
    assert "2026-02-02登记，期限 2026-02-24（遇休息日顺延）；2026-03-02受理，逾期 6 天" in found
    assert "2026-0666" in found
    assert lists_seen(office) == [(clerk.id, "2026-02 及时受理率")]


async def test_a_town_officer_has_the_figures_and_lists_of_the_own_town(
    office: WholeOffice, client: Client
) -> None:
    """What may not be listed is counted; neither its number nor its unit is told."""
    _, page = await reads(client, PAGE, "li")
    assert "大石街道2026年2月" in page
    assert "及时受理率 66.67% 2/3" in page
    assert "（按规定不列明单位）" in page
    assert "住建局" not in page
    _, found = await reads(client, f"{LIST}&figure=accepted", "li")
    assert "2026-0042" in found
    assert "另有 1 件按规定不在名单中列出" in found
    for hidden in ("2026-0666", "纪委", "检举", "2026-0044"):
        assert hidden not in page + found
    assert lists_seen(office) == [(office.li.known.id, "2026-02 及时受理率 大石街道")]


async def test_another_towns_officer_gets_no_matter_of_it(
    office: WholeOffice, client: Client
) -> None:
    """Asking by the unit's name changes nothing."""
    for unit in ("", f"&unit={DASHI}"):
        _, found = await reads(client, f"{LIST}&figure=accepted{unit}", "zhao")
        assert "2026-0042" not in found
        assert "2026-0043" not in found


async def test_who_sees_figures_alone_gets_no_list(office: WholeOffice, client: Client) -> None:
    """A district officer; a look that was refused is no look."""
    async with client.get(f"{PAGE}&seat=zhou") as answer:
        page = await answer.text()
    assert "75.00%" in page
    assert "/desk/indicators/list" not in page
    status, found = await reads(client, f"{LIST}&figure=accepted", "zhou")
    assert (status, "2026-0042" in found) == (404, False)
    assert lists_seen(office) == []


@pytest.mark.parametrize("seat", ["chen", "nobody"])
async def test_whoever_may_see_no_figures_finds_no_page(
    office: WholeOffice, client: Client, seat: str
) -> None:
    """A grid worker, somebody without a seat: as where there is none."""
    for address in (PAGE, f"{LIST}&figure=accepted"):
        status, text = await reads(client, address, seat)
        assert (status, text.strip()) == (404, "没有这个页面。")
    assert lists_seen(office) == []


async def test_who_withdrew_is_not_shown_the_matter(office: WholeOffice, client: Client) -> None:
    """Art. 28(3): by the petitioner, whom the list does not name; the figure stays the same."""

    def withdraw(uow: UnitOfWork) -> None:
        key = asking.person_key(uow, Known.NAME, ZHANG.name)
        leader = office.deng.known
        uow.interests.declare(leader.id, key, "亲属", declared_by=leader.id)

    office.write(withdraw)
    _, page = await reads(client, PAGE, "deng")
    assert "及时受理率 75.00% 3/4" in page
    _, found = await reads(client, f"{LIST}&figure=accepted", "deng")
    assert "2026-0043" in found
    assert "2026-0042" not in found
    assert "另有 3 件按规定不在名单中列出" in found


async def test_the_list_is_narrowed_by_strand_and_by_what_did_not_count(
    office: WholeOffice, client: Client
) -> None:
    """初次, 重复, and what is missing for the mark."""
    _, again = await reads(client, f"{LIST}&figure=accepted&strand=repeated", "clerk")
    assert "2026-0043" in again
    assert "2026-0042" not in again
    _, missed = await reads(client, f"{LIST}&figure=accepted&missed=1", "clerk")
    assert "2026-0043" in missed
    assert "2026-0042" not in missed
    assert "3/4" in missed  # the figure is still the whole one


async def test_what_was_imported_stays_text(office: WholeOffice, client: Client) -> None:
    """A unit's name is no markup, in the table, the chooser and the addresses."""
    async with client.get(f"{PAGE}&seat=clerk") as answer:
        page = await answer.text()
    assert "<b>住建局" not in page
    assert "&lt;b&gt;住建局" in page


@pytest.mark.parametrize("asked", ["figure=danger", "figure=", "figure=accepted&strand=some"])
async def test_a_figure_that_there_is_not_is_no_page(
    office: WholeOffice, client: Client, asked: str
) -> None:
    """And leaves no line."""
    status, _ = await reads(client, f"{LIST}&{asked}", "clerk")
    assert status == 404
    assert lists_seen(office) == []


async def test_an_odd_month_or_page_shows_the_nearest_sensible_one(
    office: WholeOffice, client: Client
) -> None:
    """The month before this one; the last page."""
    async with client.get("/desk/indicators?month=月&seat=clerk") as answer:
        assert "2026年2月" in await answer.text()
    status, found = await reads(client, f"{LIST}&figure=accepted&page=99999999999", "clerk")
    assert status == 200
    assert "2026-0042" in found


async def test_a_month_with_nothing_says_so(office: WholeOffice, client: Client) -> None:
    """A dash, and no percentage of nothing."""
    _, page = await reads(client, "/desk/indicators?month=2020-01", "clerk")
    assert "及时受理率 — 没有事项" in page
    assert "%" not in page.partition("怎样算")[0]
