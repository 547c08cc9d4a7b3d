"""Stories of the change of shift: what the note says, who reads it, what an officer adds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.duty import Post
from domain.errors import Refused
from storage.tables import notices, shift_words
from tests.fakes import PushedClock
from tests.office import WEDNESDAY_TEN, WholeOffice
from tests.office_people import DASHI, Somebody, office_of_panyu
from tests.story import check_end

HOUR = timedelta(hours=1)
TEN = WEDNESDAY_TEN
ORANGE = "大石街道 3栋 阿伯说不想活了"


@pytest.fixture
def roster(database: str, log_of_story: io.StringIO) -> Iterator[WholeOffice]:
    """Give an office where 李国明 is followed by 王秀芳 at 14:00, looked at once."""
    whole = WholeOffice(database, office_of_panyu(), PushedClock(TEN), keeps_roster=True)
    try:
        plan(whole, whole.li, 0, 4)
        plan(whole, whole.wang, 4, 720)
        plan(whole, whole.zhou, 0, 720, Post.DISTRICT_DUTY)
        whole.reads_all()
        yield whole
        check_end(whole, log_of_story.getvalue())
    finally:
        whole.close()


def plan(
    office: WholeOffice, by: Somebody, first: int, last: int, post: Post = Post.TOWN_DUTY
) -> None:
    """Put somebody on the roster, in hours from ten o'clock."""
    person = by.known
    office.store.write(
        lambda uow: uow.duty.add(
            person,
            post,
            town=person.town,
            starts_at=TEN + first * HOUR,
            ends_at=TEN + last * HOUR,
        )
    )


async def takes(office: WholeOffice) -> None:
    """Let an orange alert be raised and 李国明 take it."""
    await office.says(office.chen, ORANGE)
    office.sees(office.chen, "编号")
    await office.presses(office.li, "接收", office.sees(office.room_dashi, "A-0001"))
    office.reads_all()


async def test_nothing_open_is_one_line(roster: WholeOffice) -> None:
    """The note comes at 14:00 in the duty group, not before, and once."""
    await roster.settle()
    await roster.after(hours=3, minutes=59)
    roster.sees_nothing(roster.room_dashi)
    await roster.after(minutes=1)
    note = roster.sees(roster.room_dashi, "【交接】大石街道值班 3月4日 14:00　李国明 → 王秀芳")
    assert "没有未办结的预警" in note.text
    assert "\n" not in note.text
    roster.restarts()
    await roster.after(minutes=30)
    roster.sees_nothing(roster.room_dashi, roster.room_shiqi, roster.room_district, roster.wang)


async def test_the_note_lists_what_is_open_and_what_runs_out_when(roster: WholeOffice) -> None:
    """Taken with its limit, watched with its time; what has ended is not there."""
    await roster.settle()
    await takes(roster)
    second = "大石街道 富丽花园 阿姨交代后事"
    await roster.says(roster.chen, second)
    roster.reads_all()
    card = next(one for one in roster.messages(roster.room_dashi) if "A-0002" in one.text)
    await roster.presses(roster.li, "接收", card)
    await roster.presses(roster.li, "关注", card)
    roster.reads_all()
    question = roster.messages(roster.room_dashi)[-1]
    await roster.presses(roster.li, "8小时后", question)
    await roster.presses(roster.li, "等家属、单位", question)
    roster.reads_all()
    await roster.after(hours=3, minutes=59)
    roster.reads_all()
    await roster.after(minutes=1)
    note = next(one for one in roster.messages(roster.room_dashi) if "【交接】" in one.text)
    assert "未办结 2 条" in note.text
    assert "A-0002　关注到 18:00" in note.text
    assert "A-0001" in note.text
    roster.reads_all()


async def test_a_closed_alert_and_another_towns_are_not_in_the_note(roster: WholeOffice) -> None:
    """The neighbour case: the town reads of its own live alerts only."""
    await roster.settle()
    await takes(roster)
    card = next(one for one in roster.messages(roster.room_dashi) if "A-0001" in one.text)
    await roster.presses(roster.li, "办结", card)
    question = next(one for one in roster.messages(roster.room_dashi) if "结果如何" in one.text)
    await roster.presses(roster.li, "平安", question)
    await roster.says(roster.zhao, "石碁镇 有人拿刀")
    roster.reads_all()
    await roster.after(hours=4)
    note = next(one for one in roster.messages(roster.room_dashi) if "【交接】" in one.text)
    assert "没有未办结的预警" in note.text
    roster.reads_all()


async def test_what_complains_about_the_town_is_not_in_its_note(roster: WholeOffice) -> None:
    """The unit complained about never gets the petitioner's matter, nor by a note."""
    await roster.settle()
    await roster.says(roster.chen, "大石街道办事处的人骗我，我不想活了")
    alert = roster.alert()
    roster.store.write(lambda uow: uow.alerts.change(alert, about_units=frozenset({DASHI})))
    await roster.after(hours=4)
    note = next(one for one in roster.messages(roster.room_dashi) if "【交接】" in one.text)
    assert "A-0001" not in note.text
    roster.reads_all()


