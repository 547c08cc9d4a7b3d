"""Taking an alert and bringing it to its end: 接收, 求助, 误报, 关注, 暂缓, 办结.

One conditional UPDATE decides who was first; the other's unit runs again and sees it.
Everybody's copy of the message is brought up to date, the presser is always answered, and
the reporter hears what became of it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from alerts import outbox
from alerts.escalation import call_next_step, outcome_due
from alerts.notices import FALSE_ALARM_REASONS, clock
from alerts.office import Office
from alerts.outcomes import tell_reporters
from alerts.proposals import propose_no_matches
from alerts.quiet_words import SNOOZE_TOO_LONG, for_long
from domain.alert import Alert, AlertState, LogKind, Outcome
from domain.danger import Level
from domain.duty import Person
from domain.errors import PersonCanFix
from storage.unit_of_work import UnitOfWork

WATCH_FOR = {
    "2h": timedelta(hours=2),
    "8h": timedelta(hours=8),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
}


class Result(enum.StrEnum):
    """What a press came to."""

    DONE = "done"
    YOURS_ALREADY = "yours_already"
    SOMEBODY_ELSE = "somebody_else"
    ENDED = "ended"
    NOT_YOURS = "not_yours"
    NOBODY_ABOVE = "nobody_above"
    TAKE_FIRST = "take_first"
    NOTE_WANTED = "note_wanted"


@dataclass(frozen=True, slots=True)
class Pressed:
    """The result, and the alert as it stands after it."""

    result: Result
    alert: Alert


def take(uow: UnitOfWork, office: Office, alert: Alert, by: Person) -> Pressed:
    """接收: make ``by`` the one who has it, if nobody was first."""
    if alert.state is not AlertState.OPEN:
        if not alert.is_live:
            return Pressed(Result.ENDED, alert)
        mine = alert.taken_by == by.id
        return Pressed(Result.YOURS_ALREADY if mine else Result.SOMEBODY_ELSE, alert)
    taken = uow.alerts.change(
        alert,
        state=AlertState.TAKEN,
        taken_by=by.id,
        taken_at=uow.now,
        next_escalation_at=outcome_due(alert.chain, uow.now, office.hours),
    )
    uow.alerts.log(alert.id, LogKind.ACKNOWLEDGED, person_id=by.id)
    outbox.edit_cards(uow, taken)
    tell_reporters(uow, office, taken)
    return Pressed(Result.DONE, taken)


def call_help(uow: UnitOfWork, alert: Alert, by: Person) -> Pressed:
    """求助: call the next step now; whoever has the alert keeps it."""
    if not alert.is_live:
        return Pressed(Result.ENDED, alert)
    uow.alerts.log(alert.id, LogKind.HELP_CALLED, person_id=by.id)
    called, reached = call_next_step(uow, alert)
    if reached:
        outbox.edit_cards(uow, called)
    return Pressed(Result.DONE if reached else Result.NOBODY_ABOVE, called)


def watch(
    uow: UnitOfWork, office: Office, alert: Alert, by: Person, choice: str, *, why: str
) -> Pressed:
    """关注: the danger is dealt with, and somebody looks again at a stated time."""
    until = uow.now + WATCH_FOR[choice]
    return _settle(
        uow,
        alert,
        LogKind.WATCHED,
        by,
        detail=f"到 {clock(office, until, day=True)}：{why}",
        state=AlertState.WATCHED,
        watched_until=until,
        next_escalation_at=until,
        taken_by=by.id,
        taken_at=alert.taken_at or uow.now,
        snoozed_until=None,
        wait_why=why,
    )


def snooze(
    uow: UnitOfWork,
    office: Office,
    alert: Alert,
    by: Person,
    span: timedelta,
    *,
    why: str,
    noted: bool = False,
) -> Pressed:
    """暂缓: whoever has the alert says when it is to ring again if no outcome came.

    ``noted``: somebody wrote a sentence, without which a red one is not held back twice in
    a row. `PersonCanFix` when ``span`` is longer than the level allows.
    """
    refused = why_no_snooze(uow, alert, by, noted=noted)
    if refused is not None:
        return Pressed(refused, alert)
    longest = office.silence.longest_snooze(alert.level)
    if span > longest:
        raise PersonCanFix(SNOOZE_TOO_LONG.format(level=alert.level.label, most=for_long(longest)))
    until = uow.now + span
    return _settle(
        uow,
        alert,
        LogKind.SNOOZED,
        by,
        detail=f"到 {clock(office, until, day=True)}：{why}",
        snoozed_until=until,
        wait_why=why,
        next_escalation_at=until,
    )


def why_no_snooze(
    uow: UnitOfWork, alert: Alert, by: Person, *, noted: bool = False
) -> Result | None:
    """Return why somebody may not hold an alert back now, or None when they may."""
    if not alert.is_live:
        return Result.ENDED
    if alert.state is not AlertState.TAKEN:
        return Result.TAKE_FIRST
    if alert.taken_by != by.id:
        return Result.SOMEBODY_ELSE
    if alert.level is Level.RED and not noted and _was_just_snoozed(uow, alert):
        return Result.NOTE_WANTED
    return None


_ENDS_A_ROW = frozenset({LogKind.NOTED, LogKind.LEVEL_RAISED, LogKind.HANDED_OVER, LogKind.WATCHED})


def _was_just_snoozed(uow: UnitOfWork, alert: Alert) -> bool:
    """Whether the last thing that somebody said of an alert was to hold it back."""
    for entry in reversed(uow.alerts.timeline(alert.id)):
        if entry.kind is LogKind.SNOOZED:
            return True
        if entry.kind in _ENDS_A_ROW:
            return False
    return False


def close(
    uow: UnitOfWork,
    office: Office,
    alert: Alert,
    by: Person,
    outcome: Outcome,
    *,
    note: str = "",
) -> Pressed:
    """办结: end an alert with an outcome; the reporters hear it."""
    pressed = _settle(
        uow,
        alert,
        LogKind.CLOSED,
        by,
        detail=f"{outcome.label}{f'：{note}' if note else ''}",
        state=AlertState.CLOSED,
        closed_at=uow.now,
        closed_by=by.id,
        outcome=outcome,
        outcome_note=note,
        next_escalation_at=None,
    )
    if pressed.result is Result.DONE:
        tell_reporters(uow, office, pressed.alert)
        if outcome is Outcome.FALSE_ALARM and not alert.drill:
            propose_no_matches(uow, alert)
    return pressed


def false_alarm(uow: UnitOfWork, office: Office, alert: Alert, by: Person, why: str) -> Pressed:
    """误报: end an alert with why it was none; ``why`` is a key or somebody's own words."""
    return close(
        uow, office, alert, by, Outcome.FALSE_ALARM, note=FALSE_ALARM_REASONS.get(why, why)
    )


def _settle(
    uow: UnitOfWork, alert: Alert, kind: LogKind, by: Person, *, detail: str, **values: Any
) -> Pressed:
    if not alert.is_live:
        return Pressed(Result.ENDED, alert)
    changed = uow.alerts.change(alert, **values)
    uow.alerts.log(alert.id, kind, person_id=by.id, detail=detail)
    outbox.edit_cards(uow, changed)
    return Pressed(Result.DONE, changed)
