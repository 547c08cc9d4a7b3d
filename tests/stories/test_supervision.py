"""Supervision: who is told what, when, and who is never told."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.access import unit_key
from domain.duty import Post, Role
from domain.errors import RetryLater
from domain.petition import Lodging, MatterKind, Step, StepKind
from petitions.supervision_rounds import gather, say
from petitions.supervision_words import MOST_LINES
from storage.tables import access_log, supervisions
from tests.office import WholeOffice
from tests.office_people import DASHI, SHIQI
from tests.supervised import HOURS, PETITIONER, SupervisedOffice, accepted

BUREAU = "区水务局"
RED = "张某现在坐在12楼天台边上扬言要跳楼"
# Accepted on the 5th of January: 60 days later is Friday the 6th of March, two days from now.
DUE = "还有 2 天（3月6日到期）"


async def test_the_officers_on_duty_have_one_digest(supervised: SupervisedOffice) -> None:
    """Three matters, one message: numbers, unit, what is due when, and nobody's name."""
    office = supervised.whole
    office.on_duty(office.li, Post.TOWN_DUTY)
    for number in ("2026-0001", "2026-0002", "2026-0003"):
        supervised.registers(number, lead="孙书记")
    await supervised.looks()
    shown = office.sees(office.li, "2026-0001", "2026-0002", "2026-0003", DASHI, "办结", DUE)
    assert "有 3 件，其中超期 0 件" in shown.text
    assert not {PETITIONER.name, PETITIONER.phone, "孙书记", "漏水"} & set(shown.text.split())
    assert all(word not in shown.text for word in (PETITIONER.name, PETITIONER.phone, "孙", "漏水"))
    office.sees_nothing(office.room_dashi, office.wang, office.room_shiqi, office.zhao)
    assert office.count(access_log, access_log.c.what == "supervision") == 3


async def test_with_nobody_on_duty_the_group_reads_it(supervised: SupervisedOffice) -> None:
    """The town's room, and no other town's."""
    office = supervised.whole
    supervised.registers("2026-0001")
    await supervised.looks()
    office.sees(office.room_dashi, "2026-0001", DUE)
    office.sees_nothing(office.room_shiqi, office.li, supervised.wu)


async def test_once_a_day(supervised: SupervisedOffice) -> None:
    """Not again after a restart, not by a second process, and the next day anew."""
    office = supervised.whole
    supervised.registers("2026-0001")
    await supervised.looks()
    second = supervised.another_process()
    await second.go_round()
    office.restarts()
    supervised.opens_again()
    await supervised.looks()
    await supervised.looks()
    office.sees(office.room_dashi, "2026-0001")
    supervised.at_time(3, 5, 9)
    await supervised.looks()
    office.sees(office.room_dashi, "还有 1 天")


async def test_it_waits_for_working_hours(supervised: SupervisedOffice) -> None:
    """Not at seven, not before its time, not over lunch; at two everybody is back."""
    office = supervised.whole
    supervised.registers("2026-0001")
    for hour, minute in ((7, 0), (8, 59), (12, 0), (13, 59)):
        supervised.at_time(3, 4, hour, minute)
        await supervised.rounds.go_round()
        await office.settle()
    office.sees_nothing(office.room_dashi)
    supervised.at_time(3, 4, 14)
    await supervised.looks()
    office.sees(office.room_dashi, "2026-0001")


async def test_it_waits_for_the_end_of_the_holidays(supervised: SupervisedOffice) -> None:
    """From the 1st to the 7th of October nobody is bothered; on the 8th it is said, once."""
    office = supervised.whole
    supervised.at_time(9, 1, 10)
    supervised.registers("2026-0001", registered_on=date(2026, 8, 1))
    for day in range(1, 8):
        supervised.at_time(10, day, 10)
        await supervised.looks()
    office.sees_nothing(office.room_dashi)
    supervised.at_time(10, 8, 9)
    await supervised.looks()
    office.sees(office.room_dashi, "今天到期（10月8日到期）")


