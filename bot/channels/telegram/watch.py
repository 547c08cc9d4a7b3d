"""Whether Telegram still reaches the office, and who is told when it does not.

Marks in rows say when something last came and when a call last went well, so that every
process sees them. The operator is told on every other channel, at most once an hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from alerts import outbox
from bot import chat_replies
from bot.channels.telegram.naming import NAME
from domain.channel import Address, plain
from domain.duty import Scope
from storage.live import NOTICES, Live
from storage.notices import Priority
from storage.store import Store
from storage.unit_of_work import UnitOfWork

HEARD = "telegram.heard"
UPDATE = "telegram.update"
ANSWERED = "telegram.answered"
DARK_AFTER = timedelta(minutes=5)
MARK_EVERY = timedelta(seconds=10)

_T = TypeVar("_T")

log = structlog.get_logger()


@dataclass(slots=True)
class Watch:
    """Marks that Telegram was heard, and tells people when it was not."""

    store: Store
    live: Live
    _answered_at: datetime | None = None

    def heard(self, uow: UnitOfWork, *, updates: int = 0) -> None:
        """Mark that the inbound side works, and whether anything came."""
        for mark in (HEARD, UPDATE) if updates else (HEARD,):
            last = uow.audit.last_beat(mark)
            if last is None or abs(uow.now - last) >= MARK_EVERY:
                uow.audit.beat(mark)

    def note_answered(self) -> None:
        """Mark that a call to Telegram went well, without waiting until it is on disk."""
        now = self.store.clock()
        if self._answered_at is None or abs(now - self._answered_at) >= MARK_EVERY:
            self._answered_at = now
            self.store.submit(lambda uow: uow.audit.beat(ANSWERED))

    async def look(self) -> int:
        """Tell people when the inbound side has been dark for a while; returns 1 when told."""
        return await self._submit(self._look)

    def _look(self, uow: UnitOfWork) -> int:
        last = uow.audit.last_beat(HEARD)
        if last is None or uow.now - last < DARK_AFTER:
            return 0
        return self.tell(uow, chat_replies.TELEGRAM_DARK, part="dark")

    async def begin(self) -> None:
        """Count the silence from now on, when nothing was heard since the last start."""
        await self._submit(lambda uow: uow.audit.beat(HEARD))

    async def token_refused(self) -> None:
        """Tell people that Telegram does not know the token."""
        await self._submit(lambda uow: self.tell(uow, chat_replies.TELEGRAM_TOKEN, part="token"))

    def note_token_refused(self) -> None:
        """Tell people the same, without waiting until it is on disk."""
        self.store.submit(lambda uow: self.tell(uow, chat_replies.TELEGRAM_TOKEN, part="token"))

    async def shared(self) -> None:
        """Tell people that somebody else uses the same bot, and takes a part of what comes."""
        await self._submit(lambda uow: self.tell(uow, chat_replies.TELEGRAM_SHARED, part="shared"))

    async def webhook_fails(self) -> None:
        """Tell people that Telegram cannot deliver to the webhook."""
        await self._submit(lambda uow: self.tell(uow, chat_replies.TELEGRAM_HOOK, part="hook"))

    def tell(self, uow: UnitOfWork, words: str, *, part: str) -> int:
        """Tell the district's groups on other channels, once an hour; returns how many."""
        told = 0
        for group in uow.groups.of(Scope.DISTRICT):
            if group.channel == NAME:
                continue
            outbox.say(
                uow,
                Address(group.channel, group.chat),
                plain(words),
                key=f"{NAME}:{part}:{uow.now:%Y%m%d%H}:{group.id}",
                priority=Priority.REMINDER,
            )
            told += 1
        if not told:
            log.error("telegram_nobody_to_tell", reason=part)
        uow.after_commit(self.live.wake, NOTICES)
        return told

    async def _submit(self, work: Callable[[UnitOfWork], _T]) -> _T:
        return await asyncio.wrap_future(self.store.submit(work))
