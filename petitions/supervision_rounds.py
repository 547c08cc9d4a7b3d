"""What supervision says by itself: one digest a recipient and working day.

Looked at on the timers' passes, which `app.wiring` hands it to: this module knows no alerts.
When people work is asked of a callable that it is given; what is to be said goes into the
outbox (`uow.notices`), which is storage, with the lowest urgency there is.

A round runs beside the timers, everything is read beside the writer, and each digest is a small
unit of its own, so that no alert waits for a ledger. What was said stands in rows: the
notice's key keeps two processes, or one that was stopped half-way, from saying it twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TypeVar

import structlog

from domain.access import Way
from domain.channel import plain
from petitions.due_list import everything_due
from petitions.ledger import Ledger
from petitions.responsible import Reached, Responsible
from petitions.supervision import Due, SupervisionLevel, SupervisionTimes
from petitions.supervision_words import MOST_LINES, digest_words
from storage.live import NOTICES, Live
from storage.notices import NoticeKind, Priority
from storage.store import Store
from storage.supervisions import SaidLevel
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")

LOOK_EVERY = timedelta(seconds=20)
AT_ONCE = 200
"""As many levels are noted in one unit."""
DIGEST = "supervision"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Digest:
    """What one chat is told on one day; each thing due with the levels it is told for."""

    reached: Reached
    found: tuple[tuple[Due, tuple[SupervisionLevel, ...]], ...]

    def key(self, today: date) -> str:
        """Return the notice's key: one a chat and day."""
        address = self.reached.address
        return f"{DIGEST}:{today}:{address.channel}:{address.chat}"


@dataclass(slots=True)
class SupervisionRounds:
    """Looks a few times a minute whether today's digests are to be said.

    ``at`` is the time of day from which on they are; None: never. ``open_until`` returns when
    the working day of a moment ends, None when nobody works at that moment.
    """

    store: Store
    live: Live
    ledger: Ledger
    times: SupervisionTimes
    at: time | None
    open_until: Callable[[datetime], datetime | None]
    _looked_at: datetime | None = field(default=None)
    _done_on: date | None = field(default=None)
    _round: asyncio.Task[int] | None = field(default=None)

    async def look(self) -> int:
        """Begin a round when it is time, and never wait for it: alerts climb meanwhile.

        Returns how many digests a round had that has ended since.
        """
        if self._round is not None:
            if not self._round.done():
                return 0
            ended, self._round = self._round, None
            return ended.result()
        now = self.store.clock()
        if self._looked_at is None or abs(now - self._looked_at) >= LOOK_EVERY:
            self._looked_at = now
            if self._time_to_speak(now) is not None:
                self._round = asyncio.create_task(self.go_round())
        return 0

    async def go_round(self) -> int:
        """Say what is due today, if it is the time; returns how many digests there were."""
        now = self.store.clock()
        ends_at = self._time_to_speak(now)
        if ends_at is None:
            return 0
        try:
            return await self._say_all(self.ledger.today(now), lasts=ends_at - now)
        except Exception:  # it stays due, and the next look begins another round
            log.exception("supervision_failed")
            return 0

    def _time_to_speak(self, now: datetime) -> datetime | None:
        """Return until when today's digests may still arrive; None: it is not the time."""
        local = now.astimezone(self.ledger.zone)
        if self.at is None or local.time() < self.at or self._done_on == local.date():
            return None
        return self.open_until(now)

    async def _say_all(self, today: date, *, lasts: timedelta) -> int:
        """Say each digest in a unit of its own; one that was said before is left out."""
        found = await asyncio.to_thread(self.store.read, lambda uow: self._unsaid(uow, today))
        said = 0
        if found is not None:
            for digest in found:
                said += await self._write(partial(say, digest=digest, today=today, lasts=lasts))
            for some in _in_batches(_levels(found)):
                await self._write(partial(note, levels=some, today=today))
            await self._write(lambda uow: self._end(uow, today))
            log.info("supervision_said", count=said)
        self._done_on = today
        return said

    async def _write(self, work: Callable[[UnitOfWork], T]) -> T:
        return await asyncio.wrap_future(self.store.submit(work))

    def _unsaid(self, uow: UnitOfWork, today: date) -> tuple[Digest, ...] | None:
        """Return today's digests; None when they were all said, by this process or another."""
        if uow.plans.is_known(f"{DIGEST}:{today}"):
            return None
        return gather(uow, self.ledger, self.times)

    def _end(self, uow: UnitOfWork, today: date) -> None:
        uow.plans.once(f"{DIGEST}:{today}", kind=DIGEST, day=today)
        uow.after_commit(lambda: self.live.wake(NOTICES))


def gather(uow: UnitOfWork, ledger: Ledger, times: SupervisionTimes) -> tuple[Digest, ...]:
    """Return what is to be said to whom today."""
    responsible = Responsible(uow, ledger)
    chats: dict[Reached, list[tuple[Due, tuple[SupervisionLevel, ...]]]] = {}
    for due in everything_due(uow, ledger, times):
        for reached, levels in responsible.told(due):
            chats.setdefault(reached, []).append((due, levels))
    return tuple(Digest(reached, tuple(found)) for reached, found in chats.items())


def say(uow: UnitOfWork, digest: Digest, today: date, *, lasts: timedelta) -> bool:
    """Put a digest into the outbox, once a day, with a line in the access log for what it shows.

    What does not arrive before people go home is not sent at night: tomorrow's says it.
    """
    added = uow.notices.add_new(
        digest.reached.address,
        key=digest.key(today),
        kind=NoticeKind.MESSAGE,
        priority=Priority.REMINDER,
        body=plain(digest_words(today, [due for due, _ in digest.found])),
        lasts=lasts,
    )
    if added:
        for due, _ in digest.found[:MOST_LINES]:
            _let_know(uow, digest.reached, due)
    return added


def note(uow: UnitOfWork, levels: Sequence[SaidLevel], today: date) -> None:
    """Note since when levels are said; those that were said before keep their day."""
    uow.supervisions.say(levels, on=today)


def _levels(found: Sequence[Digest]) -> list[SaidLevel]:
    """Return every level that digests tell of, each once."""
    told = {(due, level) for digest in found for due, levels in digest.found for level in levels}
    return [_said(due, level) for due, level in told]


def _in_batches(levels: list[SaidLevel]) -> Iterator[list[SaidLevel]]:
    for first in range(0, len(levels), AT_ONCE):
        yield levels[first : first + AT_ONCE]


def _said(due: Due, level: SupervisionLevel) -> SaidLevel:
    return SaidLevel(
        key=due.key(level),
        what=due.what,
        level=level.value,
        due_on=due.due_on,
        matter_id=None if due.matter is None else due.matter.id,
        letter_id=None if due.letter is None else due.letter.id,
    )


def _let_know(uow: UnitOfWork, reached: Reached, due: Due) -> None:
    """Leave a line in the access log for what a chat now shows; a group is nobody's alone."""
    alone = reached.readers[0].person if reached.way is Way.PRIVATE else None
    uow.audit.looked(
        person_id=None if alone is None else alone.id,
        what=DIGEST,
        whose=due.number,
        channel=reached.way.value,
    )
