"""An alert moves: to another town, to the district desk, or into another alert."""

from __future__ import annotations

from alerts import outbox
from alerts.escalation import restart
from alerts.group_words import handed_over_words, merged_words
from alerts.learning import learn, live_alert
from alerts.likeness import turn_of
from alerts.notices import Why
from alerts.office import Office
from domain.alert import Alert, AlertState, LogKind, Outcome
from domain.duty import Person
from domain.report import Report, TownBy
from storage.unit_of_work import UnitOfWork

DISTRICT = "区值班室"


def hand_over(
    uow: UnitOfWork, office: Office, alert: Alert, to: str | None, *, by: Person
) -> Alert:
    """Give an alert to another town (None: the district desk), where it climbs anew."""
    uow.turns.wait(turn_of(to))  # whoever reports the same there is compared with it, or waits
    uow.alerts.log(alert.id, LogKind.HANDED_OVER, person_id=by.id, detail=to or DISTRICT)
    outbox.say_in_groups(
        uow,
        alert,
        f"given:{alert.id}:{alert.version}",
        handed_over_words(alert, to or DISTRICT, by.title),
    )
    return restart(uow, office, alert, Why.HANDED_OVER, town=to)


def settle_town(
    uow: UnitOfWork, office: Office, report: Report, town: str, by: TownBy = TownBy.ANSWERED
) -> Alert | None:
    """Write the town that the reporter named; a live alert moves there and climbs anew.

    Returns the live alert, if there is one. The former group's card says where it went. An
    alert of somebody who is not enrolled stays with the district desk.
    """
    uow.reports.settle_town(report.id, town, by)
    alert = live_alert(uow, report)
    if alert is None or alert.town == town or not alert.verified:
        return alert
    uow.turns.wait(turn_of(town))
    uow.alerts.log(alert.id, LogKind.TOWN_ANSWERED, person_id=report.person_id, detail=town)
    outbox.say_in_groups(
        uow,
        alert,
        f"given:{alert.id}:{alert.version}",
        handed_over_words(alert, town, "上报人"),
    )
    return restart(uow, office, alert, Why.TOWN_ANSWERED, town=town)


def merge(uow: UnitOfWork, office: Office, alert: Alert, into: Alert, *, by: int | None) -> bool:
    """Let an alert be another one: its reports move, the higher level wins.

    False when either has ended or they are of two towns; then both stay as they are.
    """
    if alert.id == into.id or not (alert.is_live and into.is_live) or alert.town != into.town:
        return False
    closed = uow.alerts.change(
        alert,
        state=AlertState.CLOSED,
        closed_at=uow.now,
        closed_by=None,
        outcome=Outcome.MERGED,
        outcome_note=into.number,
        merged_into=into.id,
        next_escalation_at=None,
    )
    uow.alerts.log(alert.id, LogKind.MERGED, person_id=by, detail=into.number)
    uow.alerts.log(into.id, LogKind.MERGED, person_id=by, detail=alert.number)
    uow.reports.move_to(alert.id, into.id)
    outbox.say_in_groups(uow, closed, f"merged:{alert.id}", merged_words(closed, into.number))
    outbox.edit_cards(uow, closed)
    learn(
        uow,
        office,
        into,
        level=alert.level,
        categories=alert.categories,
        about_units=alert.about_units,
    )
    return True
