"""关注 and 暂缓: a named person, a stated time, a reason; and it rings again."""

from __future__ import annotations

import pytest

from domain.alert import AlertState, LogKind
from tests.fakes import Shown
from tests.office import WholeOffice
from tests.office_people import Said, Somebody, at_the_desk

RED = "张某现在坐在12楼天台边上扬言要跳楼"
ORANGE = "李某在5栋说不想活了"
YELLOW = "陈伯说活着没意思"


async def taken(office: WholeOffice, words: str = RED) -> tuple[Said, Shown]:
    """Let Chen report and Li take it; return what was said and the card."""
    said = await office.says(office.chen, words)
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "编号")
    office.sees(office.chen, "已接收")
    return said, card


async def snoozes(
    office: WholeOffice, by: Somebody, card: Shown, *, time: str, why: str
) -> tuple[str, Shown]:
    """Tap 暂缓, a time and a reason; return the last short answer and the question."""
    await office.presses(by, "暂缓", card)
    question = office.sees(office.room_dashi, "暂缓多久")
    await office.presses(by, time, question)
    assert "为什么" in question.text or "写一句" in question.text
    return await office.presses(by, why, question), question


async def test_held_back_for_half_an_hour_and_called_again(office: WholeOffice) -> None:
    """The card says who, until when and why; nothing rings before, and it rings then."""
    _, card = await taken(office)
    answer, question = await snoozes(office, office.li, card, time="30分钟", why="等警方、医院回复")
    assert "暂缓到 3月4日 10:30" in answer
    assert question.text == answer
    assert "李国明 10:00 已接收，暂缓到 3月4日 10:30（等警方、医院回复）" in card.text
    await office.after(minutes=29, seconds=59)
    office.sees_nothing(office.room_dashi)
    await office.after(seconds=1)
    again = office.sees(office.room_dashi, "暂缓时间到")
    assert "接收" in again.labels
    alert = office.alert()
    assert (alert.state, alert.taken_by, alert.snoozed_until) == (AlertState.OPEN, None, None)
    assert LogKind.SNOOZE_ENDED in office.story_of()
    assert LogKind.ACKNOWLEDGEMENT_LAPSED not in office.story_of()


async def test_a_restart_changes_nothing(office: WholeOffice) -> None:
    """The question, the sentence that is waited for and the time are rows."""
    _, card = await taken(office)
    office.restless = True
    await snoozes(office, office.li, card, time="15分钟", why="其他（写一句）")
    await office.says(office.li, "家属在路上", where=office.room_dashi)
    office.sees(office.room_dashi, "暂缓到 3月4日 10:15")
    await office.after(minutes=14, seconds=59)
    office.sees_nothing(office.room_dashi)
    await office.after(seconds=1)
    office.sees(office.room_dashi, "暂缓时间到")


async def test_the_board_shows_until_when_and_why(office: WholeOffice) -> None:
    """Beside who has it; once it was called back there is nothing left of it."""
    from alerts.status import board  # noqa: PLC0415 - this story alone looks at it

    _, card = await taken(office)
    await snoozes(office, office.li, card, time="15分钟", why="在路上")
    (line,) = office.read(lambda uow: board(uow, at_the_desk(office.zhou))).alerts
    assert line.wait_why == "在路上"
    assert line.waits_until == office.alert().snoozed_until
    assert "李国明" in line.taken_by
    await office.after(minutes=15)
    office.sees(office.room_dashi, "暂缓时间到")
    (line,) = office.read(lambda uow: board(uow, at_the_desk(office.zhou))).alerts
    assert (line.waits_until, line.wait_why) == (None, "")


@pytest.mark.parametrize(
    ("words", "longest", "too_long"),
    [(RED, "1小时", "2小时"), (ORANGE, "4小时", "8小时"), (YELLOW, "1天", "2天")],
)
async def test_each_level_has_its_longest_time(
    office: WholeOffice, words: str, longest: str, too_long: str
) -> None:
    """Red an hour, orange four, yellow a day: longer is not offered, and refused when forged."""
    _, card = await taken(office, words)
    await office.presses(office.li, "暂缓", card)
    question = office.sees(office.room_dashi, "暂缓多久")
    assert longest in question.labels
    assert too_long not in question.labels
    if words != YELLOW:
        forged = "a:1:snooze:8h:way"
        assert "最多暂缓" in await office.presses(office.li, "", question, data=forged)
        assert office.alert().snoozed_until is None


async def test_a_red_one_is_not_held_back_twice_without_a_word(office: WholeOffice) -> None:
    """The second time only a sentence of one's own is offered, and the third time again."""
    _, card = await taken(office)
    await snoozes(office, office.li, card, time="15分钟", why="在路上")
    forged = await office.presses(office.li, "", card, data="a:1:snooze:1h:way")
    assert "不能连着暂缓" in forged
    await office.after(minutes=15)
    again = office.sees(office.room_dashi, "暂缓时间到")
    await office.presses(office.li, "接收", again)
    office.sees(office.chen, "已接收")
    await office.presses(office.li, "暂缓", again)
    question = office.sees(office.room_dashi, "暂缓多久")
    await office.presses(office.li, "30分钟", question)
    assert question.labels == ["其他（写一句）", "取消"]
    await office.presses(office.li, "其他（写一句）", question)
    await office.says(office.li, "消防已到，正在劝", where=office.room_dashi)
    office.sees(office.room_dashi, "暂缓到 3月4日 10:45")
    assert "（消防已到，正在劝）" in again.text
    assert "不能连着暂缓" in await office.presses(office.li, "", card, data="a:1:snooze:1h:way")


