"""What the auditor looks for, and what it puts right on the way.

Each look is over rows that are unfinished. What can be re-armed is; what is found is told
all the same, since it should not have been there.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.clock import WorkingHours
from alerts.escalation import freeze_chain, outcome_due
from alerts.office import Office
from alerts.pulse import Loop
from domain.alert import Alert, AlertState, number_of
from storage.unit_of_work import UnitOfWork

GRACE = timedelta(minutes=5)
"""A queue may be busy for a while; what waits longer is stuck."""

TIMER_GRACE = timedelta(minutes=2)
LOOP_GRACE = timedelta(minutes=2)
SLACK = timedelta(seconds=10)
"""All processes have one clock, but for what looking at it costs."""

LONGEST_LEASE = timedelta(minutes=10)
FURTHEST = timedelta(days=1)
FURTHEST_AFTER_START = timedelta(minutes=10)
"""What is put off for longer when a process starts is tried at once: it may have been put off
by a clock that was ahead. A channel that really asked for longer says so again."""

LONGEST_WATCH = timedelta(days=31)
MOST_ALERTS = 5000


class FindingKind(enum.StrEnum):
    """What may be wrong."""

    ALERT_UNTIMED = "alert_untimed"
    ALERT_UNSEEN = "alert_unseen"
    TIMERS_OVERDUE = "timers_overdue"
    NOTICES_STUCK = "notices_stuck"
    MESSAGES_LEFT = "messages_left"
    FROM_THE_FUTURE = "from_the_future"
    LOOP_STOPPED = "loop_stopped"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is wrong: of which kind, in which alert or loop, how many rows."""

    kind: FindingKind
    subject: str = ""
    count: int = 1

    @property
    def key(self) -> str:
        """What makes it the same finding the next time."""
        return f"{self.kind.value}:{self.subject}"


def too_far_off(uow: UnitOfWork, office: Office) -> tuple[int, ...]:
    """Return the live alerts whose timer is later than it can rightly be.

    Reads every live alert, so it is asked outside the transaction that re-arms.
    """
    return tuple(
        alert.id
        for alert in uow.alerts.board(closed_since=uow.now, limit=MOST_ALERTS)
        if _is_too_far_off(alert, uow.now, office.hours)
    )


def look_for_faults(
    uow: UnitOfWork,
    office: Office,
    far_off: Iterable[int] = (),
    *,
    furthest: timedelta = FURTHEST,
    set_back: timedelta = timedelta(),
) -> list[Found]:
    """Return everything that is wrong now, and re-arm what can be re-armed.

    ``far_off`` are the alerts that `too_far_off` found; each is looked at again. ``furthest``
    is for how long a try may rightly be put off; ``set_back`` is by how much the clock was.
    """
    rows, now = uow.proof, uow.now
    if set_back:
        rows.shift(set_back)
    found = [_rearm(uow, office, alert_id) for alert_id in rows.untimed()]
    found += [
        Found(FindingKind.ALERT_UNSEEN, number_of(id_)) for id_ in rows.unseen(before=now - GRACE)
    ]
    for kind, count in (
        (FindingKind.FROM_THE_FUTURE, _bring_back(uow, office, far_off, furthest)),
        (FindingKind.TIMERS_OVERDUE, rows.overdue_timers(before=now - TIMER_GRACE)),
        (FindingKind.NOTICES_STUCK, rows.stuck_notices(before=now - GRACE)),
        (FindingKind.MESSAGES_LEFT, rows.left_messages(before=now - GRACE)),
    ):
        if count:
            found.append(Found(kind, count=count))
    rows.free_leases(before=now - GRACE)
    found += [
        Found(FindingKind.LOOP_STOPPED, loop.value)
        for loop in Loop
        if loop is not Loop.AUDITOR and not _beats(uow.audit.last_beat(loop.value), now)
    ]
    return found


def _rearm(uow: UnitOfWork, office: Office, alert_id: int) -> Found:
    """Give a live alert without a timer one again: an open one is due at once."""
    alert = uow.alerts.get(alert_id)
    if alert is not None:
        uow.alerts.change(alert, next_escalation_at=_next_at(alert, uow.now, office.hours))
    return Found(FindingKind.ALERT_UNTIMED, number_of(alert_id))


def _bring_back(
    uow: UnitOfWork, office: Office, far_off: Iterable[int], furthest: timedelta
) -> int:
    """Re-arm what a clock that had jumped ahead put too far off; returns how many rows."""
    count = uow.proof.bring_back(slack=SLACK, longest_lease=LONGEST_LEASE, furthest=furthest)
    for alert_id in far_off:
        alert = uow.alerts.get(alert_id)
        if alert is None or not _is_too_far_off(alert, uow.now, office.hours):
            continue
        chain = freeze_chain(alert.chain.times, uow.now, office.hours)
        next_at = _next_at(replace(alert, chain=chain, watched_until=None), uow.now, office.hours)
        uow.alerts.change(alert, chain=chain, next_escalation_at=next_at)
        count += 1
    return count


def _is_too_far_off(alert: Alert, now: datetime, hours: WorkingHours) -> bool:
    next_at = alert.next_escalation_at
    if next_at is None:
        return False
    return next_at > _latest(alert, now, hours) + SLACK or _begins_later(alert, now)


def _begins_later(alert: Alert, now: datetime) -> bool:
    """Whether an open alert's chain begins in the future: a clock that was ahead froze it."""
    times = alert.chain.times
    if alert.state is not AlertState.OPEN or times.working_hours or times.steps[0].working_hours:
        return False
    return alert.chain.due_at[0] - times.steps[0].after > now + SLACK


def _latest(alert: Alert, now: datetime, hours: WorkingHours) -> datetime:
    """Return the latest time that an alert's timer can rightly have."""
    times = alert.chain.times
    if alert.state is AlertState.WATCHED:
        return now + LONGEST_WATCH
    if alert.state is AlertState.TAKEN:
        return outcome_due(alert.chain, now, hours)
    longest = times.steps[-1].after + times.repeat_every
    if times.working_hours or any(step.working_hours for step in times.steps):
        return hours.add(now, longest)
    return now + longest


def _next_at(alert: Alert, now: datetime, hours: WorkingHours) -> datetime:
    if alert.state is AlertState.TAKEN:
        return outcome_due(alert.chain, now, hours)
    if alert.state is AlertState.WATCHED:
        return alert.watched_until or now
    return hours.add(now, timedelta()) if alert.chain.times.working_hours else now


def _beats(beat: datetime | None, now: datetime) -> bool:
    """Whether a loop came round lately; a beat from the future says nothing."""
    return beat is not None and now - LOOP_GRACE <= beat <= now + SLACK
