"""Stories of the roster: a plan, what lies over it, gaps, and the change of shift."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from alerts.roster_rounds import RosterRounds
from domain.channel import ButtonPress
from domain.duty import Post
from domain.roster import Chair, ShiftKind
from storage.tables import shifts
from tests.fakes import PushedClock
from tests.office import WEDNESDAY_TEN, WholeOffice
from tests.office_people import DASHI, SHIQI, Somebody, office_of_panyu
from tests.story import check_end

HOUR = timedelta(hours=1)
TEN = WEDNESDAY_TEN  # 3月4日 10:00 in Panyu
DASHI_CHAIR = Chair(Post.TOWN_DUTY, DASHI)


@pytest.fixture
def roster(database: str, log_of_story: io.StringIO) -> Iterator[WholeOffice]:
    """Give an office that says by itself what its roster has to say."""
    whole = WholeOffice(database, office_of_panyu(), PushedClock(WEDNESDAY_TEN), keeps_roster=True)
    try:
        yield whole
        check_end(whole, log_of_story.getvalue())
    finally:
        whole.close()


def plans(
    office: WholeOffice,
    somebody: Somebody,
    starts_at: datetime,
    ends_at: datetime,
    post: Post = Post.TOWN_DUTY,
    *,
    instead: Somebody | None = None,
    over: bool = False,
) -> None:
    """Put somebody on the roster, or over the plan."""
    person = somebody.known
    office.store.write(
        lambda uow: uow.duty.add(
            person,
            post,
            town=person.town,
            starts_at=starts_at,
            ends_at=ends_at,
            kind=ShiftKind.OVERRIDE if over or instead else ShiftKind.PLAN,
            instead_of=None if instead is None else instead.known.id,
        )
    )


def on_duty(
    office: WholeOffice, post: Post = Post.TOWN_DUTY, town: str | None = DASHI
) -> list[str]:
    """Return who is on duty."""
    found = office.read(lambda uow: uow.duty.on_duty(post, town))
    return [person.name for person in found]


def day_and_night(office: WholeOffice) -> None:
    """李国明 is on until 18:00, 王秀芳 follows; the district has its officer for a month."""
    plans(office, office.li, TEN, TEN + 8 * HOUR)
    plans(office, office.wang, TEN + 8 * HOUR, TEN + 720 * HOUR)
    plans(office, office.zhou, TEN, TEN + 720 * HOUR, Post.DISTRICT_DUTY)


async def begin(office: WholeOffice) -> None:
    """Let the roster be looked at for the first time, which is silent."""
    day_and_night(office)
    await office.settle()


async def test_an_override_lies_over_the_plan_and_the_plan_stands_again(
    roster: WholeOffice,
) -> None:
    """For its time one sits alone; afterwards the one who was planned, without anybody's doing."""
    day_and_night(roster)
    plans(roster, roster.wang, TEN + HOUR, TEN + 2 * HOUR, over=True)
    await roster.settle()
    assert on_duty(roster) == ["李国明"]
    await roster.after(hours=1)
    assert on_duty(roster) == ["王秀芳"]
    roster.sees(roster.room_dashi, "李国明 → 王秀芳")
    await roster.after(hours=1)
    assert on_duty(roster) == ["李国明"]
    roster.sees(roster.room_dashi, "王秀芳 → 李国明")
    # the neighbour: the plan's rows are as they were
    assert roster.count(shifts, shifts.c.kind == "plan", shifts.c.removed_at.is_(None)) == 4


async def test_an_override_of_one_leaves_the_other_where_they_are(roster: WholeOffice) -> None:
    """Two share a shift, one is replaced; who replaces somebody who does not sit, does not sit."""
    ping = roster.enrols("平志远", roster.li.known.role, DASHI)
    plans(roster, roster.li, TEN, TEN + 8 * HOUR)
    plans(roster, roster.wang, TEN, TEN + 8 * HOUR)
    plans(roster, ping, TEN, TEN + 4 * HOUR, instead=roster.li)
    assert on_duty(roster) == ["平志远", "王秀芳"]
    plans(roster, roster.li, TEN, TEN + HOUR, instead=ping)
    plans(roster, ping, TEN, TEN + HOUR, instead=roster.zhao)
    assert on_duty(roster) == ["李国明", "王秀芳"]


