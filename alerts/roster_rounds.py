"""What the roster says by itself: gaps, once a day, and each change of shift.

Looked at on the timers' passes. What was said stands in rows, so that several processes, or
one after a restart, say it once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts import outbox
from alerts.office import Office
from alerts.roster import EmptyTimes, empty_times
from alerts.roster_words import gaps_words
from alerts.routing import Target, duty_groups, private_chats
from alerts.shift_change import is_changed, tell_changes
from domain.duty import Post, Role
from storage.live import BOARD, NOTICES, Live
from storage.notices import Priority
from storage.store import Store
from storage.unit_of_work import UnitOfWork

LOOK_EVERY = timedelta(seconds=2)
GAPS_TOLD = "roster gaps"
GAPS_LAST = timedelta(hours=20)


@dataclass(slots=True)
class RosterRounds:
    """Looks every two seconds whether the roster has something to say."""

    store: Store
    office: Office
    live: Live
    _looked_at: datetime | None = field(default=None)

    async def look(self) -> int:
        """Say what is due; returns how much there was."""
        now = self.store.clock()
        if self._looked_at is not None and abs(now - self._looked_at) < LOOK_EVERY:
            return 0
        self._looked_at = now
        if not await asyncio.to_thread(self.store.read, self._is_due):
            return 0
        return await asyncio.wrap_future(self.store.submit(self._say))

    def _is_due(self, uow: UnitOfWork) -> bool:
        return gaps_are_due(uow, self.office) or is_changed(uow, self.office)

    def _say(self, uow: UnitOfWork) -> int:
        said = tell_changes(uow, self.office)
        if gaps_are_due(uow, self.office):
            said += tell_gaps(uow, self.office)
        uow.after_commit(self.live.wake, NOTICES)
        uow.after_commit(self.live.wake, BOARD)
        return said


def gaps_are_due(uow: UnitOfWork, office: Office) -> bool:
    """Whether today's hour has come and today's gaps were not told."""
    local = office.hours.local(uow.now)
    due = datetime.combine(local.date(), office.roster.gaps_at, office.hours.zone)
    told = uow.audit.last_beat(GAPS_TOLD)
    return uow.now >= due and (told is None or told < due)


def tell_gaps(uow: UnitOfWork, office: Office) -> int:
    """Tell the gaps of the next days to those who can fill them; returns how many were told.

    A town's go to its duty group and the district desk, all others to the district desk.
    """
    uow.audit.beat(GAPS_TOLD)
    empty = empty_times(uow, office)
    for town in dict.fromkeys(gap.chair.town for gap in empty.gaps if gap.chair.town):
        own = tuple(gap for gap in empty.gaps if gap.chair.town == town)
        officers = uow.people.serving(Role.TOWN_OFFICER, town=town)
        where = duty_groups(uow, town) or private_chats(uow, officers)
        _send(uow, office, EmptyTimes(own, ()), where)
    if empty.gaps:
        _send(uow, office, empty, _district(uow))
    return len(empty.gaps)


def _district(uow: UnitOfWork) -> tuple[Target, ...]:
    groups = duty_groups(uow, None)
    on_duty = private_chats(uow, uow.duty.on_duty(Post.DISTRICT_DUTY))
    officers = uow.people.serving(Role.DISTRICT_OFFICER)
    return groups + on_duty or private_chats(uow, officers)


def _send(uow: UnitOfWork, office: Office, empty: EmptyTimes, where: tuple[Target, ...]) -> None:
    day = office.hours.local(uow.now).date()
    for address in dict.fromkeys(target.address for target in where):
        outbox.say(
            uow,
            address,
            gaps_words(office, empty),
            key=f"gaps:{day}:{address.channel}:{address.chat}",
            priority=Priority.REMINDER,
            lasts=GAPS_LAST,
        )
