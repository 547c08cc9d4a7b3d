"""What waits in the inbox is heard together, and none of it stands in another's way."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from alerts.likeness import turn_of
from bot.reader import TURN
from domain.alert import AlertState
from domain.danger import Assessment
from domain.duty import Role
from storage.inbox import InboxOutcome
from storage.tables import alerts, inbox, reports
from storage.told import Told, ToldRows
from storage.turns import Turns, TurnTaken
from storage.unit_of_work import UnitOfWork
from tests.held import held
from tests.office import WholeOffice
from tests.office_people import DASHI, SHIQI

RED = "张某现在坐在12楼天台边上扬言要跳楼"
BROKEN = "这条读不了"


def cannot_read_one(office: WholeOffice) -> None:
    """Have reading the words of one message fail, each time."""
    assess = office.office.assess

    def reads(text: str) -> Assessment:
        if text == BROKEN:
            raise ArithmeticError
        return assess(text)

    office.reads_with(reads)


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
    cannot_read_one(office)
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


def filed(office: WholeOffice) -> list[str]:
    """Return the first words of every report, in the order of their numbers."""

    def look(uow: UnitOfWork) -> list[str]:
        ids = uow.connection.scalars(sa.select(reports.c.id).order_by(reports.c.id)).all()
        return [uow.reports.standing(one)[0].text for one in ids]

    return office.read(look)


def numbers(office: WholeOffice) -> list[int]:
    """Return every report's number."""
    return office.read(
        lambda uow: list(uow.connection.scalars(sa.select(reports.c.id).order_by(reports.c.id)))
    )


async def test_what_a_chat_said_is_heard_together_and_in_order(office: WholeOffice) -> None:
    """Four of one person and one of another are one look at the inbox; no number is left out."""
    office.receives(office.chen, "路灯坏了三盏")
    office.receives(office.chen, "下水道堵了")
    office.receives(office.he, "垃圾没人收")
    office.receives(office.chen, "井盖松了")
    assert await office.go("read") == 4
    assert sorted(filed(office)) == sorted(["路灯坏了三盏", "下水道堵了", "垃圾没人收", "井盖松了"])
    of_chen = [text for text in filed(office) if text != "垃圾没人收"]
    assert of_chen == ["路灯坏了三盏", "下水道堵了", "井盖松了"]
    assert office.count(inbox, inbox.c.done_at.is_(None)) == 0


async def test_who_writes_a_lot_keeps_nobody_waiting(office: WholeOffice) -> None:
    """Twice a batch of one person goes before it; it is heard with the first of them."""
    batch = office.reader.batch
    for number in range(2 * batch):
        office.receives(office.chen, f"{number}号路灯坏了")
    office.receives(office.he, RED)
    assert await office.go("read") == batch
    assert office.count(alerts) == 1
    assert filed(office)[:2] == ["0号路灯坏了", RED]
    await office.settle()
    office.sees(office.room_dashi, "🔴红", "R-0002")
    office.reads_all()


async def test_what_follows_in_a_chat_waits_for_what_could_not_be_heard(
    office: WholeOffice,
) -> None:
    """The second of three fails: the third is heard after it was kept for a person."""
    cannot_read_one(office)
    for text in ("路灯坏了三盏", BROKEN, "下水道堵了"):
        office.receives(office.chen, text)
    await office.go("read")
    assert filed(office) == ["路灯坏了三盏"]
    await office.go("read")
    assert filed(office) == ["路灯坏了三盏"]
    await office.after(minutes=5)
    assert filed(office) == ["路灯坏了三盏", "下水道堵了"]
    ended = office.read(
        lambda uow: uow.connection.scalars(sa.select(inbox.c.outcome).order_by(inbox.c.done_at))
    ).all()
    assert ended == [InboxOutcome.REPORT, InboxOutcome.SET_ASIDE, InboxOutcome.REPORT]
    office.reads_all()


