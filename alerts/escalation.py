"""How an alert climbs until somebody has it, and fires again when nothing came of it.

Every timer is ``next_escalation_at`` in the alert's row; a restart changes nothing. A step
with nobody on it is skipped at once and logged; the last step repeats.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from alerts import outbox
from alerts.clock import WorkingHours
from alerts.notices import Why
from alerts.office import Office
from alerts.routing import Target, targets
from domain.alert import Alert, AlertState, Chain, LevelTimes, LogKind, Outcome
from domain.report import Report
from storage.alerts import ChangedMeanwhile
from storage.store import StorageFailure
from storage.unit_of_work import UnitOfWork

WAIT_AFTER_FAILURE = timedelta(seconds=30)
DRILL_UNANSWERED = "演练结束，没有人接收"
DRILL_ENDED = "演练结束"

log = structlog.get_logger()


def freeze_chain(times: LevelTimes, at: datetime, hours: WorkingHours) -> Chain:
    """Return the chain of an alert that starts climbing at ``at``."""
    due = tuple(
        hours.add(at, step.after) if step.working_hours else at + step.after for step in times.steps
    )
    return Chain(times=times, due_at=due)


def outcome_due(chain: Chain, at: datetime, hours: WorkingHours) -> datetime:
    """Return when an alert taken at ``at`` fires again if no outcome came."""
    if chain.times.working_hours:
        return hours.add(at, chain.times.outcome_within)
    return at + chain.times.outcome_within


def restart(
    uow: UnitOfWork,
    office: Office,
    alert: Alert,
    why: Why,
    *,
    times: LevelTimes | None = None,
    **values: Any,
) -> Alert:
    """Open an alert again and let it climb from the first step.

    ``times`` replaces the frozen ones (a new level); ``values`` are further columns to set.
    """
    chain = freeze_chain(times or alert.chain.times, uow.now, office.hours)
    fresh = uow.alerts.change(
        alert,
        state=AlertState.OPEN,
        chain=chain,
        step=0,
        taken_by=None,
        taken_at=None,
        watched_until=None,
        snoozed_until=None,
        wait_why=None,
        next_escalation_at=chain.due_at[0],
        **values,
    )
    outbox.edit_cards(uow, fresh)
    return climb(uow, office, fresh, why)


def start(
    uow: UnitOfWork,
    office: Office,
    alert: Alert,
    *,
    told: str,
    report: Report | None = None,
    pinned: bool = True,
) -> Alert:
    """Store a fresh alert and call every step that is due, in the transaction that raises it.

    ``told`` is for its timeline, and ``report`` the one that raises it; without ``pinned`` it
    is known to come with no place. Returns the alert with its id and its next time.
    """
    calls = _due_calls(uow, alert)
    step = alert.step + len(calls)
    alert = replace(alert, step=step, next_escalation_at=_next_at(uow, office, alert, step))
    alert = uow.alerts.add(alert)
    if report is not None:
        uow.reports.attach(report.id, alert.id)
    told_by = None if report is None else report.person_id
    uow.alerts.log(alert.id, LogKind.RAISED, person_id=told_by, detail=told)
    _call(uow, alert, calls, Why.RAISED, pinned=pinned)
    return alert


def climb(
    uow: UnitOfWork, office: Office, alert: Alert, why: Why, *, at_once: bool = False
) -> Alert:
    """Call every step of an open alert that is due, whenever its time has come.

    With ``at_once`` the next step is due whatever the chain says. Returns the alert with its
    next time set.
    """
    calls = _due_calls(uow, alert, at_once=at_once)
    # First, so that these cards have a version of their own in their keys.
    alert = _set_next(uow, office, alert, alert.step + len(calls))
    if _call(uow, alert, calls, why):
        outbox.edit_cards(uow, alert)
    return alert


def _due_calls(
    uow: UnitOfWork, alert: Alert, *, at_once: bool = False
) -> list[tuple[int, tuple[Target, ...]]]:
    """Return each step that is due with whom it reaches; after an empty one the next is."""
    times, due_at = alert.chain.times, alert.chain.due_at
    calls: list[tuple[int, tuple[Target, ...]]] = []
    step, call_now = alert.step, at_once
    while step < len(times.steps) and (call_now or due_at[step] <= uow.now):
        reached = targets(uow, alert, times.steps[step].to)
        step += 1
        call_now = not reached
        calls.append((step, reached))
    return calls


def _call(
    uow: UnitOfWork,
    alert: Alert,
    calls: list[tuple[int, tuple[Target, ...]]],
    why: Why,
    *,
    pinned: bool = True,
) -> bool:
    """Have each step's cards sent; returns whether somebody above the first was called."""
    escalated = False
    for step, reached in calls:
        if not reached:
            uow.alerts.log(alert.id, LogKind.STEP_EMPTY, detail=f"第{step}级")
            continue
        if step > 1:
            escalated = True
            names = "、".join(target.name for target in reached)
            uow.alerts.log(alert.id, LogKind.ESCALATED, detail=f"第{step}级：{names}")
        reason = why if step == 1 else Why.ESCALATED
        outbox.send_cards(uow, alert, reached, reason, pinned=pinned)
    return escalated


