"""A duty group in maintenance: the district desk has its alerts meanwhile, and is told so.

A pause has a longest time, never outlives it, and never takes the last group that the
district could be reached in. People on duty are called as ever.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alerts import outbox
from alerts.likeness import turn_of
from alerts.notices import Why
from alerts.office import Office
from alerts.quiet_words import (
    PAUSE_LAST,
    PAUSE_NO_DESK,
    PAUSE_NO_GROUP,
    PAUSE_NOT_ON,
    PAUSE_TOO_LONG,
    for_long,
    pause_over_words,
    pause_words,
)
from alerts.routing import Target, district_desk, district_groups, holder
from domain.alert import Alert, AlertState, LogKind
from domain.channel import Address, OutgoingMessage
from domain.duty import Group, Scope
from domain.errors import PersonCanFix
from storage.notices import Priority
from storage.unit_of_work import UnitOfWork

TOLD_FOR = timedelta(days=1)
EVER = datetime(2000, 1, 1, tzinfo=UTC)


def groups_of(uow: UnitOfWork, town: str | None) -> tuple[Group, ...]:
    """Return the reachable duty groups of a town (None: the district); `PersonCanFix` if none."""
    found = uow.groups.of(Scope.DISTRICT if town is None else Scope.TOWN, town)
    if not found:
        raise PersonCanFix(PAUSE_NO_GROUP.format(town=town or "区"))
    return found


def pause(
    uow: UnitOfWork,
    office: Office,
    groups: tuple[Group, ...],
    span: timedelta,
    *,
    why: str,
    who: str,
    by: int | None = None,
) -> tuple[Group, ...]:
    """Put groups of one town, or of the district, into maintenance for a time with a reason.

    Alerts that nobody has taken are shown to the desk at once. A longer pause counts from
    where the running one began.
    """
    uow.turns.wait(turn_of(groups[0].town))  # what is raised just now is seen, or goes there
    longest = office.silence.longest_pause
    others = [group for group in district_groups(uow) if not group.is_paused(uow.now)]
    if groups[0].scope is Scope.DISTRICT:
        ids = {group.id for group in groups}
        if all(group.id in ids for group in others):
            raise PersonCanFix(PAUSE_LAST)
    elif not others:
        raise PersonCanFix(PAUSE_NO_DESK)
    until = uow.now + span
    for group in groups:
        since = uow.groups.pause(group.id, until=until, why=why, by=by)
        if until > since + longest:
            raise PersonCanFix(PAUSE_TOO_LONG.format(most=for_long(longest)))
    again = [uow.groups.at(_address(group)) for group in groups]
    paused = tuple(group for group in again if group is not None)
    waiting = [
        alert
        for alert in _live(uow, groups[0].town)
        if alert.state is AlertState.OPEN and alert.step > 0
    ]
    if groups[0].scope is Scope.TOWN:
        for alert in waiting:
            uow.alerts.log(
                alert.id, LogKind.GROUP_PAUSED, person_id=by, detail=groups[0].town or ""
            )
            outbox.send_cards(uow, alert, district_desk(uow, alert), Why.PAUSED)
    _tell(uow, paused, pause_words(office, paused, who=who, live=len(waiting)), part="pause")
    return paused


def resume(uow: UnitOfWork, groups: tuple[Group, ...], *, early: bool = True) -> None:
    """End the maintenance of groups; they get what came meanwhile, and both sides are told."""
    paused = tuple(group for group in groups if group.paused_until is not None)
    if not paused:
        raise PersonCanFix(PAUSE_NOT_ON.format(town=groups[0].town or "区"))
    uow.turns.wait(turn_of(paused[0].town))
    for group in paused:
        uow.groups.resume(group.id)
    live = _live(uow, paused[0].town) if paused[0].scope is Scope.TOWN else ()
    for alert in live:
        if alert.step == 0:
            continue  # its first step is still to come
        there = {card.address for card in uow.cards.of(alert.id)}
        missed = [target for target in map(_target, paused) if target.address not in there]
        outbox.send_cards(uow, alert, missed, Why.RESUMED)
    words = pause_over_words(paused, early=early, live=tuple(alert.number for alert in live))
    _tell(uow, paused, words, part="resume")


def end_pauses(uow: UnitOfWork) -> int:
    """End what has run out; returns how many groups there were. Routing needs no telling."""
    over: dict[str | None, list[Group]] = {}
    for group in uow.groups.pauses_over(locked=True):
        over.setdefault(group.town, []).append(group)
    for groups in over.values():
        resume(uow, tuple(groups), early=False)
    return sum(len(groups) for groups in over.values())


def _live(uow: UnitOfWork, town: str | None) -> tuple[Alert, ...]:
    """Return the live alerts that a town handles, the first raised first."""
    live = uow.alerts.live_in(town, heard_since=EVER)
    return tuple(sorted((one for one in live if holder(one) == town), key=lambda one: one.id))


def _address(group: Group) -> Address:
    return Address(channel=group.channel, chat=group.chat)


def _target(group: Group) -> Target:
    return Target(_address(group), group.title)


def _tell(
    uow: UnitOfWork, groups: tuple[Group, ...], message: OutgoingMessage, *, part: str
) -> None:
    """Tell the groups themselves and the district's groups, once each."""
    told = dict.fromkeys(_address(group) for group in (*groups, *district_groups(uow)))
    mark = f"{part}:{groups[0].id}:{uow.now.timestamp():.3f}"
    for address in told:
        outbox.say(
            uow,
            address,
            message,
            key=f"{mark}:{address.channel}:{address.chat}",
            priority=Priority.YELLOW,
            lasts=TOLD_FOR,
        )
