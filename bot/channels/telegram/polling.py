"""Long polling: fetch, store, and only then confirm by the next offset.

One process polls a bot at a time; another waits until that one has not come again for
`HELD_FOR`. What was fetched by a process that is killed was never confirmed, so Telegram
gives it again, and the inbox knows it by its key.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.account import Account
from bot.channels.telegram.faults import STOPPED_FOR, wait_of
from bot.channels.telegram.intake import RawUpdate, look, split, store
from bot.channels.telegram.naming import PLACE
from bot.channels.telegram.watch import Watch
from storage.live import INBOX, Live
from storage.store import Store
from storage.unit_of_work import UnitOfWork

KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
POLL_SECONDS = 6
HELD_FOR = timedelta(seconds=15)  # two polls, and room
ASK_AGAIN_SECONDS = 2.0
LONGEST_WAIT = 30.0
MOST_AT_ONCE = 100
SEVERAL_CONFLICTS = 4
CONFLICTS_WITHIN = timedelta(minutes=5)

_T = TypeVar("_T")

log = structlog.get_logger()


@dataclass(slots=True)
class Poller:
    """Fetches one bot's updates for as long as it holds the place."""

    account: Account
    store: Store
    live: Live
    watch: Watch
    _holder: str = field(default_factory=lambda: secrets.token_hex(8))
    _offset: int | None = None
    _failed: int = 0
    _conflicts: list[datetime] = field(default_factory=list)

    async def run(self) -> None:
        """Poll, again and again, until cancelled; then give the place up."""
        try:
            while True:
                wait = await self._round()
                if wait:
                    await asyncio.sleep(wait)
        finally:
            await asyncio.shield(self._submit(lambda uow: uow.audit.let_go(PLACE, self._holder)))

    async def _round(self) -> float:
        """Poll once; returns how long to wait before the next time."""
        try:
            if not await self._submit(self._hold):
                self._offset = None
                return ASK_AGAIN_SECONDS
            before = self._offset
            if await self.fetch() and self._offset == before:
                return self._longer()  # what came has no number by which it could be confirmed
        except TelegramError as error:
            return await self._wait_after(error)
        except Exception:
            log.exception("polling_failed")
            return self._longer()
        self._failed = 0
        return 0.0

    async def _wait_after(self, error: TelegramError) -> float:
        """Do what can be done about an error; returns how long to wait."""
        if isinstance(error, RetryAfter):
            return wait_of(error).total_seconds()
        if isinstance(error, InvalidToken):
            log.error("telegram_token_refused")
            await self.watch.token_refused()
            return STOPPED_FOR.total_seconds()
        log.warning("telegram_unreachable", error=type(error).__name__)
        if isinstance(error, Conflict):
            # Somebody else polls, or has set a webhook, which is taken back.
            self._offset = None
            await self._forget_webhook()
            await self._count_conflict()
        return self._longer()

    async def fetch(self, *, seconds: int = POLL_SECONDS) -> int:
        """Wait for updates for so many seconds at most, store them; returns how many came."""
        asked = {"timeout": seconds, "limit": MOST_AT_ONCE, "allowed_updates": json.dumps(KINDS)}
        if self._offset is not None:
            asked["offset"] = self._offset
        answer = await self.account.polls.retrieve(
            f"{self.account.bot.base_url}/getUpdates?{urlencode(asked)}", read_timeout=seconds + 10
        )
        updates = [look(raw) for raw in split(answer.decode("utf-8", errors="replace"))]
        await self._submit(lambda uow: self._keep(uow, updates))
        numbers = [one.number for one in updates if one.number is not None]
        if numbers:
            self._offset = max(numbers) + 1
        return len(updates)

    def _keep(self, uow: UnitOfWork, updates: list[RawUpdate]) -> None:
        if updates:
            store(uow, self.account.agent, updates)
            uow.after_commit(self.live.wake, INBOX)
        self.watch.heard(uow, updates=len(updates))

    def _hold(self, uow: UnitOfWork) -> bool:
        uow.turns.wait(PLACE)
        return uow.audit.hold(PLACE, self._holder, lasts=HELD_FOR)

    async def _count_conflict(self) -> None:
        """Tell people when conflicts go on: one or two are our own last process."""
        now = self.store.clock()
        lately = [at for at in self._conflicts if now - at < CONFLICTS_WITHIN]
        self._conflicts = [*lately, now]
        if len(self._conflicts) >= SEVERAL_CONFLICTS:
            log.error("telegram_shared", count=len(self._conflicts))
            await self.watch.shared()

    async def _forget_webhook(self) -> None:
        try:
            await self.account.bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            log.warning("telegram_unreachable", error=type(error).__name__)

    def _longer(self) -> float:
        self._failed += 1
        return min(LONGEST_WAIT, 0.5 * float(1 << min(self._failed, 8)))

    async def _submit(self, work: Callable[[UnitOfWork], _T]) -> _T:
        return await asyncio.wrap_future(self.store.submit(work))