def _set_next(uow: UnitOfWork, office: Office, alert: Alert, step: int) -> Alert:
    next_at = _next_at(uow, office, alert, step)
    return uow.alerts.change(alert, step=step, next_escalation_at=next_at)


def _next_at(uow: UnitOfWork, office: Office, alert: Alert, step: int) -> datetime:
    times = alert.chain.times
    if step < len(times.steps):
        return max(alert.chain.due_at[step], uow.now)
    return _again_at(times, uow.now, office.hours)


def _again_at(times: LevelTimes, at: datetime, hours: WorkingHours) -> datetime:
    return hours.add(at, times.repeat_every) if times.working_hours else at + times.repeat_every


def call_next_step(uow: UnitOfWork, alert: Alert) -> tuple[Alert, bool]:
    """Call the next step now (求助), whoever has the alert; False when nobody is above.

    The times of later steps stay. An alert that is taken stays taken.
    """
    times = alert.chain.times
    step = min(alert.step, len(times.steps) - 1)
    while step < len(times.steps):
        reached = targets(uow, alert, times.steps[step].to)
        step += 1
        if reached:
            outbox.send_cards(uow, alert, reached, Why.HELP)
            values: dict[str, Any] = {"step": step}
            if alert.state is AlertState.OPEN and step < len(times.steps):
                values["next_escalation_at"] = max(alert.chain.due_at[step], uow.now)
            return uow.alerts.change(alert, **values), True
        uow.alerts.log(alert.id, LogKind.STEP_EMPTY, detail=f"第{step}级")
    return alert, False


def escalate_due(uow: UnitOfWork, office: Office, *, limit: int = 50) -> int:
    """Act on every alert whose time has come; returns how many there were.

    Open: the next step, or the last again. Taken: no outcome came in time, so it fires
    again. Watched: it is time to look again.
    """
    due = uow.alerts.due(limit=limit)
    for alert in due:
        try:
            with uow.apart():
                _act_on(uow, office, alert)
        except (ChangedMeanwhile, StorageFailure):
            raise  # the whole unit runs again
        except Exception:  # one alert that cannot climb holds up no other
            log.exception("climbing_failed", alert=alert.id)
            uow.alerts.change(alert, next_escalation_at=uow.now + WAIT_AFTER_FAILURE)
    return len(due)


def _act_on(uow: UnitOfWork, office: Office, alert: Alert) -> None:
    if alert.drill and not _drill_climbs_on(alert, uow.now):
        _end_drill(uow, alert)
    elif alert.state is AlertState.OPEN:
        _climb_on(uow, office, alert)
    elif alert.state is AlertState.TAKEN and alert.snoozed_until is not None:
        uow.alerts.log(alert.id, LogKind.SNOOZE_ENDED, person_id=alert.taken_by)
        restart(uow, office, alert, Why.SNOOZE_ENDED)
    elif alert.state is AlertState.TAKEN:
        uow.alerts.log(
            alert.id,
            LogKind.ACKNOWLEDGEMENT_LAPSED,
            person_id=alert.taken_by,
            detail=_within(alert.chain.times.outcome_within),
        )
        restart(uow, office, alert, Why.LAPSED)
    elif alert.state is AlertState.WATCHED:
        uow.alerts.log(alert.id, LogKind.WATCH_ENDED)
        restart(uow, office, alert, Why.WATCH_ENDED)
    else:
        uow.alerts.change(alert, next_escalation_at=None)


def _climb_on(uow: UnitOfWork, office: Office, alert: Alert) -> None:
    times = alert.chain.times
    if alert.step < len(times.steps):
        climb(uow, office, alert, Why.RAISED, at_once=True)
        return
    reached = targets(uow, alert, times.steps[-1].to)
    if reached:
        outbox.send_cards(uow, alert, reached, Why.REPEATED)
    detail = "" if reached else "没有人可以通知"
    uow.alerts.log(alert.id, LogKind.REPEATED, detail=detail)
    _set_next(uow, office, alert, alert.step)


def _drill_over_at(alert: Alert) -> datetime:
    return alert.chain.due_at[-1] + alert.chain.times.repeat_every


def _drill_climbs_on(alert: Alert, now: datetime) -> bool:
    """Whether a drill has a step left, and time for it; one that was missed is not made up."""
    steps_left = alert.step < len(alert.chain.times.steps)
    return alert.state is AlertState.OPEN and steps_left and now < _drill_over_at(alert)


def _end_drill(uow: UnitOfWork, alert: Alert) -> None:
    """End a drill whose time is over; nobody is called twice for one."""
    if alert.state is AlertState.OPEN and uow.now < _drill_over_at(alert):
        uow.alerts.change(alert, next_escalation_at=_drill_over_at(alert))
        return
    note = DRILL_UNANSWERED if alert.state is AlertState.OPEN else DRILL_ENDED
    ended = uow.alerts.change(
        alert,
        state=AlertState.CLOSED,
        closed_at=uow.now,
        outcome=Outcome.OTHER,
        outcome_note=note,
        next_escalation_at=None,
    )
    uow.alerts.log(alert.id, LogKind.CLOSED, detail=note)
    outbox.edit_cards(uow, ended)


def _within(limit: timedelta) -> str:
    hours, rest = divmod(limit, timedelta(hours=1))
    return f"{hours}小时" if hours and not rest else f"{limit // timedelta(minutes=1)}分钟"
