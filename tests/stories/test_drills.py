"""Drills: the real way, answered like real ones, and never in the way of what is real."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from alerts.acknowledgement import close
from alerts.drills import drill_times, latest_results, raise_drill, stayed_away
from alerts.figures import figures
from domain.alert import AlertState, LogKind, Outcome, Recipient
from domain.danger import Level
from domain.duty import Post
from domain.errors import PersonCanFix
from storage.tables import alerts
from storage.unit_of_work import UnitOfWork
from tests.office import WholeOffice
from tests.office_people import DASHI, SHIQI, Somebody
from tests.proof import ProvingOffice

RED = "张某现在坐在12楼天台边上扬言要跳楼"
ORANGE_SHIQI = "石碁镇有人拿刀"
WEEK = timedelta(days=7)


@pytest.fixture
def proving(office: WholeOffice) -> ProvingOffice:
    """Give an office that drills one town on Thursdays at ten."""
    made = ProvingOffice(office)
    made.plans(weekday=4, at=time(10, 0), towns=1, spread=timedelta(hours=1))
    return made


async def test_a_drill_is_answered_by_the_button(proving: ProvingOffice) -> None:
    """It says 演练 first, is taken like a real one, and the desk reads who answered."""
    office = proving.whole
    await proving.drills()
    card = office.sees(office.room_dashi, "请像真的一样按「接收」", "请不要拨")
    assert card.text.startswith("【演练】")
    await office.after(minutes=2)
    assert "由您接收" in await office.presses(office.li, "接收", card)
    assert card.text.startswith("【演练】")
    await proving.calendar()
    office.sees(office.room_district, "【演练】结果", "1 个镇街，1 个按时接收")
    await proving.day_until(hours=2)
    assert office.alert().state is AlertState.CLOSED
    assert LogKind.ACKNOWLEDGEMENT_LAPSED not in office.story_of()
    office.sees_nothing(office.room_dashi, office.room_district)


async def test_a_drill_that_nobody_answers(proving: ProvingOffice) -> None:
    """Town group, then the district desk, then it ends; no leader and nobody else is woken."""
    office = proving.whole
    office.on_duty(office.li, Post.TOWN_DUTY)
    await proving.drills()
    office.sees(office.room_dashi, "【演练】")
    office.sees(office.li, "【演练】")
    await office.after(minutes=3)
    card = office.sees(office.room_district, "【演练】", "前面还没有人接收")
    assert card.text.startswith("【演练】")
    await proving.day_until(minutes=11)
    office.sees_nothing(office.room_district)
    await proving.day_until(hours=20)
    result = office.sees(office.room_district, "1 个镇街，0 个按时接收", "没有接收：大石街道")
    assert "值班 李国明" in result.text
    assert "已送到 大石街道值班群" in result.text
    office.sees_nothing(office.deng, office.zhou, office.wang, office.room_dashi)
    assert (office.alert().state, office.alert().outcome_note) == (
        AlertState.CLOSED,
        "演练结束，没有人接收",
    )
    assert "接收" not in card.labels


async def test_leaders_are_woken_when_the_settings_say_so(proving: ProvingOffice) -> None:
    """`leaders = true`: the chain of a red alert, up to everybody."""
    office = proving.whole
    proving.plans(leaders=True)
    await proving.drills()
    await office.after(minutes=3)
    office.sees(office.deng, "【演练】")
    await office.after(minutes=5)
    office.sees(office.zhou, "【演练】")
    await proving.day_until(hours=1)
    office.reads_all()


async def test_the_desk_answers_for_the_town(proving: ProvingOffice) -> None:
    """Then the town is listed all the same, with who did it."""
    office = proving.whole
    await proving.drills()
    await office.after(minutes=4)
    await office.presses(office.zhou, "接收", office.sees(office.room_district, "【演练】"))
    results = office.read(latest_results)
    assert [one.town for one in stayed_away(results)] == [DASHI]
    await proving.calendar()
    office.sees(office.room_district, "由区值班员 周志强代为接收")
    office.reads_all()


async def test_a_machine_that_was_off_during_a_drill_does_not_ring_the_next_day(
    proving: ProvingOffice,
) -> None:
    """What a drill missed is not made up: it ends."""
    office = proving.whole
    await proving.drills()
    office.sees(office.room_dashi, "【演练】")
    office.clock.push(timedelta(hours=17))  # three at night
    office.restarts()
    await office.settle()
    office.sees_nothing(office.room_district, office.room_dashi)
    assert office.alert().state is AlertState.CLOSED


async def test_help_in_a_drill_does_not_end_it_early(proving: ProvingOffice) -> None:
    """求助 calls the desk; the time to answer stays."""
    office = proving.whole
    await proving.drills()
    card = office.sees(office.room_dashi, "【演练】")
    await office.presses(office.li, "求助", card)
    office.sees(office.room_district, "【演练】", "同事求助")
    await office.after(minutes=14)
    assert office.alert().state is AlertState.OPEN
    await office.after(minutes=1)
    assert office.alert().state is AlertState.CLOSED


async def test_a_real_alert_beside_a_drill_climbs_as_ever(proving: ProvingOffice) -> None:
    """Raised in the midst of a drill: its own card at once, then desk, leader and everybody."""
    office = proving.whole
    await proving.drills()
    office.sees(office.room_dashi, "【演练】")
    await office.says(office.chen, RED)
    real = office.sees(office.room_dashi, "A-0002")
    assert "演练" not in real.text
    await office.after(minutes=3)
    office.sees(office.room_district, "A-0002")
    office.sees(office.deng, "A-0002")
    await office.after(minutes=5)
    office.sees(office.zhou, "A-0002", "已等 8 分钟")
    await office.presses(office.li, "接收", real)
    assert office.alert(1).state is AlertState.OPEN  # the drill is answered by its own button
    office.reads_all()


async def test_a_real_alert_goes_before_drills(proving: ProvingOffice) -> None:
    """Drills put out first wait for everything that is real, whatever its level."""
    office = proving.whole
    office.store.write(lambda uow: raise_drill(uow, office.office, DASHI, proving.plan))
    office.receives(office.zhao, ORANGE_SHIQI)
    await office.go("read")
    leased = office.store.write(lambda uow: uow.notices.lease(limit=9, lease=timedelta(seconds=1)))
    assert [notice.alert_id for notice in leased if notice.alert_id] == [2, 1]
    assert leased[-1].alert_id == 1
    await office.after(seconds=2)
    office.reads_all()


async def test_no_drill_beside_a_red_alert_of_the_town(proving: ProvingOffice) -> None:
    """By hand it is refused with the number; another town may drill."""
    office = proving.whole
    await office.says(office.chen, RED)
    office.reads_all()
    with pytest.raises(PersonCanFix, match="大石街道有红色预警 A-0001"):
        await proving.drills()
    await proving.drills(SHIQI)
    office.sees(office.room_shiqi, "【演练】")
    assert office.count(alerts, alerts.c.drill) == 1


async def test_the_planned_drill_of_the_week(proving: ProvingOffice) -> None:
    """On its day at its time, once; the town that was drilled longest ago comes next."""
    office = proving.whole
    await proving.day_until(hours=23)  # Thursday nine
    office.sees(office.room_district, "护信日报")
    office.sees_nothing(office.room_dashi, office.room_shiqi)
    await proving.day_until(hours=2)
    office.sees(office.room_dashi if _first(office) == DASHI else office.room_shiqi, "【演练】")
    proving.opens_again()
    await proving.day_until(hours=12)
    assert office.count(alerts) == 1
    await proving.day_until(days=6, hours=12)
    towns = [alert.town for alert in (office.alert(1), office.alert(2))]
    assert sorted(str(town) for town in towns) == [DASHI, SHIQI]
    assert office.count(alerts) == 2
    office.reads_all()


def _first(office: WholeOffice) -> str:
    return office.alert(1).town or ""


async def test_two_processes_drill_once(proving: ProvingOffice) -> None:
    """Two calendars look at the same time."""
    office = proving.whole
    office.clock.push(timedelta(days=1, minutes=1))
    await proving.calendar()
    await proving.another_calendar().look()
    await office.settle()
    assert office.count(alerts) == 1
    office.reads_all()


async def test_all_towns_are_spread_and_empty_ones_left_out(proving: ProvingOffice) -> None:
    """`towns = 0`: each town with somebody in it, one after the other."""
    office = proving.whole
    proving.plans(towns=0)
    office.clock.push(timedelta(days=1, minutes=1))
    await proving.calendar()
    assert office.count(alerts) == 1
    await proving.day_until(hours=1)
    assert office.count(alerts) == 2
    assert {office.alert(1).town, office.alert(2).town} == {DASHI, SHIQI}
    office.reads_all()


async def test_never_by_itself_when_switched_off(proving: ProvingOffice) -> None:
    """`weekday = 0`."""
    proving.plans(weekday=0)
    await proving.day_until(days=8)
    assert proving.whole.count(alerts) == 0
    proving.whole.reads_all()


async def test_an_office_that_opened_after_the_time_begins_next_week(
    proving: ProvingOffice,
) -> None:
    """Nobody's first hour is a drill."""
    proving.plans(weekday=3, at=time(9, 0))  # today, an hour ago
    await proving.calendar()
    assert proving.whole.count(alerts) == 0


