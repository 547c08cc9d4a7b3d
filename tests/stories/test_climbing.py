"""How an alert climbs when nobody answers, and what stops it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from alerts import routing, timers
from alerts.routing import Target
from domain.alert import Alert, AlertState, LogKind, Recipient
from domain.duty import Post, Role
from storage.live import NOTICES, TIMERS
from storage.unit_of_work import UnitOfWork
from tests.fakes import Shown
from tests.office import WEDNESDAY_TEN, WholeOffice
from tests.office_people import DASHI, Where

RED = "张某现在坐在12楼天台边上扬言要跳楼"
ORANGE = "阿伯说不想活了，在3栋楼下"
YELLOW = "住户说活着没意思，送走了猫"
MINUTE = timedelta(minutes=1)


async def test_nobody_answers_a_red_alert(office: WholeOffice) -> None:
    """0 min town group; 3 min district desk and leader; 8 min everyone; then every 5 min."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    first = office.sees(office.room_dashi, "待接收")
    await office.after(minutes=2, seconds=59)
    office.sees_nothing(office.room_district, office.deng)
    await office.after(seconds=1)
    card = office.sees(office.room_district, "前面还没有人接收", "已等 3 分钟")
    assert "接收" in card.labels
    office.sees(office.deng, "前面还没有人接收")
    assert "已等 3 分钟" in first.text
    await office.after(minutes=5)
    for where in everybody(office):
        office.sees(where, "已等 8 分钟")
    for minutes in (13, 18, 23):
        await office.after(minutes=5)
        for where in everybody(office):
            office.sees(where, "仍然没有人接收", f"已等 {minutes} 分钟")
    office.sees_nothing(office.room_shiqi, office.zhao, office.he, office.outsider)
    kinds = office.story_of()
    assert kinds.count(LogKind.ESCALATED) == 2
    assert kinds.count(LogKind.REPEATED) == 3


def everybody(office: WholeOffice) -> list[Where]:
    """Return who is called when everyone is."""
    return [
        office.room_dashi,
        office.room_district,
        office.deng,
        office.li,
        office.wang,
        office.zhou,
    ]


async def test_an_orange_alert_climbs_more_slowly(office: WholeOffice) -> None:
    """10 min district desk and leader, 30 min everyone, day and night."""
    office.clock.now = WEDNESDAY_TEN.replace(hour=18)  # two at night in Panyu
    await office.says(office.chen, ORANGE)
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "🟠橙")
    await office.after(minutes=9, seconds=59)
    office.sees_nothing(office.room_district)
    await office.after(seconds=1)
    office.sees(office.room_district, "🟠橙")
    office.sees(office.deng, "🟠橙")
    await office.after(minutes=20)
    for where in everybody(office):
        office.sees(where, "🟠橙", "已等 30 分钟")


async def test_a_yellow_alert_waits_for_working_hours(office: WholeOffice) -> None:
    """Said on a Friday evening, it is sent on Monday at 8:30 and climbs after 4 working hours."""
    office.clock.now = datetime(2026, 3, 6, 10, 0, tzinfo=UTC)  # Friday 18:00
    await office.says(office.chen, YELLOW)
    office.sees(office.chen, "将在3月9日 08:30发给大石街道值班群")
    await office.after(hours=62)
    office.sees_nothing(office.room_dashi)
    await office.after(minutes=30)  # Monday 8:30
    card = office.sees(office.room_dashi, "🟡黄")
    await office.after(hours=5, minutes=59)  # 14:29, 3.5 and nearly 0.5 working hours
    office.sees_nothing(office.room_district)
    await office.after(minutes=1)
    office.sees(office.room_district, "🟡黄")
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "已接收")


