"""An address that takes nothing any longer: switched off, and somebody is told another way."""

from __future__ import annotations

from alerts import outbox
from alerts.group_words import unreachable_words
from domain.channel import Address
from domain.duty import Scope
from storage.notices import Priority
from storage.unit_of_work import UnitOfWork


def switch_off(uow: UnitOfWork, address: Address, reason: str) -> None:
    """Stop sending to an address and, once, tell its owner another way.

    Who has no other way, or is a group, is told of to the district's duty groups.
    """
    name = uow.groups.name_of(address)
    ways = uow.groups.other_ways(address)[:1]
    if not uow.groups.switch_off(address, reason):
        return
    if not ways:
        desks = (Address(one.channel, one.chat) for one in uow.groups.of(Scope.DISTRICT))
        ways = tuple(desk for desk in desks if desk != address)
    for way in ways:
        outbox.say(
            uow,
            way,
            unreachable_words(name, reason),
            key=f"off:{address.channel}:{address.chat}:{uow.now.isoformat()}:{way.channel}:{way.chat}",
            priority=Priority.REMINDER,
        )