async def test_taking_the_shift_lasts_until_its_end(roster: WholeOffice) -> None:
    """我来值: at once, for as long as the shift that was running; then the plan goes on."""
    await begin(roster)
    await roster.says(roster.wang, "我来值")
    assert on_duty(roster) == ["王秀芳"]
    roster.sees(roster.wang, "大石街道值班现在由您值，到 3月4日 18:00（原来是 李国明）")
    await roster.after(seconds=5)
    roster.sees(roster.room_dashi, "【交接】大石街道值班", "李国明 → 王秀芳，没有未办结的预警。")
    # at 18:00 she stays by the plan: nobody comes or goes, and no note says so
    await roster.after(hours=8)
    assert on_duty(roster) == ["王秀芳"]
    # neither did the other town's chair move
    assert on_duty(roster, town=SHIQI) == []


async def test_taking_the_shift_for_hours_gives_it_back(roster: WholeOffice) -> None:
    """我来值 2小时: two hours, then the one who was planned; 25 hours are too many."""
    await begin(roster)
    await roster.says(roster.wang, "我来值 25小时")
    roster.sees(roster.wang, "一次最多 24 小时")
    await roster.says(roster.wang, "我来值 2小时", where=roster.room_dashi)
    roster.sees(roster.room_dashi, "到 3月4日 12:00")
    await roster.after(seconds=5)
    roster.sees(roster.room_dashi, "李国明 → 王秀芳")
    assert on_duty(roster) == ["王秀芳"]
    await roster.after(hours=2)
    assert on_duty(roster) == ["李国明"]
    roster.sees(roster.room_dashi, "王秀芳 → 李国明")


async def test_handing_back_early(roster: WholeOffice) -> None:
    """还班 ends what 我来值 took; who took nothing has nothing to hand back."""
    await begin(roster)
    await roster.says(roster.wang, "还班")
    roster.sees(roster.wang, "没有用「我来值」接过班")
    await roster.says(roster.wang, "我来值")
    roster.sees(roster.wang, "由您值")
    await roster.after(minutes=1)
    roster.sees(roster.room_dashi, "李国明 → 王秀芳")
    await roster.says(roster.wang, "还班")
    roster.sees(roster.wang, "又由 李国明 值班")
    assert on_duty(roster) == ["李国明"]
    await roster.after(minutes=1)
    roster.sees(roster.room_dashi, "王秀芳 → 李国明")


async def test_who_is_on_duty_already_takes_nothing(roster: WholeOffice) -> None:
    """He is told until when; no row is written. A reporter and an outsider take no shift."""
    await begin(roster)
    before = roster.count(shifts)
    await roster.says(roster.li, "我来值")
    roster.sees(roster.li, "您正在值班，到 3月4日 18:00")
    await roster.says(roster.chen, "我来值")
    roster.sees(roster.chen, "只有值班员和带班领导能值班")
    await roster.says(roster.outsider, "我来值")
    roster.sees(roster.outsider, "您还没有登记")
    assert roster.count(shifts) == before


async def test_an_alert_calls_the_one_who_took_the_shift(roster: WholeOffice) -> None:
    """The chain calls 王秀芳, who took it, and not 李国明, who stands in the plan."""
    await begin(roster)
    await roster.says(roster.wang, "我来值")
    roster.sees(roster.wang, "由您值")
    await roster.says(roster.chen, "大石街道 富丽花园 3栋 有人要跳楼")
    roster.sees(roster.wang, "A-0001")
    roster.sees(roster.room_dashi, "A-0001")
    roster.sees(roster.chen, "已收到")
    roster.sees_nothing(roster.li)
    await roster.after(seconds=5)
    roster.sees(roster.room_dashi, "李国明 → 王秀芳", "未办结 1 条", "A-0001", "再呼叫")


