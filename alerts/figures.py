"""Figures of the desk: how fast alerts arrive, are answered and come to an end.

One alert counts once, at its highest level and in the town that has it at the end:

* The time runs from when the alert was raised; where its level rose it runs anew for
  delivery and answer, since an answer to a yellow alert says nothing about a red one. A
  level that waits for working hours runs from the first of them.
* Delivered: the first chat that got the card. Answered: the first 接收 (or 关注, or 办结
  by a person); running out and being called again later changes nothing about it. Ended:
  办结, from the very beginning, whatever happened in between.
* In time: answered before the second step was due. One that still has time is not judged.
* Merged alerts count as the one they went into. Drills are counted apart.

Percentiles are nearest-rank: the smallest value that at least p percent do not exceed.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.office import Office
from domain.alert import Outcome
from domain.danger import Level
from storage.figures import AlertTimes
from storage.unit_of_work import UnitOfWork

NO_TOWN = "区值班室"


class By(enum.StrEnum):
    """By what figures are broken down."""

    LEVEL = "level"
    TOWN = "town"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and the 90th percentile of some times; None where there was none."""

    count: int
    median: timedelta | None
    p90: timedelta | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened to some alerts. ``judged`` had their time to be answered in."""

    alerts: int
    delivery: Spread
    answer: Spread
    outcome: Spread
    judged: int
    in_time: int
    escalated: int
    escalations: int
    lapsed: int
    false_alarms: int
    ended: int

    @property
    def share_in_time(self) -> float | None:
        """The share of those judged that were answered in time; None when none was."""
        return self.in_time / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a stretch of time: the lines by level, town or hour, all, and drills."""

    lines: tuple[tuple[str, Figures], ...]
    total: Figures
    drills: Figures


def figures(
    uow: UnitOfWork, office: Office, *, since: datetime, until: datetime, by: By = By.LEVEL
) -> Report:
    """Return the figures of alerts raised from ``since`` up to, not including, ``until``."""
    found = [_measure(one, office, uow.now) for one in uow.figures.times(since=since, until=until)]
    drills = [
        _measure(one, office, uow.now)
        for one in uow.figures.times(since=since, until=until, drill=True)
    ]
    name, order = _keys(by, office)
    names = {name(one) for one in found}
    if by is By.LEVEL:
        names |= {level.label for level in office.times}
    return Report(
        lines=tuple(
            (key, _sum_up([one for one in found if name(one) == key]))
            for key in sorted(names, key=order)
        ),
        total=_sum_up(found),
        drills=_sum_up(drills),
    )


def nearest_rank(values: Iterable[timedelta], percent: int) -> timedelta | None:
    """Return the percentile of some values by nearest rank; None of none."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(1, math.ceil(len(ordered) * percent / 100)) - 1]


@dataclass(frozen=True, slots=True)
class _Measured:
    times: AlertTimes
    hour: int
    delivery: timedelta | None
    answer: timedelta | None
    outcome: timedelta | None
    in_time: bool | None


def _measure(times: AlertTimes, office: Office, now: datetime) -> _Measured:
    start = _start(times.raised_at, times, office)
    called = _start(times.called_anew_at or times.raised_at, times, office)
    limit = _limit(called, times, office)
    in_time: bool | None = None
    if times.answered_at is not None:
        in_time = times.answered_at <= limit
    elif now > limit:
        in_time = False
    return _Measured(
        times=times,
        hour=office.hours.local(start).hour,
        delivery=_between(called, times.delivered_at),
        answer=_between(called, times.answered_at),
        outcome=_between(start, times.closed_at),
        in_time=in_time,
    )


def _start(at: datetime, times: AlertTimes, office: Office) -> datetime:
    """Return when an alert that was raised at a time was first to be called."""
    first = times.chain_times.steps[0]
    return office.hours.add(at, timedelta()) if first.working_hours else at


def _limit(called: datetime, times: AlertTimes, office: Office) -> datetime:
    """Return when the second step was due; with one step, when it was to be repeated."""
    chain = times.chain_times
    if len(chain.steps) > 1:
        second = chain.steps[1]
        after, working = second.after, second.working_hours
    else:
        after, working = chain.repeat_every, chain.working_hours
    return office.hours.add(called, after) if working else called + after


def _between(start: datetime, end: datetime | None) -> timedelta | None:
    return None if end is None else max(end - start, timedelta())


def _keys(
    by: By, office: Office
) -> tuple[Callable[[_Measured], str], Callable[[str], tuple[int, str]]]:
    """Return what names an alert's line, and in which order the lines stand."""
    if by is By.HOUR:
        return (lambda one: f"{one.hour:02d}"), (lambda key: (0, key))
    if by is By.TOWN:
        towns = office.town_names
        return (
            lambda one: one.times.town or NO_TOWN,
            lambda key: (towns.index(key) if key in towns else len(towns), key),
        )
    ranks = {level.label: -level.rank for level in Level}
    return (lambda one: one.times.level.label), (lambda key: (ranks[key], key))


def _sum_up(found: Sequence[_Measured]) -> Figures:
    judged = [one for one in found if one.in_time is not None]
    return Figures(
        alerts=len(found),
        delivery=_spread(one.delivery for one in found),
        answer=_spread(one.answer for one in found),
        outcome=_spread(one.outcome for one in found),
        judged=len(judged),
        in_time=sum(1 for one in judged if one.in_time),
        escalated=sum(1 for one in found if one.times.escalations),
        escalations=sum(one.times.escalations for one in found),
        lapsed=sum(1 for one in found if one.times.lapses),
        false_alarms=sum(1 for one in found if one.times.outcome is Outcome.FALSE_ALARM),
        ended=sum(1 for one in found if one.times.closed_at is not None),
    )


def _spread(values: Iterable[timedelta | None]) -> Spread:
    known = [value for value in values if value is not None]
    return Spread(len(known), nearest_rank(known, 50), nearest_rank(known, 90))
