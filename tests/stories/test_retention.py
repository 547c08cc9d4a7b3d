"""Data that has served is removed on schedule; what is still needed stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from alerts.knowing import is_followed_up
from alerts.retention import Also, Remover, Retention
from domain.alert import AlertState, Outcome
from domain.petition import Step, StepKind
from petitions.clearing import Clearing
from storage.tables import (
    alert_log,
    alerts,
    inbox,
    name_slips,
    notices,
    openings,
    petitioners,
    removals,
    report_versions,
)
from tests.ledger_rows import ZHANG, with_matter
from tests.office import WholeOffice
from tests.office_people import ledger_of_panyu

RED = "张某现在坐在12楼天台边上扬言要跳楼"
YEAR = timedelta(days=365)


def remover(
    office: WholeOffice,
    gone: list[datetime],
    *,
    alert_personal: timedelta = YEAR,
    also: tuple[Also, ...] = (),
) -> Remover:
    """Return a remover that keeps everything else a year; ``gone`` hears of files."""

    def remove_files(before: datetime) -> int:
        gone.append(before)
        return 0

    return Remover(
        store=office.store,
        retention=Retention(
            reports=YEAR,
            inbox_raw=YEAR,
            access_log=YEAR,
            alert_personal=alert_personal,
            openings=YEAR,
        ),
        remove_files=remove_files,
        also=also,
    )


async def removes_all(looking: Remover) -> int:
    """Look until nothing is left to remove."""
    removed = 0
    while more := await looking.look():
        removed += more
    return removed


async def test_words_go_and_figures_stay(office: WholeOffice) -> None:
    """A year after the end the words are gone; level, times and outcome stay."""
    await office.says(office.chen, RED)
    card = office.messages(office.room_dashi)[-1]
    await office.presses(office.li, "接收", card)
    await office.presses(office.li, "办结", card)
    question = office.messages(office.room_dashi)[-1]
    await office.presses(office.li, "平安", question)
    before = len(office.story_of())
    office.clock.push(YEAR + timedelta(days=1))
    gone: list[datetime] = []
    assert await removes_all(remover(office, gone)) > 0
    assert office.count(report_versions, report_versions.c.text != "") == 0
    assert office.count(inbox, inbox.c.raw != "") == 0
    assert office.count(notices, notices.c.body.is_not(None)) == 0
    details = office.read(lambda uow: uow.connection.scalars(sa.select(alert_log.c.detail)).all())
    assert not [detail for detail in details if "平安" in detail]
    assert office.count(alerts, alerts.c.outcome_note != "") == 0
    alert = office.alert()
    assert (alert.state, alert.outcome) == (AlertState.CLOSED, Outcome.SAFE)
    assert len(office.story_of()) == before
    assert gone == [office.clock() - YEAR] * len(gone)
    assert gone
    office.reads_all()


async def test_a_live_alert_keeps_its_words(office: WholeOffice) -> None:
    """However old: somebody still has to act on it."""
    await office.says(office.chen, RED)
    office.clock.push(2 * YEAR)
    await removes_all(remover(office, []))
    texts = office.read(lambda uow: uow.connection.scalars(sa.select(report_versions.c.text)).all())
    assert texts == [RED]
    office.reads_all()


async def test_it_looks_once_an_hour(office: WholeOffice) -> None:
    """A pass that found nothing is not made again at once."""
    gone: list[datetime] = []
    looking = remover(office, gone)
    await looking.look()
    await looking.look()
    assert len(gone) == 1
    office.clock.push(timedelta(hours=1))
    await looking.look()
    assert len(gone) == 2


async def test_an_alerts_people_go_when_its_follow_up_is_over(office: WholeOffice) -> None:
    """突发事件应对法 Art. 85: a month after the end, long before anything else; live ones stay."""
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "接收", card)
    await office.presses(office.li, "误报", card)
    question = office.messages(office.room_dashi)[-1]
    await office.presses(office.li, question.message.buttons[0][0].label, question)
    await office.says(office.he, "莲塘村的路灯坏了三天")
    office.reads_all()
    before = len(office.story_of())
    office.clock.push(timedelta(days=31))
    await office.says(office.chen, "植村赵某说要跳楼，人在楼顶")
    office.reads_all()
    looking = remover(office, [], alert_personal=timedelta(days=30))
    assert await removes_all(looking) > 0
    texts = office.read(
        lambda uow: uow.connection.scalars(
            sa.select(report_versions.c.text).order_by(report_versions.c.id)
        ).all()
    )
    assert texts == ["", "莲塘村的路灯坏了三天", "植村赵某说要跳楼，人在楼顶"]
    raw = office.read(lambda uow: uow.connection.scalars(sa.select(inbox.c.raw)).all())
    assert not [one for one in raw if "天台" in one]
    bodies = office.read(
        lambda uow: uow.connection.scalars(
            sa.select(notices.c.body).where(notices.c.alert_id == 1)
        ).all()
    )
    assert bodies
    assert not [body for body in bodies if body is not None]
    assert (office.alert(1).outcome, len(office.story_of(1))) == (Outcome.FALSE_ALARM, before)
    kept = office.read(lambda uow: uow.retention.noted("2026-01-01"))
    assert {one.kind: one.count for one in kept}["alert_reports"] == 1
    assert office.count(removals) == len(kept)
    office.reads_all()


async def test_a_matter_stays_while_an_alert_about_its_people_is_followed_up(
    office: WholeOffice,
) -> None:
    """Once it is over, people, words and the spellings of their names go; the row stays."""
    day = office.clock.now.date() - timedelta(days=20)
    steps = (
        Step(StepKind.REGISTERED, day),
        Step(StepKind.NOT_ACCEPTED, day + timedelta(days=3)),
    )
    office.write(lambda uow: with_matter(uow, registered_on=day, steps=steps))
    office.clock.push(2 * YEAR)
    await office.says(office.chen, f"植村{ZHANG.name}说要跳楼，人在楼顶")
    card = office.sees(office.room_dashi, "A-0001")
    office.reads_all()

    clearing = Clearing(
        ledger_of_panyu(),
        YEAR,
        lambda uow, matter: is_followed_up(uow, [one.name for one in matter.petitioners]),
    )
    await removes_all(remover(office, [], also=(clearing,)))
    assert office.count(petitioners) == 1
    await office.presses(office.li, "接收", card)
    await office.presses(office.li, "误报", card)
    question = office.messages(office.room_dashi)[-1]
    await office.presses(office.li, question.message.buttons[0][0].label, question)
    await removes_all(remover(office, [], also=(clearing,)))
    assert office.count(petitioners) == office.count(name_slips) == 0
    matter = office.read(lambda uow: uow.matters.by_number("2026-0042"))
    assert matter is not None
    assert (matter.head.words, matter.head.town, len(matter.steps)) == ("", "大石街道", 2)
    office.reads_all()


async def test_an_opening_is_kept_for_its_time(office: WholeOffice) -> None:
    """Its reason stands in the log as well."""
    await office.says(office.zhao, "查阅 张三妹 家属来电称联系不上本人")
    office.reads_all()
    await removes_all(remover(office, []))
    assert office.count(openings) == 1
    office.clock.push(YEAR + timedelta(days=1))
    await removes_all(remover(office, []))
    assert office.count(openings) == 0
