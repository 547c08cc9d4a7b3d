"""The daily digest: what the district desk reads at eight, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.duty import Post
from domain.errors import Refused
from tests.fakes import Shown
from tests.office import WholeOffice
from tests.proof import ProvingOffice

RED = "张某现在坐在12楼天台边上扬言要跳楼"
TO_EIGHT = timedelta(hours=22)  # from ten


@pytest.fixture
def proving(office: WholeOffice) -> ProvingOffice:
    """Give an office that drills only by hand."""
    made = ProvingOffice(office)
    made.plans(weekday=0)
    return made


def digests(proving: ProvingOffice) -> list[Shown]:
    """Return every digest in the district's room."""
    return proving.messages_with("护信日报")


async def test_at_eight_and_once(proving: ProvingOffice) -> None:
    """Not before eight, not twice, not after a restart at 8:03, and the next day again."""
    office = proving.whole
    office.clock.push(TO_EIGHT - timedelta(seconds=1))
    await proving.calendar()
    assert digests(proving) == []
    office.clock.push(timedelta(seconds=30))
    await proving.calendar()
    assert len(digests(proving)) == 1
    office.clock.push(timedelta(minutes=3))
    office.restarts()
    proving.opens_again()
    await proving.calendar()
    await proving.day_until(hours=20)
    assert len(digests(proving)) == 1
    await proving.day_until(hours=5)
    assert len(digests(proving)) == 2
    office.reads_all()


async def test_two_processes_send_one(proving: ProvingOffice) -> None:
    """Whoever is second finds it sent, even when somebody came on duty in between."""
    office = proving.whole
    office.clock.push(TO_EIGHT)
    await proving.calendar()
    office.on_duty(office.zhou, Post.DISTRICT_DUTY)
    await proving.another_calendar().look()
    await office.settle()
    office.sees(office.room_district, "护信日报")
    office.sees_nothing(office.zhou, office.room_district)


async def test_the_machine_was_off_at_eight(proving: ProvingOffice) -> None:
    """Sent when it is back the same day; a whole day that was missed is not made up."""
    office = proving.whole
    office.clock.push(TO_EIGHT + timedelta(days=2, hours=9))
    await proving.calendar()
    assert len(digests(proving)) == 1
    assert "3月7日" in digests(proving)[0].text
    office.reads_all()


async def test_an_office_that_opened_today_has_no_yesterday(proving: ProvingOffice) -> None:
    """It opened at ten: no digest until tomorrow."""
    await proving.day_until(hours=6)
    assert digests(proving) == []


async def test_what_the_digest_says(proving: ProvingOffice) -> None:
    """Open, overdue, undeliverable, gaps, yesterday, the last drill; and no report's words."""
    office = proving.whole
    await proving.looks()
    office.on_duty(office.zhou, Post.DISTRICT_DUTY, hours=240)
    office.on_duty(office.li, Post.TOWN_DUTY, hours=48)
    await proving.drills()
    await office.after(hours=1)
    office.channels["wire"].fails(
        Refused("kicked", address_is_dead=True), chat=office.room_dashi.chat
    )
    await office.says(office.chen, RED)
    await office.says(office.he, "今天一切正常")
    office.clock.push(timedelta(hours=20, minutes=59))
    await office.settle()
    await proving.looks()
    office.clock.push(timedelta(minutes=1))
    await proving.calendar()
    text = digests(proving)[0].text
    assert "系统：系统正常" in text
    assert "待接收：1 条\n· A-0002 红色 大石街道 已等 21小时" in text
    assert "其中超时没有接收：1 条，A-0002" in text
    assert "1 条通知被拒收；联系不上：大石街道值班群" in text
    assert "昨天：上报 2 条，预警 1 条（红1）" in text
    assert "大石街道值班 3月6日 10:00 到 3月12日 08:00" in text
    assert "带班领导" not in text
    assert "1 个镇街，没有接收 1 条\n· 大石街道" in text
    assert "天台" not in text
    office.reads_all()


async def test_a_quiet_office(proving: ProvingOffice) -> None:
    """Nothing waits: it says so, and no phone sounds."""
    office = proving.whole
    office.clock.push(TO_EIGHT - timedelta(minutes=1))
    await proving.looks()
    office.clock.push(timedelta(minutes=1))
    await proving.calendar()
    shown = office.sees(office.room_district, "护信日报　3月5日")
    for line in ("待接收：没有", "超时没有接收：没有", "送不到：没有", "7 天内没有演练"):
        assert line in shown.text
    assert not shown.message.rings


async def test_a_drill_is_not_open_work(proving: ProvingOffice) -> None:
    """A drill that runs at eight is neither open nor overdue."""
    office = proving.whole
    office.clock.push(TO_EIGHT - timedelta(minutes=5))
    await proving.drills()
    await office.after(minutes=5)
    await proving.calendar()
    assert "待接收：没有" in digests(proving)[0].text
    office.reads_all()
