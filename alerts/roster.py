"""The roster in use: who is on, who is next, taking a shift, standing in, swapping, gaps.

A change here lies over the plan and never alters it: when it ends, the plan stands again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alerts.office import Office
from domain.duty import Person, Post, Role, Shift
from domain.errors import PersonCanFix
from domain.roster import Chair, Entry, Gap, ShiftKind, ShiftSource, gaps, on_chair, stretches
from storage.unit_of_work import UnitOfWork

LOOK_AHEAD = timedelta(days=7)
LONGEST_TAKEN = timedelta(hours=24)
KEPT_SINCE = timedelta(days=31)  # a chair planned within this time counts as kept

NO_CHAIR = "只有值班员和带班领导能值班。"
NO_SHIFT = "{day}{chair}没有排 {name} 的班。请先发「值班」看看。"
SITS_ALREADY = "{name} 那时自己就在值班，换不了。"
SHIFT_OVER = "这个班已经过了，或已经换过了。"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of 我来值: until when, whose place it was; ``already``: nothing to take."""

    chair: Chair
    until: datetime
    instead: tuple[Person, ...]
    already: bool = False


@dataclass(frozen=True, slots=True)
class NowAndNext:
    """Who sits on a chair now, and the shifts that come next."""

    chair: Chair
    now: tuple[Shift, ...]
    then: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class EmptyTimes:
    """Where nobody sits, and the chairs for which nobody has planned at all lately."""

    gaps: tuple[Gap, ...]
    unplanned: tuple[Chair, ...]


def chairs_of(office: Office) -> tuple[Chair, ...]:
    """Return every chair that an office's roster may have, the leader's first."""
    towns = tuple(Chair(Post.TOWN_DUTY, town) for town in office.town_names)
    return (Chair(Post.LEADER_DUTY), Chair(Post.DISTRICT_DUTY), *towns)


def own_chair(person: Person | None) -> Chair | None:
    """Return the chair that somebody sits on by their role; None for all others."""
    if person is None:
        return None
    if person.role is Role.TOWN_OFFICER and person.town is not None:
        return Chair(Post.TOWN_DUTY, person.town)
    post = {Role.DISTRICT_OFFICER: Post.DISTRICT_DUTY, Role.LEADER: Post.LEADER_DUTY}
    return Chair(post[person.role]) if person.role in post else None


def now_and_next(uow: UnitOfWork, chair: Chair) -> NowAndNext:
    """Return who is on a chair and who comes next within a week."""
    found = stretches(uow.duty.entries(uow.now, uow.now + LOOK_AHEAD, chair))
    now = tuple(one for one in found if one.starts_at <= uow.now < one.ends_at)
    later = [one for one in found if one.starts_at > uow.now]
    then = tuple(one for one in later if one.starts_at == later[0].starts_at)
    return NowAndNext(chair, now, then)


def empty_times(uow: UnitOfWork, office: Office, *, within: timedelta = LOOK_AHEAD) -> EmptyTimes:
    """Return the gaps from now on of every chair that is kept, and the chairs that are not.

    An office that plans nothing at all has no roster, and so no gaps.
    """
    kept = uow.duty.planned_chairs(uow.now - KEPT_SINCE)
    if not kept:
        return EmptyTimes((), ())
    until = uow.now + within
    chairs = chairs_of(office)
    found = gaps(
        uow.duty.entries(uow.now, until),
        [chair for chair in chairs if chair in kept],
        uow.now,
        until,
    )
    return EmptyTimes(found, tuple(chair for chair in chairs if chair not in kept))


