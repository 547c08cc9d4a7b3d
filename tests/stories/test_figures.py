"""Figures: how fast alerts arrive, are answered and end, and what is not to be counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.drills import raise_drill
from alerts.figures import By, Figures, Report, figures
from alerts.handover import merge
from domain.errors import RetryLater
from storage.unit_of_work import UnitOfWork
from tests.fakes import Shown
from tests.office import WholeOffice
from tests.office_people import DASHI, SHIQI

RED = "张某现在坐在12楼天台边上扬言要跳楼"
ORANGE = "阿伯说不想活了，在3栋楼下"
YELLOW = "住户说活着没意思，送走了猫"
MINUTE = timedelta(minutes=1)


def counted(office: WholeOffice, by: By = By.LEVEL) -> Report:
    """Return the figures of the last month."""
    since = office.clock.now - timedelta(days=30)
    until = office.clock.now + timedelta(seconds=1)
    return office.read(lambda uow: figures(uow, office.office, since=since, until=until, by=by))


def between(office: WholeOffice, since: datetime, until: datetime) -> Report:
    """Return the figures of a stretch of time."""
    return office.read(lambda uow: figures(uow, office.office, since=since, until=until))


def line(report: Report, name: str) -> Figures:
    """Return one line."""
    return dict(report.lines)[name]


async def raised(office: WholeOffice, text: str = RED) -> Shown:
    """Raise an alert and return its card in the town's room."""
    await office.says(office.chen, text)
    office.sees(office.chen, "编号")
    return office.sees(office.room_dashi, "A-")


async def closed(office: WholeOffice, card: Shown, outcome: str = "平安") -> None:
    """Let Li close an alert that he took."""
    await office.presses(office.li, "办结", card)
    question = office.sees(office.room_dashi, "结果")
    await office.presses(office.li, outcome, question)


async def test_from_the_report_to_the_end(office: WholeOffice) -> None:
    """Delivered at once, taken after 2 minutes, closed after 30: all counted once, in time."""
    card = await raised(office)
    await office.after(minutes=2)
    await office.presses(office.li, "接收", card)
    await office.after(minutes=28)
    await closed(office, card)
    red = line(counted(office), "红")
    assert (red.delivery.median, red.answer.median, red.outcome.median) == (
        timedelta(),
        2 * MINUTE,
        30 * MINUTE,
    )
    assert (red.alerts, red.judged, red.in_time, red.ended) == (1, 1, 1, 1)
    assert (red.escalations, red.lapsed, red.false_alarms) == (0, 0, 0)
    office.reads_all()


async def test_answered_too_late(office: WholeOffice) -> None:
    """After the second step was due: not in time, and the climb is counted."""
    card = await raised(office)
    await office.after(minutes=9)
    await office.presses(office.li, "接收", card)
    red = line(counted(office), "红")
    assert (red.judged, red.in_time, red.escalated, red.escalations) == (1, 0, 1, 2)
    office.reads_all()


async def test_one_that_still_has_time_is_not_judged(office: WholeOffice) -> None:
    """Unanswered after a minute: nothing is said; after four it is too late."""
    await raised(office)
    await office.after(minutes=1)
    assert line(counted(office), "红").share_in_time is None
    await office.after(minutes=3)
    red = line(counted(office), "红")
    assert (red.share_in_time, red.answer.count, red.answer.median) == (0.0, 0, None)
    office.reads_all()


async def test_a_late_delivery_is_seen(office: WholeOffice) -> None:
    """The channel was down for a while: the time to the first chat that got it."""
    office.channels["wire"].fails(RetryLater("down"), chat=office.room_dashi.chat, times=3)
    await office.says(office.chen, RED)
    await office.after(minutes=1)
    delivered = line(counted(office), "红").delivery.median
    assert delivered is not None
    assert timedelta() < delivered < MINUTE
    office.reads_all()


async def test_reopened_counts_once(office: WholeOffice) -> None:
    """Taken, forgotten, rung again, taken anew: the first answer, the last end, one lapse."""
    card = await raised(office)
    await office.after(minutes=1)
    await office.presses(office.li, "接收", card)
    await office.after(minutes=60)
    await office.presses(office.li, "接收", office.sees(office.room_dashi, "一直没有结果"))
    await office.after(minutes=5)
    await closed(office, card)
    red = line(counted(office), "红")
    assert (red.alerts, red.answer.count, red.answer.median) == (1, 1, MINUTE)
    assert (red.outcome.median, red.lapsed) == (66 * MINUTE, 1)
    office.reads_all()