async def test_a_saturday_that_makes_up_is_a_working_day(supervised: SupervisedOffice) -> None:
    """The 10th of October is one; the Saturday after is none."""
    office = supervised.whole
    supervised.at_time(9, 1, 10)
    supervised.registers("2026-0001", registered_on=date(2026, 8, 8))
    supervised.at_time(10, 10, 10)
    await supervised.looks()
    office.sees(office.room_dashi, "2026-0001")
    supervised.at_time(10, 17, 10)
    await supervised.looks()
    office.sees_nothing(office.room_dashi)


async def test_a_machine_that_was_off_says_it_when_it_is_up(supervised: SupervisedOffice) -> None:
    """Off all morning, it says at four what nine o'clock would have said."""
    office = supervised.whole
    supervised.registers("2026-0001")
    supervised.at_time(3, 4, 16)
    office.restarts()
    supervised.opens_again()
    await supervised.looks()
    await supervised.looks()
    office.sees(office.room_dashi, "2026-0001")


async def test_a_round_that_was_cut_short_is_finished_once(supervised: SupervisedOffice) -> None:
    """Killed after the first digest: the others follow, the first does not come twice."""
    office = supervised.whole
    supervised.registers("2026-0001")
    supervised.registers("2026-0002", unit=BUREAU)
    digests = office.read(lambda uow: gather(uow, supervised.ledger, supervised.times))
    assert len(digests) == 2
    office.store.write(lambda uow: say(uow, digests[0], supervised.today, lasts=timedelta(hours=1)))
    await supervised.looks()
    office.sees(office.room_dashi, "2026-0001")
    office.sees(supervised.wu, "2026-0002")


async def test_what_is_late_climbs(supervised: SupervisedOffice) -> None:
    """A day late the joint office hears of it, a week late the leader; the town every day."""
    office = supervised.whole
    supervised.registers("2026-0001")
    supervised.at_time(3, 6, 10)
    await supervised.looks()
    office.sees(office.room_dashi, "今天到期")
    office.sees_nothing(office.zhou, supervised.wu, office.deng)
    supervised.at_time(3, 9, 10)  # over the weekend it has become three days
    await supervised.looks()
    office.sees(office.room_dashi, "超期 3 天", "已到区信联办")
    office.sees(office.zhou, "2026-0001", DASHI, "超期 3 天", "已到区信联办")
    office.sees(supervised.wu, "2026-0001")
    office.sees_nothing(office.deng)
    supervised.at_time(3, 13, 10)
    await supervised.looks()
    office.sees(office.deng, "2026-0001", "超期 7 天", "已上领导清单")
    office.reads_all()
    said = office.store.read(
        lambda uow: uow.connection.execute(
            supervisions.select().order_by(supervisions.c.level)
        ).all()
    )
    assert [(row.level, row.said_on) for row in said] == [
        (1, date(2026, 3, 6)),
        (2, date(2026, 3, 9)),
        (3, date(2026, 3, 13)),
    ]


async def test_what_was_answered_meanwhile_is_left_out(supervised: SupervisedOffice) -> None:
    """Answered in the afternoon, it is in no digest of the next morning."""
    office = supervised.whole
    supervised.registers("2026-0001")
    supervised.registers("2026-0002")
    await supervised.looks()
    office.sees(office.room_dashi, "2026-0001", "2026-0002")
    supervised.at_time(3, 4, 15)
    supervised.writes_down("2026-0001", StepKind.REPLIED, unit=DASHI)
    supervised.at_time(3, 5, 9)
    await supervised.looks()
    assert "2026-0001" not in office.sees(office.room_dashi, "2026-0002").text


async def test_an_extension_moves_it(supervised: SupervisedOffice) -> None:
    """Thirty days more: silence until five days before the new day, which is said anew."""
    office = supervised.whole
    supervised.registers("2026-0001")
    await supervised.looks()
    office.sees(office.room_dashi, DUE)
    supervised.writes_down("2026-0001", StepKind.EXTENDED, days=30)
    for day in (5, 6, 9, 16):
        supervised.at_time(3, day, 10)
        await supervised.looks()
    office.sees_nothing(office.room_dashi)
    supervised.at_time(4, 1, 10)  # the 5th of April is a holiday's Sunday, and the 7th the last day
    await supervised.looks()
    office.sees_nothing(office.room_dashi)
    supervised.at_time(4, 2, 10)
    await supervised.looks()
    office.sees(office.room_dashi, "还有 5 天（4月7日到期）")
    assert office.count(supervisions, supervisions.c.level == 1) == 2


