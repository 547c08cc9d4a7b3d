"""Gaps of the roster: stretches of the coming days on which nobody sits on a post."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.duty import Post
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody on a post from ``starts_at`` up to ``ends_at``; ``town`` None: the district's."""

    post: Post
    town: str | None
    starts_at: datetime
    ends_at: datetime


def roster_gaps(
    uow: UnitOfWork, towns: Iterable[str], *, since: datetime, until: datetime
) -> tuple[Gap, ...]:
    """Return where nobody is on duty between two times: district and leader, then each town."""
    shifts = uow.duty.between(since, until)
    chairs: list[tuple[Post, str | None]] = [(Post.DISTRICT_DUTY, None), (Post.LEADER_DUTY, None)]
    chairs += [(Post.TOWN_DUTY, town) for town in towns]
    found: list[Gap] = []
    for post, town in chairs:
        covered = since
        sat = [
            (shift.starts_at, shift.ends_at)
            for shift in shifts
            if shift.post is post and (town is None or shift.town == town)
        ]
        for starts_at, ends_at in [*sorted(sat), (until, until)]:
            if starts_at > covered:
                found.append(Gap(post, town, covered, min(starts_at, until)))
            covered = max(covered, ends_at)
    return tuple(found)