async def test_nobody_on_a_step_skips_it_at_once(office: WholeOffice) -> None:
    """A town with no group and nobody on duty: the district desk is called in the same breath."""
    await office.says(office.chen, "沙湾街道有人要跳楼")
    office.sees(office.chen, "A-0001 已发给沙湾街道")
    office.sees(office.room_district, "沙湾街道")
    office.sees(office.deng, "沙湾街道")
    assert office.story_of()[:3] == [LogKind.RAISED, LogKind.STEP_EMPTY, LogKind.ESCALATED]
    await office.after(minutes=7, seconds=59)
    office.sees_nothing(office.room_district)
    await office.after(seconds=1)
    for where in (office.room_district, office.deng, office.zhou):
        office.sees(where, "已等 8 分钟")


async def test_when_nobody_at_all_can_be_reached_it_stays_due(office: WholeOffice) -> None:
    """No group, no officer, no leader: every step is logged as empty and it is tried again."""

    def leave(uow: UnitOfWork) -> None:
        for somebody in (office.li, office.wang, office.zhou, office.deng):
            uow.people.revoke(somebody.known.id)
        for room in (office.room_dashi, office.room_district):
            uow.groups.switch_off(room.address, "gone")

    office.store.write(leave)
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    assert office.story_of() == [LogKind.RAISED, *[LogKind.STEP_EMPTY] * 3]
    assert office.alert().next_escalation_at == office.clock.now + 5 * MINUTE
    office.store.write(lambda uow: uow.groups.keep_address(office.room_dashi.address))
    await office.after(minutes=5)
    office.sees(office.room_dashi, "仍然没有人接收")


async def test_taken_and_no_outcome_fires_again(office: WholeOffice) -> None:
    """A red alert that was taken rings again after 60 minutes, from the first step."""
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    await office.after(minutes=1)
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "编号")
    office.sees(office.chen, "已接收")
    await office.after(minutes=59, seconds=59)
    office.sees_nothing(office.room_dashi)
    await office.after(seconds=1)
    again = office.sees(office.room_dashi, "接收后一直没有结果")
    assert again.message.reply_to == card.message_id
    assert "接收" in card.labels
    alert = office.alert()
    assert (alert.state, alert.taken_by) == (AlertState.OPEN, None)
    await office.after(minutes=3)
    office.sees(office.room_district, "A-0001")
    office.sees(office.deng, "A-0001")
    await office.presses(office.wang, "接收", again)
    office.sees(office.chen, "王秀芳")


async def test_watched_and_looked_at_again(office: WholeOffice) -> None:
    """关注 for two hours turns the card blue; then it rings and is to be taken again."""
    card, question = await taken_and_asked(office, "关注", "什么时候再看")
    await office.presses(office.li, "2小时后", question)
    assert "转为关注" in await office.presses(office.li, "等家属、单位", question)
    assert card.text.startswith("🔵蓝")
    assert "关注中，3月4日 12:00 再看" in card.text
    assert "李国明（等家属、单位）" in card.text
    await office.after(hours=1, minutes=59)
    office.sees_nothing(office.room_dashi)
    await office.after(minutes=1)
    office.sees(office.room_dashi, "关注时间到", "🔴红")
    assert office.story_of().count(LogKind.WATCH_ENDED) == 1


async def taken_and_asked(office: WholeOffice, label: str, words: str) -> tuple[Shown, Shown]:
    """Raise a red alert, let Li take it and press a button that asks him something."""
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "编号")
    office.sees(office.chen, "已接收")
    await office.presses(office.li, label, card)
    return card, office.sees(office.room_dashi, words)


async def test_help_calls_the_next_step_now(office: WholeOffice) -> None:
    """求助 calls the district; whoever has the alert keeps it; above the last nobody is left."""
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "编号")
    office.sees(office.chen, "已接收")
    assert "已呼叫上一级支援" in await office.presses(office.li, "求助", card)
    office.sees(office.room_district, "同事求助", "李国明")
    office.sees(office.deng, "同事求助")
    assert office.alert().taken_by == office.li.known.id
    await office.presses(office.li, "求助", card)
    for where in everybody(office):
        office.sees(where, "同事求助")
    await office.after(minutes=30)