async def test_an_accusation_is_for_clerks_and_leaders_alone(supervised: SupervisedOffice) -> None:
    """However late: no town, no group, no district officer."""
    office = supervised.whole
    office.on_duty(office.li, Post.TOWN_DUTY)
    office.on_duty(office.zhou, Post.DISTRICT_DUTY)
    supervised.registers(
        "2026-0001",
        Step(StepKind.REGISTERED, date(2026, 1, 5)),
        Step(StepKind.FORWARDED, date(2026, 1, 6), unit=DASHI),
        kind=MatterKind.ACCUSATION,
        about_units=(SHIQI,),
    )
    await supervised.looks()
    office.sees(supervised.wu, "2026-0001", "已上领导清单")
    office.sees(office.deng, "2026-0001")


@pytest.mark.parametrize("about", [DASHI, "大石街道办事处", "番禺区大石街道城管办"])
async def test_the_unit_complained_about_is_never_told(
    supervised: SupervisedOffice, about: str
) -> None:
    """Whatever paper named it, the clerks are told instead; their room and officers are not."""
    office = supervised.whole
    office.on_duty(office.li, Post.TOWN_DUTY)
    supervised.registers("2026-0001", about_units=(about,))
    await supervised.looks()
    office.sees(supervised.wu, "2026-0001")


async def test_another_towns_matter_is_not_for_the_unit(supervised: SupervisedOffice) -> None:
    """A matter of 石碁 that 大石 handles is not for 大石's officers to see; clerks are told."""
    office = supervised.whole
    supervised.registers("2026-0001", town=SHIQI, unit=DASHI)
    await supervised.looks()
    office.sees(supervised.wu, "2026-0001", DASHI)


async def test_somebody_with_an_interest_is_not_told(supervised: SupervisedOffice) -> None:
    """One clerk of two withdrew from what concerns 区水务局, to which it was forwarded."""
    office = supervised.whole
    second = office.enrols("郑文华", Role.CLERK, None)
    supervised.registers(
        "2026-0001",
        Step(StepKind.REGISTERED, date(2026, 2, 18)),
        Step(StepKind.FORWARDED, date(2026, 2, 18), unit=BUREAU),
        registered_on=date(2026, 2, 18),
    )

    def declare(uow: object) -> None:
        uow.interests.declare(  # type: ignore[attr-defined]
            supervised.wu.known.id, unit_key(BUREAU), BUREAU, declared_by=None
        )

    office.store.write(declare)
    await supervised.looks()
    office.sees(second, "2026-0001")


async def test_a_group_reads_what_each_of_its_officers_may(supervised: SupervisedOffice) -> None:
    """One officer withdrew from a matter: it is not in the room's digest, the other one is."""
    office = supervised.whole
    supervised.registers("2026-0001")
    supervised.registers("2026-0002")
    office.store.write(
        lambda uow: uow.interests.declare(
            office.wang.known.id, "number:2026-0001", "2026-0001", declared_by=None
        )
    )
    await supervised.looks()
    assert "2026-0001" not in office.sees(office.room_dashi, "2026-0002").text
    office.sees(supervised.wu, "2026-0001")


async def test_a_departments_matter_goes_to_the_clerks(supervised: SupervisedOffice) -> None:
    """A department is not in the chat; nor is what the office itself has to forward."""
    office = supervised.whole
    supervised.registers("2026-0001", unit=BUREAU)
    supervised.registers(
        "2026-0002",
        Step(StepKind.REGISTERED, date(2026, 2, 18)),
        registered_on=date(2026, 2, 18),
    )
    await supervised.looks()
    shown = office.sees(supervised.wu, "2026-0001", BUREAU, "2026-0002")
    assert "业务科　转送交办或告知　还有 1 天（3月5日到期）" in shown.text


