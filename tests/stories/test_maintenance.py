"""A duty group rests for a stated time: the desk has its alerts, and nothing is lost by it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from alerts.timers import Timers
from domain.alert import LogKind
from domain.duty import Post, Scope
from domain.errors import Refused
from tests.office import WholeOffice
from tests.office_people import DASHI

RED = "张某现在坐在12楼天台边上扬言要跳楼"
PAUSED = "维护 2小时 换群"


async def paused(office: WholeOffice, words: str = PAUSED) -> None:
    """Let Li put the group of 大石 into maintenance, in the group."""
    await office.says(office.li, words, where=office.room_dashi)


async def test_both_are_told_and_the_desk_has_the_alerts(office: WholeOffice) -> None:
    """Who, until when, why; then an alert goes to the desk, and to nobody in the group."""
    await paused(office)
    for room in (office.room_dashi, office.room_district):
        told = office.sees(room, "大石街道值班群维护到 3月4日 12:00：换群")
        assert "大石街道值班员 李国明" in told.text
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_district, "A-0001", "大石街道值班群维护中，到 12:00（换群）")
    office.sees_nothing(office.room_dashi)
    await office.presses(office.zhou, "接收", card)
    office.sees(office.chen, "已接收")


async def test_people_on_duty_are_called_all_the_same(office: WholeOffice) -> None:
    """The group rests, not the officer; another town's group is called as ever."""
    office.on_duty(office.li, Post.TOWN_DUTY)
    await paused(office)
    office.reads_all()
    await office.says(office.chen, RED)
    office.sees(office.li, "A-0001")
    await office.says(office.zhao, "石碁镇有人要跳楼")
    office.sees(office.room_shiqi, "A-0002")
    assert "A-0002" not in "".join(one.text for one in office.messages(office.room_district))
    office.reads_all()


async def test_alerts_that_nobody_has_are_shown_to_the_desk(office: WholeOffice) -> None:
    """What is open at the start goes to the desk at once; what somebody has does not."""
    await office.says(office.chen, RED)
    await office.says(office.he, "李某在5栋喝了农药")
    office.reads_all()
    first = office.messages(office.room_dashi)[0]
    assert "A-0001" in first.text
    await office.presses(office.li, "接收", first)
    office.reads_all()
    await paused(office)
    office.sees(office.room_district, "A-0002", "请区值班室先接")
    told = office.sees(office.room_district, "维护到")
    assert "现有 1 条预警没有接收" in told.text
    office.sees_nothing(office.room_district)
    assert LogKind.GROUP_PAUSED in office.story_of(2)
    assert LogKind.GROUP_PAUSED not in office.story_of(1)
    office.reads_all()


async def test_more_words_go_to_the_desk_meanwhile(office: WholeOffice) -> None:
    """A supplement to an alert of the group is read where somebody reads."""
    said = await office.says(office.chen, RED)
    await office.presses(office.li, "接收", office.messages(office.room_dashi)[0])
    await paused(office)
    office.reads_all()
    await office.says(office.chen, "他翻过栏杆了", reply_to=said)
    office.sees(office.room_district, "有补充", "他翻过栏杆了")
    office.sees(office.chen, "补充已收到")
    office.sees_nothing(office.room_dashi)


async def test_it_ends_by_itself_and_both_are_told(office: WholeOffice) -> None:
    """At the stated time, not later; the group gets what came meanwhile."""
    await paused(office, "维护 30分钟 换群")
    office.reads_all()
    await office.says(office.chen, RED)
    card = office.sees(office.room_district, "A-0001")
    await office.presses(office.zhou, "接收", card)
    office.reads_all()
    await office.after(minutes=29, seconds=59)
    office.sees_nothing(office.room_dashi, office.room_district)
    await office.after(seconds=1)
    for room in (office.room_dashi, office.room_district):
        assert "A-0001" in office.sees(room, "维护时间到").text
    office.sees(office.room_dashi, "A-0001", "维护结束")
    office.sees_nothing(office.room_district)
    await office.says(office.he, "李某在5栋喝了农药")
    office.sees(office.he, "编号")
    office.sees(office.room_dashi, "A-0002")
    office.sees_nothing(office.room_district)


async def test_it_never_outlives_its_time_even_if_nobody_ends_it(office: WholeOffice) -> None:
    """The timers stand still: once the time is over, the group is called all the same."""
    await paused(office, "维护 30分钟 换群")
    office.reads_all()
    office.clock.push(timedelta(minutes=31))
    office.receives(office.chen, RED)
    await office.go("read")
    await office.go("send")
    office.sees(office.room_dashi, "A-0001")
    assert "A-0001" not in "".join(one.text for one in office.messages(office.room_district))
    await office.settle()
    office.reads_all()


