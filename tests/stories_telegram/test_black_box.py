"""The whole way through Telegram, from the outside: the real process and the emulator.

Two reporters in private and one in a report group, two town groups, the district's, and
somebody who is not enrolled: once by polling in one process and with privacy mode, once by
webhook in three processes and without.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.duty import Role
from tests.page import PNG
from tests.telegram_office import PATIENCE, TelegramOffice, telegram_office
from tests.telegram_server import TelegramServer
from tests.telegram_world import BOT_NAME, Room, User

DASHI, SHIQI = "大石街道", "石碁镇"


async def bind(
    office: TelegramOffice, whose: str, by: User, *others: User, choice: str = ""
) -> Room:
    """Let an officer add the bot to a group and press the one button."""
    room = office.world.group(f"{whose}值班", by, *others)
    office.world.adds_bot(by, room)
    asked = await office.sees(room, "护信在这个群里了")
    await office.presses(by, asked, "绑定为值班群")
    if choice:
        asked = await office.sees(room, "绑定为哪里")
        await office.presses(by, asked, choice)
    await office.sees(room, f"本群已绑定为{whose}值班群")
    return room


@dataclass
class Cast:
    """Who is in the story, and where."""

    chen: User
    he: User
    tan: User
    li: User
    zhao: User
    zhou: User
    outsider: User
    dashi: Room
    shiqi: Room
    district: Room


async def gather(office: TelegramOffice) -> Cast:
    """Let everybody enrol by a deep link, and the groups be bound by one button."""
    chen, he, tan, li, zhao, zhou = await office.enrols(
        chen=(Role.GRID_WORKER, DASHI, "陈小燕"),
        he=(Role.SOCIAL_WORKER, DASHI, "何文静"),
        tan=(Role.PROPERTY_MANAGER, SHIQI, "谭伟"),
        li=(Role.TOWN_OFFICER, DASHI, "李国明"),
        zhao=(Role.TOWN_OFFICER, SHIQI, "赵建军"),
        zhou=(Role.DISTRICT_OFFICER, None, "周志强"),
    )
    outsider = office.world.user("路过的人")
    dashi = await bind(office, DASHI, li, zhao, outsider)
    shiqi = await bind(office, SHIQI, zhao)
    district = await bind(office, "区值班室", zhou, choice="区值班群")
    office.world.says(li, "/take_shift 4")
    await office.sees(li, "现在由您值")
    return Cast(chen, he, tan, li, zhao, zhou, outsider, dashi, shiqi, district)


async def report_to_outcome(office: TelegramOffice, cast: Cast) -> None:
    """A report with a photo in private, its alert, one officer's presses, the outcome."""
    world, dashi, li, chen = office.world, cast.dashi, cast.li, cast.chen
    photo = office.server.upload(PNG)
    world.says(chen, "", caption="大石街道富丽家园3栋楼顶有人说要跳楼", **photo)
    card = await office.sees(dashi, "🔴红", "A-0001", "待接收", "附件 1 个")
    own = await office.sees(li, "🔴红", "A-0001", "待接收")
    await office.sees(chen, "已收到，编号 R-0001", "110／120")
    assert dashi.labels(card) == ["接收", "移交", "求助", "误报", "查看详情"]
    assert "大石街道网格员 上报" in card["text"]
    assert "陈小燕" not in card["text"]
    assert card["has_protected_content"]

    # Who is not enrolled, and who is of another town, changes nothing.
    assert "请先登记" in await office.presses(cast.outsider, card, "接收")
    assert "请先登记" in await office.presses(cast.outsider, card, "查看详情")
    assert "不由您处理" in await office.presses(cast.zhao, card, "接收")
    assert "待接收" in dashi.messages[card["message_id"]]["text"]

    assert await office.presses(li, card, "查看详情") == "已私信您。"
    await office.sees(li, "A-0001 红", "陈小燕", "富丽家园3栋楼顶")
    async with asyncio.timeout(PATIENCE):
        await office.server.until(lambda: any("photo" in one for one in world.private(li).of_bot))

    # One press; every copy says so, and the reporter hears of it.
    assert "由您接收" in await office.presses(li, card, "接收")
    card = await office.becomes(card, "A-0001", "李国明", "已接收")
    await office.becomes(own, "李国明", "已接收")
    await office.sees(chen, "R-0001", "李国明", "已接收")
    world.says(cast.zhao, "石碁也可以派人", where=dashi, reply_to=card["message_id"])
    await office.sees(dashi, "已记入 A-0001")
    await office.presses(li, card, "办结")
    asked = await office.sees(dashi, "李国明：A-0001 结果如何")
    await office.presses(li, asked, "平安")
    await office.sees(chen, "有结果了：人平安")
    card = await office.becomes(card, "A-0001", "已办结：平安")
    await office.becomes(own, "已办结：平安")
    assert dashi.labels(card) == ["查看详情"]


