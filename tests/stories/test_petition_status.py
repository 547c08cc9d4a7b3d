"""状态 by a petitioner's name, phone or number: who is told what, and who is told nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from alerts.notices import press_data
from bot.petition_replies import NOTHING_FOUND
from domain.access import Way
from domain.duty import Role
from domain.petition import MatterKind, Petitioner
from petitions.status import Status, look_up, question
from storage.tables import access_log
from storage.unit_of_work import UnitOfWork
from tests.ledger_rows import ZHANG, with_matter
from tests.office import WholeOffice
from tests.office_people import DASHI, SHIQI, Somebody, ledger_of_panyu


def looks(office: WholeOffice) -> list[tuple[int | None, str]]:
    """Return who looked at which matter, the oldest first."""
    query = (
        sa.select(access_log.c.person_id, access_log.c.whose)
        .where(access_log.c.what == "matter")
        .order_by(access_log.c.id)
    )
    return office.read(lambda uow: [tuple(row) for row in uow.connection.execute(query)])


@pytest.mark.parametrize(
    "asked",
    ["状态 张三妹", "/status 张三妹", "状态 138 0000 1234", "状态13800001234", "状态 2026-0042"],
)
async def test_an_officer_asks_for_a_petitioner_of_their_town(
    office: WholeOffice, asked: str
) -> None:
    """By name, phone or number; the look leaves a line."""
    office.write(with_matter)
    await office.says(office.li, asked)
    answer = office.sees(office.li, "2026-0042", "张三妹（植村，138****1234）", "征地补偿款未付")
    assert "进展：大石街道已受理，办理中" in answer.text
    assert "包案领导：黄向东" in answer.text
    assert "期限：办结，2026-04-13 前（还有 40 天）" in answer.text
    assert "最近一步：2026-02-10 受理（大石街道）" in answer.text
    assert "13800001234" not in answer.text
    assert "440126" not in answer.text
    assert looks(office) == [(office.li.known.id, "2026-0042")]


async def test_an_id_number_finds_and_is_never_shown(office: WholeOffice) -> None:
    """Its owner reads it out; the answer does not."""
    office.write(with_matter)
    await office.says(office.zhou, "状态 440126196505043221")
    answer = office.sees(office.zhou, "2026-0042", "张三妹")
    assert "440126" not in answer.text


async def test_a_group_learns_only_that_the_answer_went_to_a_private_chat(
    office: WholeOffice,
) -> None:
    """Whatever the answer is."""
    office.write(with_matter)
    await office.says(office.li, "状态 张三妹", where=office.room_dashi)
    office.sees(office.li, "2026-0042")
    assert office.sees(office.room_dashi, "已私信发送").text == "已私信发送。"
    await office.says(office.li, "状态 没有的人", where=office.room_dashi)
    office.sees(office.li, NOTHING_FOUND)
    assert office.sees(office.room_dashi, "已私信发送").text == "已私信发送。"


def asks_in_vain(office: WholeOffice, name: str) -> Somebody:
    """Return somebody who may not know of a matter of 大石 that complains about 石碁."""
    if name == "a clerk of long ago":
        gone = office.enrols("旧文员", Role.CLERK, None)
        office.write(lambda uow: uow.people.revoke(gone.known.id))
        return gone
    return {
        "an outsider": office.outsider,
        "a grid worker": office.chen,
        "an officer of another town": office.zhao,
    }[name]


WITHOUT_RIGHT = (
    "an outsider",
    "a grid worker",
    "an officer of another town",
    "a clerk of long ago",
)


@pytest.mark.parametrize("who", WITHOUT_RIGHT)
async def test_whoever_may_not_know_is_told_the_same_as_of_nobody(
    office: WholeOffice, who: str
) -> None:
    """By name, phone, number or a slip of one character."""
    office.write(with_matter)
    asker = asks_in_vain(office, who)
    for there, not_there in (
        ("张三妹", "钱没有"),
        ("张三味", "钱没友"),
        ("13800001234", "13900004321"),
        ("2026-0042", "2026-0043"),
        ("440126196505043221", "440126196505043299"),
    ):
        await office.says(asker, f"状态 {there}")
        told = office.sees(asker).text
        await office.says(asker, f"状态 {not_there}")
        assert office.sees(asker).text == told
        assert there not in told


async def test_the_unit_complained_about_is_told_nothing(office: WholeOffice) -> None:
    """In their own town, where the matter lies and which even answers for it."""
    office.write(lambda uow: with_matter(uow, about_units=(DASHI,)))
    await office.says(office.li, "状态 张三妹")
    assert office.sees(office.li).text == NOTHING_FOUND
    await office.says(office.zhou, "状态 张三妹")
    office.sees(office.zhou, "2026-0042")


async def test_an_accusation_is_for_few(office: WholeOffice) -> None:
    """The town's officers and the district's desk are not told, clerk and leader are."""
    office.write(lambda uow: with_matter(uow, kind=MatterKind.ACCUSATION, about_units=(SHIQI,)))
    clerk = office.enrols("苏小文", Role.CLERK, None)
    for asker in (office.li, office.zhao, office.zhou):
        for asked in ("张三妹", "张三味"):
            await office.says(asker, f"状态 {asked}")
            assert office.sees(asker).text == NOTHING_FOUND
    for asker in (clerk, office.deng):
        await office.says(asker, "状态 张三妹")
        office.sees(asker, "2026-0042")


async def test_a_slip_of_one_character_is_helped(office: WholeOffice) -> None:
    """Only with names of matters that are theirs to know."""
    office.write(with_matter)
    far = Petitioner("张三美", "13800009999", village="莲塘村")
    office.write(
        lambda uow: with_matter(uow, number="2026-0050", people=(far,), town=SHIQI, unit=SHIQI)
    )
    await office.says(office.li, "状态 张三眉")
    assert "您是不是要找：张三妹？" in office.sees(office.li, NOTHING_FOUND).text
    await office.says(office.zhou, "状态 张三眉")
    both = office.sees(office.zhou, NOTHING_FOUND).text
    assert "张三妹" in both
    assert "张三美" in both


@pytest.mark.parametrize("heard", ["章散梅", "zhangsanmei", "Zhang SanMei"])
async def test_a_name_that_was_only_heard_is_helped(office: WholeOffice, heard: str) -> None:
    """By its sound, every character written otherwise; to nobody who may not know it."""
    office.write(with_matter)
    await office.says(office.li, f"状态 {heard}")
    assert "您是不是要找：张三妹？" in office.sees(office.li, NOTHING_FOUND).text
    await office.says(office.zhao, f"状态 {heard}")
    assert office.sees(office.zhao).text == NOTHING_FOUND


async def test_same_names_are_told_apart_by_no_more_than_that_needs(office: WholeOffice) -> None:
    """Number, village, a masked phone."""
    office.write(with_matter)
    other = Petitioner(ZHANG.name, "13700005678", village="大维村", address="大维村三街2号")
    office.write(lambda uow: with_matter(uow, number="2026-0051", people=(other,)))
    await office.says(office.li, "状态 张三妹")
    answer = office.sees(office.li, "2026-0042", "2026-0051")
    assert "张三妹（植村，138****1234）" in answer.text
    assert "张三妹（大维村，137****5678）" in answer.text
    assert "三街" not in answer.text


async def test_an_open_alert_is_named_to_who_may_see_it(office: WholeOffice) -> None:
    """The words of the report name the petitioner; nothing is kept that joins the two."""
    office.write(with_matter)
    clerk = office.enrols("苏小文", Role.CLERK, None)
    await office.says(office.chen, "植村张三妹现在楼顶坐着说要跳楼")
    office.reads_all()
    await office.says(office.li, "状态 张三妹")
    office.sees(office.li, "有正在处理的预警：A-0001", "2026-0042")
    await office.says(clerk, "状态 张三妹")
    assert "A-0001" not in office.sees(clerk, "2026-0042").text


async def test_an_alerts_details_say_that_a_matter_exists(office: WholeOffice) -> None:
    """To who may see it, in private; by a name alone with a doubt, and never on the card."""
    other = Petitioner("张三妹", "13700005678", village="莲塘村")
    office.write(with_matter)
    office.write(lambda uow: with_matter(uow, number="2026-0061", people=(other,), town=SHIQI))
    level = "植村张三妹说不想活了，电话13800001234"
    await office.says(office.chen, level)
    card = office.sees(office.room_dashi, "A-0001")
    office.reads_all()
    assert "2026-0042" not in card.text
    await office.presses(office.li, "查看详情", card, data=press_data(1, "detail"))
    told = office.sees(office.li, "有信访事项：2026-0042　大石街道").text
    assert "同名" not in told
    assert "2026-0061" not in told


async def test_a_matter_does_not_grade_an_alert(office: WholeOffice) -> None:
    """The same words have the same level, whether somebody has a matter or not."""
    words = "植村张三妹说不想活了"
    await office.says(office.chen, words)
    office.write(with_matter)
    await office.after(hours=3)
    await office.says(office.he, words)
    office.reads_all()
    assert office.alert(1).level is office.alert(2).level


async def test_a_matter_raises_no_alert(office: WholeOffice) -> None:
    """Harmless words about somebody with a matter stay harmless."""
    office.write(with_matter)
    await office.says(office.chen, "张三妹今天又去信访局问补偿款，电话13800001234")
    office.sees(office.chen, "没有看出人身危险")


@pytest.mark.parametrize("who", ["another town's officer", "the unit complained about"])
def test_what_is_not_theirs_costs_what_is_not_there_costs(office: WholeOffice, who: str) -> None:
    """The very same statements are run, and none of them reads a row of it: no time tells."""
    about = (SHIQI,) if who == "the unit complained about" else ()
    office.write(lambda uow: with_matter(uow, town=SHIQI if about else DASHI, about_units=about))
    ran: list[str] = []

    def note(*arguments: object) -> None:
        ran.append(str(arguments[2]))

    def asks(wanted: str) -> list[str]:
        def look(uow: UnitOfWork) -> Status:
            asker = uow.interests.asker(office.zhao.known, Way.PRIVATE)
            ran.clear()
            return look_up(uow, ledger_of_panyu(), asker, question(wanted))

        answer = office.write(look)
        assert (answer.matters, answer.near, answer.names) == ((), (), ())
        return list(ran)

    event.listen(office.store.engine, "before_cursor_execute", note)
    try:
        assert asks("张三妹") == asks("钱没有")
        assert asks("张三味") == asks("钱没友")
        assert asks("13800001234") == asks("13900004321")
        assert asks("2026-0042") == asks("2026-0043")
    finally:
        event.remove(office.store.engine, "before_cursor_execute", note)