async def test_a_note_in_between_lets_it_be_held_back_again(office: WholeOffice) -> None:
    """Who wrote how it stands may go on with one tap; an orange one needs no note at all."""
    _, card = await taken(office)
    await snoozes(office, office.li, card, time="15分钟", why="在路上")
    await office.says(office.li, "到楼下了", where=office.room_dashi, reply_to=card)
    office.sees(office.room_dashi, "已记入")
    answer, _ = await snoozes(office, office.li, card, time="30分钟", why="在路上")
    assert "暂缓到 3月4日 10:30" in answer


async def test_an_orange_one_may_be_held_back_again(office: WholeOffice) -> None:
    """The rule of the note is for red alone."""
    _, card = await taken(office, ORANGE)
    await snoozes(office, office.li, card, time="1小时", why="在路上")
    answer, _ = await snoozes(office, office.li, card, time="2小时", why="在路上")
    assert "暂缓到 3月4日 12:00" in answer


async def test_only_who_has_it_holds_it_back(office: WholeOffice) -> None:
    """A colleague is told who has it; an alert that nobody has is to be taken first."""
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    office.sees(office.chen, "编号")
    data = "a:1:snooze:15m:way"
    assert "请先按「接收」" in await office.presses(office.wang, "", card, data=data)
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "已接收")
    assert "李国明" in await office.presses(office.wang, "", card, data=data)
    assert "不由您处理" in await office.presses(office.zhao, "", card, data=data)
    assert office.alert().snoozed_until is None


async def test_a_higher_level_rings_nevertheless(office: WholeOffice) -> None:
    """Held back for hours as orange, then red: it is open again at once."""
    said, card = await taken(office, ORANGE)
    await snoozes(office, office.li, card, time="4小时", why="在路上")
    await office.says(office.chen, "他现在要跳楼", reply_to=said)
    office.sees(office.room_dashi, "等级升高，请重新接收")
    office.sees(office.chen, "补充已收到")
    assert office.alert().state is AlertState.OPEN


@pytest.mark.parametrize("held", ["暂缓", "关注"])
async def test_a_new_reporter_rings_nevertheless(office: WholeOffice, held: str) -> None:
    """Somebody else tells of the same event: whoever held it back is called back."""
    _, card = await taken(office)
    if held == "暂缓":
        await snoozes(office, office.li, card, time="1小时", why="在路上")
    else:
        await office.presses(office.li, "关注", card)
        question = office.sees(office.room_dashi, "什么时候再看")
        await office.presses(office.li, "2小时后", question)
        await office.presses(office.li, "在路上", question)
    await office.says(office.he, "张某在天台要跳楼，我也看到了")
    office.sees(office.room_dashi, "有新情况，请重新接收")
    office.sees(office.room_dashi, "有补充", "我也看到了")
    office.sees(office.he, "编号")
    assert LogKind.CALLED_BACK in office.story_of()
    assert office.alert().state is AlertState.OPEN


async def test_a_new_place_rings_nevertheless(office: WholeOffice) -> None:
    """The same reporter names another place."""
    said, card = await taken(office)
    await snoozes(office, office.li, card, time="1小时", why="在路上")
    await office.says(office.chen, "他下楼了，现在到了迎宾路88号", reply_to=said)
    office.sees(office.room_dashi, "有新情况，请重新接收")
    office.sees(office.room_dashi, "有补充")
    office.sees(office.chen, "补充已收到")


async def test_the_same_reporter_with_nothing_new_does_not_ring(office: WholeOffice) -> None:
    """The words are read in the group, and it stays held back until its time."""
    said, card = await taken(office)
    await snoozes(office, office.li, card, time="1小时", why="在路上")
    await office.says(office.chen, "还在等", reply_to=said)
    office.sees(office.room_dashi, "有补充", "还在等")
    office.sees(office.chen, "补充已收到")
    assert office.alert().state is AlertState.TAKEN
    assert office.alert().snoozed_until is not None
    assert LogKind.CALLED_BACK not in office.story_of()


async def test_the_question_can_be_dropped_and_a_stale_button_does_nothing(
    office: WholeOffice,
) -> None:
    """取消 leaves the outcome's limit where it was; so does a time that is none."""
    _, card = await taken(office)
    before = office.alert().next_escalation_at
    await office.presses(office.li, "暂缓", card)
    question = office.sees(office.room_dashi, "暂缓多久")
    await office.presses(office.li, "取消", question)
    assert "没有改动" in question.text
    for data in ("a:1:snooze:9y:way", "a:1:snooze:15m:because", "a:1:watch:9y"):
        assert "失效" in await office.presses(office.li, "", card, data=data)
    assert office.alert().next_escalation_at == before
