"""Data that has served is removed on schedule (个人信息保护法 Art. 19; 突发事件应对法 Art. 85).

Figures, timelines and outcomes stay; words, payloads and messages go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from storage.store import Store
from storage.unit_of_work import UnitOfWork

LOOK_EVERY = timedelta(hours=1)
QUESTIONS_STAY = timedelta(days=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind of data stays."""

    reports: timedelta
    inbox_raw: timedelta
    access_log: timedelta


def remove_served(uow: UnitOfWork, retention: Retention) -> int:
    """Remove one bounded batch of each kind; returns how many rows were emptied."""
    rows, now = uow.retention, uow.now
    return (
        rows.empty_raw_messages(before=now - retention.inbox_raw)
        + rows.empty_reports(before=now - retention.reports)
        + rows.empty_notes(before=now - retention.reports)
        + rows.empty_sent_notices(before=now - retention.reports)
        + rows.drop_chat_events(before=now - retention.reports)
        + rows.drop_shift_words(before=now - retention.reports)
        + uow.looks.remove(before=now - retention.access_log)
        + rows.drop_old_questions(before=now - QUESTIONS_STAY)
    )


@dataclass(slots=True)
class Remover:
    """Looks once an hour, and goes on at once while there is more to remove.

    ``remove_files`` removes what channels keep outside the rows, such as photos, from before
    a time, and returns how much there was.
    """

    store: Store
    retention: Retention
    remove_files: Callable[[datetime], int]
    _looked_at: datetime | None = field(default=None)

    async def look(self) -> int:
        """Remove a batch if it is time; returns how many rows were emptied."""
        now = self.store.clock()
        if self._looked_at is not None and abs(now - self._looked_at) < LOOK_EVERY:
            return 0
        removed = await asyncio.wrap_future(
            self.store.submit(lambda uow: remove_served(uow, self.retention))
        )
        before = now - self.retention.reports
        removed += await asyncio.to_thread(self.remove_files, before)
        if removed:
            log.info("removed_served", count=removed)
        else:
            self._looked_at = now
        return removed
