"""Many chats and little room: what waits, waits in order, alone, and is never given up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alerts import dispatcher
from alerts.dispatcher import Dispatcher
from domain.channel import Limits, OutgoingMessage, Rate
from domain.duty import Post
from domain.errors import RetryLater
from storage.tables import notices
from tests.fakes import RecordingChannel, SlowAnswerError
from tests.office import WholeOffice

RED = "张某现在坐在12楼天台边上扬言要跳楼"
RED_TOO = "李某在5栋喝了农药"
ORANGE = "王某在3栋说不想活"
SECOND = timedelta(seconds=1)
LATER = timedelta(minutes=2)
LONG = 10.0  # seconds that a test waits for what does come


def another_sender(office: WholeOffice) -> Dispatcher:
    """Return what sends in a second process."""
    first = office.dispatcher
    return Dispatcher(
        office.store, office.office, office.channels, office.live, first.times, first.pacer
    )


def tries_counted(office: WholeOffice) -> int:
    """Return how many failed tries all notices have."""
    query = sa.select(sa.func.sum(notices.c.attempts))
    return int(office.read(lambda uow: uow.connection.execute(query).scalar_one()))


async def test_a_chat_has_its_pace_and_others_theirs(office: WholeOffice) -> None:
    """The room takes one a second; the second card waits, the receipts elsewhere do not."""
    office.channels["wire"].pace = Limits(chat=(Rate(1, SECOND),))
    office.receives(office.chen, RED)
    office.receives(office.he, RED_TOO)
    await office.settle()
    office.sees(office.room_dashi, "A-0001")
    office.sees_nothing(office.room_dashi)
    office.sees(office.chen, "编号")
    office.sees(office.he, "编号")
    await office.after(seconds=0.9)
    office.sees_nothing(office.room_dashi)
    await office.after(seconds=0.2)
    office.sees(office.room_dashi, "A-0002")
    assert tries_counted(office) == 0


async def test_waiting_for_the_pace_edits_no_card_once_more(office: WholeOffice) -> None:
    """A card that was put off and then sent shows what is true: it costs one message, not two."""
    wire = office.channels["wire"]
    wire.pace = Limits(chat=(Rate(1, SECOND),))
    office.receives(office.chen, RED)
    office.receives(office.he, RED_TOO)
    await office.after(seconds=5)
    assert [one.edits for one in office.messages(office.room_dashi)] == [0, 0]
    office.reads_all()


async def test_edits_that_come_together_are_made_as_one(office: WholeOffice) -> None:
    """The first at once; what changes in the next seconds is shown by one more, with all of it."""
    office.channels["wire"].pace = Limits(edit=Rate(1, timedelta(seconds=3)))
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "接收", card)
    assert card.edits == 1
    for number in range(4):
        await office.says(office.he, f"{RED}，又来了{number}个人", where=None)
        await office.after(seconds=0.5)
    assert card.edits == 1
    await office.after(seconds=3)
    assert card.edits == 2
    assert "又来了" in card.text
    office.reads_all()


async def test_red_finds_room_in_a_full_channel(office: WholeOffice) -> None:
    """Receipts have used up their share; the red card goes at once, its receipt waits."""
    wire = office.channels["wire"]
    wire.pace = Limits(channel=Rate(5, timedelta(minutes=1), burst=5), reserve=0.4)
    for number in range(4):
        await office.says(office.he, f"{number}栋路灯坏了")
    assert len(office.messages(office.he)) == 3
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    assert "由您接收" in await office.presses(office.li, "接收", card)
    office.sees_nothing(office.chen)
    await office.after(minutes=15)
    office.sees(office.chen, "编号")
    assert len(office.messages(office.he)) == 4
    office.reads_all()


async def test_a_full_channel_holds_up_no_other(office: WholeOffice) -> None:
    """One channel has no room; somebody on another one has the receipt at once."""
    office.channels["wire"].pace = Limits(channel=Rate(1, timedelta(minutes=1)))
    mei = office.enrols_elsewhere("梅玉兰")
    await office.says(office.chen, RED)
    await office.says(mei, RED_TOO)
    office.sees(mei, "编号")
    office.sees_nothing(office.chen)
    await office.after(minutes=9)
    office.sees(office.room_dashi, "A-0002")
    office.reads_all()


async def test_a_later_card_does_not_overtake_one_that_is_tried_again(
    office: WholeOffice,
) -> None:
    """The room was down for a moment: it reads the two reds as they came."""
    office.channels["wire"].fails(RetryLater("down"), chat=office.room_dashi.chat)
    await office.says(office.chen, RED)
    await office.says(office.he, RED_TOO)
    office.sees_nothing(office.room_dashi)
    await office.after(seconds=3)
    first, second = office.messages(office.room_dashi)
    assert "A-0001" in first.text
    assert "A-0002" in second.text
    office.reads_all()


async def test_red_overtakes_an_orange_one_that_is_tried_again(office: WholeOffice) -> None:
    """Order is kept among equals; what is more urgent does not wait for it."""
    office.channels["wire"].fails(RetryLater("down"), chat=office.room_dashi.chat)
    await office.says(office.chen, ORANGE)
    await office.says(office.he, RED)
    office.sees(office.room_dashi, "A-0002")
    office.sees_nothing(office.room_dashi)
    await office.after(seconds=3)
    office.sees(office.room_dashi, "A-0001")
    office.reads_all()


async def test_a_card_that_breaks_the_channel_holds_up_no_other(office: WholeOffice) -> None:
    """A fault nobody declared may be that card's own: the next one goes before it."""
    office.channels["wire"].fails(SlowAnswerError(), chat=office.room_dashi.chat)
    await office.says(office.chen, RED)
    await office.says(office.he, RED_TOO)
    office.sees(office.room_dashi, "A-0002")
    office.sees_nothing(office.room_dashi)
    await office.after(seconds=3)
    office.sees(office.room_dashi, "A-0001")
    office.reads_all()


