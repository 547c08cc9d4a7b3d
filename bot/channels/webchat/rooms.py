"""The chats of the web chat, and who sits in which.

Everybody with a seat has a private chat; each town and the district have a duty room from
the start. Refuses: any other way into a room than a person's role and town.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.channel import Address, ChatKind
from domain.duty import Person, Role, Scope
from storage.unit_of_work import UnitOfWork

NAME = "webchat"
DISTRICT_ROOM = "district"
DISTRICT_TITLE = "区值班群"
PRIVATE_TITLE = "我与护信"


@dataclass(frozen=True, slots=True)
class Room:
    """A chat as it is named in a list of chats."""

    chat: str
    kind: ChatKind
    title: str


def private_chat(person_id: int) -> str:
    """Return the id of somebody's private chat; it is their sender id as well."""
    return f"p:{person_id}"


def town_room(town: str) -> str:
    """Return the id of a town's duty room; ``town`` is the full name."""
    return f"town:{town}"


def rooms_of(person: Person) -> tuple[Room, ...]:
    """Return the chats that somebody reads and writes, duty rooms first."""
    rooms = []
    if person.role is Role.TOWN_OFFICER and person.town is not None:
        rooms.append(_town(person.town))
    if person.role.serves_district:
        rooms.append(Room(DISTRICT_ROOM, ChatKind.GROUP, DISTRICT_TITLE))
    rooms.append(Room(private_chat(person.id), ChatKind.PRIVATE, PRIVATE_TITLE))
    return tuple(rooms)


def may_sit(person: Person, chat: str) -> Room | None:
    """Return the room if somebody sits in it; None for rooms of others and unknown ones."""
    return next((room for room in rooms_of(person) if room.chat == chat), None)


def prepare_rooms(uow: UnitOfWork, town_names: Iterable[str]) -> None:
    """Make every duty room and bind it as a duty group; nothing happens twice."""
    for town in town_names:
        _bind(uow, _town(town), scope=Scope.TOWN, town=town)
    district = Room(DISTRICT_ROOM, ChatKind.GROUP, DISTRICT_TITLE)
    _bind(uow, district, scope=Scope.DISTRICT, town=None)


def prepare_seat(uow: UnitOfWork, person: Person) -> None:
    """Give somebody a seat: their private chat, and notices reach them there."""
    chat = private_chat(person.id)
    uow.webchat.keep_chat(chat, kind=ChatKind.PRIVATE.value, title=person.title)
    uow.people.identify(person, NAME, chat)
    uow.groups.keep_address(Address(NAME, chat), person_id=person.id)


def _town(town: str) -> Room:
    return Room(town_room(town), ChatKind.GROUP, f"{town}值班群")


def _bind(uow: UnitOfWork, room: Room, *, scope: Scope, town: str | None) -> None:
    uow.webchat.keep_chat(room.chat, kind=room.kind.value, title=room.title)
    address = Address(NAME, room.chat)
    if uow.groups.at(address) is None:
        uow.groups.bind(address, scope=scope, town=town, title=room.title)