async def test_who_is_on_duty_now_and_next(roster: WholeOffice) -> None:
    """值班: my town and the district, now and next, with a button for who may take the shift."""
    await begin(roster)
    await roster.says(roster.wang, "值班")
    shown = roster.sees(
        roster.wang, "大石街道值班：李国明，到 3月4日 18:00；接下来 3月4日 18:00 王秀芳", "区值班"
    )
    assert SHIQI not in shown.text
    assert shown.labels == ["我来值"]
    # a reporter reads the same and has no button; who is on has none either
    await roster.says(roster.chen, "值班")
    assert roster.sees(roster.chen, "大石街道值班：李国明").labels == []
    await roster.says(roster.li, "值班")
    assert roster.sees(roster.li, "大石街道值班：李国明").labels == []
    await roster.presses(roster.wang, "我来值", shown)
    assert on_duty(roster) == ["王秀芳"]
    await roster.after(seconds=5)
    roster.sees(roster.room_dashi, "李国明 → 王秀芳")


async def test_an_old_button_takes_no_later_shift(roster: WholeOffice) -> None:
    """The button belongs to the shift that it was shown under."""
    await begin(roster)
    await roster.says(roster.wang, "值班")
    shown = roster.sees(roster.wang, "李国明")
    plans(roster, roster.li, TEN + 8 * HOUR, TEN + 24 * HOUR, instead=roster.wang)
    await roster.after(hours=9)
    answer = await roster.presses(roster.wang, "我来值", shown)
    assert answer == "这个按钮已经失效。"
    assert on_duty(roster) == ["李国明"]


async def test_standing_in_for_a_colleague(roster: WholeOffice) -> None:
    """替班: that one shift and no other; the colleague is told; another town's cannot be had."""
    plans(roster, roster.li, TEN, TEN + 8 * HOUR)
    plans(roster, roster.li, TEN + 24 * HOUR, TEN + 32 * HOUR)
    await roster.says(roster.wang, "替班 李国明 3月5日")
    roster.sees(roster.wang, "3月5日 10:00 到 3月5日 18:00 大石街道值班由您替 李国明 值")
    roster.sees(roster.li, "王秀芳 替您值 3月5日")
    assert on_duty(roster) == ["李国明"]
    shown = roster.read(lambda uow: uow.duty.between(TEN + 25 * HOUR, TEN + 26 * HOUR))
    assert [one.person.name for one in shown if one.town] == ["王秀芳"]
    await roster.says(roster.zhao, "替班 李国明 3月5日")
    roster.sees(roster.zhao, "没有找到与您同一岗位的“李国明”")
    await roster.says(roster.wang, "替班 李国明 3月9日")
    roster.sees(roster.wang, "没有排 李国明 的班")
    await roster.says(roster.wang, "替班 李国明 2月30日")
    roster.sees(roster.wang, "没有 2月30日 这一天")


async def test_swapping_asks_the_other_first(roster: WholeOffice) -> None:
    """换班: nothing moves until the colleague agrees; then both shifts do."""
    plans(roster, roster.li, TEN + 24 * HOUR, TEN + 32 * HOUR)
    plans(roster, roster.wang, TEN + 48 * HOUR, TEN + 56 * HOUR)
    await roster.says(roster.li, "换班 3月5日 王秀芳 3月6日")
    roster.sees(roster.li, "已问 王秀芳")
    question = roster.sees(roster.wang, "想用 3月5日 10:00", "换您 3月6日 10:00")
    assert who_at(roster, 25) == ["李国明"]
    await roster.presses(roster.wang, "同意", question)
    roster.sees(roster.li, "换好了")
    assert "换好了" in question.text
    question.read = True
    assert (who_at(roster, 25), who_at(roster, 49)) == (["王秀芳"], ["李国明"])