async def test_quiet_that_one_process_was_asked_for_binds_all(office: WholeOffice) -> None:
    """A second process does not ask a channel that wants quiet, nor does a restarted one."""
    wire, until = office.channels["wire"], office.clock.now + timedelta(seconds=20)
    wire.fails(RetryLater("quiet", not_before=until, whole_channel=True))
    office.receives(office.chen, RED)
    await office.go("read")
    await office.go("send")
    tries = len(wire.tries)
    await office.says(office.he, RED_TOO)
    assert await another_sender(office).send_due() == 0
    office.restarts()
    await office.after(seconds=19)
    assert len(wire.tries) == tries
    await office.after(seconds=1)
    office.sees(office.room_dashi, "A-0001")
    office.sees(office.room_dashi, "A-0002")
    office.reads_all()


async def test_a_later_red_does_not_wait_for_a_channel_that_wants_an_hour(
    office: WholeOffice,
) -> None:
    """The answer is known, so the channel is not asked: the officer is reached elsewhere."""
    office.on_duty(office.li, Post.TOWN_DUTY)
    office.also_at(office.li, "pigeon")
    pigeon, until = office.channels["pigeon"], office.clock.now + timedelta(hours=1)
    pigeon.fails(RetryLater("flood", not_before=until, whole_channel=True))
    await office.says(office.chen, RED)
    office.sees(office.li, "A-0001")
    tries = len(pigeon.tries)
    await office.says(office.he, RED_TOO)
    office.sees(office.li, "A-0002")
    assert len(pigeon.tries) == tries
    for number in (1, 2):
        card = office.sees(office.room_dashi, f"A-000{number}")
        await office.presses(office.li, "接收", card)
    office.reads_all()


