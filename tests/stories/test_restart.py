"""A process that dies, at any moment, loses nothing and does nothing twice."""

from __future__ import annotations

import asyncio
import io
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.reader import Reader
from domain.alert import AlertState, LogKind, Outcome
from domain.danger import Level
from storage.tables import alerts, notices, report_versions, reports
from tests.office import WholeOffice

RED = "张某现在坐在12楼天台边上扬言要跳楼"


async def test_restart_between_any_two_steps_of_a_long_story(office: WholeOffice) -> None:
    """Everything is dropped and read from disk again after every single step."""
    office.restless = True
    await office.says(office.chen, "上报")
    office.sees(office.chen, "（1/4）谁")
    await office.says(office.chen, "张某")
    office.sees(office.chen, "（2/4）在哪")
    await office.says(office.chen, "12楼，说活着没意思")
    question = office.sees(office.chen, "（3/4）什么情况")
    await office.presses(office.chen, "跳过", question)
    question = office.sees(office.chen, "（4/4）")
    await office.presses(office.chen, "刚刚发生", question)
    receipt = office.sees(office.chen, "编号 R-0001")
    yellow = office.sees(office.room_dashi, "🟡黄")
    await office.presses(office.chen, "更正", receipt)
    office.sees(office.chen, "完整写一遍")
    await office.says(office.chen, RED)
    office.sees(office.chen, "已更正")
    red = office.sees(office.room_dashi, "🔴红")
    assert yellow.text == red.text.replace("等级升高，请重新接收。\n", "")
    await office.after(minutes=3)
    office.sees(office.room_district, "🔴红")
    office.sees(office.deng, "🔴红")
    await office.presses(office.li, "接收", red)
    office.sees(office.chen, "已接收")
    await office.presses(office.li, "关注", red)
    question = office.sees(office.room_dashi, "什么时候再看")
    await office.presses(office.li, "2小时后", question)
    await office.presses(office.li, "在路上", question)
    await office.after(hours=2)
    again = office.sees(office.room_dashi, "关注时间到")
    await office.presses(office.wang, "误报", again)
    question = office.sees(office.room_dashi, "为什么是误报")
    await office.presses(office.wang, "其他原因", question)
    assert "请回复一句" in question.text
    await office.says(office.wang, "本人在晒被子", where=office.room_dashi)
    office.sees(office.room_dashi, "A-0001 已办结：误报")
    office.sees(office.chen, "核实后没有危险")
    assert "本人在晒被子" in red.text
    alert = office.alert()
    assert (alert.state, alert.outcome) == (AlertState.CLOSED, Outcome.FALSE_ALARM)
    assert alert.outcome_note == "本人在晒被子"
    assert office.count(reports) == office.count(alerts) == 1
    assert office.count(notices, notices.c.state != "sent") == 0


async def test_a_reader_that_dies_is_followed_by_another(office: WholeOffice) -> None:
    """It leased a message and is gone: when the lease runs out the message is heard, once."""
    office.receives(office.chen, RED)
    lease = timedelta(seconds=60)
    office.store.write(lambda uow: uow.inbox.lease(limit=9, lease=lease))
    office.restarts()
    await office.settle()
    office.sees_nothing(office.chen)
    await office.after(seconds=59)
    assert office.count(reports) == 0
    await office.after(seconds=1)
    office.sees(office.chen, "编号 R-0001")
    office.sees(office.room_dashi, "A-0001")


async def test_a_slow_reader_whose_lease_ran_out_undoes_what_it_did(office: WholeOffice) -> None:
    """Two readers have the same message; the fence lets one of them through."""
    office.receives(office.chen, RED)
    lease = timedelta(seconds=60)
    slow = office.store.write(lambda uow: uow.inbox.lease(limit=9, lease=lease))
    office.clock.push(timedelta(seconds=61))
    await office.settle()
    office.sees(office.chen, "编号 R-0001")
    office.sees(office.room_dashi, "A-0001")
    await office.reader._read(slow[0])
    await office.settle()
    assert office.count(report_versions) == 1
    assert office.story_of() == [LogKind.RAISED, LogKind.NOTIFIED]


