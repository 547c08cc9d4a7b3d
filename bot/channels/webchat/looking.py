"""What is new in the rows, for all pages of this process that ask at the same moment at once.

Each page looks when it is woken and once a second; a room's pages are woken together and ask
the same. One read is under way at a time: who asks meanwhile shares the next one, and what
two of them ask alike is read, and opened, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from alerts.gathering import Together
from storage.store import StorageFailure, Store
from storage.unit_of_work import UnitOfWork
from storage.webchat import WebchatEvent

HISTORY = 200  # events of each chat for a browser that comes for the first time
AT_ONCE = 50
PAGES_AT_ONCE = 200

Cursor = dict[str, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one page reads: its chats, and up to which event it has seen each."""

    chats: tuple[str, ...]
    seen: Cursor


@dataclass(frozen=True, slots=True)
class Found:
    """What is new for one page, at most `AT_ONCE` events; each chat's follow ``begins``."""

    begins: Cursor
    events: list[WebchatEvent]


class Looking:
    """Reads for the pages of one event loop."""

    def __init__(self, store: Store) -> None:
        """Begin with nobody waiting."""
        self._store = store
        # With the store away it is so for all; what cannot be read for one page stops no other.
        self._together: Together[Asked, Found] = Together(
            self._read, at_once=PAGES_AT_ONCE, in_flight=1, shared=(StorageFailure,)
        )

    async def new(self, asked: Asked) -> Found:
        """Return what is new for a page, as the rows stand after it asked."""
        return await self._together.ask(asked)

    async def _read(self, asked: list[Asked]) -> list[Found]:
        return await asyncio.to_thread(self._store.read, lambda uow: look(uow, asked))


def look(uow: UnitOfWork, asked: Sequence[Asked]) -> list[Found]:
    """Return for each page what follows what it has seen, in order, of one moment."""
    lasts = uow.webchat.last_events({chat for one in asked for chat in one.chats})
    read = cache(partial(_events, uow))
    found = []
    for one in asked:
        begins: Cursor = {}
        events: list[WebchatEvent] = []
        for chat in one.chats:
            if chat not in lasts:  # nobody has made it yet
                continue
            after = one.seen.get(chat, -1)
            # A cursor ahead of the rows is from before a restored backup: begin again.
            if not 0 <= after <= lasts[chat]:
                after = begins[chat] = max(0, lasts[chat] - HISTORY)
            if after < lasts[chat] and len(events) < AT_ONCE:
                events.extend(read(chat, after, AT_ONCE - len(events)))
        found.append(Found(begins, events))
    return found


def _events(uow: UnitOfWork, chat: str, after: int, limit: int) -> Sequence[WebchatEvent]:
    return uow.webchat.events(chat, after=after, limit=limit)
