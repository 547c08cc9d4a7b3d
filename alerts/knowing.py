"""Who may know of an alert and act on it: what an alert is to the one policy.

Decides nothing itself: `domain.access.rule` does, for chat, page and command alike. An interest
that somebody declared (回避) bars them from an alert's details and buttons. It never keeps the
alert from ringing and climbing: nothing here is asked when one is raised, sent or escalated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from alerts.routing import holder
from domain.access import (
    ANYWHERE,
    Asker,
    Ruling,
    Subject,
    Topic,
    Way,
    number_key,
    rule,
    unit_key,
)
from domain.alert import Alert
from domain.duty import Person, Role
from storage.unit_of_work import UnitOfWork

MOST_LIVE = 300


def subject_of(alert: Alert) -> Subject:
    """Return what an alert is to the policy: who holds it, whom it is about, and its keys.

    The town in which something happens is none of its keys: who keeps out of a town's petition
    matters still comes when a life there is in danger.
    """
    return Subject(
        town=holder(alert),
        about_units=tuple(sorted(alert.about_units)),
        keys=frozenset({number_key(alert.number), *(unit_key(one) for one in alert.about_units)}),
    )


def ruling_on(asker: Asker, alert: Alert) -> Ruling:
    """Decide whether somebody may know an alert's details."""
    return rule(asker, Topic.ALERT, subject_of(alert))


def is_renounced(asker: Asker, alert: Alert) -> bool:
    """Whether an interest alone keeps somebody from an alert; only they may be told so."""
    if ruling_on(asker, alert) is not Ruling.INTEREST:
        return False
    return ruling_on(replace(asker, interests=frozenset()), alert).allows


def may_see(asker: Asker, alert: Alert) -> bool:
    """Whether an alert's details are somebody's to know: their area, and not against them."""
    return ruling_on(asker, alert).allows


def may_act(asker: Asker, alert: Alert) -> bool:
    """Whether somebody is of those who handle an alert; who only reads logs does not."""
    person = asker.person
    return person is not None and person.role is not Role.AUDITOR and may_see(asker, alert)


def may_watch(person: Person, way: Way = Way.WEB) -> bool:
    """Whether the district's board is somebody's to see."""
    return rule(Asker(person, way), Topic.BOARD, ANYWHERE).allows


def looked(uow: UnitOfWork, asker: Asker, what: str, whose: str) -> None:
    """Leave a line in the access log; ``whose`` is a number, never a name."""
    person_id = None if asker.person is None else asker.person.id
    uow.audit.looked(person_id=person_id, what=what, whose=whose, channel=asker.place)


def live_naming(
    uow: UnitOfWork, words: Iterable[str], asker: Asker | None = None
) -> tuple[Alert, ...]:
    """Return the live alerts whose reports name somebody by one of these names and phones.

    With an ``asker`` only those that are theirs to see; the words of the others are not read.

    Read from the words of the reports when somebody asks; nothing is kept that joins a person
    and an alert.
    """
    wanted = [word for word in words if len(word) > 1]
    if not wanted:
        return ()
    return tuple(
        alert
        for alert in uow.alerts.board(closed_since=uow.now, limit=MOST_LIVE)
        if alert.is_live and (asker is None or may_see(asker, alert)) and _names(uow, alert, wanted)
    )


def is_followed_up(uow: UnitOfWork, words: Iterable[str]) -> bool:
    """Whether a live alert names somebody by one of these names and phones."""
    return bool(live_naming(uow, words))


def _names(uow: UnitOfWork, alert: Alert, wanted: list[str]) -> bool:
    return any(
        word in version.text
        for report in uow.reports.of_alert(alert.id)
        for version in uow.reports.standing(report.id)
        for word in wanted
    )