async def test_a_level_that_rose_runs_anew(office: WholeOffice) -> None:
    """An answer to the orange one is none to the red; it counts as red, from when it rose."""
    card = await raised(office, ORANGE)
    await office.after(minutes=1)
    await office.presses(office.li, "接收", card)
    await office.after(minutes=19)
    await office.says(office.chen, "他现在要跳楼", reply_to=office.sees(office.chen, "已接收"))
    assert line(counted(office), "红").answer.count == 0
    await office.after(minutes=2)
    await office.presses(office.li, "接收", card)
    report = counted(office)
    assert line(report, "红").answer.median == 2 * MINUTE
    assert (line(report, "橙").alerts, report.total.alerts) == (0, 1)
    office.reads_all()


async def test_a_merged_alert_counts_as_the_other(office: WholeOffice) -> None:
    """Two that were one event: one alert, and the merged one is neither open nor late."""
    card = await raised(office)
    await office.says(office.he, "大石街道另一处桥边有人要跳下去，是陈某")
    assert office.alert(2).is_live

    def join(uow: UnitOfWork) -> bool:
        one, other = uow.alerts.get(2), uow.alerts.get(1)
        assert one is not None
        assert other is not None
        return merge(uow, office.office, one, other, by=office.li.known.id)

    assert office.store.write(join)
    await office.presses(office.li, "接收", card)
    await office.after(hours=1)
    total = counted(office).total
    assert (total.alerts, total.answer.count, total.judged) == (1, 1, 1)
    office.reads_all()


async def test_a_false_alarm_pressed_at_once_is_an_answer(office: WholeOffice) -> None:
    """误报 on an open alert: somebody looked; it is counted as answered and as false."""
    card = await raised(office)
    await office.after(minutes=2)
    await office.presses(office.li, "误报", card)
    question = office.sees(office.room_dashi, "为什么")
    await office.presses(office.li, question.labels[0], question)
    red = line(counted(office), "红")
    assert (red.answer.median, red.in_time, red.false_alarms, red.ended) == (2 * MINUTE, 1, 1, 1)
    office.reads_all()


async def test_yellow_runs_from_working_hours(office: WholeOffice) -> None:
    """Said on Friday evening, taken on Monday at 8:40: ten minutes, in time."""
    office.clock.push(timedelta(days=2, hours=8))  # Friday 18:00
    await office.says(office.chen, YELLOW)
    await office.after(hours=62, minutes=40)
    await office.presses(office.li, "接收", office.sees(office.room_dashi, "🟡黄"))
    yellow = line(counted(office), "黄")
    assert (yellow.delivery.median, yellow.answer.median) == (timedelta(), 10 * MINUTE)
    assert yellow.share_in_time == 1.0
    office.reads_all()


async def test_drills_are_apart(office: WholeOffice) -> None:
    """A drill that was answered fast makes no real alert faster."""
    card = await raised(office)
    office.store.write(lambda uow: raise_drill(uow, office.office, SHIQI))
    await office.settle()
    await office.presses(office.zhao, "接收", office.sees(office.room_shiqi, "演练"))
    await office.after(minutes=2)
    await office.presses(office.li, "接收", card)
    report = counted(office)
    assert (report.total.alerts, report.total.answer.median) == (1, 2 * MINUTE)
    assert (report.drills.alerts, report.drills.answer.median) == (1, timedelta())
    assert SHIQI not in dict(counted(office, By.TOWN).lines)
    office.reads_all()


async def test_by_town_and_by_hour(office: WholeOffice) -> None:
    """Each in the town that has it, and in the hour of the office's clock when it began."""
    await raised(office)
    office.clock.push(timedelta(hours=5))
    await office.says(office.zhao, "石碁镇有人拿刀")
    assert [name for name, _ in counted(office, By.TOWN).lines] == [DASHI, SHIQI]
    assert [(name, one.alerts) for name, one in counted(office, By.HOUR).lines] == [
        ("10", 1),
        ("15", 1),
    ]
    await office.settle()
    office.reads_all()


async def test_only_what_was_raised_in_the_time_asked_for(office: WholeOffice) -> None:
    """From the first moment up to, not including, the last."""
    await raised(office)
    at = office.alert().raised_at
    for since, until, many in (
        (at, at + MINUTE, 1),
        (at - MINUTE, at, 0),
        (at + timedelta(microseconds=1), at + MINUTE, 0),
    ):
        found = between(office, since, until)
        assert found.total.alerts == many


async def test_settings_that_change_later_change_no_figure(office: WholeOffice) -> None:
    """In time is judged by the chain that was frozen with the alert."""
    card = await raised(office)
    await office.after(minutes=2)
    await office.presses(office.li, "接收", card)
    times = {
        level: replace(one, steps=tuple(replace(step, after=step.after / 10) for step in one.steps))
        for level, one in office.office.times.items()
    }
    office.office = replace(office.office, times=times)
    assert line(counted(office), "红").in_time == 1
    office.reads_all()
