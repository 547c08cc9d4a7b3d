"""What people are shown of alerts: the board and a timeline.

Reading only. Each look at an alert's details leaves a line in the access log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts import knowing
from alerts.auditor import Light, light
from alerts.knowing import may_see
from alerts.notices import next_words
from alerts.view import AlertView, view
from domain.access import Asker, Topic, rule
from domain.alert import Alert, AlertState
from domain.channel import Address
from domain.danger import Level
from domain.duty import Post
from domain.errors import PersonCanFix
from storage.unit_of_work import UnitOfWork

BOARD_LIMIT = 300
CLOSED_STAY = timedelta(hours=24)
SUMMARY_CHARACTERS = 60
RENOUNCED = "（您已登记回避）"


@dataclass(frozen=True, slots=True)
class BoardAlert:
    """One line of the board."""

    id: int
    number: str
    level: Level
    level_label: str
    categories: tuple[str, ...]
    town: str | None
    state: AlertState
    state_label: str
    raised_at: datetime
    taken_by: str
    taken_at: datetime | None
    next_at: datetime | None
    next_what: str
    reports: int
    verified: bool
    drill: bool
    outcome: str
    summary: str
    waits_until: datetime | None = None
    wait_why: str = ""
    undeliverable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """The district desk's board at one moment, with the light that says how the system is."""

    now: datetime
    alerts: tuple[BoardAlert, ...]
    closed: tuple[BoardAlert, ...]
    on_duty: tuple[str, ...]
    system: Light


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a timeline as people read it."""

    at: datetime
    label: str
    who: str
    detail: str


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """How an alert stands at one address, as people read it."""

    name: str
    state: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Timeline:
    """An alert with its story."""

    line: BoardAlert
    view: AlertView
    entries: tuple[TimelineEntry, ...]
    deliveries: tuple[DeliveryLine, ...]


def board(uow: UnitOfWork, asker: Asker) -> Board:
    """Return the board; `PersonCanFix` for those who may not see it.

    It is the same for all who may; what one of them renounced is blotted out by `blotted`.
    """
    if not rule(asker, Topic.BOARD).allows:
        raise PersonCanFix("这个看板只给区值班人员看。")
    lost = uow.deliveries.undeliverable()
    lines = [
        _line(uow, alert, lost.get(alert.id, ()))
        for alert in uow.alerts.board(closed_since=uow.now - CLOSED_STAY, limit=BOARD_LIMIT)
    ]
    live = [line for line in lines if line.state is not AlertState.CLOSED]
    live.sort(key=lambda line: (_STATE_ORDER[line.state], -line.level.rank, line.raised_at))
    return Board(
        now=uow.now,
        alerts=tuple(live),
        closed=tuple(line for line in lines if line.state is AlertState.CLOSED),
        on_duty=tuple(
            f"{post.label}：{person.name}"
            for post in (Post.LEADER_DUTY, Post.DISTRICT_DUTY)
            for person in uow.duty.on_duty(post)
        ),
        system=light(uow),
    )


def renounced(uow: UnitOfWork, asker: Asker) -> frozenset[int]:
    """Return the alerts on the board whose words are not somebody's to read."""
    if not asker.interests:
        return frozenset()
    every = uow.alerts.board(closed_since=uow.now - CLOSED_STAY, limit=BOARD_LIMIT)
    return frozenset(alert.id for alert in every if not may_see(asker, alert))


def blotted(shown: Board, barred: frozenset[int]) -> Board:
    """Return a board without the words of some alerts.

    Their lines stay, with level and time: whoever may not read them still calls a colleague.
    """
    if not barred:
        return shown
    return replace(
        shown,
        alerts=tuple(_blot(line, barred) for line in shown.alerts),
        closed=tuple(_blot(line, barred) for line in shown.closed),
    )


def _blot(line: BoardAlert, barred: frozenset[int]) -> BoardAlert:
    if line.id not in barred:
        return line
    return replace(line, summary=RENOUNCED, wait_why="", outcome="", categories=())


_STATE_ORDER = {
    AlertState.OPEN: 0,
    AlertState.TAKEN: 1,
    AlertState.WATCHED: 2,
    AlertState.CLOSED: 3,
}


def timeline(uow: UnitOfWork, asker: Asker, alert_id: int) -> Timeline:
    """Return an alert's story to somebody who may see it; the caller leaves the line.

    `PersonCanFix` says the same whether the alert is not there or not theirs to see.
    """
    alert = uow.alerts.get(alert_id)
    if alert is None or not may_see(asker, alert):
        raise PersonCanFix("没有这个编号的预警，或不在您的范围。")
    return Timeline(
        line=_line(uow, alert, uow.deliveries.undeliverable().get(alert.id, ())),
        view=view(uow, alert),
        entries=tuple(
            TimelineEntry(
                at=entry.at,
                label=entry.kind.label,
                who=uow.people.name_of(entry.person_id),
                detail=entry.detail,
            )
            for entry in uow.alerts.timeline(alert_id)
        ),
        deliveries=deliveries(uow, alert),
    )


def deliveries(uow: UnitOfWork, alert: Alert) -> tuple[DeliveryLine, ...]:
    """Return how an alert stands at each address: name, state, reason, since when."""
    return tuple(
        DeliveryLine(
            name=uow.groups.name_of(one.address),
            state=one.state.label,
            reason=one.reason,
            at=one.at,
        )
        for one in uow.deliveries.of_alert(alert.id)
    )


def live_naming(
    uow: UnitOfWork, asker: Asker, *, names: Iterable[str], phones: Iterable[str]
) -> tuple[str, ...]:
    """Return the numbers of live alerts, theirs to see, whose reports name one of these people.

    Read from the words of the reports when somebody asks; nothing is kept that joins a person
    and an alert.
    """
    found = knowing.live_naming(uow, (*names, *phones), asker)
    return tuple(alert.number for alert in found)


def _line(uow: UnitOfWork, alert: Alert, lost: tuple[Address, ...]) -> BoardAlert:
    seen = view(uow, alert)
    words = seen.reports[0].versions[-1].text if seen.reports and seen.reports[0].versions else ""
    summary = words[:SUMMARY_CHARACTERS] + ("…" if len(words) > SUMMARY_CHARACTERS else "")
    return BoardAlert(
        id=alert.id,
        number=alert.number,
        level=alert.level,
        level_label=alert.level.label,
        categories=tuple(category.label for category in alert.categories),
        town=alert.town,
        state=alert.state,
        state_label=alert.state.label,
        raised_at=alert.raised_at,
        taken_by=seen.taken_by,
        taken_at=alert.taken_at,
        next_at=alert.next_escalation_at,
        next_what=next_words(alert),
        reports=len(seen.reports),
        verified=alert.verified,
        drill=alert.drill,
        outcome=alert.outcome.label if alert.outcome else "",
        summary=summary,
        waits_until=alert.snoozed_until or alert.watched_until,
        wait_why=alert.wait_why if alert.snoozed_until or alert.watched_until else "",
        undeliverable=tuple(uow.groups.name_of(address) for address in lost),
    )