async def test_two_readers_at_once_hear_each_message_once(office: WholeOffice) -> None:
    """Also on PostgreSQL, where both look at the same moment; a chat stays in order."""
    for number in range(6):
        office.receives(office.chen, f"第{number}盏路灯坏了")
        office.receives(office.he, f"第{number}条路积水")
    second = Reader(office.store, office.reader.dialogue, office.channels, office.live)
    while sum(await asyncio.gather(office.reader.read_due(), second.read_due())):
        pass
    await office.settle()
    office.reads_all()
    assert office.count(reports) == 12
    mine = office.read(lambda uow: uow.reports.of_person(office.chen.known.id, limit=99))
    words = [office.read(lambda uow: uow.reports.versions(one.id))[0].text for one in mine]  # noqa: B023
    assert words == [f"第{number}盏路灯坏了" for number in reversed(range(6))]


async def test_killed_between_commit_and_wake_up(office: WholeOffice) -> None:
    """The wake-up is only a hint: without it everything is found by looking."""
    office.receives(office.chen, RED)
    await office.go("read")
    office.restarts()
    assert office.count(notices, notices.c.state == "due") == 2
    await office.settle()
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "A-0001")


async def test_down_over_a_night(office: WholeOffice) -> None:
    """The machine was off for ten hours: the next pass calls what should have been called."""
    await office.says(office.chen, RED)
    office.reads_all()
    office.close()
    office.clock.push(timedelta(hours=10))
    office.open()
    await office.settle()
    office.sees(office.room_district, "🔴红", "已等 600 分钟")
    office.sees(office.deng, "🔴红")
    for where in (office.room_dashi, office.li, office.wang, office.zhou):
        office.sees(where, "🔴红")
    assert office.alert().level is Level.RED


async def test_an_officers_own_words_for_a_false_alarm_need_words(office: WholeOffice) -> None:
    """其他原因 waits for a sentence; a sign is not one, and another officer's talk is not hers."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "误报", card)
    question = office.sees(office.room_dashi, "为什么是误报")
    await office.presses(office.li, "其他原因", question)
    await office.says(office.wang, "我去看看", where=office.room_dashi)
    assert office.alert().is_live
    await office.says(office.li, "👌", where=office.room_dashi)
    office.sees(office.room_dashi, "请用文字写一句")
    await office.says(office.li, "只是拍照", where=office.room_dashi)
    office.sees(office.room_dashi, "已办结：误报")
    office.sees(office.chen, "没有危险")
    assert "（只是拍照）" in card.text


async def test_a_note_by_replying_to_the_card(office: WholeOffice) -> None:
    """An officer's reply to a card stands in the timeline; so does another member's, as theirs."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    await office.says(office.li, "我们三分钟到", where=office.room_dashi, reply_to=card)
    office.sees(office.room_dashi, "已记入 A-0001")
    await office.says(office.zhao, "要帮忙吗", where=office.room_dashi, reply_to=card)
    office.sees(office.room_dashi, "已记入 A-0001")
    assert office.story_of()[-1] is LogKind.MEMBER_NOTED
    assert office.story_of().count(LogKind.NOTED) == 1


@pytest.mark.parametrize("outcome", ["平安", "已送医", "已由公安处置", "已化解"])
async def test_each_outcome_is_one_tap_and_goes_back(office: WholeOffice, outcome: str) -> None:
    """办结 asks once; the reporter hears which."""
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "接收", card)
    await office.presses(office.li, "办结", card)
    question = office.sees(office.room_dashi, "结果如何")
    await office.presses(office.wang, outcome, question)
    office.sees(office.chen, "编号")
    office.sees(office.chen, "已接收")
    office.sees(office.chen, "有结果了", outcome)
    await office.says(office.chen, "我的")
    office.sees(office.chen, f"A-0001 已办结：{outcome}")


async def test_what_was_sent_is_remembered_until_the_database_is_back(
    office: WholeOffice, log_of_story: io.StringIO
) -> None:
    """A database that takes nothing for a while: the card is written down later, not sent twice."""
    office.receives(office.chen, RED)
    while not await office.reader.read_due():
        pass
    engine = office.store.engine
    away = threading.Event()

    def fail(*_: object) -> None:
        if away.is_set():
            raise sa.exc.OperationalError("commit", {}, OSError("no room"))

    sa.event.listen(engine, "commit", fail)
    wire = office.channels["wire"]
    wire.when_shown = away.set
    sending = asyncio.create_task(office.dispatcher.send_due())
    while not sending.done() and "record_waits" not in log_of_story.getvalue():  # noqa: ASYNC110
        await asyncio.sleep(0)
    wire.when_shown = lambda: None
    away.clear()
    await sending
    await office.settle()
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "A-0001")
    office.reads_all()
    assert len(wire.tries) == len(set(wire.tries))
