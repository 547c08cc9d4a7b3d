"""Who has an alert: the first to press, and everybody sees it."""

from __future__ import annotations

from collections.abc import Callable

from alerts import acknowledgement
from alerts.acknowledgement import Result
from domain.alert import AlertState, LogKind, Outcome
from domain.duty import Post
from storage.unit_of_work import UnitOfWork
from tests.fakes import Shown
from tests.office import WholeOffice
from tests.office_people import Somebody

JUMP = "张某现在坐在12楼天台边上扬言要跳楼"


async def test_a_red_report_is_taken_handled_and_told_back(office: WholeOffice) -> None:
    """Report, card in the group, 接收, edited for everybody, 办结, outcome at the reporter."""
    await office.says(office.chen, JUMP)
    receipt = office.sees(office.chen, "先拨110／120", "R-0001", "A-0001 已发给大石街道")
    assert receipt.labels == ["补充", "更正", "撤回"]
    card = office.sees(office.room_dashi, "🔴红", "疑似自伤自杀", "110／120", "要跳楼")
    assert card.labels == ["接收", "移交", "求助", "误报"]

    assert "由您接收" in await office.presses(office.li, "接收", card)
    assert "李国明 10:00 已接收" in card.text
    assert "接收" not in card.labels
    office.sees(office.chen, "R-0001", "李国明", "已接收")

    assert not await office.presses(office.li, "办结", card)
    question = office.sees(office.room_dashi, "李国明：A-0001 结果如何？")
    assert "已办结：平安" in await office.presses(office.li, "平安", question)
    assert "已办结：平安" in card.text
    assert card.labels == []
    assert "已办结" in question.text
    office.sees(office.chen, "人平安")
    assert office.alert().state is AlertState.CLOSED
    assert office.story_of() == [
        LogKind.RAISED,
        LogKind.NOTIFIED,
        LogKind.ACKNOWLEDGED,
        LogKind.CLOSED,
    ]


async def test_two_officers_press_at_once(office: WholeOffice) -> None:
    """Only the first has it; the second is told who, and nothing is sent twice."""
    await office.says(office.chen, JUMP)
    card = office.sees(office.room_dashi, "A-0001")
    first = office.touches(office.li, "接收", card)
    second = office.touches(office.wang, "接收", card)
    await office.settle()
    assert "由您接收" in office.answer_to(first)
    assert "李国明" in office.answer_to(second)
    assert office.alert().taken_by == office.li.known.id
    assert office.story_of().count(LogKind.ACKNOWLEDGED) == 1
    office.sees(office.chen, "编号 R-0001")
    office.sees(office.chen, "李国明", "已接收")


async def test_twenty_alerts_are_each_taken_once_by_threads_that_race(office: WholeOffice) -> None:
    """Two units of work at the very same time: one has it, the other learns who."""
    for number in range(1, 21):
        office.receives(office.chen, f"有人在{number}楼要跳楼，{number}号楼")
    await office.settle()
    office.reads_all()

    def take(somebody: Somebody, number: int) -> Callable[[UnitOfWork], Result]:
        def work(uow: UnitOfWork) -> Result:
            alert = uow.alerts.get(number)
            assert alert is not None
            return acknowledgement.take(uow, office.office, alert, somebody.known).result

        return work

    for number in range(1, 21):
        both = [
            office.store.submit(take(office.li, number)),
            office.store.submit(take(office.wang, number)),
        ]
        assert sorted(one.result() for one in both) == [Result.DONE, Result.SOMEBODY_ELSE]
    await office.settle()
    office.reads_all()


async def test_pressing_twice_says_that_it_is_yours(office: WholeOffice) -> None:
    """The same officer presses 接收 on another copy of the card."""
    office.on_duty(office.li, Post.TOWN_DUTY)
    await office.says(office.chen, JUMP)
    card = office.sees(office.room_dashi, "A-0001")
    own = office.sees(office.li, "A-0001")
    data = own.data_of("接收")
    await office.presses(office.li, "接收", card)
    assert "已经在您手上" in await office.presses(office.li, "接收", own, data=data)
    assert "已接收" in own.text
    office.sees(office.chen, "编号")
    office.sees(office.chen, "已接收")


async def test_a_press_from_another_town_changes_nothing(office: WholeOffice) -> None:
    """An officer of another town cannot take it, and learns nothing in a chat without the card."""
    await office.says(office.chen, JUMP)
    card = office.sees(office.room_dashi, "A-0001")
    office.sees(office.chen, "编号")
    answer = await office.presses(office.zhao, "接收", card)
    assert "A-0001 不由您处理" in answer
    assert "待接收" in answer
    elsewhere = Shown("wire", office.zhao.private.chat, "9999", card.message, "")
    answer = await office.presses(office.zhao, "接收", elsewhere)
    assert answer == "没有这个编号，或不在您的范围。"
    assert office.alert().state is AlertState.OPEN


async def test_reporters_and_strangers_cannot_take_an_alert(office: WholeOffice) -> None:
    """A grid worker handles no alert, and whoever is not enrolled is told to enrol."""
    await office.says(office.chen, JUMP)
    card = office.sees(office.room_dashi, "A-0001")
    office.sees(office.chen, "编号")
    assert "不由您处理" in await office.presses(office.chen, "接收", card)
    assert "请先登记" in await office.presses(office.outsider, "接收", card)
    assert office.alert().state is AlertState.OPEN
    office.sees_nothing(office.outsider)


async def test_a_press_that_comes_too_late_hears_how_it_ended(office: WholeOffice) -> None:
    """A stale button of a closed alert only says that it is closed, also a forged one."""
    await office.says(office.chen, JUMP)
    card = office.sees(office.room_dashi, "A-0001")
    take = card.data_of("接收")
    await office.presses(office.li, "接收", card)
    await office.presses(office.li, "办结", card)
    question = office.sees(office.room_dashi, "结果如何")
    hospital, safe = question.data_of("已送医"), question.data_of("平安")
    await office.presses(office.li, "", question, data=hospital)
    assert "已办结：已送医" in await office.presses(office.wang, "", card, data=take)
    assert "已办结：已送医" in await office.presses(office.wang, "", question, data=safe)
    for forged in (
        "a:1:fly",
        "a:x:take",
        "a:999:take",
        "b:1",
        "",
        "a:1:close:merged",
        "r:1:town:x",
    ):
        assert await office.presses(office.wang, "", card, data=forged)
    assert office.alert().outcome is Outcome.HOSPITAL
    for words in ("编号", "已接收", "已送医"):
        office.sees(office.chen, words)
