"""What dangers of several towns ask first, asked once for all of them.

A turn of each town, what was told there of late, and whom its first steps call.
"""

from __future__ import annotations

from collections.abc import Collection

from alerts.likeness import heard_since, turn_of
from alerts.office import Office
from domain.duty import Post
from storage.unit_of_work import UnitOfWork


def foresee_dangers(uow: UnitOfWork, office: Office, towns: Collection[str]) -> frozenset[str]:
    """Find out in a few questions what a danger in each of these towns asks.

    Returns the towns whose turn is somebody else's: theirs are to be put off.
    """
    uow.turns.take([turn_of(town) for town in towns])
    ours = [town for town in towns if uow.turns.has(turn_of(town))]
    if len(ours) > 1:  # one asks for itself
        uow.told.foresee(ours, heard_since=heard_since(uow, office))
        uow.groups.foresee_towns(ours)
        uow.duty.foresee(Post.TOWN_DUTY, ours)
        on_duty = {one.id for town in ours for one in uow.duty.on_duty(Post.TOWN_DUTY, town)}
        uow.groups.foresee(on_duty)
    return frozenset(towns).difference(ours)
