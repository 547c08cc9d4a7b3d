"""The planned drills of a week: which towns, when, what puts one off, and who stayed away.

Never beside a live red alert of the same town, never late at night because a machine was
off: what is missed on its day is said and left.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from alerts.auditor import tell_desk
from alerts.drills import (
    LOOK_BACK,
    DrillPlan,
    drill_results,
    raise_drill,
    red_alert_of,
)
from alerts.office import Office
from alerts.proof_words import dropped_words, postponed_words, results_words
from alerts.routing import groups_of
from domain.alert import Alert
from domain.duty import Post
from storage.notices import Priority
from storage.plans import Plan
from storage.unit_of_work import UnitOfWork

DRILL = "drill"
WEEK = "drill_week"
RESULT = "drill_result"
POSTPONE = timedelta(hours=1)
LATEST = timedelta(hours=8)
"""So long after the day's time a drill may still begin."""


def plan_week(uow: UnitOfWork, office: Office, plan: DrillPlan) -> int:
    """Plan this week's drills once their time has come; returns how many.

    The towns drilled longest ago come first. A town without anybody is left out: nobody
    could answer, and the digest names it.
    """
    local = office.hours.local(uow.now)
    starts_at = local.replace(hour=plan.at.hour, minute=plan.at.minute, second=0, microsecond=0)
    if local.isoweekday() != plan.weekday or local < starts_at:
        return 0
    begun_at, day = uow.plans.begun_at(), local.date()
    if begun_at is None or begun_at > starts_at:
        return 0  # an office that opened later today begins next week
    year, week, _ = day.isocalendar()
    if not uow.plans.once(f"{WEEK}:{year}-W{week:02d}", kind=WEEK, day=day):
        return 0
    towns = _towns_for(uow, office, plan)
    first = max(starts_at, local)
    for number, town in enumerate(towns):
        uow.plans.add(
            f"{DRILL}:{day.isoformat()}:{town}",
            kind=DRILL,
            subject=town,
            day=day,
            due_at=first + plan.spread * number / len(towns),
        )
    return len(towns)


def begin_due(uow: UnitOfWork, office: Office, plan: DrillPlan) -> list[Alert]:
    """Raise the planned drills whose time has come, or put them off; returns the raised."""
    raised = []
    for planned in uow.plans.due(DRILL):
        town = planned.subject
        if uow.now > _latest_start(office, plan, planned.day):
            uow.plans.done(planned, "missed")
            tell_desk(uow, f"missed:{planned.key}", dropped_words(town), priority=Priority.RECEIPT)
            continue
        red = red_alert_of(uow, town)
        if red is None:
            raised.append(raise_drill(uow, office, town, plan))
            uow.plans.done(planned, "begun")
        else:
            _postpone(uow, planned, red)
    return raised


def report_results(uow: UnitOfWork, office: Office) -> int:
    """Tell the district desk what came of the drills once none is open; returns how many."""
    found = drill_results(uow, since=uow.now - LOOK_BACK)
    if any(one.open for one in found):
        return 0
    day = office.hours.local(uow.now).date()
    fresh = [one for one in found if uow.plans.once(f"{RESULT}:{one.number}", kind=RESULT, day=day)]
    if fresh:
        tell_desk(
            uow,
            f"{RESULT}:{fresh[0].number}",
            results_words(fresh),
            priority=Priority.RECEIPT,
        )
    return len(fresh)


def _towns_for(uow: UnitOfWork, office: Office, plan: DrillPlan) -> list[str]:
    last = uow.figures.last_drills()
    manned = [
        town
        for town in office.town_names
        if groups_of(uow, town) or uow.duty.on_duty(Post.TOWN_DUTY, town)
    ]
    manned.sort(key=lambda town: last[town].timestamp() if town in last else 0.0)
    return manned[: plan.towns] if plan.towns else manned


def _postpone(uow: UnitOfWork, planned: Plan, red: str) -> None:
    if uow.plans.put_off(planned, uow.now + POSTPONE, "postponed"):
        tell_desk(
            uow,
            f"postponed:{planned.key}",
            postponed_words(planned.subject, red),
            priority=Priority.RECEIPT,
        )


def _latest_start(office: Office, plan: DrillPlan, day: date) -> datetime:
    starts_at = datetime.combine(day, plan.at, office.hours.zone)
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), office.hours.zone)
    return min(starts_at + plan.spread + LATEST, midnight)
