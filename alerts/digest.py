"""What the daily digest (日报) says: what waits, what did not arrive, and what was yesterday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from alerts.auditor import Light, light
from alerts.drills import DrillResult, latest_results, stayed_away
from alerts.figures import Report, figures
from alerts.office import Office
from alerts.roster import LOOK_AHEAD, empty_times
from domain.alert import Alert, AlertState
from domain.roster import Gap
from storage.log_chain import short
from storage.unit_of_work import UnitOfWork

MOST_ALERTS = 1000
TRIED_LONG = timedelta(minutes=10)
LEFT_LONG = timedelta(minutes=5)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Digest:
    """What the district desk reads in the morning; ``overdue`` are open and have climbed."""

    day: date
    light: Light
    open: tuple[Alert, ...]
    overdue: tuple[Alert, ...]
    taken: int
    watched: int
    refused: int
    tried_in_vain: int
    dead_groups: tuple[str, ...]
    unread: int
    set_aside: int
    gaps: tuple[Gap, ...]
    ahead: tuple[datetime, datetime]
    reports: int
    yesterday: Report
    drills: tuple[DrillResult, ...]
    stayed_away: tuple[DrillResult, ...]
    looks: str


def gather(uow: UnitOfWork, office: Office) -> Digest:
    """Return what the digest says, as the rows stand."""
    now = uow.now
    today = office.hours.local(now).date()
    midnight = datetime.combine(today, time(), office.hours.zone)
    yesterday = datetime.combine(today - DAY, time(), office.hours.zone)
    live = [
        alert
        for alert in uow.alerts.board(closed_since=now + DAY, limit=MOST_ALERTS)
        if not alert.drill
    ]
    waiting = sorted(
        (alert for alert in live if alert.state is AlertState.OPEN),
        key=lambda alert: (-alert.level.rank, alert.raised_at),
    )
    refused, tried = uow.proof.undelivered(since=yesterday, before=now - TRIED_LONG)
    drills = latest_results(uow)
    return Digest(
        day=today,
        light=light(uow),
        open=tuple(waiting),
        overdue=tuple(alert for alert in waiting if alert.step > 1),
        taken=sum(1 for alert in live if alert.state is AlertState.TAKEN),
        watched=sum(1 for alert in live if alert.state is AlertState.WATCHED),
        refused=refused,
        tried_in_vain=tried,
        dead_groups=uow.proof.dead_addresses(),
        unread=uow.proof.left_messages(before=now - LEFT_LONG),
        set_aside=uow.proof.set_aside(since=yesterday),
        gaps=empty_times(uow, office).gaps,
        ahead=(now, now + LOOK_AHEAD),
        reports=uow.figures.reports(since=yesterday, until=midnight),
        yesterday=figures(uow, office, since=yesterday, until=midnight),
        drills=drills,
        stayed_away=stayed_away(drills),
        looks=_log_head(uow),
    )


def _log_head(uow: UnitOfWork) -> str:
    """Return the access log's head as people keep it: 512:3fa91c0b; empty: nobody looked yet.

    What stands in yesterday's digest is not in the database, so that a log whose last lines
    were cut off shows against it.
    """
    head = uow.looks.head()
    return "" if head is None else f"{head.number}:{short(head.link)}"
