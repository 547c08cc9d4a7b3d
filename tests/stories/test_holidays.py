"""Levels that wait for working hours wait for China's working days."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from alerts.holidays import calendar_of_china
from tests.office import WholeOffice

YELLOW = "住户说活着没意思，送走了猫"
RED = "张某现在坐在12楼天台边上扬言要跳楼"


def on(office: WholeOffice, month: int, day: int, hour: int) -> None:
    """Let it be a time of 2026 in an office that keeps China's holidays."""
    days = calendar_of_china()
    hours = replace(office.office.hours, off=days.off, on=days.on)
    office.office = replace(office.office, hours=hours)
    office.clock.now = datetime(2026, month, day, hour, tzinfo=hours.zone)
    office.restarts()


async def test_yellow_waits_for_the_end_of_the_holidays(office: WholeOffice) -> None:
    """Thursday the 1st of October: the group hears of it on the 8th at half past eight."""
    on(office, 10, 1, 10)
    await office.says(office.chen, YELLOW)
    office.sees(office.chen, "10月8日 08:30")
    await office.after(days=6, hours=22)
    office.sees_nothing(office.room_dashi)
    await office.after(minutes=30)
    office.sees(office.room_dashi, "A-0001")


async def test_yellow_is_told_at_once_on_a_saturday_that_makes_up(office: WholeOffice) -> None:
    """The 10th of October is a working day; the Saturday after is none."""
    on(office, 10, 10, 10)
    await office.says(office.chen, YELLOW)
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "A-0001")
    on(office, 10, 17, 10)
    await office.says(office.he, "邻居说活着没意思，石碁镇的")
    office.reads_all()
    assert office.alert(2).step == 0


async def test_red_waits_for_no_holiday(office: WholeOffice) -> None:
    """Danger under way rings on the 1st of October as on any day."""
    on(office, 10, 1, 3)
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "A-0001")
