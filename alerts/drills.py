"""Drills (演练): an alert that goes the real way and must be answered like a real one.

It is marked 演练 wherever it is shown, stays out of the figures, waits behind everything
that is real, and ends by itself. Nobody above the district desk is called for one unless
the settings say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from alerts.escalation import freeze_chain, start
from alerts.office import Office
from domain.alert import (
    Alert,
    AlertState,
    LevelTimes,
    LogEntry,
    LogKind,
    Recipient,
    Step,
    fresh_alert,
    number_of,
)
from domain.danger import Level
from domain.duty import Post
from domain.errors import PersonCanFix
from storage.unit_of_work import UnitOfWork

RED_HERE = "{town}有红色预警 {number} 还没办结，现在不演练。"
LOOK_BACK = timedelta(days=7)
_BELOW_LEADERS = (Recipient.TOWN_GROUP, Recipient.TOWN_ON_DUTY, Recipient.DISTRICT_DESK)


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """How the office drills: ``weekday`` 1 is Monday, 0 never by itself.

    ``towns`` is how many towns a week, 0 all of them; their drills are spread over
    ``spread`` from ``at`` (local time). A drill must be answered within ``answer_within``.
    """

    weekday: int = 0
    at: time = time(10, 0)
    towns: int = 0
    spread: timedelta = timedelta(hours=1)
    answer_within: timedelta = timedelta(minutes=15)
    leaders: bool = False


@dataclass(frozen=True, slots=True)
class DrillResult:
    """What came of one drill. ``answered_at`` None: nobody answered; ``open``: not over yet.

    ``by_town`` says that somebody of the town answered, not the district desk for it.
    """

    number: str
    town: str
    raised_at: datetime
    open: bool
    answered_at: datetime | None
    answered_by: str
    by_town: bool
    reached: tuple[str, ...]
    on_duty: tuple[str, ...]


def raise_drill(uow: UnitOfWork, office: Office, town: str, plan: DrillPlan | None = None) -> Alert:
    """Raise a drill of level red for a town, with its first notices.

    `PersonCanFix` while the town has a live red alert: nobody is to look at a drill then.
    """
    red = red_alert_of(uow, town)
    if red is not None:
        raise PersonCanFix(RED_HERE.format(town=town, number=red))
    times = drill_times(office.times[Level.RED], plan or DrillPlan())
    alert = fresh_alert(
        town=town,
        level=Level.RED,
        categories=(),
        chain=freeze_chain(times, uow.now, office.hours),
        at=uow.now,
        drill=True,
    )
    return start(uow, office, alert, told="演练", pinned=False)


def drill_times(times: LevelTimes, plan: DrillPlan) -> LevelTimes:
    """Return how a drill climbs: as a red alert does, up to the district desk, and then ends."""
    steps: list[Step] = []
    for step in times.steps:
        to = step.to if plan.leaders else tuple(one for one in step.to if one in _BELOW_LEADERS)
        if to and (step.after < plan.answer_within or not steps):
            steps.append(replace(step, to=to))
    if not steps:
        steps = [replace(times.steps[0], to=(Recipient.TOWN_GROUP,))]
    rest = max(plan.answer_within - steps[-1].after, timedelta(minutes=1))
    return LevelTimes(steps=tuple(steps), repeat_every=rest, outcome_within=plan.answer_within)


def red_alert_of(uow: UnitOfWork, town: str) -> str | None:
    """Return the number of a live red alert of a town, if there is one."""
    found = uow.proof.live_reds(town)
    return number_of(found[0]) if found else None


def drill_results(uow: UnitOfWork, *, since: datetime) -> tuple[DrillResult, ...]:
    """Return what came of every drill since a time, the oldest first."""
    return tuple(_result_of(uow, alert) for alert in uow.figures.drills(since=since) if alert.town)


def latest_results(uow: UnitOfWork) -> tuple[DrillResult, ...]:
    """Return what came of the drills of the last day on which there were any, in a week."""
    found = drill_results(uow, since=uow.now - LOOK_BACK)
    if not found:
        return ()
    newest = found[-1].raised_at
    return tuple(one for one in found if newest - one.raised_at < timedelta(hours=18))


def stayed_away(results: Sequence[DrillResult]) -> tuple[DrillResult, ...]:
    """Return the drills that are over and that nobody of the town answered."""
    return tuple(one for one in results if not one.open and not one.by_town)


def _result_of(uow: UnitOfWork, alert: Alert) -> DrillResult:
    entries = uow.alerts.timeline(alert.id)
    answer = next((entry for entry in entries if _is_answer(entry)), None)
    town = alert.town or ""
    by = None if answer is None or answer.person_id is None else uow.people.get(answer.person_id)
    on_post = uow.duty.between(alert.raised_at, alert.raised_at + timedelta(seconds=1))
    return DrillResult(
        number=alert.number,
        town=town,
        raised_at=alert.raised_at,
        open=alert.state is AlertState.OPEN,
        answered_at=None if answer is None else answer.at,
        answered_by="" if by is None else by.title,
        by_town=by is not None and by.town == town,
        reached=tuple(
            dict.fromkeys(entry.detail for entry in entries if entry.kind is LogKind.NOTIFIED)
        ),
        on_duty=tuple(
            dict.fromkeys(
                shift.person.name
                for shift in on_post
                if shift.post is Post.TOWN_DUTY and shift.town == town
            )
        ),
    )


def _is_answer(entry: LogEntry) -> bool:
    """Whether a line of the timeline is somebody's answer."""
    return entry.kind is LogKind.ACKNOWLEDGED or (
        entry.kind in {LogKind.CLOSED, LogKind.WATCHED} and entry.person_id is not None
    )