async def test_a_planned_drill_waits_for_a_red_alert(proving: ProvingOffice) -> None:
    """Put off and said once; when the red one is closed the drill takes place the same day."""
    office = proving.whole
    await office.says(office.chen, RED)
    red = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "接收", red)
    await office.says(office.zhao, "石碁镇有人要跳楼")
    office.clock.push(timedelta(days=1, minutes=-30))
    await proving.day_until(hours=3)
    assert len(proving.messages_with("推迟")) == 1
    assert office.count(alerts, alerts.c.drill) == 0
    end(office, 1, office.li)
    end(office, 2, office.zhao)
    await proving.day_until(hours=2)
    assert office.count(alerts, alerts.c.drill) == 1
    office.reads_all()


def end(office: WholeOffice, number: int, officer: Somebody) -> None:
    """Close an alert."""

    def work(uow: UnitOfWork) -> None:
        alert = uow.alerts.get(number)
        assert alert is not None
        close(uow, office.office, alert, officer.known, Outcome.SAFE)

    office.store.write(work)


async def test_a_drill_that_was_missed_is_said_and_left(proving: ProvingOffice) -> None:
    """Planned, then the machine was off until the evening: no drill at night."""
    office = proving.whole
    proving.plans(towns=0)
    office.clock.push(timedelta(days=1, minutes=1))
    await proving.calendar()  # the first is begun, the second planned for half an hour later
    office.reads_all()
    office.clock.push(timedelta(hours=12))
    await proving.calendar()
    office.sees(office.room_district, "今天不做了")
    assert office.count(alerts) == 1
    office.reads_all()


async def test_drills_stay_out_of_the_figures(proving: ProvingOffice) -> None:
    """A drill counts as a drill and as nothing else."""
    office = proving.whole
    await proving.drills()
    await office.after(hours=1)
    found = office.read(
        lambda uow: figures(uow, office.office, since=uow.now - WEEK, until=uow.now)
    )
    assert (found.total.alerts, found.drills.alerts, found.drills.answer.count) == (0, 1, 0)
    assert office.read(lambda uow: uow.alerts.count_live()) == {}
    office.reads_all()


def test_the_chain_of_a_drill_is_that_of_a_red_alert_up_to_the_desk(office: WholeOffice) -> None:
    """The same steps at the same times, without leaders and everybody."""
    plan = ProvingOffice(office).plan
    red = office.office.times[Level.RED]
    times = drill_times(red, plan)
    assert [step.after for step in times.steps] == [step.after for step in red.steps[:2]]
    assert times.steps[1].to == (Recipient.DISTRICT_DESK,)
    assert times.steps[-1].after + times.repeat_every == plan.answer_within
