"""Data that has served is removed on schedule; what is still needed stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from alerts.retention import Remover, Retention
from domain.alert import AlertState, Outcome
from storage.tables import alert_log, alerts, inbox, notices, report_versions
from tests.office import WholeOffice

RED = "张某现在坐在12楼天台边上扬言要跳楼"
YEAR = timedelta(days=365)


def remover(office: WholeOffice, gone: list[datetime]) -> Remover:
    """Return a remover that keeps everything a year; ``gone`` hears of files."""

    def remove_files(before: datetime) -> int:
        gone.append(before)
        return 0

    return Remover(
        store=office.store,
        retention=Retention(
            reports=YEAR, inbox_raw=YEAR, access_log=YEAR, alert_personal=YEAR, openings=YEAR
        ),
        remove_files=remove_files,
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
