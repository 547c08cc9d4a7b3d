"""What waits in the inbox is heard together, and none of it stands in another's way."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from domain.danger import Assessment
from storage.inbox import InboxOutcome
from storage.tables import inbox, reports
from storage.unit_of_work import UnitOfWork
from tests.office import WholeOffice

RED = "张某现在坐在12楼天台边上扬言要跳楼"
BROKEN = "这条读不了"


async def test_a_mistake_among_others_is_answered_and_they_are_filed(office: WholeOffice) -> None:
    """A withdrawal with nothing to withdraw, between a report and a danger of the same moment."""
    office.receives(office.chen, "路灯坏了三盏")
    office.receives(office.he, "撤回")
    office.receives(office.li, RED)
    assert await office.go("read") == 3
    await office.settle()
    office.sees(office.chen, "编号 R-0001")
    office.sees(office.he, "请回复那条上报")
    office.sees(office.li, "A-0001")
    office.sees(office.room_dashi, "🔴红")
    assert office.count(reports) == 2
    assert office.count(inbox, inbox.c.done_at.is_(None)) == 0


async def test_what_cannot_be_heard_takes_nothing_of_the_others_with_it(
    office: WholeOffice,
) -> None:
    """The others are filed at once; the one is tried again and then kept for a person."""
    assess = office.office.assess

    def reads(text: str) -> Assessment:
        if text == BROKEN:
            raise ArithmeticError
        return assess(text)

    office.reads_with(reads)
    office.receives(office.chen, "路灯坏了三盏")
    office.receives(office.he, BROKEN)
    office.receives(office.li, "下水道堵了")
    await office.go("read")
    assert office.count(reports) == 2
    await office.after(minutes=5)
    office.sees(office.chen, "编号 R-0001")
    office.sees(office.li, "编号 R-0002")
    office.sees(office.he, "内容已保存")
    office.sees(office.room_district, "收件箱 2")
    aside = inbox.c.outcome == InboxOutcome.SET_ASIDE.value
    assert office.count(inbox, aside) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_when_the_whole_of_it_is_undone_each_is_heard_alone(office: WholeOffice) -> None:
    """The database itself gives the transaction up over one report: the others stand."""
    gives_up = sa.text(
        "CREATE TRIGGER gives_up BEFORE INSERT ON reports"
        f" WHEN NEW.sender = '{office.he.sender}' BEGIN SELECT RAISE(ROLLBACK, 'gone'); END"
    )

    def break_it(uow: UnitOfWork) -> None:
        uow.connection.execute(gives_up)

    office.store.write(break_it)
    office.receives(office.chen, "路灯坏了三盏")
    office.receives(office.he, "下水道堵了")
    office.receives(office.li, RED)
    await office.go("read")
    assert office.count(reports) == 2
    await office.after(minutes=2)
    office.sees(office.chen, "编号 R-0001")
    office.sees(office.li, "A-0001")
    office.sees(office.he, "内容已保存")
    office.sees(office.room_district, "收件箱 2")
    office.reads_all()