async def further_reports(office: TelegramOffice, cast: Cast) -> None:
    """Of another town, in private and in a group that is bound to nothing."""
    world, shiqi = office.world, cast.shiqi
    world.says(cast.he, "石碁镇金山村有人拿着菜刀追着老婆砍，快来人")
    await office.sees(shiqi, "A-0002", "待接收")
    await office.sees(cast.he, "已收到，编号 R-0002")

    # With privacy mode the bot says what it does not hear, and is told by the command.
    reports = world.group("石碁上报群", cast.tan, cast.outsider)
    world.adds_bot(cast.zhao, reports)
    await office.sees(reports, "作上报群", "/setprivacy" if world.privacy else "我都听得到")
    world.says(cast.tan, "大家早上好", where=reports)
    command = "/report " if world.privacy else ""
    world.says(cast.tan, f"{command}石碁镇官涌村有人泼汽油说要点火烧房子", where=reports)
    await office.sees(shiqi, "A-0003", "待接收")
    await office.sees(reports, "已收到，编号 R-0003")
    if not world.privacy:
        return

    # Made an administrator it hears everything.
    world.adds_bot(cast.zhao, reports, "administrator")
    await office.sees(reports, "我都听得到")
    world.says(cast.tan, "石碁镇永善村有人站在楼顶说要跳下去", where=reports)
    await office.sees(shiqi, "A-0004", "待接收")


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """Give the emulator."""
    made = TelegramServer()
    await made.start()
    yield made
    await made.stop()


@pytest.mark.parametrize(
    ("mode", "parts"), [("polling", ("run",)), ("webhook", ("web", "bot", "dispatcher"))]
)
async def test_from_the_report_to_the_outcome(
    tmp_path: Path, server: TelegramServer, mode: str, parts: tuple[str, ...]
) -> None:
    """The right group has it, one officer takes it, all copies say so, the reporter hears."""
    server.world.privacy = mode == "polling"
    async with telegram_office(
        tmp_path, mode, server=server, parts=parts, reads_little=True
    ) as office:
        cast = await gather(office)
        await report_to_outcome(office, cast)
        await further_reports(office, cast)

        office.world.says(cast.outsider, "你们在干什么")
        await office.sees(cast.outsider, "您还没有登记")
        assert len(office.world.private(cast.outsider).of_bot) == 1
        for room, others in (
            (cast.district, ["A-000"]),
            (cast.dashi, ["A-0002", "A-0003", "A-0004"]),
            (cast.shiqi, ["A-0001"]),
        ):
            texts = "".join(one.get("text", "") for one in room.of_bot)
            assert not [number for number in others if number in texts]
        (kept,) = (tmp_path / "files").glob("*/*.png")
        assert kept.read_bytes() == PNG
        offered = {scope for scope in office.server.commands if scope.startswith("chat:")}
        assert offered == {f"chat:{one.id}" for one in (cast.li, cast.zhao, cast.zhou)}
        log = office.process.log.read_text("utf-8")
        assert "Traceback" not in log
        assert office.server.token not in log
        assert await office.stops() == [0] * len(parts)


async def test_check_and_invite_ask_telegram_who_the_bot_is(tmp_path: Path) -> None:
    """It is good, codes become links; a wrong token is said in one line."""
    async with telegram_office(tmp_path, "polling", reads_little=True) as office:
        code, out, _ = await office.process.huxin("check")
        assert code == 0, out
        assert "Telegram @huxin_test_bot（polling）隐私模式开着" in out
        assert "/setprivacy" in out
        _, out, _ = await office.process.huxin("invite", "--role", "grid_worker", "--town", "大石")
        assert f"https://t.me/{BOT_NAME}?start=" in out
        _, out, _ = await office.process.huxin("invite", "--group", "--town", "大石", "--json")
        (made,) = json.loads(out)
        assert made["link"] == f"https://t.me/{BOT_NAME}?startgroup={made['code']}"
        office.process.more["HUXIN_CHANNELS__TELEGRAM__TOKEN"] = "8:wrong"
        code, out, _ = await office.process.huxin("check")
        assert code == 2
        (fault,) = [line for line in out.splitlines() if line.startswith("✗")]
        assert "channels.telegram.token" in fault
        assert "8:wrong" not in out
