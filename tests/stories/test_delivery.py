"""Sending goes wrong in every way that it can, and the alert still reaches somebody."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from alerts import dispatcher, notices, recording, sending
from alerts.office import Office
from alerts.view import AlertView, views
from domain.alert import Alert, LogKind
from domain.channel import OutgoingMessage
from domain.duty import Post, Scope
from domain.errors import AddressMoved, MessageGone, Refused, RetryLater
from storage import tables
from storage.notices import NoticeState
from storage.unit_of_work import UnitOfWork
from tests.fakes import SlowAnswerError
from tests.office import WholeOffice
from tests.office_people import DASHI, Chat, Said

RED = "张某现在坐在12楼天台边上扬言要跳楼"


async def test_a_channel_that_is_down_is_tried_again(office: WholeOffice) -> None:
    """RetryLater and any undeclared fault come back due, a little later each time."""
    room = office.room_dashi
    wire = office.channels["wire"]
    wire.fails(RetryLater("down"), chat=room.chat, times=2)
    wire.fails(SlowAnswerError(), chat=room.chat)
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    office.sees_nothing(room)
    await office.after(seconds=10)
    office.sees(room, "A-0001")
    assert len([key for key in wire.tries if room.chat in key]) == 4


async def test_a_channel_says_when_it_may_be_tried_again(office: WholeOffice) -> None:
    """``not_before`` is kept, and the rest of the chat waits behind it, in order."""
    room = office.room_dashi
    until = office.clock.now + timedelta(seconds=20)
    office.channels["wire"].fails(RetryLater("slow down", not_before=until), chat=room.chat)
    office.receives(office.chen, RED)
    office.receives(office.he, "李某在5栋喝了农药")
    await office.settle()
    office.sees(office.chen, "编号")
    office.sees(office.he, "编号")
    await office.after(seconds=19)
    assert [one.text for one in office.messages(room) if "A-0001" in one.text] == []
    await office.after(seconds=1)
    office.sees(room, "A-0001")
    office.sees(room, "A-0002")


async def test_a_channel_that_asks_for_quiet_is_left_alone(office: WholeOffice) -> None:
    """A limit on the whole channel holds every chat of it, and no other channel."""
    until = office.clock.now + timedelta(seconds=20)
    wire = office.channels["wire"]
    wire.fails(
        RetryLater("quiet", not_before=until, whole_channel=True), chat=office.room_dashi.chat
    )
    mei = office.enrols_elsewhere("梅玉兰")
    await office.says(office.chen, RED)
    office.reads_all()
    tries = len(wire.tries)
    await office.says(mei, "李某在5栋喝了农药")
    office.sees(mei, "编号")
    assert len(wire.tries) == tries
    await office.after(seconds=20)
    office.sees(office.chen, "R-0001")
    office.sees(office.room_dashi, "A-0001")
    office.sees(office.room_dashi, "A-0002")


async def test_delivered_but_the_answer_was_lost(office: WholeOffice) -> None:
    """It is sent again: twice is better than never, and the number tells that it is one."""
    office.channels["wire"].fails(
        RetryLater("timeout", may_have_arrived=True), chat=office.room_dashi.chat, delivered=True
    )
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    await office.after(seconds=5)
    first = office.sees(office.room_dashi, "A-0001")
    second = office.sees(office.room_dashi, "A-0001")
    assert first.key == second.key
    await office.presses(office.li, "接收", first)
    assert "已接收" in second.text
    office.sees(office.chen, "已接收")


async def test_a_channel_that_never_answers_is_given_up_in_time(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A send that hangs ends after a limit and is tried again."""
    wire = office.channels["wire"]
    real = wire.send

    async def hang(chat: str, message: OutgoingMessage, *, key: str) -> str:
        if chat == office.room_dashi.chat:
            await asyncio.Event().wait()
        return await real(chat, message, key=key)

    monkeypatch.setattr(sending, "SEND_SECONDS", 0.02)
    with monkeypatch.context() as hanging:
        hanging.setattr(wire, "send", hang)
        await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    office.sees_nothing(office.room_dashi)
    await office.after(seconds=2)
    office.sees(office.room_dashi, "A-0001")