async def test_two_that_look_at_once_tell_its_end_once(office: WholeOffice) -> None:
    """Two dispatchers' timers at the same moment, on both engines."""
    await paused(office, "维护 30分钟 换群")
    office.reads_all()
    office.clock.push(timedelta(minutes=30))
    other = Timers(office.store, office.office, office.live)
    await asyncio.gather(office.go("time"), other.act_on_due())
    await office.settle()
    for room in (office.room_dashi, office.room_district):
        office.sees(room, "维护时间到")
    office.sees_nothing(office.room_dashi, office.room_district)


async def test_an_officer_ends_it_early(office: WholeOffice) -> None:
    """维护结束 in private as in the group; a second time there is nothing to end."""
    await paused(office)
    office.reads_all()
    await office.says(office.wang, "维护结束")
    office.sees(office.wang, "照常发到群里")
    for room in (office.room_dashi, office.room_district):
        office.sees(room, "维护已提前结束")
    await office.says(office.wang, "维护结束")
    office.sees(office.wang, "没有在维护")
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "A-0001")


async def test_only_officers_of_the_town_let_it_rest(office: WholeOffice) -> None:
    """A reporter, an officer of another town, somebody unknown: refused, and nothing changes."""
    await office.says(office.chen, PAUSED, where=office.room_dashi)
    office.sees_nothing(office.room_dashi)
    await office.says(office.zhao, PAUSED, where=office.room_dashi)
    office.sees(office.room_dashi, "只有本镇街的值班员")
    await office.says(office.outsider, PAUSED, where=office.room_dashi)
    office.sees_nothing(office.room_dashi, office.room_district)
    (group,) = office.read(lambda uow: uow.groups.of(Scope.TOWN, DASHI))
    assert group.paused_until is None


@pytest.mark.parametrize("words", ["维护", "维护 2小时", "维护 0分钟 换群"])
async def test_a_pause_needs_a_time_and_a_reason(office: WholeOffice, words: str) -> None:
    """Who leaves one out reads how it is written."""
    await paused(office, words)
    office.sees(office.room_dashi, "请写：维护 2小时 原因")


async def test_a_reporter_who_tells_of_maintenance_has_reported(office: WholeOffice) -> None:
    """The lift is out of order for three hours: that is a report, kept like any other."""
    await office.says(office.chen, "维护3小时，电梯停了")
    office.sees(office.chen, "编号 R-0001")


async def test_a_danger_behind_the_word_is_a_danger(office: WholeOffice) -> None:
    """维护 at the head of a report hides nothing."""
    await office.says(office.chen, "维护 2小时 有人要跳楼")
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "A-0001")


async def test_a_pause_has_a_longest_time_however_often_it_is_renewed(office: WholeOffice) -> None:
    """24 hours from where it began; a shorter one may be made longer within them."""
    await paused(office, "维护 25小时 换群")
    office.sees(office.room_dashi, "最多 1天")
    await paused(office, "维护 20小时 换群")
    office.reads_all()
    await office.after(hours=10)
    await paused(office, "维护 15小时 还没好")
    office.sees(office.room_dashi, "最多 1天")
    await paused(office, "维护 14小时 还没好")
    office.sees(office.room_dashi, "维护到 3月5日 10:00：还没好")
    office.reads_all()


async def test_the_last_district_group_is_never_put_to_rest(office: WholeOffice) -> None:
    """Refused while it is the only one; with a second one it may, and that one is then the last."""
    await office.says(office.zhou, PAUSED, where=office.room_district)
    office.sees(office.room_district, "最后一个")
    second = office.binds("room-4714-d", Scope.DISTRICT, None)
    await office.says(office.zhou, PAUSED, where=office.room_district)
    office.sees(office.room_district, "维护到")
    office.sees(second, "维护到")
    await office.says(office.zhou, PAUSED, where=second)
    office.sees(second, "最后一个")
    await office.says(office.outsider, "石碁镇有人要跳楼")
    office.sees(second, "上报人未登记")
    office.reads_all()


async def test_a_group_that_rests_is_better_than_nobody(office: WholeOffice) -> None:
    """The desk went away meanwhile: the card goes to the group in maintenance."""
    await paused(office)
    office.reads_all()
    office.channels["wire"].fails(Refused("gone", address_is_dead=True), chat="room-4713-c")
    await office.says(office.chen, RED)
    office.reads_all()
    await office.says(office.he, "李某在5栋喝了农药")
    office.sees(office.he, "编号")
    office.sees(office.room_dashi, "A-0002")
    office.reads_all()


async def test_a_second_group_of_the_town_goes_on(office: WholeOffice) -> None:
    """One of two rests: the other has the alert, and the desk as well."""
    other = office.binds("room-4715-e", Scope.TOWN, DASHI)
    await paused(office)
    office.reads_all()
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    office.sees(other, "A-0001")
    office.sees(office.room_district, "A-0001")
    office.sees_nothing(office.room_dashi)