async def test_a_slow_chat_keeps_its_lease(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five notices of twelve seconds each outlast one lease; nobody else sends any of them."""
    for floor in range(1, 6):
        office.receives(office.chen, f"{floor}楼有人要跳楼，{floor}01室")
    while await office.go("read"):
        pass
    wire, other, others = office.channels["wire"], another_sender(office), 0
    real = wire.send

    async def slow(chat: str, message: OutgoingMessage, *, key: str) -> str:
        nonlocal others
        if chat == office.room_dashi.chat:
            office.clock.push(timedelta(seconds=12))
            others += await other.send_due()
        return await real(chat, message, key=key)

    with monkeypatch.context() as slowly:
        slowly.setattr(wire, "send", slow)
        while await office.go("send"):
            pass
    keys = [one.key for one in wire.shown]
    assert len(keys) == len(set(keys))
    assert others == 0
    numbers = [one.text.partition("A-000")[2][:1] for one in office.messages(office.room_dashi)]
    assert numbers[:5] == ["1", "2", "3", "4", "5"]
    office.reads_all()


async def test_a_channel_that_hangs_fills_its_own_places_only(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dispatcher runs: one channel never answers, the other delivers what comes later."""
    monkeypatch.setattr(dispatcher, "CHATS_AT_ONCE", 2)
    monkeypatch.setattr(dispatcher, "FINISH_SECONDS", 0.01)
    mei = office.enrols_elsewhere("梅玉兰")
    for who, text in ((office.chen, RED), (office.he, RED_TOO), (office.li, ORANGE)):
        office.receives(who, text)
    while await office.go("read"):
        pass
    hanging, delivered = asyncio.Event(), asyncio.Event()
    pigeon = office.channels["pigeon"]
    real = pigeon.send

    async def hang(*_: object, **__: object) -> str:
        hanging.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def deliver(chat: str, message: OutgoingMessage, *, key: str) -> str:
        delivered.set()
        return await real(chat, message, key=key)

    with monkeypatch.context() as running:
        running.setattr(office.channels["wire"], "send", hang)
        running.setattr(pigeon, "send", deliver)
        task = asyncio.create_task(office.dispatcher.run())
        async with asyncio.timeout(LONG):
            await hanging.wait()
            office.receives(mei, RED)
            while await office.go("read"):
                pass
            office.live.wake("notices")
            await delivered.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    office.restarts()
    await office.after(seconds=40)
    office.sees(mei, "编号")
    office.sees(office.room_dashi, "A-0001")
    office.reads_all()


async def test_a_dispatcher_that_is_stopped_ends_what_it_began(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was being sent is recorded, the rest is given back: a restart sends nothing twice."""
    office.receives(office.chen, RED)
    office.receives(office.he, RED_TOO)
    while await office.go("read"):
        pass
    begun, go_on = asyncio.Event(), asyncio.Event()
    wire = office.channels["wire"]
    real = wire.send

    async def slow(chat: str, message: OutgoingMessage, *, key: str) -> str:
        begun.set()
        await go_on.wait()
        return await real(chat, message, key=key)

    with monkeypatch.context() as running:
        running.setattr(wire, "send", slow)
        task = asyncio.create_task(office.dispatcher.run())
        async with asyncio.timeout(LONG):
            await begun.wait()
            task.cancel()
            go_on.set()
            await asyncio.gather(task, return_exceptions=True)
    sent = len(wire.shown)
    assert 0 < sent < 4
    leased = office.count(notices, notices.c.state == "due", notices.c.lease_until.is_not(None))
    assert leased == 0
    office.restarts()
    await office.settle()
    keys = [one.key for one in wire.shown]
    assert len(keys) == len(set(keys)) == 4
    office.reads_all()


class MeanwhileChannel(RecordingChannel):
    """A channel in which something happens once, while the first message is on its way."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def send(self, chat: str, message: OutgoingMessage, *, key: str) -> str:
        """Show a new message, and let it happen."""
        message_id = await super().send(chat, message, key=key)
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None and "room" in chat:
            await happens()
        return message_id


async def test_red_overtakes_what_was_leased_for_its_chat(office: WholeOffice) -> None:
    """It does not wait until a turn of eight is over: the rest is given back, and goes in order."""
    wire = MeanwhileChannel("wire")
    office.channels["wire"] = wire
    office.restarts()
    for number in range(6):
        office.receives(office.he, f"王某{number}在{number}3栋说不想活")
    for _ in range(12):
        await office.go("read")

    async def red_comes() -> None:
        office.receives(office.chen, RED)
        await office.go("read")
        office.clock.push(SECOND)

    room = office.room_dashi.chat
    office.store.write(
        lambda uow: uow.connection.execute(
            sa.update(notices).where(notices.c.chat != room).values(due_at=office.clock.now + LATER)
        )
    )
    wire.meanwhile = red_comes
    await office.settle()
    shown = [
        ("🔴" in one.text, one.text.partition("A-")[2][:4])
        for one in wire.shown
        if one.chat == room
    ]
    assert [is_red for is_red, _ in shown] == [False, True, *[False] * (len(shown) - 2)]
    others = [number for is_red, number in shown if not is_red]
    assert others == sorted(others)
    assert len(others) > 2
    office.reads_all()