async def test_a_refused_person_is_reached_at_another_address(office: WholeOffice) -> None:
    """The officer blocked one channel; the card goes to the other, and the chat is left alone."""
    office.on_duty(office.li, Post.TOWN_DUTY)
    elsewhere = office.also_at(office.li, "pigeon")
    office.channels["pigeon"].fails(Refused("blocked", address_is_dead=True))
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "A-0001")
    card = office.sees(office.li, "A-0001")
    office.sees(office.li, "收不到护信的通知了：blocked")
    assert {LogKind.ADDRESS_DEAD, LogKind.ANOTHER_WAY} <= set(office.story_of())
    office.sees_nothing(elsewhere, office.room_district)
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "已接收")


async def test_when_every_address_refuses_the_next_step_is_called_at_once(
    office: WholeOffice,
) -> None:
    """The only group refuses: the district is called now, the third step in time."""
    office.channels["wire"].fails(Refused("kicked"), chat=office.room_dashi.chat)
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    office.sees(office.room_district, "前面还没有人接收")
    office.sees(office.room_district, "送不到：大石街道值班群", "kicked", "请电话联系")
    office.sees(office.deng, "A-0001")
    await office.after(minutes=7, seconds=59)
    office.sees_nothing(office.room_district)
    await office.after(seconds=1)
    office.reads_all()


async def test_an_address_that_always_refuses_does_not_make_phones_ring_without_end(
    office: WholeOffice,
) -> None:
    """At the last step everyone is called every five minutes, however often one refuses."""
    office.channels["wire"].fails(Refused("not now"), chat=office.wang.private.chat, times=99)
    office.also_at(office.wang, "pigeon")
    office.channels["pigeon"].fails(Refused("not now"), times=99)
    await office.says(office.chen, RED)
    await office.after(minutes=8)
    office.reads_all()
    await office.after(minutes=5)
    office.sees(office.room_dashi, "仍然没有人接收")
    office.sees_nothing(office.room_dashi)
    office.reads_all()


async def test_a_red_card_does_not_wait_an_hour_for_one_channel(office: WholeOffice) -> None:
    """A limit longer than the level allows: another way is taken, and nothing is dropped."""
    office.on_duty(office.li, Post.TOWN_DUTY)
    office.also_at(office.li, "pigeon")
    until = office.clock.now + timedelta(hours=1)
    office.channels["pigeon"].fails(RetryLater("flood", not_before=until))
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "A-0001")
    card = office.sees(office.li, "A-0001")
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "已接收")


async def test_a_chat_that_moved_is_found_again(office: WholeOffice) -> None:
    """The new chat id is written everywhere, the card is sent there, and buttons work."""
    old = office.room_dashi
    office.room_dashi = Chat("wire", "room-moved-99", old.kind)
    office.channels["wire"].fails(AddressMoved("room-moved-99"), chat=old.chat)
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    office.sees_nothing(old)
    assert "由您接收" in await office.presses(office.li, "接收", card)
    office.sees(office.chen, "已接收")


async def test_a_chat_that_moved_to_one_that_is_known_already(office: WholeOffice) -> None:
    """The group was bound anew by hand before the old id was used: no endless trying."""
    again = office.binds("room-again-5", Scope.TOWN, DASHI)
    office.channels["wire"].fails(AddressMoved(again.chat), chat=office.room_dashi.chat, times=9)
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    assert len(office.messages(again)) == 2
    await office.after(minutes=2)
    office.reads_all()
    assert [group.chat for group in office.read(lambda uow: uow.groups.of(Scope.TOWN, DASHI))] == [
        again.chat
    ]