async def test_what_one_message_asked_the_next_of_the_same_moment_answers(
    office: WholeOffice,
) -> None:
    """上报, an answer and 取消 wait together: no report is made of the answer."""
    for text in ("上报", "3栋的陈伯", "取消", "路灯坏了三盏"):
        office.receives(office.chen, text)
    assert await office.go("read") == 4
    assert filed(office) == ["路灯坏了三盏"]
    await office.settle()
    office.sees(office.chen, "（1/4）谁有危险")
    office.sees(office.chen, "（2/4）在哪")
    office.sees(office.chen, "已取消")
    office.sees(office.chen, "编号 R-0001")


async def test_who_enrols_and_reports_at_the_same_moment(office: WholeOffice) -> None:
    """The report is of the person that the code has just made."""
    lin = office.stranger("别名")
    code = office.invites(role=Role.GRID_WORKER, town=SHIQI, name="林阿妹")
    office.receives(lin, f"/start {code}")
    office.receives(lin, RED)
    assert await office.go("read") == 2
    await office.settle()
    office.sees(office.room_shiqi, "🔴红", "林阿妹")
    office.reads_all()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_danger_whose_town_another_process_is_at_comes_a_little_later(
    office: WholeOffice,
) -> None:
    """The others are heard meanwhile; it is neither lost nor counted as a try that failed."""
    with held(office.store, lambda uow: uow.turns.wait(turn_of(DASHI))):
        office.receives(office.li, RED)
        assert await office.go("read") == 1
        assert await office.go("read") == 0
        assert filed(office) == []
        office.clock.push(TURN)
        office.receives(office.chen, "石碁镇广场有人要跳楼")
        office.receives(office.li, "再说一句，路灯也坏了")
        office.receives(office.he, "下水道堵了")
        assert await office.go("read") == 4
        assert filed(office) == ["石碁镇广场有人要跳楼", "下水道堵了"]
        assert numbers(office) == [1, 2]
        waiting = office.read(
            lambda uow: uow.connection.scalars(
                sa.select(inbox.c.attempts).where(inbox.c.done_at.is_(None))
            ).all()
        )
        assert waiting == [0, 0]
        office.receives(office.he, "垃圾没人收")
        assert await office.go("read") == 1
    await office.after(seconds=1)
    assert filed(office)[3:] == [RED, "再说一句，路灯也坏了"]
    office.sees(office.room_shiqi, "🔴红")
    office.sees(office.room_dashi, "🔴红")
    office.reads_all()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_an_alert_that_was_closed_meanwhile_is_not_fed(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody ends it after it was compared with: who reports the same raises a new one."""
    await office.says(office.li, RED)
    in_town = ToldRows.in_town

    def and_is_closed(rows: ToldRows, town: str | None, **how: Any) -> tuple[Told, ...]:
        found = in_town(rows, town, **how)
        if found and office.alert().is_live:
            end = {"state": AlertState.CLOSED, "closed_at": office.clock.now}
            office.store.write(lambda uow: uow.alerts.change(office.alert(), **end))
        return found

    monkeypatch.setattr(ToldRows, "in_town", and_is_closed)
    await office.says(office.he, RED)
    assert not office.alert().is_live
    assert office.alert(2).is_live
    office.sees(office.he, "A-0002")
    office.sees(office.room_dashi, "A-0001")
    office.sees(office.room_dashi, "A-0002")
    office.reads_all()


async def test_a_danger_in_a_group_waits_for_its_turn_too(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no sure report, so nobody foresaw it; it is put off all the same, untried."""
    wait = Turns.wait
    taken = [True]

    def first_time_taken(turns: Turns, what: str) -> None:
        if taken and turns.has(what) and not turns.waits:
            raise TurnTaken(taken.pop() and what)
        wait(turns, what)

    monkeypatch.setattr(Turns, "has", lambda *_: True)
    monkeypatch.setattr(Turns, "wait", first_time_taken)
    office.receives(office.chen, "撤回")
    office.receives(office.chen, RED)
    assert await office.go("read") == 2
    assert office.count(reports) == 0
    await office.after(seconds=1)
    assert office.count(alerts) == 1
    office.reads_all()
