"""What became of each send stands in words, once a change, and nothing is given up quietly."""

from __future__ import annotations

from datetime import timedelta

from app.health import read_figures
from domain.alert import LogKind
from domain.channel import DeliveryState
from domain.duty import Post
from domain.errors import AddressMoved, Refused, RetryLater
from tests.office import WholeOffice
from tests.office_people import Chat, at_the_desk

RED = "张某现在坐在12楼天台边上扬言要跳楼"
TWICE = 2


def states(office: WholeOffice, chat: Chat) -> list[DeliveryState]:
    """Return how the first alert stands at a chat."""
    found = office.read(lambda uow: uow.deliveries.of_alert(1))
    return [one.state for one in found if one.address == chat.address]


async def test_before_during_and_after(office: WholeOffice) -> None:
    """待发 until somebody leases it, 发送中 meanwhile, 已送达 once the channel took it."""
    office.receives(office.chen, RED)
    await office.go("read")
    assert states(office, office.room_dashi) == [DeliveryState.WAITING]
    lease = timedelta(seconds=30)
    leased = office.write(lambda uow: uow.notices.lease(limit=9, lease=lease))
    assert states(office, office.room_dashi) == [DeliveryState.SENDING]
    office.write(lambda uow: uow.notices.give_back(leased))
    await office.settle()
    assert states(office, office.room_dashi) == [DeliveryState.DELIVERED]
    office.reads_all()


async def test_perhaps_delivered_is_one_line_however_often_it_is_tried(
    office: WholeOffice,
) -> None:
    """Three answers are lost, one line says so; the arrival is another."""
    room = office.room_dashi
    office.channels["wire"].fails(
        RetryLater("超时", may_have_arrived=True), chat=room.chat, times=3
    )
    await office.says(office.chen, RED)
    assert states(office, room) == [DeliveryState.UNKNOWN]
    await office.after(minutes=1)
    office.reads_all()
    story = office.story_of()
    assert story.count(LogKind.NOTICE_UNKNOWN) == story.count(LogKind.NOTIFIED) == 1
    assert states(office, room) == [DeliveryState.DELIVERED]


async def test_a_limit_is_named_with_reason_and_time(office: WholeOffice) -> None:
    """对方限流 stands in the timeline once; a plain fault after it adds no line."""
    room, wire = office.room_dashi, office.channels["wire"]
    until = office.clock.now + timedelta(seconds=5)
    wire.fails(RetryLater("每分钟20条", not_before=until), chat=room.chat)
    wire.fails(RetryLater("连不上"), chat=room.chat, times=2)
    await office.says(office.chen, RED)
    assert states(office, room) == [DeliveryState.LIMITED]
    await office.after(minutes=1)
    office.reads_all()
    lines = office.read(lambda uow: uow.alerts.timeline(1))
    (limited,) = [line for line in lines if line.kind is LogKind.NOTICE_LIMITED]
    assert limited.detail == "大石街道值班群：每分钟20条"
    assert limited.kind.label == "对方限流，稍后再发"


async def test_a_plain_fault_leaves_no_line(office: WholeOffice) -> None:
    """A channel that is down for a moment is tried again, and nobody has to read of it."""
    office.channels["wire"].fails(RetryLater("down"), chat=office.room_dashi.chat, times=3)
    await office.says(office.chen, RED)
    assert states(office, office.room_dashi) == [DeliveryState.WAITING]
    await office.after(minutes=1)
    office.reads_all()
    assert office.story_of() == [LogKind.RAISED, LogKind.NOTIFIED]


async def test_status_in_chat_shows_each_address(office: WholeOffice) -> None:
    """Name, state, reason, time for an officer; the reporter reads who has it, no more."""
    office.on_duty(office.li, Post.TOWN_DUTY)
    office.also_at(office.li, "pigeon")
    office.channels["pigeon"].fails(Refused("已被屏蔽", address_is_dead=True))
    await office.says(office.chen, RED)
    office.reads_all()
    await office.says(office.wang, "状态 A-0001")
    told = office.sees(office.wang, "待接收").text.splitlines()
    assert "大石街道值班群　已送达　10:00" in told
    assert "大石街道值班员 李国明　改走备用（地址失效：已被屏蔽）　10:00" in told
    assert "大石街道值班员 李国明　已送达　10:00" in told
    await office.says(office.chen, "状态 A-0001")
    assert "值班群" not in office.sees(office.chen, "待接收").text


async def test_what_can_go_nowhere_is_told_to_the_desk_once(office: WholeOffice) -> None:
    """What, where, why, what was done instead; the next refusal of the address is no news."""
    office.channels["wire"].fails(Refused("机器人被移出群"), chat=office.room_dashi.chat, times=9)
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    told = office.sees(office.room_district, "A-0001", "送不到：大石街道值班群")
    assert "原因：机器人被移出群" in told.text
    assert "请电话联系大石街道值班群" in told.text
    office.sees(office.room_district, "前面还没有人接收")
    office.sees(office.deng, "前面还没有人接收")
    await office.after(minutes=30)
    assert not [one for one in office.messages(office.room_district)[2:] if "送不到" in one.text]
    assert read(office) == {True: 1, False: 0}
    office.reads_all()


