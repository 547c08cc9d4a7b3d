"""The loop that fetches the files of reports from the channels that have them.

A report never waits for its files: they are rows, leased and tried again, and what was
fetched lies beside the web chat's photos. What cannot be fetched is given up with a reason
that people read; its id stays with the report. Refuses: to look into a file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

import structlog

from domain.errors import Refused, RetryLater
from storage.files import FileRow, place_of
from storage.kept_files import KeptFiles
from storage.live import BOARD, Live
from storage.store import Store
from storage.unit_of_work import UnitOfWork

POLL_SECONDS = 2.0
AT_ONCE = 3
LEASE = timedelta(minutes=3)  # longer than the largest file takes
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
GIVES_UP_AFTER = timedelta(days=7)
DISK_FULL = "磁盘快满了"
TOO_LATE = "一直取不到"

_T = TypeVar("_T")

log = structlog.get_logger()


class Source(Protocol):
    """A channel that gives the files that were sent through it."""

    async def fetch(self, file_id: str, *, largest: int) -> bytes:
        """Return a file's bytes, ``largest`` at most.

        `Refused` when it never will, with a reason for people; any other error: later.
        """
        ...


@dataclass(frozen=True, slots=True)
class Fetching:
    """Fetches what is due; ``largest`` is in bytes."""

    store: Store
    live: Live
    kept: KeptFiles
    sources: Mapping[str, Source]
    largest: int

    async def run(self) -> None:
        """Fetch, again and again, until cancelled."""
        while True:
            try:
                fetched = await self.fetch_due()
            except Exception:
                log.exception("fetching_failed")
                fetched = 0
            if not fetched:
                await asyncio.sleep(POLL_SECONDS)

    async def fetch_due(self) -> int:
        """Lease some of what is due and bring each as far as it comes; returns how many."""
        channels = list(self.sources)
        # Looking costs no commit; most passes find nothing.
        if not await asyncio.to_thread(self.store.read, lambda uow: uow.files.is_due(channels)):
            return 0
        rows = await self._submit(lambda uow: uow.files.lease(channels, limit=AT_ONCE, lease=LEASE))
        await asyncio.gather(*(self._fetch(row) for row in rows))
        return len(rows)

    async def _fetch(self, row: FileRow) -> None:
        source = self.sources[row.address.channel]
        try:
            if not await asyncio.to_thread(self.kept.has_room):
                raise RetryLater(DISK_FULL)  # noqa: TRY301 - like any other failed try
            content = await source.fetch(row.file_id, largest=self.largest)
            kept_as = await asyncio.to_thread(self.kept.keep, place_of(row.address), content)
        except Refused as refused:
            reason = refused.reason
            log.info("file_given_up", channel=row.address.channel)
            await self._submit(lambda uow: uow.files.give_up(row, reason))
        except Exception as error:  # noqa: BLE001 - the row stays due
            await self._try_later(row, error)
        else:
            await self._submit(lambda uow: uow.files.kept(row, kept_as))
        self.live.wake(BOARD)

    async def _try_later(self, row: FileRow, error: Exception) -> None:
        reason = error.reason if isinstance(error, RetryLater) else type(error).__name__
        asked = error.not_before if isinstance(error, RetryLater) else None
        wait = min(FIRST_WAIT * (1 << min(row.attempts, 16)), LONGEST_WAIT)
        log.info("file_not_fetched", channel=row.address.channel, tries=row.attempts + 1)

        def put_off(uow: UnitOfWork) -> None:
            if uow.now - row.added_at >= GIVES_UP_AFTER:
                uow.files.give_up(row, TOO_LATE)
            else:
                uow.files.put_off(row, until=max(uow.now + wait, asked or uow.now), reason=reason)

        await self._submit(put_off)

    async def _submit(self, work: Callable[[UnitOfWork], _T]) -> _T:
        return await asyncio.wrap_future(self.store.submit(work))