async def test_two_who_share_a_shift_cannot_change_it(roster: WholeOffice) -> None:
    """Standing in for the one beside me would leave one where two should be."""
    plans(roster, roster.li, TEN + 24 * HOUR, TEN + 32 * HOUR)
    plans(roster, roster.wang, TEN + 31 * HOUR, TEN + 40 * HOUR)
    await roster.says(roster.wang, "替班 李国明 3月5日")
    roster.sees(roster.wang, "王秀芳 那时自己就在值班")
    assert who_at(roster, 25) == ["李国明"]
    assert who_at(roster, 31) == ["李国明", "王秀芳"]


async def test_a_swap_that_nobody_asked_for_is_refused(roster: WholeOffice) -> None:
    """A press that was made up, or comes from somebody else, or after a no, moves nothing."""
    plans(roster, roster.li, TEN + 24 * HOUR, TEN + 32 * HOUR)
    plans(roster, roster.wang, TEN + 48 * HOUR, TEN + 56 * HOUR)
    entries = roster.read(lambda uow: uow.duty.entries(TEN + 24 * HOUR, TEN + 56 * HOUR))
    own, other = (
        next(one.id for one in entries if one.person.id == somebody.known.id)
        for somebody in (roster.li, roster.wang)
    )
    await roster.says(roster.wang, "值班")
    anything = roster.sees(roster.wang, "值班")
    for data in (f"d:{own}:swap:{other}.1", f"d:{own}:swap:{other}", f"d:{own}:swap:x.y"):
        answer = await roster.presses(roster.wang, "", anything, data=data)
        assert answer == "这个按钮已经失效。"
    await roster.says(roster.li, "换班 3月5日 王秀芳 3月6日")
    roster.sees(roster.li, "已问")
    question = roster.sees(roster.wang, "想用")
    data = question.data_of("同意")
    assert await roster.presses(roster.zhao, "", question, data=data) == "这个问题不是问您的。"
    await roster.presses(roster.wang, "不换", question)
    roster.sees(roster.li, "王秀芳 不换 3月6日")
    assert who_at(roster, 25) == ["李国明"]


def who_at(office: WholeOffice, hours: int) -> list[str]:
    """Return who sits on 大石's chair some hours from ten."""
    at = TEN + hours * HOUR
    found = office.read(lambda uow: uow.duty.between(at, at + HOUR))
    return [one.person.name for one in found if one.town == DASHI]


async def test_gaps_are_told_once_a_day_to_who_can_fill_them(roster: WholeOffice) -> None:
    """At 16:00: the town's to its group and the district desk, the leader's to the desk alone."""
    plans(roster, roster.li, TEN, TEN + 24 * HOUR)
    plans(roster, roster.zhao, TEN, TEN + 720 * HOUR)
    plans(roster, roster.zhou, TEN, TEN + 720 * HOUR, Post.DISTRICT_DUTY)
    roster.clock.push(5 * HOUR)
    await roster.settle()
    roster.sees_nothing(roster.room_dashi, roster.room_district)
    await roster.after(hours=1)
    told = roster.sees(roster.room_dashi, "今后 7 天有空班", "大石街道值班　3月5日 星期四 10:00 到")
    assert "没有排过班" not in told.text
    district = roster.sees(roster.room_district, "大石街道值班　3月5日", "没有排过班")
    assert "石碁镇值班" not in district.text
    roster.sees(roster.zhou, "今后 7 天有空班")
    # nobody hears of them a second time that day, nor the town that has none
    await roster.after(hours=3)
    roster.restarts()
    await roster.after(hours=3)
    roster.sees_nothing(roster.room_dashi, roster.room_district, roster.room_shiqi)
    await roster.after(hours=18)
    roster.reads_all()