async def test_another_way_is_no_alarm(office: WholeOffice) -> None:
    """A person who is reached at another address is reached: the desk hears nothing."""
    office.on_duty(office.li, Post.TOWN_DUTY)
    office.also_at(office.li, "pigeon")
    office.channels["pigeon"].fails(Refused("blocked"))
    await office.says(office.chen, RED)
    office.sees(office.li, "A-0001")
    office.sees(office.room_dashi, "A-0001")
    office.sees(office.chen, "编号")
    office.sees_nothing(office.room_district)
    assert LogKind.UNDELIVERABLE not in office.story_of()
    assert read(office) == {True: 0, False: 0}


async def test_the_desk_cannot_be_reached_either(office: WholeOffice) -> None:
    """It stands on the board and in the metrics until the alert is closed."""
    gone = Refused("gone")
    for chat in (office.room_dashi, office.room_district):
        office.channels["wire"].fails(gone, chat=chat.chat, times=99)
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.deng, "前面还没有人接收")
    (line,) = board(office)
    assert set(line) == {"大石街道值班群", "区值班群"}
    assert read(office)[False] == TWICE
    await office.presses(office.deng, "接收", card)
    assert board(office) == [line]
    await office.presses(office.deng, "办结", card)
    question = office.sees(office.deng, "结果如何")
    await office.presses(office.deng, "平安", question)
    assert read(office) == {True: 0, False: 0}
    office.reads_all()


async def test_a_group_that_takes_a_later_card_is_reached_after_all(office: WholeOffice) -> None:
    """One refusal, then the group is there again: the board no longer says 送不到."""
    office.channels["wire"].fails(Refused("not now"), chat=office.room_dashi.chat)
    await office.says(office.chen, RED)
    assert board(office) == [("大石街道值班群",)]
    await office.after(minutes=8)
    assert board(office) == [()]
    office.reads_all()


async def test_a_card_kept_from_the_unit_complained_about_is_no_alarm(office: WholeOffice) -> None:
    """It goes to the desk on purpose; nothing is called undeliverable."""
    await office.says(office.chen, "大石街道办事处逼得我要跳楼")
    office.reads_all()
    assert LogKind.UNDELIVERABLE not in office.story_of()


async def test_a_supplement_that_cannot_arrive_is_an_alarm_too(office: WholeOffice) -> None:
    """More words about an alert are part of it; a receipt that is refused is nobody's alarm."""
    first = await office.says(office.chen, RED)
    office.reads_all()
    wire = office.channels["wire"]
    wire.fails(Refused("禁言"), chat=office.room_dashi.chat, times=9)
    wire.fails(Refused("blocked"), chat=office.chen.private.chat, times=9)
    await office.says(office.chen, "他翻过栏杆了", reply_to=first)
    office.sees(office.room_district, "送不到：大石街道值班群", "禁言")
    office.sees_nothing(office.room_district)


async def test_a_chat_that_moved_is_no_failure(office: WholeOffice) -> None:
    """A new id is written and used; no state of the alert changes but 已送达."""
    office.channels["wire"].fails(AddressMoved("room-moved-7"), chat=office.room_dashi.chat)
    await office.says(office.chen, RED)
    office.reads_all()
    assert office.story_of() == [LogKind.RAISED, LogKind.NOTIFIED]


async def test_receipts_expire_and_alerts_do_not(office: WholeOffice) -> None:
    """After two days without a channel the card still comes, the quiet receipt does not."""
    wire = office.channels["wire"]
    for chat in (office.room_dashi.chat, office.he.private.chat):
        wire.fails(RetryLater("down"), chat=chat, times=99_999)
    await office.says(office.he, "电梯坏了")
    await office.says(office.chen, RED)
    office.clock.push(timedelta(days=2))
    wire.faults.clear()
    await office.settle()
    office.sees(office.room_dashi, "A-0001")
    office.sees_nothing(office.he)
    office.reads_all()


def board(office: WholeOffice) -> list[tuple[str, ...]]:
    """Return what the board says cannot be reached, alert by alert."""
    from alerts.status import board as look  # noqa: PLC0415 - the name is ours here

    return [
        line.undeliverable
        for line in office.read(lambda uow: look(uow, at_the_desk(office.zhou))).alerts
    ]


def read(office: WholeOffice) -> dict[bool, int]:
    """Return the metric: addresses that cannot be reached, by whether the desk was told."""
    return office.read(read_figures).undeliverable
