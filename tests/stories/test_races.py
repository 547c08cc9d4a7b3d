"""Two things at the very same moment, really at once: units of work in threads that race."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import timedelta

from alerts import acknowledgement, amendment, handover
from alerts.acknowledgement import Pressed, Result
from alerts.escalation import escalate_due
from alerts.intake import Filed
from alerts.knowing import may_act
from alerts.recording import Sent, record_sent
from domain.alert import AlertState, LogKind, Outcome
from domain.report import Report
from storage.notices import NoticeKind, Priority
from storage.unit_of_work import UnitOfWork
from tests.office import WholeOffice
from tests.office_people import at_the_desk

RED = "张某现在坐在12楼天台边上扬言要跳楼"
TIMES = 8


async def raised(office: WholeOffice, floors: range) -> None:
    """Raise an alert a floor, none like another."""
    for floor in floors:
        office.receives(office.chen, f"{floor}楼有人要跳楼")
    await office.settle(rounds=200)
    office.reads_all()


async def test_taking_while_the_timer_calls_the_next_step(office: WholeOffice) -> None:
    """Whoever comes second runs again on fresh rows: the press is never lost to the timer."""
    await raised(office, range(1, TIMES + 1))
    for number in range(1, TIMES + 1):
        office.clock.now = office.alert(number).next_escalation_at or office.clock.now

        def take(uow: UnitOfWork, number: int = number) -> Pressed:
            alert = uow.alerts.get(number)
            assert alert is not None
            return acknowledgement.take(uow, office.office, alert, office.li.known)

        climbing = office.store.submit(lambda uow: escalate_due(uow, office.office))
        taking = office.store.submit(take)
        climbing.result()
        assert taking.result().result is Result.DONE
        assert office.alert(number).state is AlertState.TAKEN
    await office.settle(rounds=200)
    office.reads_all()


async def test_a_supplement_while_an_officer_closes(office: WholeOffice) -> None:
    """Either the words are on the alert that is closed, or they are an alert of their own."""
    await raised(office, range(1, TIMES + 1))
    for number in range(1, TIMES + 1):

        def close(uow: UnitOfWork, number: int = number) -> Pressed:
            alert = uow.alerts.get(number)
            assert alert is not None
            return acknowledgement.close(uow, office.office, alert, office.li.known, Outcome.SAFE)

        def add(uow: UnitOfWork, number: int = number) -> Filed:
            report: Report | None = uow.reports.get(number)
            assert report is not None
            return amendment.supplement(uow, office.office, report, "他又要跳楼")

        closing, adding = office.store.submit(close), office.store.submit(add)
        assert closing.result().result is Result.DONE
        filed = adding.result()
        kinds = office.story_of(number)
        later = kinds[kinds.index(LogKind.CLOSED) :]
        assert filed.alert is not None
        assert LogKind.SUPPLEMENTED not in later
        assert filed.alert.id == number or filed.alert.is_live
    await office.settle(rounds=200)
    office.reads_all()


async def test_handing_over_while_another_officer_takes(office: WholeOffice) -> None:
    """Both are done, one after the other; the alert is never in two hands."""
    await raised(office, range(1, TIMES + 1))
    for number in range(1, TIMES + 1):

        def give(uow: UnitOfWork, number: int = number) -> AlertState:
            alert = uow.alerts.get(number)
            assert alert is not None
            given = handover.hand_over(uow, office.office, alert, "石碁镇", by=office.li.known)
            return given.state

        def take(uow: UnitOfWork, number: int = number) -> Result:
            alert = uow.alerts.get(number)
            assert alert is not None
            if not may_act(at_the_desk(office.wang), alert):
                return Result.NOT_YOURS
            return acknowledgement.take(uow, office.office, alert, office.wang.known).result

        giving, taking = office.store.submit(give), office.store.submit(take)
        assert giving.result() is AlertState.OPEN
        assert taking.result() in {Result.DONE, Result.NOT_YOURS}
        alert = office.alert(number)
        assert (alert.town, alert.state) == ("石碁镇", AlertState.OPEN)
    await office.settle(rounds=200)
    office.reads_all()


async def test_taking_while_a_new_card_is_written_down(office: WholeOffice) -> None:
    """The taker does not see the card yet, its words are older: it is edited all the same."""
    await raised(office, range(1, 2))
    again = office.room_shiqi
    office.store.write(
        lambda uow: uow.notices.add(
            again.address, key="again", kind=NoticeKind.CARD, priority=Priority.RED, alert_id=1
        )
    )
    (notice,) = office.store.write(
        lambda uow: uow.notices.lease(limit=1, lease=timedelta(minutes=1))
    )
    sent = Sent(notice, office.alert().version, "77")
    recording: list[Future[None]] = []

    def take(uow: UnitOfWork) -> Result:
        alert = uow.alerts.get(1)
        assert alert is not None
        taken = acknowledgement.take(uow, office.office, alert, office.li.known)
        if not recording:
            recording.append(office.store.submit(lambda uow: record_sent(uow, [sent], office.live)))
        while not office.store.sqlite and not recording[0].done() and not somebody_waits(office):
            pass
        return taken.result

    assert office.store.write(take) is Result.DONE
    recording[0].result()
    (card,) = [one for one in office.read(lambda uow: uow.cards.of(1)) if one.message_id == "77"]
    assert office.read(lambda uow: uow.notices.edit_is_waiting(card.id))


def somebody_waits(office: WholeOffice) -> bool:
    """Whether a transaction waits for a row that another has locked."""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(office.store.read(lambda uow: uow.connection.exec_driver_sql(query).scalar_one()))