def take_now(uow: UnitOfWork, person: Person, lasts: timedelta | None) -> Taken:
    """Let somebody be on their chair from now on, alone: until the shift ends, or for a time.

    Where nobody is on, it lasts until the next shift begins; never longer than a day.
    """
    chair = _chair_of(uow, person)
    entries = uow.duty.entries(uow.now, uow.now + LONGEST_TAKEN, chair)
    seated = on_chair(entries, uow.now)
    instead = tuple(one.person for one in seated if one.person.id != person.id)
    own_end = max((one.ends_at for one in seated if one.person.id == person.id), default=None)
    if own_end is not None and (lasts is None or (own_end >= uow.now + lasts and not instead)):
        return Taken(chair, own_end, (), already=True)
    ends = [one.ends_at for one in seated] or [
        min((one.starts_at for one in entries), default=uow.now + LONGEST_TAKEN)
    ]
    until = min(max(ends), uow.now + LONGEST_TAKEN) if lasts is None else uow.now + lasts
    _lay_over(uow, chair, person, starts_at=uow.now, ends_at=until, source=ShiftSource.TAKEN)
    return Taken(chair, until, instead)


def hand_back(uow: UnitOfWork, person: Person) -> tuple[Person, ...] | None:
    """End what somebody took by 我来值; returns who is on again, None when there was nothing."""
    chair = _chair_of(uow, person)
    entries = uow.duty.entries(uow.now, uow.now + LONGEST_TAKEN, chair)
    own = [
        one
        for one in entries
        if one.kind is ShiftKind.OVERRIDE and one.person.id == person.id
        if one.instead_of is None and one.starts_at <= uow.now
    ]
    if not own:
        return None
    for one in own:
        uow.duty.end(one.id)
    ended = {one.id for one in own}
    left = [one for one in entries if one.id not in ended]
    return tuple(one.person for one in on_chair(left, uow.now))


def shift_of(
    uow: UnitOfWork, office: Office, chair: Chair, person: Person, day: date
) -> Entry | None:
    """Return somebody's shift that starts on a day and is not over; the first, if several."""
    zone = office.hours.zone
    starts = datetime.combine(day, datetime.min.time(), zone)
    ends = starts + timedelta(days=1)
    entries = uow.duty.entries(starts, ends, chair)
    for one in entries:
        begins = max(one.starts_at, uow.now)
        if one.person.id == person.id and starts <= one.starts_at < ends and begins < one.ends_at:
            seated = on_chair(uow.duty.entries(begins, one.ends_at, chair), begins)
            if person.id in {entry.person.id for entry in seated}:
                return one
    return None


def stand_in(uow: UnitOfWork, entry: Entry, person: Person) -> None:
    """Put somebody in the place of the one who has a shift.

    `PersonCanFix` when it is over, or when they sit on the same chair then: two seats would
    become one.
    """
    uow.turns.wait(f"chair:{entry.chair.key}")
    begins = max(entry.starts_at, uow.now)
    entries = uow.duty.entries(begins, entry.ends_at, entry.chair)
    seated = on_chair(entries, begins)
    if begins >= entry.ends_at or entry.person.id not in {one.person.id for one in seated}:
        raise PersonCanFix(SHIFT_OVER)
    for shift in stretches(entries):
        meets = shift.starts_at < entry.ends_at and shift.ends_at > begins
        if shift.person.id == person.id and meets:
            raise PersonCanFix(SITS_ALREADY.format(name=person.name))
    _lay_over(
        uow,
        entry.chair,
        person,
        starts_at=begins,
        ends_at=entry.ends_at,
        source=ShiftSource.SWAP,
        instead_of=entry.person.id,
    )


def swap(uow: UnitOfWork, one: Entry, other: Entry) -> None:
    """Let two people change their shifts; both or neither."""
    stand_in(uow, one, other.person)
    stand_in(uow, other, one.person)


def _chair_of(uow: UnitOfWork, person: Person) -> Chair:
    chair = own_chair(person)
    if chair is None:
        raise PersonCanFix(NO_CHAIR)
    uow.turns.wait(f"chair:{chair.key}")
    return chair


def _lay_over(
    uow: UnitOfWork,
    chair: Chair,
    person: Person,
    *,
    starts_at: datetime,
    ends_at: datetime,
    source: ShiftSource,
    instead_of: int | None = None,
) -> None:
    uow.duty.add(
        person,
        chair.post,
        town=chair.town,
        starts_at=starts_at,
        ends_at=ends_at,
        kind=ShiftKind.OVERRIDE,
        instead_of=instead_of,
        source=source,
        made_by=person.id,
    )
