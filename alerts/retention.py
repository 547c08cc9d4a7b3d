"""Data that has served is removed on schedule (个人信息保护法 Art. 19, 47; 突发事件应对法 Art. 85).

Figures, timelines and outcomes stay; names, words, payloads and messages go. What is removed is
counted, a row a day and kind.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from storage.retention import QUESTIONS_STAY, KeptUntil, Rule, rules
from storage.store import Store
from storage.unit_of_work import UnitOfWork

LOOK_EVERY = timedelta(hours=1)
LOOKS = "looks"
FILES = "files_on_disk"

Counts = Counter[str]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind of data stays.

    ``alert_personal`` counts from an alert's end, ``openings`` from theirs.
    """

    reports: timedelta
    inbox_raw: timedelta
    access_log: timedelta
    alert_personal: timedelta
    openings: timedelta

    def kept_until(self, now: datetime) -> KeptUntil:
        """Return from before when each kind has served."""
        return KeptUntil(
            reports=now - self.reports,
            alert_personal=now - self.alert_personal,
            inbox_raw=now - self.inbox_raw,
            openings=now - self.openings,
            questions=now - QUESTIONS_STAY,
        )


Also = Callable[[UnitOfWork], Counts]
"""What others remove in the same pass: a bounded batch; returns how much of each kind."""


def steps(retention: Retention, now: datetime) -> Iterator[Also]:
    """Give what removes a bounded batch of one kind, kind by kind."""
    for rule in rules(retention.kept_until(now)):
        yield partial(_remove, rule)

    def looks(uow: UnitOfWork) -> Counts:
        return Counter({LOOKS: uow.looks.remove(before=now - retention.access_log)})

    yield looks


def _remove(rule: Rule, uow: UnitOfWork) -> Counts:
    return Counter({rule.kind: uow.retention.remove(rule)})


def noted(step: Also, uow: UnitOfWork) -> Counts:
    """Take one step and keep the count in a row; returns how much of each kind it was."""
    found = +step(uow)
    for kind, count in found.items():
        uow.retention.note(uow.now.date().isoformat(), kind, count)
    return found


def count_served(uow: UnitOfWork, retention: Retention) -> Counts:
    """Count what has served, and remove nothing."""
    counts = Counter(
        {rule.kind: uow.retention.waiting(rule) for rule in rules(retention.kept_until(uow.now))}
    )
    counts[LOOKS] = uow.looks.waiting(before=uow.now - retention.access_log)
    return +counts


@dataclass(slots=True)
class Remover:
    """Looks once an hour, and goes on at once while there is more to remove.

    ``remove_files`` removes what channels keep outside the rows, such as photos, from before
    a time, and returns how much there was. ``also`` removes what is others' to know.
    """

    store: Store
    retention: Retention
    remove_files: Callable[[datetime], int]
    also: tuple[Also, ...] = ()
    _looked_at: datetime | None = field(default=None)

    async def look(self) -> int:
        """Remove a batch if it is time; returns how much it was."""
        now = self.store.clock()
        if self._looked_at is not None and abs(now - self._looked_at) < LOOK_EVERY:
            return 0
        removed = (await self.remove_batch()).total()
        if removed:
            log.info("removed_served", count=removed)
        else:
            self._looked_at = now
        return removed

    async def remove_batch(self) -> Counts:
        """Remove a bounded batch of each kind; returns how much of each it was.

        Each kind is a unit of its own, so that an alert waits for one of them at most.
        """
        now = self.store.clock()
        counts: Counts = Counter()
        for step in (*steps(self.retention, now), *self.also):
            counts.update(await asyncio.wrap_future(self.store.submit(partial(noted, step))))
        before = now - self.retention.reports
        counts[FILES] += await asyncio.to_thread(self.remove_files, before)
        return +counts