async def test_undelivered_notices_are_named(roster: WholeOffice) -> None:
    """A card that its address refuses stands in the note with the reason."""
    await roster.settle()
    roster.channels["wire"].fails(Refused("已退群"), chat=roster.li.private.chat, times=9)
    await roster.says(roster.chen, ORANGE)
    await roster.presses(roster.li, "接收", roster.sees(roster.room_dashi, "A-0001"))
    await roster.after(hours=3, minutes=59)
    roster.reads_all()
    await roster.after(minutes=1)
    note = next(one for one in roster.messages(roster.room_dashi) if "【交接】" in one.text)
    assert "没有送到：\nA-0001 给 大石街道值班员 李国明：已退群" in note.text
    roster.reads_all()


async def test_the_officer_completes_the_note(roster: WholeOffice) -> None:
    """交接 … is kept and shown with the next note, and only with that one."""
    await roster.settle()
    reply = "交接 3栋的阿伯说过要跳楼，晚上八点再打电话"
    await roster.says(roster.li, reply)
    roster.sees(roster.li, "已记下")
    roster.sees(roster.room_dashi, "李国明 留话：3栋的阿伯")
    assert roster.count(notices, notices.c.alert_id.is_not(None)) == 0
    await roster.after(hours=4)
    roster.sees(roster.room_dashi, "李国明 → 王秀芳", "上一班留话", "晚上八点再打电话")
    await roster.says(roster.li, "我来值 1小时")
    roster.sees(roster.li, "由您值")
    await roster.after(seconds=5)
    note = roster.sees(roster.room_dashi, "王秀芳 → 李国明")
    assert "阿伯" not in note.text
    await roster.after(hours=1)
    roster.sees(roster.room_dashi, "李国明 → 王秀芳")


async def test_words_in_the_group_are_not_said_twice(roster: WholeOffice) -> None:
    """Written in the group everybody has read them; the bot only says that they are kept."""
    await roster.settle()
    await roster.says(roster.li, "交接：钥匙在前台", where=roster.room_dashi)
    roster.sees(roster.room_dashi, "已记下")
    roster.sees_nothing(roster.room_dashi)
    assert roster.count(shift_words) == 1


async def test_a_reporter_who_writes_the_word_reports(roster: WholeOffice) -> None:
    """交接 of somebody without a shift is no note: a danger behind it is an alert."""
    await roster.settle()
    await roster.says(roster.chen, "交接 大石街道3栋有人要跳楼")
    assert roster.alert().town == DASHI
    assert roster.count(shift_words) == 0
    roster.reads_all()


async def test_the_bare_word_shows_the_note_of_now(roster: WholeOffice) -> None:
    """交接 alone: what the next shift would read; another town's group does not get it."""
    await roster.settle()
    await takes(roster)
    await roster.says(roster.li, "交接")
    roster.sees(roster.li, "李国明 → 下一班", "A-0001", "前要报结果")
    await roster.says(roster.li, "交接", where=roster.room_shiqi)
    roster.sees(roster.room_shiqi, "请私信我办理")


async def test_a_shift_that_ends_with_nobody_to_follow(roster: WholeOffice) -> None:
    """The group is told at once, with the button; who presses it is on."""
    plan(roster, roster.deng, 0, 720, Post.LEADER_DUTY)
    entries = roster.read(lambda uow: uow.duty.entries(TEN, TEN + 700 * HOUR))
    wang = [one.id for one in entries if one.person.id == roster.wang.known.id]
    roster.store.write(lambda uow: uow.duty.take_off(wang))
    await roster.settle()
    await roster.after(hours=4)
    note = roster.sees(roster.room_dashi, "李国明 → 没有人", "现在大石街道值班没有人")
    answer = await roster.presses(roster.wang, "我来值", note)
    assert "由您值，到 3月5日 14:00" in answer
    await roster.after(seconds=5)
    roster.sees(roster.room_dashi, "没有人 → 王秀芳")


async def test_a_change_during_a_stop_is_told_once_afterwards(roster: WholeOffice) -> None:
    """The machine was off at 14:00: the note comes when it is back, with the time of then."""
    await roster.settle()
    roster.close()
    roster.clock.push(6 * HOUR - timedelta(minutes=1))
    roster.open()
    await roster.settle()
    roster.sees(roster.room_dashi, "3月4日 15:59　李国明 → 王秀芳")
    roster.restarts()
    await roster.settle()
    roster.sees_nothing(roster.room_dashi)


async def test_the_same_person_going_on_is_no_change(roster: WholeOffice) -> None:
    """Two shifts of one person in a row: nobody comes, nobody goes, nothing is said."""
    await roster.after(hours=4)
    roster.reads_all()
    plan(roster, roster.zhao, 4, 5)
    await roster.after(seconds=5)
    roster.reads_all()
    plan(roster, roster.zhao, 5, 720)
    await roster.after(hours=1, minutes=30)
    roster.sees_nothing(roster.room_shiqi)
