"""Everything that is nearly due or late, read from the rows: for the digests and for lists.

What stands in the rows (when something is due next) only chooses what is read; whether it is
due is counted anew from the steps, so that an answer or an extension holds at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from domain.access import Area, Asker, Subject, Topic, area, rule, unit_key
from domain.petition import Matter
from petitions import asking
from petitions.ledger import Ledger
from petitions.same_unit import is_among, town_of
from petitions.supervision import (
    Due,
    SupervisionLevel,
    SupervisionTimes,
    due_of_letter,
    due_of_matter,
    in_order,
)
from storage.unit_of_work import UnitOfWork

LIST = "supervision list"


def everything_due(
    uow: UnitOfWork, ledger: Ledger, times: SupervisionTimes, *, within: Area | None = None
) -> tuple[Due, ...]:
    """Return what is nearly due or late today, the latest first.

    ``within`` narrows what is read of matters to what somebody may read at all; None: the
    office itself looks, and asks the policy for each reader (`petitions.responsible`).
    """
    today = ledger.today(uow.now)
    return in_order(
        (
            *_of_matters(uow, ledger, times, today, within),
            *_of_letters(uow, ledger, times, today, within),
        )
    )


def listed(
    uow: UnitOfWork,
    ledger: Ledger,
    times: SupervisionTimes,
    asker: Asker,
    *,
    level: SupervisionLevel | None = None,
) -> tuple[tuple[Due, date | None], ...]:
    """Return what stands on a level or above, with the day since when that is said.

    Without ``level``, what stands on any, each with the day of the one it stands on. Only what
    is the asker's to know is there; `PersonCanFix` for whoever has no right to the ledger.
    """
    asking.require_role(asker, Topic.LEDGER)
    narrowed = area(asker)
    found = [
        one
        for one in everything_due(uow, ledger, times, within=narrowed)
        if (level is None or one.level >= level)
        and rule(asker, topic_of(one, Topic.LEDGER), subject_of(uow, ledger, one)).allows
        and not is_complained_about(ledger, asker, one)
    ]
    keys = {one: one.key(level or one.level) for one in found}
    said = uow.supervisions.said_on(keys.values())
    return tuple((one, said.get(keys[one])) for one in found)


def topic_of(due: Due, topic: Topic = Topic.MATTER) -> Topic:
    """Return what telling of something due comes to."""
    return topic if due.matter is None else asking.topic_of(due.matter, topic)


def subject_of(uow: UnitOfWork, ledger: Ledger, due: Due) -> Subject:
    """Return what something due is to the policy: its matter's, with the unit that has to act.

    A letter about no matter belongs to the town that got it.
    """
    town = town_of(due.unit, ledger.towns, ledger.district)
    keys = frozenset(unit_key(unit) for unit in (due.unit, town) if unit)
    if due.matter is None:
        return Subject(town=town, keys=keys)
    subject = asking.subject_of(uow, due.matter)
    return replace(subject, keys=subject.keys | keys)


def is_complained_about(ledger: Ledger, asker: Asker, due: Due) -> bool:
    """Whether somebody is of a town whose office, under whatever name, is complained about."""
    town = None if asker.person is None else asker.person.town
    about = () if due.matter is None else due.matter.head.about_units
    return town is not None and is_among(town, about, ledger.towns, ledger.district)


def _of_matters(
    uow: UnitOfWork,
    ledger: Ledger,
    times: SupervisionTimes,
    today: date,
    within: Area | None,
) -> Iterator[Due]:
    nearest = timedelta(days=times.unit)
    ids = uow.supervisions.running(
        due_until=today - nearest,
        visits_until=today - nearest - timedelta(days=times.second_reception),
        area=within,
    )
    for matter_id in ids:
        matter = uow.matters.get(matter_id)
        if matter is not None:
            yield from due_of_matter(matter, today, ledger.counting, times)


def _of_letters(
    uow: UnitOfWork,
    ledger: Ledger,
    times: SupervisionTimes,
    today: date,
    within: Area | None,
) -> Iterator[Due]:
    """Yield the letters; for a town those that it got, so that no other's matter is read."""
    own = None if within is None else within.town
    for letter in uow.letters.unanswered():
        if own is not None and town_of(letter.head.unit, ledger.towns, ledger.district) != own:
            continue
        matter: Matter | None = None
        if letter.head.matter_id is not None:
            matter = uow.matters.get(letter.head.matter_id)
        found = due_of_letter(letter, matter, today, ledger.counting, times)
        if found is not None:
            yield found
