"""Who learns what by which way in: chat, command line and page, through the real doors.

An alert and a matter of 大石, which complains about 石碁. Whoever may know neither gets, by each
way, the very answer that nobody's name gets. SQLite alone: the policy is not the engine's.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from click.testing import CliRunner

from alerts.notices import press_data
from app.__main__ import main
from desk import application
from desk.sign_in import SignIn
from domain.duty import Person, Role
from domain.errors import PersonCanFix
from storage.unit_of_work import UnitOfWork
from tests.fakes import PushedClock
from tests.keys import VARIABLE
from tests.ledger_rows import with_matter
from tests.office import WEDNESDAY_TEN, WholeOffice
from tests.office_people import DASHI, SHIQI, Somebody, office_of_panyu
from tests.story import check_end

NAME, PHONE, NUMBER = "张三妹", "13800001234", "2026-0042"
ALERT_WORDS = "植村陈大文现在坐在12楼天台边上扬言要跳楼"
WHY = "本人持身份证来窗口申请"
Client = TestClient[web.Request, web.Application]

# Who; then what they get: by chat the matter, the alert's state, its details; by page the board,
# the alert; by command the log, the interests, somebody's own data.
#                        chat                    page            command
#                        matter state   details  board   alert   log     interests  data
TABLE = """
outsider                 .      .       .        .       .       .       .          .
grid_worker              .      .       .        .       .       .       .          .
town_officer             x      x       x        .       .       .       .          .
other_town               .      .       .        .       .       .       .          .
complained_about         .      .       .        .       .       .       .          .
revoked_officer          .      .       .        .       .       .       .          .
revoked_clerk            .      .       .        .       .       .       .          .
with_interest            .      .       .        x       .       .       .          .
district_officer         x      x       x        x       x       .       .          .
leader                   x      x       x        x       x       .       .          .
clerk                    x      .       .        .       .       .       x          x
clerk_with_interest      .      .       .        .       .       .       x          .
admin                    .      x       x        x       x       .       .          .
auditor                  .      x       x        x       x       x       .          .
"""
CELLS = {line.split()[0]: line.split()[1:] for line in TABLE.strip().splitlines()}
COLUMNS = ("matter", "state", "details", "board", "alert", "log", "interests", "data")


@dataclass
class Doors:
    """An office with one alert and one matter, and every way into it."""

    office: WholeOffice
    asker: Somebody
    folder: Path

    async def by_chat(self, about: str) -> str:
        """Ask in private and return the answer."""
        await self.office.says(self.asker, f"状态 {about}")
        said = self.office.messages(self.asker)[-1].text
        self.office.reads_all()
        return said.replace(about, "…")

    async def details(self, alert: int) -> bool:
        """Press 查看详情 of an alert, and return whether its words came."""
        before = len(self.office.messages(self.asker))
        card = self.office.messages(self.office.room_dashi)[0]
        await self.office.presses(self.asker, "查看详情", card, data=press_data(alert, "detail"))
        new = self.office.messages(self.asker)[before:]
        self.office.reads_all()
        return any("天台" in one.text for one in new)

    def by_command(self, *words: str) -> tuple[int, str]:
        """Call the command as this person, and return its exit code and words."""
        number = "999" if self.asker.person is None else str(self.asker.person.id)
        result = CliRunner().invoke(main, [*words, "--as", number])
        return result.exit_code, result.output

    def own_data(self, name: str) -> tuple[bool, str]:
        """Ask for somebody's own data; returns whether it came, and what was said."""
        out = self.folder / f"{name}.json"
        words = ("person", "export", "--name", name, "--why", WHY, "--out", str(out))
        code, said = self.by_command(*words)
        return code == 0 and NUMBER in out.read_text("utf-8"), said.replace(name, "…")


MADE: dict[str, Callable[[WholeOffice], Somebody]] = {
    "outsider": lambda office: office.outsider,
    "grid_worker": lambda office: office.he,
    "town_officer": lambda office: office.li,
    "other_town": lambda office: office.enrols("钱小满", Role.TOWN_OFFICER, "沙湾街道"),
    "complained_about": lambda office: office.zhao,
    "revoked_officer": lambda office: revoked(office, office.wang),
    "revoked_clerk": lambda office: revoked(office, office.enrols("旧文员", Role.CLERK, None)),
    "with_interest": lambda office: with_interest(office, office.zhou),
    "district_officer": lambda office: office.zhou,
    "leader": lambda office: office.deng,
    "clerk": lambda office: office.enrols("苏小文", Role.CLERK, None),
    "clerk_with_interest": lambda office: with_interest(
        office, office.enrols("苏小文", Role.CLERK, None)
    ),
    "admin": lambda office: office.enrols("管小理", Role.ADMIN, None),
    "auditor": lambda office: office.enrols("审小计", Role.AUDITOR, None),
}


def revoked(office: WholeOffice, somebody: Somebody) -> Somebody:
    """End somebody's enrolment."""
    office.write(lambda uow: uow.people.revoke(somebody.known.id))
    return somebody


def with_interest(office: WholeOffice, somebody: Somebody) -> Somebody:
    """Let somebody have renounced whatever concerns 大石, and the first alert."""

    def renounce(uow: UnitOfWork) -> None:
        for key in (f"unit:{DASHI}", "number:A-0001"):
            uow.interests.declare(somebody.known.id, key, key, declared_by=None)

    office.write(renounce)
    return somebody


