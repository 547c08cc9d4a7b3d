"""What dangers of several towns ask first, asked once for all of them.

A turn of each town, what was told there of late, and whom its first steps call. Refuses: a
danger alone, which asks for itself.
"""

from __future__ import annotations

from collections.abc import Collection

from alerts.likeness import heard_since, turn_of
from alerts.office import Office
from domain.duty import Post
from storage.unit_of_work import UnitOfWork


def foresee_dangers(uow: UnitOfWork, office: Office, towns: Collection[str]) -> None:
    """Find out in a few questions what a danger in each of these towns asks."""
    if len(towns) <= 1:
        return
    uow.take_turns([turn_of(town) for town in towns])
    uow.words.foresee(towns, heard_since=heard_since(uow, office))
    uow.groups.foresee_towns(towns)
    uow.duty.foresee(Post.TOWN_DUTY, towns)
    on_duty = {one.id for town in towns for one in uow.duty.on_duty(Post.TOWN_DUTY, town)}
    uow.groups.foresee(on_duty)
