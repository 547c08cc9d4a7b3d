"""The demo's people. They exist only where ``web.demo`` is true, on a loopback address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.channels.webchat import prepare_seat
from domain.duty import Person, Post, Role
from storage.store import Store
from storage.unit_of_work import UnitOfWork

TOWN = "大石街道"
SHIFT_LASTS = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat of the demo: its name in a query, who sits in it, and their post."""

    name: str
    person: str
    role: Role
    town: str | None
    post: Post | None = None


SEATS = (
    Seat("reporter", "小陈", Role.GRID_WORKER, TOWN),
    Seat("officer", "李明", Role.TOWN_OFFICER, TOWN, Post.TOWN_DUTY),
    Seat("officer2", "阿玲", Role.TOWN_OFFICER, TOWN),
    Seat("desk", "周敏", Role.DISTRICT_OFFICER, None, Post.DISTRICT_DUTY),
    Seat("leader", "何主任", Role.LEADER, None, Post.LEADER_DUTY),
)


def prepare_demo(store: Store, towns: tuple[str, ...]) -> dict[str, Person]:
    """Enrol the demo's people, seat them, put them on duty; nothing happens twice.

    The town is the first of the district's file when the demo's own is not in it.
    """
    return store.write(lambda uow: _seat_everybody(uow, towns))


def _seat_everybody(uow: UnitOfWork, towns: tuple[str, ...]) -> dict[str, Person]:
    home = TOWN if TOWN in towns else towns[0]
    uow.people.enlist_demo()
    seated = {}
    for seat in SEATS:
        town = None if seat.town is None else home
        person = uow.people.demo_person(seat.person)
        if person is None:
            person = uow.people.add(name=seat.person, role=seat.role, town=town, demo=True)
            if seat.post is not None:
                uow.duty.add(
                    person, seat.post, town=town, starts_at=uow.now, ends_at=uow.now + SHIFT_LASTS
                )
        prepare_seat(uow, person)
        seated[seat.name] = person
    return seated