async def test_a_card_that_was_deleted_is_sent_anew(office: WholeOffice) -> None:
    """The message to edit is gone: the group gets a new card while the alert lives."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    office.channels["wire"].fails(MessageGone(), chat=office.room_dashi.chat, times=2)
    await office.says(
        office.chen, "他翻过栏杆了", reply_to=Said(office.chen, office.chen.private, "1")
    )
    office.sees(office.room_dashi, "有补充", "他翻过栏杆了")
    office.reads_all()
    fresh = [one for one in office.messages(office.room_dashi) if one.labels and one is not card]
    assert fresh
    assert "由您接收" in await office.presses(office.li, "接收", fresh[-1])
    assert "已接收" in fresh[-1].text
    office.sees(office.chen, "已接收")


async def test_a_channel_that_is_switched_off_holds_nothing_up(office: WholeOffice) -> None:
    """The settings no longer have the channel: refused, logged, the next step is called."""
    office.binds("room-old", Scope.TOWN, "洛浦街道", channel="fax")
    await office.says(office.chen, "洛浦街道有人要跳楼")
    office.sees(office.chen, "编号")
    office.sees(office.room_district, "送不到：洛浦街道值班群")
    office.sees(office.room_district, "洛浦街道")
    office.sees(office.deng, "洛浦街道")
    await office.after(minutes=2)


async def test_answers_that_come_too_late_are_not_sent(office: WholeOffice) -> None:
    """A short answer to a press expires; a card never does."""
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    office.sees(office.chen, "编号")
    pressed = office.touches(office.li, "接收", card)
    await office.go("read")
    office.clock.push(timedelta(minutes=11))
    await office.settle()
    office.sees(office.chen, "已接收")
    assert not [one for one in office.channels["wire"].toasts if one.press_id == pressed.press_id]
    assert office.count(tables.notices, tables.notices.c.state == NoticeState.EXPIRED.value) == 1


async def test_a_dispatcher_that_dies_after_sending(office: WholeOffice) -> None:
    """It sent and was killed before it wrote so: when the lease ends another sends again."""
    office.receives(office.chen, RED)
    await office.go("read")
    with pytest.MonkeyPatch.context() as killed:
        killed.setattr(sending, "record_sent", lambda *_: None)
        await office.go("send")
    office.restarts()
    await office.settle()
    office.sees(office.chen, "编号")
    first = office.sees(office.room_dashi, "A-0001")
    office.sees_nothing(office.room_dashi)
    await office.after(seconds=30)
    office.sees(office.chen, "编号")
    second = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "接收", first)
    assert "已接收" in second.text
    office.sees(office.chen, "已接收")


async def test_two_dispatchers_send_each_notice_once(office: WholeOffice) -> None:
    """What one has leased the other leaves alone, on both engines."""
    for number in range(10):
        office.receives(office.chen, f"第{number}户有人要跳楼，{number}01室")
        office.receives(office.he, f"{number}02室阿婆不想活")
    while await office.go("read"):
        pass
    other = dispatcher.Dispatcher(
        office.store, office.office, office.channels, office.live, office.dispatcher.times
    )
    while sum(await asyncio.gather(office.go("send"), other.send_due())):
        pass
    keys = [one.key for channel in office.channels.values() for one in channel.shown]
    assert len(keys) == len(set(keys))
    office.reads_all()


async def test_one_notice_that_cannot_be_written_holds_up_no_other(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in the words of one card is logged and put off; the others go out."""

    def card(seen: AlertView, *rest: Office, **more: Any) -> OutgoingMessage:
        if seen.alert.id == 1:
            raise LookupError
        return notices.card(seen, *rest, **more)

    with monkeypatch.context() as broken:
        broken.setattr("alerts.writing.card", card)
        await office.says(office.chen, RED)
        await office.says(office.he, "李某在5栋喝了农药")
    office.sees(office.room_dashi, "A-0002")
    office.sees(office.chen, "编号")
    office.sees(office.he, "编号")
    await office.after(minutes=1)
    office.sees(office.room_dashi, "A-0001")