async def test_help_for_an_open_alert_does_not_hurry_the_steps_after(office: WholeOffice) -> None:
    """求助 at 0 min calls step two; step three still comes at 8 min, not at 3."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "求助", card)
    office.sees(office.room_district, "同事求助")
    office.sees(office.deng, "同事求助")
    await office.after(minutes=7, seconds=59)
    office.sees_nothing(office.room_district)
    await office.after(seconds=1)
    for where in everybody(office):
        office.sees(where, "已等 8 分钟")


async def test_the_people_on_duty_are_called_in_their_own_chats(office: WholeOffice) -> None:
    """The town's officer on duty at once, the district's with the desk; nobody off duty."""
    office.on_duty(office.li, Post.TOWN_DUTY, hours=1)
    office.on_duty(office.zhou, Post.DISTRICT_DUTY)
    office.enrols("黄小丽", Role.TOWN_OFFICER, DASHI)
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "A-0001")
    own = office.sees(office.li, "A-0001")
    await office.after(minutes=3)
    for where in (office.room_district, office.deng, office.zhou):
        office.sees(where, "A-0001")
    await office.presses(office.zhou, "接收", office.messages(office.zhou)[0])
    assert "区值班员 周志强 10:03 已接收" in own.text
    office.sees(office.chen, "周志强")
    await office.after(minutes=57)


async def test_settings_that_change_do_not_move_an_alert_that_climbs(office: WholeOffice) -> None:
    """The chain was frozen when the alert was raised."""
    await office.says(office.chen, RED)
    office.reads_all()
    before = office.alert().chain
    office.restarts()
    assert office.alert().chain == before


async def test_a_clock_that_jumps_loses_nothing(office: WholeOffice) -> None:
    """Back an hour: nothing rings early. Forth a day: what is due is called once."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "A-0001")
    office.clock.push(timedelta(hours=-1))
    await office.settle()
    office.sees_nothing(office.room_district, office.room_dashi)
    office.clock.push(timedelta(hours=25))
    await office.settle()
    for where in everybody(office):
        office.sees(where, "A-0001")
    await office.settle()
    assert office.alert().next_escalation_at == office.clock.now + 5 * MINUTE


async def test_one_alert_that_cannot_climb_holds_up_no_other(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in one alert is put off and logged; the next one is called in time."""
    await office.says(office.chen, RED)
    await office.says(office.he, "李某在5栋喝了农药")
    office.reads_all()

    def targets(uow: UnitOfWork, alert: Alert, to: tuple[Recipient, ...]) -> tuple[Target, ...]:
        if alert.id == 1:
            raise LookupError
        return routing.targets(uow, alert, to)

    with monkeypatch.context() as broken:
        broken.setattr("alerts.escalation.targets", targets)
        await office.after(minutes=3)
    office.sees(office.room_district, "A-0002")
    office.sees(office.deng, "A-0002")
    await office.after(minutes=1)
    office.sees(office.room_district, "A-0001")
    office.sees(office.deng, "A-0001")


async def test_a_hint_lets_an_alert_climb_and_looks_at_nothing_else(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop runs: what only the clock brings was looked at once, and is not at each hint."""
    monkeypatch.setattr(timers, "POLL_SECONDS", 1000.0)
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "待接收")
    looked, first = 0, asyncio.Event()

    async def look() -> int:
        nonlocal looked
        looked += 1
        first.set()
        return 0

    loop = timers.Timers(office.store, office.office, office.live, also=(look,))
    with office.live.listen(NOTICES) as listener:
        running = asyncio.create_task(loop.run())
        await first.wait()
        office.clock.push(3 * MINUTE)
        office.live.wake(TIMERS)
        assert await listener.wait(20)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert looked == 1
    await office.settle()
    office.sees(office.room_district, "前面还没有人接收")
    office.sees(office.deng, "前面还没有人接收")
