"""The board as server-sent events: a whole snapshot at each change.

A snapshot needs no resume: a browser that comes back gets the present state first. All who
watch share one reading; between two hints only a mark is looked at.
"""

from __future__ import annotations

import asyncio
import dataclasses
import enum
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from alerts.status import Board, blotted, board, renounced
from domain.access import Way
from domain.duty import Person
from storage.board import Mark, board_mark
from storage.live import BOARD, Live
from storage.store import StorageFailure, Store
from storage.unit_of_work import UnitOfWork

LOOK_EVERY_SECONDS = 1.0  # another process may have written, and its hint may be lost
READ_EVERY_SECONDS = 10.0  # for what only time changes
GATHER_SECONDS = 0.1  # changes that come together make one snapshot
HEARTBEAT_SECONDS = 15.0
STALLED_SECONDS = 60.0

log = structlog.get_logger()


def as_json(value: object) -> str:
    """Turn a dataclass of the board into JSON: enums by value, times in ISO 8601."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))


class BoardFeed:
    """Reads the board for everybody who watches it in this process."""

    def __init__(self, store: Store, live: Live, *, closing: Callable[[], bool]) -> None:
        """Bind to the rows; nothing is read while nobody watches."""
        self._store = store
        self._live = live
        self._closing = closing
        self._reading = asyncio.Lock()
        self._board: Board | None = None
        self._mark: Mark | None = None
        self._looked_at = self._read_at = 0.0

    async def read(self, person: Person, *, not_before: float) -> Board:
        """Return the board as it was at or after ``not_before`` (of the loop's clock)."""
        async with self._reading:
            if self._board is None or self._looked_at < not_before:
                self._looked_at = asyncio.get_running_loop().time()
                self._board = await asyncio.to_thread(self._store.read, self._look(person))
            return self._board

    def _look(self, person: Person) -> Callable[[UnitOfWork], Board]:
        """Return a look at the rows that gives the board shown before if nothing changed."""
        looked_at = self._looked_at

        def look(uow: UnitOfWork) -> Board:
            mark, shown = board_mark(uow), self._board
            rested = looked_at - self._read_at < READ_EVERY_SECONDS
            if shown is not None and mark == self._mark and rested:
                return shown
            self._mark, self._read_at = mark, looked_at
            found = board(uow, uow.interests.asker(person, Way.WEB))
            same = shown is not None and found == dataclasses.replace(shown, now=found.now)
            return shown if shown is not None and same else found

        return look

    async def _renounced(self, person: Person) -> frozenset[int]:
        """Return which alerts of the board this one of those who watch may not read."""

        def look(uow: UnitOfWork) -> frozenset[int]:
            return renounced(uow, uow.interests.asker(person, Way.WEB))

        return await asyncio.to_thread(self._store.read, look)

    async def stream(
        self, request: web.Request, person: Person, *, still_seated: Callable[[], Awaitable[bool]]
    ) -> web.StreamResponse:
        """Send the board now and whenever it changes, until the browser leaves.

        ``now`` in a snapshot is when it was first seen to be so.
        """
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        try:
            await self._go_on(request, response, person, still_seated)
        except StorageFailure as error:  # no answer fits into a stream; the page comes back
            log.warning("store_away", error=type(error).__name__)
        return response

    async def _go_on(
        self,
        request: web.Request,
        response: web.StreamResponse,
        person: Person,
        still_seated: Callable[[], Awaitable[bool]],
    ) -> None:
        clock = asyncio.get_running_loop().time
        shown: Board | None = None
        with self._live.listen(BOARD) as listener:
            quiet_since = not_before = clock()
            while not self._closing() and request.transport and not request.transport.is_closing():
                present = await self.read(person, not_before=not_before)
                content = b""
                if present is not shown:
                    shown = present
                    now = self._store.clock().isoformat()
                    content = f'event: now\ndata: "{now}"\n\n'.encode()
                    seen = blotted(shown, await self._renounced(person))
                    content += f"event: board\ndata: {as_json(seen)}\n\n".encode()
                elif clock() - quiet_since >= HEARTBEAT_SECONDS:
                    if not await still_seated():
                        break
                    content = b"event: beat\ndata: 1\n\n"
                if content:
                    quiet_since = clock()
                    try:
                        async with asyncio.timeout(STALLED_SECONDS):
                            await response.write(content)
                    except (ConnectionError, TimeoutError):
                        break
                if await listener.wait(LOOK_EVERY_SECONDS):
                    not_before = clock()
                    await asyncio.sleep(GATHER_SECONDS)
                else:
                    not_before = clock() - LOOK_EVERY_SECONDS


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name.name: getattr(value, name.name) for name in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    raise TypeError(type(value).__name__)
