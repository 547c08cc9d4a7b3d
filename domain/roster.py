"""The roster's rules: a plan, what lies over it, who is on a chair, where nobody is.

Pure functions of shifts and times. Refuses: asking what time it is, and who people are.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from domain.duty import Person, Post, Shift


class ShiftKind(enum.StrEnum):
    """Whether a shift is the plan, or lies over the plan for its time."""

    PLAN = "plan"
    OVERRIDE = "override"


class ShiftSource(enum.StrEnum):
    """How a shift came onto the roster."""

    HAND = "hand"
    SHEET = "sheet"
    REPEAT = "repeat"
    TAKEN = "taken"
    SWAP = "swap"

    @property
    def label(self) -> str:
        """The way in Chinese."""
        return _SOURCE_LABEL[self]


_SOURCE_LABEL = {
    ShiftSource.HAND: "手排",
    ShiftSource.SHEET: "表格",
    ShiftSource.REPEAT: "按规律",
    ShiftSource.TAKEN: "我来值",
    ShiftSource.SWAP: "换班",
}


@dataclass(frozen=True, slots=True)
class DutyHours:
    """From when to when a shift lasts; ``days`` is how many midnights lie between at least.

    An end that is not later than the start is the next day's.
    """

    starts: time
    ends: time
    days: int = 0

    def on(self, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
        """Return the two times of a shift that starts on a day of the office's calendar."""
        over = self.days if self.days or self.ends > self.starts else 1
        return (
            datetime.combine(day, self.starts, zone),
            datetime.combine(day + timedelta(days=over), self.ends, zone),
        )

    @property
    def label(self) -> str:
        """The hours as a sheet shows them: 08:30-17:30, 17:30-次日08:30."""
        over = self.days if self.days or self.ends > self.starts else 1
        later = {0: "", 1: "次日"}.get(over, f"{over}日后")
        return f"{self.starts:%H:%M}-{later}{self.ends:%H:%M}"


@dataclass(frozen=True, slots=True)
class RosterTimes:
    """What an office's roster means by a day, a day shift, a night shift; when gaps are told."""

    whole_day: DutyHours = DutyHours(time(8, 30), time(8, 30))
    day: DutyHours = DutyHours(time(8, 30), time(17, 30))
    night: DutyHours = DutyHours(time(17, 30), time(8, 30))
    gaps_at: time = time(16)


@dataclass(frozen=True, slots=True)
class Chair:
    """A place on the roster that somebody sits on: a post, of a town or of the district."""

    post: Post
    town: str | None = None

    @property
    def key(self) -> str:
        """The chair as rows name it."""
        return f"{self.post.value}:{self.town or ''}"

    @property
    def label(self) -> str:
        """The chair as people call it: 大石街道值班, 区值班, 带班领导."""
        return self.post.label if self.town is None else f"{self.town}值班"

    def takes(self, person: Person) -> bool:
        """Whether somebody may sit here: they may act on what this chair is called for."""
        return person.may_handle(self.town)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the roster. ``instead_of``: an override of one person and not of everybody."""

    id: int
    chair: Chair
    person: Person
    starts_at: datetime
    ends_at: datetime
    kind: ShiftKind = ShiftKind.PLAN
    instead_of: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift that is to stand on the plan."""

    chair: Chair
    person: Person
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the roster's history: an entry that came or, with ``removed_at``, went.

    ``made_by`` is whoever said so in the chat; None: the office, by a sheet or a command.
    """

    entry: Entry
    source: ShiftSource
    made_at: datetime | None
    made_by: int | None
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time in which nobody sits on a chair."""

    chair: Chair
    starts_at: datetime
    ends_at: datetime


def on_chair(entries: Iterable[Entry], at: datetime) -> tuple[Entry, ...]:
    """Return what stands at a moment on one chair.

    The plan first; over it each override in the order in which they were made: one without
    ``instead_of`` is alone on the chair, one with it takes that person's place, and has no
    effect where that person does not sit. Nobody sits twice.
    """
    touching = sorted(
        (entry for entry in entries if entry.starts_at <= at < entry.ends_at),
        key=lambda entry: entry.id,
    )
    seated = [entry for entry in touching if entry.kind is ShiftKind.PLAN]
    for over in touching:
        if over.kind is ShiftKind.PLAN:
            continue
        if over.instead_of is None:
            seated = [over]
        else:
            seated = [over if one.person.id == over.instead_of else one for one in seated]
    return tuple({entry.person.id: entry for entry in reversed(seated)}.values())[::-1]


def stretches(entries: Iterable[Entry]) -> tuple[Shift, ...]:
    """Return who in fact sits where and when, the earliest first; overrides are laid over."""
    found: list[Shift] = []
    for chair, own in by_chair(entries).items():
        open_since: dict[int, tuple[Entry, datetime]] = {}
        for at, until in pairwise(_bounds(own)):
            seated = {entry.id: entry for entry in on_chair(own, at)}
            for entry_id in [one for one in open_since if one not in seated]:
                entry, since = open_since.pop(entry_id)
                found.append(Shift(chair.post, chair.town, entry.person, since, at))
            for entry_id, entry in seated.items():
                open_since.setdefault(entry_id, (entry, at))
                if entry.ends_at == until:
                    _, since = open_since.pop(entry_id)
                    found.append(Shift(chair.post, chair.town, entry.person, since, until))
    order = list(Post)
    found.sort(key=lambda one: (one.starts_at, order.index(one.post), one.town or ""))
    return tuple(found)


def gaps(
    entries: Iterable[Entry], chairs: Iterable[Chair], starts_at: datetime, ends_at: datetime
) -> tuple[Gap, ...]:
    """Return where nobody sits between two times, the earliest first."""
    seated = by_chair(entries)
    found = [
        Gap(chair, since, until)
        for chair in chairs
        for since, until in _empty(seated.get(chair, ()), starts_at, ends_at)
    ]
    return tuple(sorted(found, key=lambda gap: gap.starts_at))


def by_chair(entries: Iterable[Entry]) -> dict[Chair, list[Entry]]:
    """Return entries under the chair they are for."""
    found: dict[Chair, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.chair, []).append(entry)
    return found


def _empty(
    own: Sequence[Entry], starts_at: datetime, ends_at: datetime
) -> Iterator[tuple[datetime, datetime]]:
    bounds = sorted(
        {
            starts_at,
            ends_at,
            *(at for at in _bounds(own) if starts_at < at < ends_at),
        }
    )
    since: datetime | None = None
    for at in bounds[:-1]:
        if on_chair(own, at):
            if since is not None:
                yield since, at
            since = None
        elif since is None:
            since = at
    if since is not None and since < ends_at:
        yield since, ends_at


def _bounds(entries: Iterable[Entry]) -> list[datetime]:
    return sorted({at for entry in entries for at in (entry.starts_at, entry.ends_at)})
