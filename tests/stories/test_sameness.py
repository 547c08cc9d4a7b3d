"""One event told by several people, or several times, is one alert; in doubt a person is asked."""

from __future__ import annotations

import asyncio

from domain.alert import AlertState, LogKind, Outcome
from domain.danger import Level
from storage.tables import alerts
from tests.office import WholeOffice

RED = "张某现在坐在12楼天台边上扬言要跳楼"


async def test_two_people_report_the_same_event(office: WholeOffice) -> None:
    """The second report joins the first's alert; the group reads it, both reporters hear."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号 R-0001")
    card = office.sees(office.room_dashi, "A-0001")
    await office.says(office.he, "张某在12楼要跳楼，他老婆在旁边")
    office.sees(office.he, "编号 R-0002", "A-0001 已发给大石街道")
    office.sees(office.room_dashi, "A-0001 有补充（大石街道社工 何文静）", "他老婆在旁边")
    assert "R-0002" in card.text
    assert LogKind.CORROBORATED in office.story_of()
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "R-0001", "已接收")
    office.sees(office.he, "R-0002", "已接收")


async def test_the_same_words_from_somebody_else_corroborate(office: WholeOffice) -> None:
    """Forwarded word for word: counted, shown on the card, nobody's phone rings for it."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "R-0001")
    card = office.sees(office.room_dashi, "A-0001")
    await office.says(office.he, f" {RED}！！ ")
    office.sees(office.he, "编号 R-0002")
    assert "R-0002" in card.text
    assert LogKind.CORROBORATED in office.story_of()
    assert office.count(alerts) == 1


async def test_the_same_words_by_the_same_person_add_nothing(office: WholeOffice) -> None:
    """Sent twice, also through another channel: told that it was received."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "R-0001")
    office.sees(office.room_dashi, "A-0001")
    await office.says(office.chen, RED)
    office.sees(office.chen, "这条已经收到过（A-0001）")
    office.also_at(office.chen, "pigeon")
    elsewhere = next(one for one in reversed(office.people.values()) if one.name == "陈小燕")
    await office.says(elsewhere, RED)
    office.sees(elsewhere, "这条已经收到过（A-0001）")
    assert office.story_of().count(LogKind.CORROBORATED) == 0


async def test_unsure_asked_and_merged(office: WholeOffice) -> None:
    """Words with no place might be the same: two alerts until the reporter says 是同一件."""
    await office.says(office.chen, "张某在12楼说不想活了")
    office.sees(office.chen, "R-0001")
    first = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "接收", first)
    office.sees(office.chen, "已接收")
    await office.says(office.he, "有人要跳楼")
    office.sees(office.he, "R-0002")
    question = office.sees(office.he, "与 A-0001（10:00 大石街道）是同一件事吗？")
    second = office.sees(office.room_dashi, "A-0002")
    assert "已并入 A-0001" in await office.presses(office.he, "是同一件", question)
    office.sees(office.room_dashi, "A-0002 与 A-0001 是同一件事")
    assert "已办结：并入另一预警" in second.text
    again = office.sees(office.room_dashi, "A-0001", "等级升高", "有人要跳楼")
    alert = office.alert(1)
    assert (alert.level, alert.state) == (Level.RED, AlertState.OPEN)
    assert (office.alert(2).outcome, office.alert(2).merged_into) == (Outcome.MERGED, 1)
    await office.presses(office.li, "接收", again)
    office.sees(office.chen, "R-0001", "已接收")
    office.sees(office.he, "R-0002", "已接收")
    assert "已办结" in await office.presses(office.li, "", second, data="a:2:take")


async def test_unsure_asked_and_kept_apart(office: WholeOffice) -> None:
    """不是: both alerts live on."""
    await office.says(office.chen, RED)
    await office.says(office.he, "有人要跳楼")
    office.reads_all()
    question = office.messages(office.he)[-1]
    assert "按两件事处理" in await office.presses(office.he, "不是", question)
    assert office.alert(1).is_live
    assert office.alert(2).is_live
    await office.after(minutes=1)


async def test_the_answer_comes_after_the_first_alert_was_closed(office: WholeOffice) -> None:
    """是同一件 about a closed alert keeps the new one alive."""
    await office.says(office.chen, RED)
    office.reads_all()
    card = office.messages(office.room_dashi)[0]
    await office.says(office.he, "有人要跳楼")
    office.reads_all()
    question = office.messages(office.he)[-1]
    await office.presses(office.li, "误报", card)
    why = office.sees(office.room_dashi, "为什么是误报")
    await office.presses(office.li, "口头禅、气话或玩笑", why)
    office.sees(office.chen, "核实后没有危险")
    assert "已经办结" in await office.presses(office.he, "是同一件", question)
    assert office.alert(2).is_live


async def test_a_forged_merge_into_another_towns_alert_does_nothing(office: WholeOffice) -> None:
    """The button's number is not believed: only an alert of the same town can be the same."""
    await office.says(office.chen, RED)
    await office.says(office.he, "石碁镇广场有人要跳楼")
    office.reads_all()
    receipt = office.messages(office.chen)[0]
    await office.presses(office.chen, "", receipt, data="r:1:same:2")
    assert office.alert(1).is_live
    assert office.read(lambda uow: uow.reports.of_alert(2))[0].id == 2
    await office.after(minutes=1)


async def test_a_higher_level_calls_everybody_anew(office: WholeOffice) -> None:
    """A second reporter's red words about an orange alert that was taken open it again."""
    await office.says(office.chen, "张某在12楼说不想活了")
    office.sees(office.chen, "R-0001")
    card = office.sees(office.room_dashi, "🟠橙")
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "已接收")
    await office.says(office.he, "12楼张某要跳楼")
    office.sees(office.he, "R-0002", "110／120")
    office.sees(office.room_dashi, "🔴红", "等级升高，请重新接收")
    assert card.labels[0] == "接收"
    await office.after(minutes=3)
    office.sees(office.room_district, "🔴红")
    office.sees(office.deng, "🔴红")


async def test_another_floor_or_another_name_is_another_event(office: WholeOffice) -> None:
    """What contradicts is never joined, and nobody is asked."""
    await office.says(office.chen, RED)
    await office.says(office.he, "张某在8楼要跳楼")
    await office.says(office.he, "李某要跳楼")
    office.reads_all()
    assert office.count(alerts) == 3
    assert not [one for one in office.messages(office.he) if "同一件事吗" in one.text]


async def test_after_two_hours_it_is_a_new_event(office: WholeOffice) -> None:
    """The same words much later call anew."""
    await office.says(office.chen, RED)
    office.reads_all()
    card = office.messages(office.room_dashi)[0]
    await office.presses(office.li, "接收", card)
    await office.presses(office.li, "关注", card)
    office.reads_all()
    question = office.messages(office.room_dashi)[-1]
    await office.presses(office.li, "8小时后", question)
    await office.presses(office.li, "在路上", question)
    await office.after(hours=2, minutes=1)
    await office.says(office.chen, RED)
    office.reads_all()
    assert office.count(alerts) == 2


async def test_two_people_report_the_same_event_at_the_very_same_time(
    office: WholeOffice,
) -> None:
    """Two readers at once: still one alert."""
    office.receives(office.chen, RED)
    office.receives(office.he, RED)
    await asyncio.gather(office.go("read"), office.go("read"))
    await office.settle()
    office.reads_all()
    assert office.count(alerts) == 1
    assert LogKind.CORROBORATED in office.story_of()