async def test_a_first_visitor_is_received_again(supervised: SupervisedOffice) -> None:
    """Fifteen days after registration; not a letter, a second visit, or what is done."""
    office = supervised.whole
    day = date(2026, 2, 17)
    for number, more in (
        ("2026-0001", {"lodging": Lodging.VISIT}),
        ("2026-0002", {"lodging": Lodging.VISIT, "repeated": True}),
        ("2026-0003", {"lodging": Lodging.LETTER}),
        ("2026-0004", {"lodging": Lodging.VISIT}),
    ):
        supervised.registers(number, registered_on=day, **more)
    supervised.writes_down("2026-0004", StepKind.SECOND_RECEPTION)
    await supervised.looks()
    shown = office.sees(office.room_dashi, "2026-0001", "二次接访　今天到期（3月4日到期）")
    assert "有 1 件" in shown.text
    supervised.at_time(3, 5, 10)
    supervised.writes_down("2026-0001", StepKind.REPLIED)
    await supervised.looks()
    office.sees_nothing(office.room_dashi)


async def test_a_long_list_is_cut(supervised: SupervisedOffice) -> None:
    """The latest stand first, and the rest is counted."""
    office = supervised.whole
    for number in range(MOST_LINES + 5):
        supervised.registers(f"2026-{number:04d}", registered_on=date(2026, 1, 3))
    supervised.registers("2026-0099", registered_on=date(2026, 1, 2))
    await supervised.looks()
    shown = office.sees(office.room_dashi, f"有 {MOST_LINES + 6} 件", "另有 6 件没有列出")
    assert shown.text.index("2026-0099") < shown.text.index("2026-0000")
    assert office.count(supervisions) == MOST_LINES + 6


async def test_an_alert_goes_first(supervised: SupervisedOffice) -> None:
    """A digest that waits is sent after an alert that is raised later."""
    office = supervised.whole
    office.on_duty(office.li, Post.TOWN_DUTY)
    supervised.registers("2026-0001")
    supervised.whole.clock.push(timedelta(seconds=21))
    await supervised.rounds.go_round()
    office.receives(office.chen, RED)
    await office.go("read")
    await office.settle()
    card, digest = office.messages(office.li)
    assert "A-0001" in card.text
    assert "2026-0001" in digest.text
    office.reads_all()


async def test_nothing_arrives_at_night(supervised: SupervisedOffice) -> None:
    """The channel is away until the evening: the digest is dropped, the next morning has it."""
    office = supervised.whole
    supervised.registers("2026-0001")
    office.channels["wire"].fails(RetryLater("away"), times=1000)
    await supervised.looks()
    supervised.at_time(3, 4, 20)
    office.channels["wire"].faults.clear()
    await office.after(hours=10)
    office.sees_nothing(office.room_dashi)
    supervised.at_time(3, 5, 10)
    await supervised.looks()
    office.sees(office.room_dashi, "还有 1 天")


async def test_two_offices_processes_say_it_once(office: WholeOffice) -> None:
    """Both gather before either has said anything, on each engine."""
    supervised = SupervisedOffice(office)
    supervised.registers("2026-0001", *accepted(date(2026, 1, 2), DASHI))
    supervised.registers("2026-0002", unit=BUREAU)
    one, other = supervised.another_process(), supervised.another_process()
    said = await asyncio.gather(one.go_round(), other.go_round())
    assert sum(said) == 2
    await office.settle()
    office.sees(office.room_dashi, "2026-0001")
    office.sees(supervised.wu, "2026-0002")


async def test_a_long_round_holds_up_no_alert(supervised: SupervisedOffice) -> None:
    """While the ledger is read, the timers go on: an alert climbs; the digest comes after."""
    office = supervised.whole
    supervised.registers("2026-0001")
    await office.says(office.chen, RED)
    office.reads_all()
    reading, go_on = threading.Event(), threading.Event()

    def slowly(day: date) -> bool:
        reading.set()
        assert go_on.wait(60)
        return HOURS.works_on(day)

    counting = replace(supervised.ledger.counting, works_on=slowly)
    supervised.ledger = replace(supervised.ledger, counting=counting)
    supervised.opens_again()
    office.timers.also = (*office.timers.also, supervised.rounds.look)
    await office.go("time")
    await asyncio.to_thread(reading.wait, 60)
    await office.after(minutes=4)
    office.sees(office.deng, "A-0001")
    office.reads_all()
    go_on.set()
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
    assert await supervised.rounds.look() == 1
    await office.settle()
    office.sees(office.room_dashi, "2026-0001")
