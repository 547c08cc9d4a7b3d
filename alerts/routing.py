"""Whom an alert calls, and where they are reached.

The unit complained about never gets the petitioner's matter: what would reach it goes to
the district desk instead (《信访工作条例》 Art. 30(3), 46(五)).
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.alert import Alert, Recipient
from domain.channel import Address
from domain.duty import Group, Person, Post, Role, Scope
from storage.unit_of_work import UnitOfWork

WEBCHAT = "webchat"


@dataclass(frozen=True, slots=True)
class Target:
    """One place to send to, and what people call it."""

    address: Address
    name: str


def targets(uow: UnitOfWork, alert: Alert, to: tuple[Recipient, ...]) -> tuple[Target, ...]:
    """Return every address that ``to`` means for an alert, each once; empty: nobody is there."""
    found: dict[Address, Target] = {}
    for recipient in to:
        for target in _RESOLVE[recipient](uow, alert):
            found.setdefault(target.address, target)
    return tuple(found.values())


def holder(alert: Alert) -> str | None:
    """Return the town whose duty group handles an alert; None is the district desk."""
    if alert.town is None or alert.town in alert.about_units:
        return None
    return alert.town


def is_barred(uow: UnitOfWork, alert: Alert, address: Address) -> bool:
    """Whether a chat is of a unit that an alert complains about: its group, or its officers."""
    return bool(alert.about_units) and uow.groups.town_at(address) in alert.about_units


def town_group(uow: UnitOfWork, alert: Alert) -> tuple[Target, ...]:
    """Return the duty groups of the town that handles an alert, or the district desk.

    For a group in maintenance the district desk is called.
    """
    town = holder(alert)
    if town is None:
        return district_desk(uow, alert)
    groups = [group for group in uow.groups.of(Scope.TOWN, town) if _is_manned(uow, group)]
    working = tuple(_group(group) for group in groups if not group.is_paused(uow.now))
    if len(working) == len(groups):
        return working
    # With the desk away as well, a group in maintenance is better than nobody.
    desk = the_desk(uow)
    return working + desk if working or desk else tuple(_group(group) for group in groups)


def groups_of(uow: UnitOfWork, town: str) -> tuple[Target, ...]:
    """Return the duty groups of a town that somebody reads."""
    return tuple(
        _group(group) for group in uow.groups.of(Scope.TOWN, town) if _is_manned(uow, group)
    )


def district_desk(uow: UnitOfWork, _alert: Alert) -> tuple[Target, ...]:
    """Return the district's duty groups and the district officers on duty."""
    return the_desk(uow)


def the_desk(uow: UnitOfWork) -> tuple[Target, ...]:
    """Return where the district desk is reached, whatever it is about."""
    return tuple(_group(group) for group in district_groups(uow)) + _people(
        uow, uow.duty.on_duty(Post.DISTRICT_DUTY)
    )


def district_groups(uow: UnitOfWork) -> tuple[Group, ...]:
    """Return the district's groups that are read; those in maintenance only if no other is."""
    groups = tuple(group for group in uow.groups.of(Scope.DISTRICT) if _is_manned(uow, group))
    return tuple(group for group in groups if not group.is_paused(uow.now)) or groups


def paused_groups(uow: UnitOfWork, alert: Alert) -> tuple[Group, ...]:
    """Return the groups in maintenance of the town that handles an alert."""
    town = holder(alert)
    if town is None:
        return ()
    return tuple(group for group in uow.groups.of(Scope.TOWN, town) if group.is_paused(uow.now))


def duty_groups(uow: UnitOfWork, town: str | None) -> tuple[Target, ...]:
    """Return the duty groups of a town, or of the district (None), in which somebody reads."""
    scope = Scope.DISTRICT if town is None else Scope.TOWN
    return tuple(_group(group) for group in uow.groups.of(scope, town) if _is_manned(uow, group))


def private_chats(uow: UnitOfWork, people: tuple[Person, ...]) -> tuple[Target, ...]:
    """Return where each of some people is reached alone."""
    return _people(uow, people)


def _town_on_duty(uow: UnitOfWork, alert: Alert) -> tuple[Target, ...]:
    town = holder(alert)
    if town is None:
        return _people(uow, uow.duty.on_duty(Post.DISTRICT_DUTY))
    return _people(uow, uow.duty.on_duty(Post.TOWN_DUTY, town))


def _leader_on_duty(uow: UnitOfWork, _alert: Alert) -> tuple[Target, ...]:
    return _people(uow, uow.duty.on_duty(Post.LEADER_DUTY))


def _everyone(uow: UnitOfWork, alert: Alert) -> tuple[Target, ...]:
    town = holder(alert)
    officers = () if town is None else uow.people.serving(Role.TOWN_OFFICER, town=town)
    district = uow.people.serving(Role.DISTRICT_OFFICER, Role.LEADER)
    return (
        town_group(uow, alert)
        + district_desk(uow, alert)
        + _leader_on_duty(uow, alert)
        + _people(uow, officers + district)
    )


_RESOLVE = {
    Recipient.TOWN_GROUP: town_group,
    Recipient.TOWN_ON_DUTY: _town_on_duty,
    Recipient.DISTRICT_DESK: district_desk,
    Recipient.LEADER_ON_DUTY: _leader_on_duty,
    Recipient.EVERYONE: _everyone,
}


def _group(group: Group) -> Target:
    return Target(Address(channel=group.channel, chat=group.chat), group.title)


def _people(uow: UnitOfWork, people: tuple[Person, ...]) -> tuple[Target, ...]:
    """Return the newest address of each person; another is tried when that one refuses."""
    reached = []
    for person in people:
        addresses = uow.groups.addresses_of(person.id)
        if addresses:
            reached.append(Target(addresses[0], person.title))
    return tuple(reached)


def _is_manned(uow: UnitOfWork, group: Group) -> bool:
    """Whether somebody reads a group. A web room stands from the start, even with no one in it."""
    if group.channel != WEBCHAT:
        return True
    if group.scope is Scope.TOWN:
        return bool(uow.people.serving(Role.TOWN_OFFICER, town=group.town))
    return bool(uow.people.serving(Role.DISTRICT_OFFICER, Role.LEADER, Role.ADMIN))
