"""Proof of life: what the auditor finds, puts right and tells, and when it pings outside."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alerts.auditor import light
from alerts.findings import FindingKind, Found
from alerts.proof_words import ALL_WELL, NOT_LOOKED_LATELY, NOT_LOOKED_YET
from alerts.pulse import Loop
from domain.alert import AlertState
from domain.channel import plain
from domain.errors import RetryLater
from storage.notices import NoticeKind, Priority
from storage.tables import alerts, findings, inbox, notices
from tests.office import WholeOffice
from tests.office_people import Chat
from tests.proof import TELL_AGAIN, ProvingOffice

RED = "张某现在坐在12楼天台边上扬言要跳楼"
YELLOW = "住户说活着没意思，送走了猫"


@pytest.fixture
def proving(office: WholeOffice) -> ProvingOffice:
    """Give an office with its auditor."""
    return ProvingOffice(office)


def put_right(office: WholeOffice, table: sa.Table, **values: object) -> None:
    """Write into every row of a table what should not be there."""
    office.store.write(lambda uow: uow.connection.execute(sa.update(table).values(**values)))


async def test_all_is_well_and_the_outside_address_hears_it(proving: ProvingOffice) -> None:
    """Nothing found: one ping, a green light, nobody is told anything."""
    assert proving.whole.read(light).words == NOT_LOOKED_YET
    assert await proving.looks() == []
    assert proving.outside.pings == 1
    shown = proving.whole.read(light)
    assert (shown.well, shown.words) == (True, ALL_WELL)


async def test_a_live_alert_is_no_fault(proving: ProvingOffice) -> None:
    """An alert that waits, climbs and is answered stands beside a green light."""
    office = proving.whole
    await office.says(office.chen, RED)
    for _ in range(12):
        assert await proving.looks_after(minutes=1) == []
    assert proving.outside.pings == 12
    office.reads_all()


async def test_no_ping_while_one_notice_is_stuck(proving: ProvingOffice) -> None:
    """A notice that lies there: no ping, the light says so, and the desk is told once."""
    office = proving.whole
    room = office.room_shiqi.address
    office.store.write(
        lambda uow: uow.notices.add(
            room, key="left", kind=NoticeKind.MESSAGE, priority=Priority.RED, body=plain("一条")
        )
    )
    office.clock.push(timedelta(minutes=6))  # nobody sends
    proving.beats()
    found = await proving.auditor.look()
    assert [one.kind for one in found or []] == [FindingKind.NOTICES_STUCK]
    assert proving.outside.pings == 0
    assert not office.read(light).well
    assert "1 条通知没有发出去" in office.read(light).words
    await office.settle()
    office.sees(office.room_shiqi, "一条")
    office.sees(office.room_district, "系统自查发现问题", "1 条通知没有发出去")
    assert await proving.looks_after(minutes=1) == []
    office.sees(office.room_district, "已恢复正常")
    assert proving.outside.pings == 1


async def test_a_notice_on_its_way_is_not_stuck(proving: ProvingOffice) -> None:
    """Just put out, or leased to somebody who sends it: no finding."""
    office = proving.whole
    room = office.room_shiqi.address
    office.store.write(
        lambda uow: uow.notices.add(
            room, key="left", kind=NoticeKind.MESSAGE, priority=Priority.RED, body=plain("一条")
        )
    )
    office.clock.push(timedelta(minutes=4))
    office.store.write(lambda uow: uow.notices.lease(limit=1, lease=timedelta(minutes=3)))
    office.clock.push(timedelta(minutes=2))
    proving.beats()
    assert await proving.auditor.look() == []
    assert proving.outside.pings == 1
    await office.after(minutes=2)
    office.sees(office.room_shiqi, "一条")


async def test_an_alert_without_a_timer_is_armed_again(proving: ProvingOffice) -> None:
    """Whatever took its timer away: it is armed, climbs on, and the desk hears it."""
    office = proving.whole
    await office.says(office.chen, RED)
    office.reads_all()
    put_right(office, alerts, next_escalation_at=None)
    assert await proving.looks() == ["alert_untimed:A-0001"]
    assert proving.outside.pings == 0
    office.sees(office.room_district, "预警 A-0001 没有计时，已重新计时")
    office.sees(office.room_district, "前面还没有人接收")  # the next step, at once
    office.sees(office.deng, "前面还没有人接收")
    assert await proving.looks_after(minutes=1) == []
    office.sees(office.room_district, "已恢复正常")


async def test_a_taken_alert_that_lost_its_timer_is_not_rung_at_once(
    proving: ProvingOffice,
) -> None:
    """Whoever has it gets the whole time for an outcome again."""
    office = proving.whole
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "接收", card)
    office.reads_all()
    put_right(office, alerts, next_escalation_at=None)
    assert await proving.looks() == ["alert_untimed:A-0001"]
    office.sees(office.room_district, "没有计时")
    assert office.alert().state is AlertState.TAKEN
    assert office.alert().next_escalation_at == office.clock.now + timedelta(minutes=60)


async def test_a_closed_alert_needs_no_timer(proving: ProvingOffice) -> None:
    """The end of an alert is no finding."""
    office = proving.whole
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "误报", card)
    question = office.sees(office.room_dashi, "为什么")
    await office.presses(office.li, question.labels[0], question)
    assert office.alert().state is AlertState.CLOSED
    assert await proving.looks() == []
    office.reads_all()


async def test_an_alert_that_reached_nobody_is_told(proving: ProvingOffice) -> None:
    """Every channel of the town fails for minutes: the desk is told to telephone."""
    office = proving.whole
    for where in (office.room_dashi, office.deng.private, office.li.private, office.wang.private):
        office.channels["wire"].fails(RetryLater("down"), chat=where.chat, times=1000)
    for room in (office.room_district, office.zhou.private):
        office.channels["wire"].fails(RetryLater("down"), chat=room.chat, times=1000)
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    assert await proving.looks_after(minutes=4) == []
    assert await proving.looks_after(minutes=1, seconds=1) == ["alert_unseen:A-0001"]
    assert "预警 A-0001 还没有送到任何人" in office.read(light).words
    for fault in office.channels["wire"].faults:
        fault.times = 0
    assert await proving.looks_after(minutes=1) == []
    office.sees(office.room_district, "还没有送到任何人", "打电话")
    office.reads_all()


async def test_a_yellow_alert_that_waits_for_monday_is_not_unseen(proving: ProvingOffice) -> None:
    """No card yet is right while nobody was to be called."""
    office = proving.whole
    office.clock.push(timedelta(days=2, hours=8))  # Friday 18:00
    await office.says(office.chen, YELLOW)
    office.sees(office.chen, "编号")
    assert await proving.looks_after(hours=30) == []


async def test_a_message_left_in_the_inbox_is_found(proving: ProvingOffice) -> None:
    """A raw message that nobody reads; one that just came is none."""
    office = proving.whole
    office.receives(office.chen, RED)
    office.clock.push(timedelta(minutes=4))
    proving.beats()
    assert await proving.auditor.look() == []
    office.clock.push(timedelta(minutes=2))
    assert await proving.looks() == ["messages_left:"]
    office.sees(office.room_district, "1 条收到的消息没有处理")
    office.reads_all()


async def test_timers_that_nobody_looks_at(proving: ProvingOffice) -> None:
    """An alert is due for minutes and does not climb; a pass later it is acted on."""
    office = proving.whole
    await office.says(office.chen, RED)
    office.clock.push(timedelta(minutes=5, seconds=1))  # due since two minutes
    proving.beats()
    found = await proving.auditor.look()
    assert [one.kind for one in found or []] == [FindingKind.TIMERS_OVERDUE]
    await office.settle()
    office.sees(office.room_district, "1 条预警到了时间没有提级")
    office.reads_all()


@pytest.mark.parametrize("loop", [Loop.READER, Loop.DISPATCHER, Loop.TIMERS])
async def test_a_loop_that_stopped(proving: ProvingOffice, loop: Loop) -> None:
    """Told once, not every minute; again after hours; and when it beats again."""
    office = proving.whole
    assert await proving.looks() == []
    proving.stopped.add(loop)
    assert await proving.looks_after(minutes=1) == []
    assert await proving.looks_after(minutes=2) == [f"loop_stopped:{loop.value}"]
    office.sees(office.room_district, "程序停了")
    for _ in range(5):
        await proving.looks_after(minutes=1)
    office.sees_nothing(office.room_district)
    await proving.looks_after(seconds=TELL_AGAIN.total_seconds())
    office.sees(office.room_district, "程序停了")
    assert proving.outside.pings == 2
    proving.stopped.clear()
    assert await proving.looks_after(minutes=1) == []
    office.sees(office.room_district, "已恢复正常")


async def test_one_that_comes_and_goes_is_not_told_each_time(proving: ProvingOffice) -> None:
    """A loop that stops, recovers and stops again within hours is told once."""
    office = proving.whole
    await proving.looks()
    for _ in range(3):
        proving.stopped.add(Loop.READER)
        assert await proving.looks_after(minutes=3) != []
        proving.stopped.clear()
        assert await proving.looks_after(minutes=1) == []
    assert len(proving.messages_with("程序停了")) == 1
    office.reads_all()


async def test_rows_of_the_future_are_brought_back(proving: ProvingOffice) -> None:
    """A clock that had jumped a day ahead: its leases, tries and timers hold up nothing."""
    office = proving.whole
    await office.says(office.chen, RED)
    office.receives(office.he, "阿伯说不想活了，在3栋楼下")
    office.store.write(
        lambda uow: uow.notices.add(
            office.room_shiqi.address,
            key="left",
            kind=NoticeKind.MESSAGE,
            priority=Priority.RED,
            body=plain("一条"),
        )
    )
    later = office.clock.now + timedelta(days=1)
    put_right(office, alerts, next_escalation_at=later)
    put_right(office, inbox, received_at=later, due_at=later, lease_until=later)
    office.store.write(
        lambda uow: uow.connection.execute(
            sa.update(notices)
            .where(notices.c.state == "due")
            .values(created_at=later, due_at=later, lease_until=later)
        )
    )
    await office.settle()
    office.sees_nothing(office.room_shiqi, office.he)
    assert await proving.looks() == ["from_the_future:"]
    office.sees(office.room_shiqi, "一条")
    office.sees(office.he, "编号")
    office.sees(office.deng, "A-0001")  # the next step, at once
    office.sees(office.room_district, "时钟跳过")
    assert await proving.looks_after(minutes=1) == []
    office.reads_all()


def leave_message(office: WholeOffice, room: Chat) -> None:
    """Put an urgent message into the outbox."""
    office.store.write(
        lambda uow: uow.notices.add(
            room.address,
            key="left",
            kind=NoticeKind.MESSAGE,
            priority=Priority.RED,
            body=plain("一条"),
        )
    )


async def test_a_try_that_a_clock_ahead_put_off_is_made_when_it_is_set_back(
    proving: ProvingOffice,
) -> None:
    """Set back by two hours: neither the notice nor its channel waits for two hours."""
    office = proving.whole
    room, ahead = office.room_shiqi, timedelta(hours=2)
    wire = office.channels["wire"]
    wire.fails(RetryLater("down"), chat=room.chat)
    leave_message(office, room)
    await office.settle()
    office.clock.push(ahead)
    until = office.clock.now + timedelta(seconds=30)
    wire.fails(RetryLater("slow", not_before=until, whole_channel=True), chat=room.chat)
    await office.settle()
    office.clock.push(-ahead)
    await office.after(minutes=1)
    office.sees_nothing(room)
    proving.beats()
    assert await proving.auditor.look(jump=-ahead) == []
    await office.after(minutes=1)
    office.sees(room, "一条")
    office.reads_all()


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta()])
async def test_what_a_clock_ahead_put_off_before_the_office_was_killed_goes_on(
    proving: ProvingOffice, ahead: timedelta
) -> None:
    """Nobody saw it set back; the last heartbeat tells. Where it was right, quiet stays quiet."""
    office = proving.whole
    room, wire = office.room_shiqi, office.channels["wire"]
    leave_message(office, room)
    office.clock.push(ahead)
    until = office.clock.now + timedelta(seconds=30)
    wire.fails(RetryLater("slow", not_before=until), chat=room.chat)
    await office.settle()
    proving.beats()
    office.clock.push(-ahead)
    waited = office.store.write(lambda uow: uow.proof.come_back(slack=timedelta(seconds=2)))
    assert bool(waited) == bool(ahead)
    assert office.store.write(lambda uow: uow.proof.come_back(slack=timedelta(seconds=2))) == 0
    await office.after(seconds=20)
    office.sees_nothing(room)
    await office.after(seconds=20)
    office.sees(room, "一条")


async def test_an_alert_of_a_clock_that_was_ahead_climbs_from_now_on(
    proving: ProvingOffice,
) -> None:
    """Its first step lay ten minutes in the future; it is moved once, not at every look."""
    office = proving.whole
    ahead = timedelta(minutes=10)
    office.clock.push(ahead)
    await office.says(office.chen, RED)
    office.clock.push(-ahead)
    assert await proving.looks() == ["from_the_future:"]
    chain = office.alert().chain
    assert chain.due_at[0] == office.clock.now
    assert await proving.looks_after(minutes=1) == []
    assert office.alert().chain == chain
    office.reads_all()


async def test_what_a_channel_asked_for_is_kept(proving: ProvingOffice) -> None:
    """An hour that it named is waited for, unless a process begins, and by a clock set back."""
    office = proving.whole
    room = office.room_dashi.address

    def hold(until: timedelta) -> None:
        office.store.write(
            lambda uow: uow.quiet.ask(
                room, until=uow.now + until, priority=Priority.RED, reason="慢一点"
            )
        )

    def holds() -> bool:
        return office.read(lambda uow: uow.quiet.holds(room, Priority.RED))

    hold(timedelta(hours=1))
    assert await proving.looks() == []
    assert holds()
    proving.beats()
    await proving.auditor.look(jump=timedelta(minutes=-10))
    assert holds()
    proving.beats()
    assert await proving.auditor.look(first=True) == [Found(FindingKind.FROM_THE_FUTURE)]
    assert not holds()
    hold(timedelta(minutes=9))
    proving.beats()
    await proving.auditor.look(first=True)
    assert holds()


async def test_a_watch_of_days_is_not_of_the_future(proving: ProvingOffice) -> None:
    """关注 for a week keeps its time."""
    office = proving.whole
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "接收", card)
    await office.presses(office.li, "关注", card)
    question = office.sees(office.room_dashi, "什么时候再看")
    await office.presses(office.li, "7天后", question)
    await office.presses(office.li, "等家属、单位", question)
    until = office.alert().next_escalation_at
    assert await proving.looks_after(hours=1) == []
    assert office.alert().next_escalation_at == until
    office.reads_all()


async def test_an_outside_address_that_is_down_holds_up_nothing(
    proving: ProvingOffice, log_of_story: object
) -> None:
    """The failure is logged, nobody is told, the light stays green."""
    proving.outside.down = True
    assert await proving.looks() == []
    assert "ping_failed" in log_of_story.getvalue()  # type: ignore[attr-defined]
    assert proving.whole.read(light).well
    assert proving.whole.read(lambda uow: uow.audit.last_beat("ping")) is None
    proving.outside.down = False
    await proving.looks_after(minutes=1)
    assert proving.whole.read(lambda uow: uow.audit.last_beat("ping")) is not None


async def test_one_process_at_a_time_looks(proving: ProvingOffice) -> None:
    """A second auditor waits for its turn, and takes over when the first is gone."""
    office = proving.whole
    second = proving.another_auditor()
    proving.beats()
    assert await proving.auditor.look() == []
    assert await second.look() is None
    office.clock.push(timedelta(minutes=1))
    proving.beats()
    assert await proving.auditor.look() == []
    office.clock.push(timedelta(minutes=3))  # the first died
    proving.beats()
    assert await second.look() == []
    assert await proving.auditor.look() is None
    assert proving.outside.pings == 3


async def test_a_turn_of_a_jumped_clock_is_not_waited_for(proving: ProvingOffice) -> None:
    """A process whose clock was a day ahead took the turn: another takes it at once."""
    office = proving.whole
    office.clock.push(timedelta(days=1))
    proving.beats()
    await proving.auditor.look()
    office.clock.push(-timedelta(days=1))
    assert office.read(light).words == NOT_LOOKED_LATELY
    proving.beats()
    assert await proving.another_auditor().look() == []


async def test_an_auditor_that_stopped_is_not_green(proving: ProvingOffice) -> None:
    """An old look proves nothing: the light says that it stopped."""
    await proving.looks()
    proving.whole.clock.push(timedelta(minutes=5))
    assert proving.whole.read(light).words == NOT_LOOKED_LATELY


async def test_what_was_found_is_kept_and_forgotten_later(proving: ProvingOffice) -> None:
    """A finding that ended stays for a while, then goes."""
    office = proving.whole
    await proving.looks()
    proving.stopped.add(Loop.READER)
    await proving.looks_after(minutes=3)
    proving.stopped.clear()
    await proving.looks_after(minutes=1)
    assert office.count(findings) == 1
    await proving.looks_after(days=91)
    assert office.count(findings) == 0
    office.reads_all()
