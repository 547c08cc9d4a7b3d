"""查阅 and 回避: a look outside one's area for a written reason, and a look that is renounced."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.petition_replies import NOTHING_FOUND
from domain.petition import MatterKind
from storage.tables import access_log
from tests.ledger_rows import with_matter
from tests.office import WholeOffice
from tests.office_people import SHIQI

WHY = "查阅 张三妹 家属来电称联系不上本人"


async def test_a_reason_opens_one_name_for_three_hours(office: WholeOffice) -> None:
    """The district is told, the log has the reason, and then it is over."""
    office.write(with_matter)
    await office.says(office.zhao, WHY)
    office.sees(office.zhao, "3 小时内有效（到 3月4日 13:00）")
    office.sees(office.zhao, "2026-0042", "张三妹（植村，138****1234）")
    told = office.sees(office.room_district, "【查阅】石碁镇值班员 赵建军", "家属来电")
    assert "张三妹" not in told.text
    await office.after(hours=2, minutes=59)
    await office.says(office.zhao, "状态 张三妹")
    office.sees(office.zhao, "2026-0042")
    await office.after(minutes=2)
    await office.says(office.zhao, "状态 张三妹")
    assert office.sees(office.zhao).text == NOTHING_FOUND
    query = sa.select(access_log.c.what, access_log.c.why).order_by(access_log.c.id)
    lines = office.read(lambda uow: [tuple(row) for row in uow.connection.execute(query)])
    assert ("opening", "家属来电称联系不上本人") in lines
    assert ("matter", "家属来电称联系不上本人") in lines


async def test_it_opens_nothing_else(office: WholeOffice) -> None:
    """Another name, or the same matter by its number, stays shut."""
    office.write(with_matter)
    await office.says(office.zhao, "查阅 李四根 家属来电称联系不上本人")
    office.sees(office.zhao, "3 小时内有效")
    assert office.sees(office.zhao).text == NOTHING_FOUND
    office.sees(office.room_district, "【查阅】")
    for asked in ("张三妹", "2026-0042", "13800001234"):
        await office.says(office.zhao, f"状态 {asked}")
        assert office.sees(office.zhao).text == NOTHING_FOUND


@pytest.mark.parametrize("what", ["accusation", "complained about"])
async def test_what_no_reason_opens(office: WholeOffice, what: str) -> None:
    """An accusation, or a matter that is about their own unit; the answer tells neither."""
    if what == "accusation":
        office.write(lambda uow: with_matter(uow, kind=MatterKind.ACCUSATION))
    else:
        office.write(lambda uow: with_matter(uow, about_units=(SHIQI,)))
    await office.says(office.zhao, WHY)
    office.sees(office.zhao, "3 小时内有效")
    assert office.sees(office.zhao).text == NOTHING_FOUND
    office.sees(office.room_district, "【查阅】")


@pytest.mark.parametrize("words", ["查阅 张三妹", "查阅 张三妹 看看", "查阅 张三妹 111111111"])
async def test_a_reason_is_more_than_a_word(office: WholeOffice, words: str) -> None:
    """It is asked for, nobody is told, and nothing is open."""
    office.write(with_matter)
    await office.says(office.zhao, words)
    office.sees(office.zhao, "请写明理由")
    await office.says(office.zhao, "状态 张三妹")
    assert office.sees(office.zhao).text == NOTHING_FOUND


async def test_who_sees_the_district_needs_no_reason(office: WholeOffice) -> None:
    """And a group is no place for one."""
    await office.says(office.zhou, WHY)
    office.sees(office.zhou, "直接发：状态 姓名")
    await office.says(office.zhao, WHY, where=office.room_shiqi)
    office.sees(office.room_shiqi, "请私信我办理")


async def test_a_grid_workers_words_are_a_report(office: WholeOffice) -> None:
    """They open nothing."""
    office.write(with_matter)
    await office.says(office.chen, WHY)
    office.sees(office.chen, "已收到，编号 R-0001")


@pytest.mark.parametrize("about", ["张三妹", "2026-0042", "13800001234", "大石街道"])
async def test_an_interest_ends_every_look(office: WholeOffice, about: str) -> None:
    """By whatever it is asked for, a slip of the pen too; their own town's and the desk's."""
    office.write(with_matter)
    for asker in (office.li, office.zhou):
        await office.says(asker, f"回避 {about}")
        office.sees(asker, f"已登记回避：{about}")
        for asked in ("张三妹", "2026-0042", "13800001234", "张三味"):
            await office.says(asker, f"状态 {asked}")
            assert office.sees(asker).text == NOTHING_FOUND
    await office.says(office.wang, "状态 张三妹")
    office.sees(office.wang, "2026-0042")


async def test_a_reason_does_not_open_what_was_renounced(office: WholeOffice) -> None:
    """回避 wins."""
    office.write(with_matter)
    await office.says(office.zhao, "回避 张三妹")
    office.sees(office.zhao, "已登记回避")
    await office.says(office.zhao, WHY)
    office.sees(office.zhao, "3 小时内有效")
    assert office.sees(office.zhao).text == NOTHING_FOUND
    office.sees(office.room_district, "【查阅】")