async def test_what_cannot_be_read_together_is_read_alone(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in one alert's rows: its card is put off, the other's goes out."""

    def read(uow: UnitOfWork, alerts: Sequence[Alert]) -> tuple[AlertView, ...]:
        if 1 in {alert.id for alert in alerts}:
            raise LookupError
        return views(uow, alerts)

    with monkeypatch.context() as broken:
        broken.setattr("alerts.writing.views", read)
        office.receives(office.chen, RED)
        office.receives(office.he, "李某在5栋喝了农药")
        await office.settle()
    office.sees(office.chen, "编号")
    office.sees(office.he, "编号")
    office.sees(office.room_dashi, "A-0002")
    office.sees_nothing(office.room_dashi)
    await office.after(minutes=1)
    office.sees(office.room_dashi, "A-0001")


async def test_a_claim_that_took_long_leaves_a_shorter_lease(office: WholeOffice) -> None:
    """The rows say until when: what they no longer hold is renewed before it is sent."""
    office.receives(office.chen, RED)
    while not await office.reader.read_due():
        pass
    left: list[timedelta] = []
    slow: list[int] = []

    def look() -> None:
        lease_until = office.read(
            lambda uow: uow.connection.scalar(sa.select(sa.func.max(tables.notices.c.lease_until)))
        )
        left.append(lease_until - office.clock.now)

    def be_slow_once(connection: sa.Connection, *args: object) -> None:
        if "UPDATE notices SET lease_until" in str(args[1]) and not slow:
            slow.append(1)
            office.clock.push(timedelta(seconds=20))

    sa.event.listen(office.store.engine, "before_cursor_execute", be_slow_once)
    office.channels["wire"].when_shown = look
    await office.dispatcher.send_due()
    assert min(left) >= timedelta(seconds=15)
    await office.settle()
    office.reads_all()


async def test_what_arrived_is_written_down_whoever_has_the_lease(office: WholeOffice) -> None:
    """A send that outlasted its lease: another has leased the notice, and need not send it."""
    office.receives(office.chen, RED)
    while not await office.reader.read_due():
        pass
    slow = office.store.write(lambda uow: uow.notices.lease(limit=1, lease=timedelta(seconds=30)))
    office.clock.push(timedelta(seconds=31))
    quick = office.store.write(lambda uow: uow.notices.lease(limit=1, lease=timedelta(seconds=30)))
    assert [one.id for one in quick] == [one.id for one in slow]
    record = recording.Sent(slow[0], 1, "77")
    office.store.write(lambda uow: recording.record_sent(uow, [record], office.live))
    assert not office.store.write(lambda uow: uow.notices.renew(quick, timedelta(seconds=30)))
    late = recording.Sent(quick[0], 1, "78")
    office.store.write(lambda uow: recording.record_sent(uow, [late], office.live))
    assert [card.message_id for card in office.read(lambda uow: uow.cards.of(1))] == ["77"]
    await office.settle()
    office.reads_all()


async def test_a_busy_machine_claims_no_more_than_it_can_send(office: WholeOffice) -> None:
    """Writing takes so long that leases would be over: the rest is left to whoever is free."""
    for floor in range(1, 7):
        office.receives(office.chen, f"{floor}楼有人要跳楼")
    while await office.reader.read_due():
        pass

    def slow_clock() -> datetime:
        office.clock.push(timedelta(seconds=4))
        return office.clock()

    office.store.clock = slow_clock
    office.store.write(lambda uow: office.dispatcher._lease(uow, frozenset()))
    office.store.clock = office.clock
    held = tables.notices.c.lease_until.is_not(None)
    leased = office.count(tables.notices, held)
    assert 0 < leased < office.count(tables.notices)
    soonest = office.read(
        lambda uow: uow.connection.scalar(sa.select(sa.func.min(tables.notices.c.lease_until)))
    )
    assert soonest > office.clock.now + timedelta(seconds=15)
    await office.after(minutes=1)
    office.reads_all()
