"""The whole way through Telegram, from the outside: the real process and the emulator.

Two reporters in private and one in a report group, two town groups, the district's, and
somebody who is not enrolled, once by polling and once by webhook.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domain.duty import Role
from tests.telegram_office import TelegramOffice, telegram_office
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


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_from_the_report_to_the_outcome(tmp_path: Path, mode: str) -> None:
    """The right group has it, one officer takes it, all copies say so, the reporter hears."""
    async with telegram_office(tmp_path, mode) as office:
        world = office.world
        chen, he, tan, li, zhao, zhou = await office.enrols(
            chen=(Role.GRID_WORKER, DASHI, "陈小燕"),
            he=(Role.SOCIAL_WORKER, DASHI, "何文静"),
            tan=(Role.PROPERTY_MANAGER, SHIQI, "谭伟"),
            li=(Role.TOWN_OFFICER, DASHI, "李国明"),
            zhao=(Role.TOWN_OFFICER, SHIQI, "赵建军"),
            zhou=(Role.DISTRICT_OFFICER, None, "周志强"),
        )
        outsider = world.user("路过的人")
        dashi = await bind(office, DASHI, li, outsider)
        shiqi = await bind(office, SHIQI, zhao)
        district = await bind(office, "区值班室", zhou, choice="区值班群")

        # A reporter in private; the card is in the right group and nowhere else.
        world.says(chen, "大石街道富丽家园3栋楼顶有人说要跳楼")
        card = await office.sees(dashi, "🔴红", "A-0001", "待接收")
        await office.sees(chen, "已收到，编号 R-0001", "110／120")
        assert dashi.labels(card) == ["接收", "移交", "求助", "误报", "查看详情"]
        assert "大石街道网格员 上报" in card["text"]
        assert "陈小燕" not in card["text"]
        assert card["has_protected_content"]

        # Who is not enrolled, and who is of another town, changes nothing.
        assert "请先登记" in await office.presses(outsider, card, "接收")
        assert "不由您处理" in await office.presses(zhao, card, "接收")
        assert "待接收" in dashi.messages[card["message_id"]]["text"]

        assert await office.presses(li, card, "查看详情") == "已私信您。"
        await office.sees(li, "A-0001", "陈小燕", "富丽家园3栋楼顶")

        assert "由您接收" in await office.presses(li, card, "接收")
        await office.sees(dashi, "A-0001", "李国明", "已接收")
        await office.sees(chen, "R-0001", "李国明", "已接收")
        await office.presses(li, dashi.messages[card["message_id"]], "办结")
        asked = await office.sees(dashi, "李国明：A-0001 结果如何")
        await office.presses(li, asked, "平安")
        await office.sees(chen, "有结果了：人平安")
        await office.sees(dashi, "A-0001", "已办结：平安")
        assert dashi.labels(dashi.messages[card["message_id"]]) == ["查看详情"]

        # Another reporter names another town: its group has it.
        world.says(he, "石碁镇金山村有人拿着菜刀追着老婆砍，快来人")
        await office.sees(shiqi, "A-0002", "待接收")
        await office.sees(he, "已收到，编号 R-0002")

        # One in a group that is bound to nothing; privacy mode is on, so by the command.
        reports = world.group("石碁上报群", tan, outsider)
        world.adds_bot(zhao, reports)
        await office.sees(reports, "作上报群")
        world.says(tan, "大家早上好", where=reports)
        world.says(tan, "/report 石碁镇官涌村有人泼汽油说要点火烧房子", where=reports)
        await office.sees(shiqi, "A-0003", "待接收")
        await office.sees(reports, "已收到，编号 R-0003")

        world.says(outsider, "你们在干什么")
        await office.sees(outsider, "您还没有登记")
        assert len(world.private(outsider).of_bot) == 1
        assert not [one for one in district.of_bot if "A-000" in one.get("text", "")]
        assert not [one for one in dashi.of_bot if "A-0002" in one.get("text", "")]
        assert not [one for one in shiqi.of_bot if "A-0001" in one.get("text", "")]
        log = office.process.log.read_text("utf-8")
        assert "Traceback" not in log
        assert office.server.token not in log
        assert await office.process.stop() == 0


async def test_check_and_invite_ask_telegram_who_the_bot_is(tmp_path: Path) -> None:
    """It is good, codes become links; a wrong token is said in one line."""
    async with telegram_office(tmp_path, "polling") as office:
        code, out, _ = await office.process.huxin("check")
        assert code == 0, out
        assert "Telegram @huxin_test_bot（polling）" in out
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