async def test_a_filled_gap_is_not_told(roster: WholeOffice) -> None:
    """The next day only what is still empty is told; an office without gaps hears nothing."""
    for somebody, post in ((roster.zhou, Post.DISTRICT_DUTY), (roster.li, Post.TOWN_DUTY)):
        plans(roster, somebody, TEN, TEN + 150 * HOUR, post)
    await roster.after(hours=7)
    told = roster.sees(roster.room_dashi, "空班")
    assert "3月10日" in told.text
    roster.reads_all()
    plans(roster, roster.wang, TEN + 150 * HOUR, TEN + 400 * HOUR)
    await roster.after(hours=24)
    roster.sees_nothing(roster.room_dashi)
    roster.sees(roster.room_district, "区值班　3月10日")
    roster.reads_all()


async def test_an_office_without_a_roster_has_no_gaps(roster: WholeOffice) -> None:
    """Nothing was ever planned: nobody is told every day that nobody is planned."""
    roster.store.write(
        lambda uow: uow.duty.take_off(one.id for one in uow.duty.entries(TEN, TEN + HOUR))
    )
    await roster.after(hours=30)
    roster.sees_nothing(roster.room_district, roster.room_dashi, roster.zhou)


async def test_a_gap_of_the_leader_goes_to_the_district_alone(roster: WholeOffice) -> None:
    """邓永康 is planned for ten days; when their end comes near the desk hears, towns do not."""
    plans(roster, roster.li, TEN, TEN + 720 * HOUR)
    plans(roster, roster.zhou, TEN, TEN + 720 * HOUR, Post.DISTRICT_DUTY)
    await roster.after(hours=6)
    for _ in range(3):
        await roster.after(days=1)
    told = [one for one in roster.messages(roster.room_district) if "带班领导　3月14日" in one.text]
    assert told
    assert not [one for one in roster.messages(roster.room_dashi) if "带班领导" in one.text]
    roster.reads_all()


async def test_presses_of_others_take_nothing(roster: WholeOffice) -> None:
    """A stranger, another town, the district, a reporter press 我来值 in the group: nothing."""
    await begin(roster)
    await roster.says(roster.wang, "值班", where=roster.room_dashi)
    shown = roster.sees(roster.room_dashi, "李国明")
    pressed: ButtonPress = roster.touches(roster.outsider, "我来值", shown)
    await roster.settle()
    assert "请先登记" in roster.answer_to(pressed)
    # nor does the button of one chair give somebody else another
    for somebody in (roster.zhao, roster.zhou, roster.chen):
        assert await roster.presses(somebody, "我来值", shown) == "这个班不由您值。"
    assert on_duty(roster) == ["李国明"]


async def test_two_processes_tell_a_change_and_the_gaps_once(roster: WholeOffice) -> None:
    """Both look in the same moment; the chats read each thing a single time."""
    plans(roster, roster.li, TEN, TEN + 6 * HOUR)
    plans(roster, roster.wang, TEN + 6 * HOUR, TEN + 24 * HOUR)
    plans(roster, roster.zhou, TEN, TEN + 720 * HOUR, Post.DISTRICT_DUTY)
    await roster.settle()
    roster.clock.push(6 * HOUR)
    rounds = [RosterRounds(roster.store, roster.office, roster.live) for _ in range(4)]
    await asyncio.gather(*(one.look() for one in rounds))
    await roster.settle()
    roster.sees(roster.room_dashi, "李国明 → 王秀芳")
    roster.sees(roster.room_dashi, "今后 7 天有空班")
    roster.sees(roster.room_district, "今后 7 天有空班")
    roster.sees(roster.zhou, "今后 7 天有空班")


async def test_the_machines_own_zone_moves_no_hour(
    roster: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that believes it stands in New York 16:00 is 16:00 in Panyu."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        plans(roster, roster.li, TEN, TEN + 24 * HOUR)
        await roster.settle()
        await roster.after(hours=5, minutes=59)
        roster.sees_nothing(roster.room_dashi)
        await roster.after(minutes=1)
        roster.sees(roster.room_dashi, "3月5日 星期四 10:00")
        await roster.says(roster.li, "值班")
        roster.sees(roster.li, "李国明，到 3月5日 10:00")
        roster.reads_all()
    finally:
        monkeypatch.undo()
        time.tzset()
