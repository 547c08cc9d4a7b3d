"""Who asks about the ledger, and what a matter is to the policy.

Every reader of the ledger, by chat, page or command, comes through here: `uow.interests.asker`
says who they are with all that bars or opens, `ruling_on` asks `domain.access`, and `looked`
leaves the line in the access log.
"""

from __future__ import annotations

from domain import access
from domain.access import (
    ANYWHERE,
    Asker,
    Ruling,
    Subject,
    Topic,
    number_key,
    rule,
    unit_key,
)
from domain.errors import PersonCanFix
from domain.petition import Matter, MatterHead, MatterKind
from storage.petitioners import Known
from storage.unit_of_work import UnitOfWork

_NOT_YOURS = "{}不在您的职责范围。"


def person_key(uow: UnitOfWork, known: Known, value: str) -> str:
    """Return the policy's key of somebody's name, phone or ID number; it does not tell which."""
    return mark_key(known, uow.petitioners.mark(known, value))


def mark_key(known: Known, mark: str) -> str:
    """Return the policy's key of somebody whose name, phone or ID number has a mark."""
    return f"{known.value}:{mark}"


def subject_of(uow: UnitOfWork, matter: Matter) -> Subject:
    """Return what a matter is to the policy: its town, whom it is about, and its keys."""
    head = matter.head
    units = {unit for unit in (head.unit, head.town, *head.about_units) if unit}
    keys = {number_key(head.number), *(unit_key(unit) for unit in units)}
    for one in matter.petitioners:
        keys.add(person_key(uow, Known.NAME, one.name))
        if one.phone:
            keys.add(person_key(uow, Known.PHONE, one.phone))
        if one.id_number:
            keys.add(person_key(uow, Known.ID_NUMBER, one.id_number))
    return Subject(town=head.town, about_units=head.about_units, keys=frozenset(keys))


def topic_of(matter: Matter, topic: Topic = Topic.MATTER) -> Topic:
    """Return what asking for a matter comes to: of an accusation, everything is one topic."""
    return Topic.ACCUSATION if matter.head.kind is MatterKind.ACCUSATION else topic


def ruling_on(uow: UnitOfWork, asker: Asker, matter: Matter, topic: Topic = Topic.MATTER) -> Ruling:
    """Decide whether somebody may know of a matter, or of its people."""
    return rule(asker, topic_of(matter, topic), subject_of(uow, matter))


def require(asker: Asker, topic: Topic, subject: Subject = ANYWHERE) -> None:
    """Let somebody go on who may; `PersonCanFix` says no more than that they may not."""
    if not rule(asker, topic, subject).allows:
        raise PersonCanFix(_NOT_YOURS.format(topic.label))


def require_role(asker: Asker, topic: Topic) -> None:
    """Let somebody go on whose role has a topic at all, by this way; else `PersonCanFix`."""
    if rule(asker, topic) in {Ruling.NOT_ENROLLED, Ruling.NOT_THE_ROLE, Ruling.NOT_THIS_WAY}:
        raise PersonCanFix(_NOT_YOURS.format(topic.label))


def open_to(head: MatterHead) -> str:
    """Return to whom a matter is open, as it is kept with it."""
    accusation = head.kind is MatterKind.ACCUSATION
    return access.open_to(head.town, head.about_units, accusation=accusation)


def looked(uow: UnitOfWork, asker: Asker, what: str, whose: str, why: str = "") -> None:
    """Leave a line in the access log; ``whose`` is a matter's number, never a name."""
    person_id = None if asker.person is None else asker.person.id
    uow.audit.looked(person_id=person_id, what=what, whose=whose, channel=asker.place, why=why)