@pytest.fixture
def office(
    sqlite_file: str, log_of_story: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> Iterator[WholeOffice]:
    """Give an office that the command line knows too."""
    monkeypatch.setenv("HUXIN_STORAGE__URL", sqlite_file)
    monkeypatch.setenv("HUXIN_SEALING__KEYS", VARIABLE)
    whole = WholeOffice(sqlite_file, office_of_panyu(), PushedClock(WEDNESDAY_TEN))
    try:
        yield whole
        check_end(whole, log_of_story.getvalue())
    finally:
        whole.close()


async def page_of(office: WholeOffice, who: Somebody, folder: Path) -> Client:
    """Serve the desk with somebody in a seat of their own, entered before they were revoked."""

    def redeem(_: UnitOfWork, __: str, ___: str) -> Person:
        if who.person is None:
            raise PersonCanFix("没有这个邀请码")
        return who.person

    sign_in = SignIn(
        office.store, secret=b"k" * 32, redeem=redeem, secure=False, lasts=timedelta(days=30)
    )
    app = application.build(
        store=office.store,
        live=office.live,
        sign_in=sign_in,
        office=office.office.name,
        zone="Asia/Shanghai",
        files=folder,
    )
    cookies = {}
    if who.person is not None:
        entry = await sign_in.enter("code", "", guesser="here")
        cookies = {sign_in.cookie_name: entry.cookie}
    client = TestClient(TestServer(app), cookies=cookies)
    await client.start_server()
    return client


@pytest.mark.parametrize("who", CELLS)
async def test_each_way_in_tells_what_the_table_says(
    office: WholeOffice, tmp_path: Path, who: str
) -> None:
    """And what is denied is answered like what is not there, by every way."""
    office.write(lambda uow: with_matter(uow, about_units=(SHIQI,)))
    await office.says(office.chen, ALERT_WORDS)
    office.reads_all()
    asker = MADE[who](office)
    doors = Doors(office, asker, tmp_path)
    got = dict(zip(COLUMNS, [cell == "x" for cell in CELLS[who]], strict=True))

    nothing = await doors.by_chat("钱没有")
    for about in (NAME, PHONE, NUMBER):
        said = await doors.by_chat(about)
        assert (NUMBER in said or "植村" in said) == got["matter"]
        if not got["matter"]:
            assert said == nothing
    no_alert = await doors.by_chat("A-0099")
    alert = await doors.by_chat("A-0001")
    assert ("待接收" in alert) == got["state"]
    if not got["state"] and "interest" not in who:
        assert alert == no_alert
    assert await doors.details(1) == got["details"]

    client = await page_of(office, asker, tmp_path)
    async with client.get("/api/desk/board") as answer:
        page = await answer.text()
        assert (answer.status == 200) == ("A-0001" in page) == got["board"]
        assert ("天台" in page) == (got["board"] and got["alert"])
    async with (
        client.get("/api/desk/alerts/1") as answer,
        client.get("/api/desk/alerts/99") as missing,
    ):
        assert (answer.status == 200) == got["alert"]
        if not got["alert"]:
            assert (answer.status, await answer.text()) == (missing.status, await missing.text())
    await client.close()

    assert (doors.by_command("audit", "list")[0] == 0) == got["log"]
    assert (doors.by_command("interests", "list")[0] == 0) == got["interests"]
    came, said = doors.own_data(NAME)
    assert came == got["data"]
    if not came:
        assert said == doors.own_data("钱没有")[1]
    office.reads_all()


async def test_a_barred_officer_is_told_kindly_and_the_alert_goes_on(office: WholeOffice) -> None:
    """Buttons and details are refused; it rings, climbs, and a colleague takes it."""
    with_interest(office, office.li)
    await office.says(office.chen, ALERT_WORDS)
    card = office.sees(office.room_dashi, "A-0001")
    for label in ("接收", "误报"):
        told = await office.presses(office.li, label, card)
        assert told == "您已登记回避，这一条请同事处理；没人接收会自动往上报。"
    assert "您已登记回避" in await office.presses(
        office.li, "查看详情", card, data=press_data(1, "detail")
    )
    await office.says(office.li, "状态 A-0001")
    office.sees(office.li, "您已登记回避")
    await office.after(minutes=4)
    office.sees(office.room_district, "A-0001")
    assert "由您接收" in await office.presses(office.wang, "接收", card)
    office.reads_all()


async def test_who_keeps_out_of_a_towns_matters_still_comes_for_a_life(office: WholeOffice) -> None:
    """回避 of a unit bars alerts that complain about it, not every alert in its town."""
    await office.says(office.li, f"回避 {DASHI}")
    await office.says(office.chen, ALERT_WORDS)
    card = office.sees(office.room_dashi, "A-0001")
    assert "由您接收" in await office.presses(office.li, "接收", card)
    office.reads_all()


async def test_an_interest_elsewhere_tells_nothing(office: WholeOffice) -> None:
    """Who would not have seen it anyway is not told by their interest that it is there."""
    with_interest(office, office.zhao)
    await office.says(office.chen, ALERT_WORDS)
    office.reads_all()
    answers = []
    for number in ("A-0001", "A-0099"):
        await office.says(office.zhao, f"状态 {number}")
        answers.append(office.sees(office.zhao).text)
    assert answers[0] == answers[1]
