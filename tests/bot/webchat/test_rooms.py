"""Who sits in which room."""

from __future__ import annotations

import pytest

from bot.channels import webchat
from domain.duty import Person, Role, Scope
from storage.store import Store
from tests.page import GROUP, TOWNS


def test_every_town_has_a_duty_room_from_the_start(store: Store, people: dict[str, Person]) -> None:
    """Rooms are bound as duty groups, once, however often the office starts."""
    store.write(lambda uow: webchat.prepare_rooms(uow, TOWNS))
    for town in TOWNS:
        groups = store.read(lambda uow, town=town: uow.groups.of(Scope.TOWN, town))  # type: ignore[misc]
        assert [group.chat for group in groups] == [webchat.town_room(town)]
    (district,) = store.read(lambda uow: uow.groups.of(Scope.DISTRICT))
    assert district.chat == webchat.DISTRICT_ROOM


@pytest.mark.parametrize(
    ("role", "town", "rooms"),
    [
        (Role.GRID_WORKER, "大石街道", ["p:7"]),
        (Role.TOWN_OFFICER, "大石街道", [GROUP, "p:7"]),
        (Role.DISTRICT_OFFICER, None, ["district", "p:7"]),
        (Role.LEADER, None, ["district", "p:7"]),
        (Role.CLERK, None, ["p:7"]),
        (Role.AUDITOR, None, ["p:7"]),
    ],
)
def test_who_sits_in_which_room(role: Role, town: str | None, rooms: list[str]) -> None:
    """A person's role and town say it, and nothing else."""
    person = Person(id=7, name="某人", role=role, town=town)
    assert [room.chat for room in webchat.rooms_of(person)] == rooms
