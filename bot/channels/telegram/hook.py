"""The webhook: Telegram's posts into the inbox, answered only once they are on disk.

Who does not know the secret learns nothing. A post that was not answered 200 comes again
(https://core.telegram.org/bots/api#setwebhook), and the inbox knows it by its key.
"""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass

import structlog
from aiohttp import web

from bot.channels.telegram.intake import look, store
from bot.channels.telegram.naming import HOOK, agent_of, hook_secret
from bot.channels.telegram.watch import Watch
from storage.live import INBOX, Live
from storage.store import StorageFailure, Store
from storage.unit_of_work import UnitOfWork

LARGEST_BODY = 1024 * 1024
HEADER = "X-Telegram-Bot-Api-Secret-Token"

log = structlog.get_logger()


def hook_routes(token: str, *, store: Store, live: Live) -> list[web.RouteDef]:
    """Return the route that Telegram posts to."""
    hook = _Hook(agent_of(token), hook_secret(token), store, live, Watch(store, live))
    return [web.post(HOOK, hook.take)]


@dataclass(frozen=True, slots=True)
class _Hook:
    agent: str
    secret: str
    store: Store
    live: Live
    watch: Watch

    async def take(self, request: web.Request) -> web.Response:
        """Store one update and say so; 503 when it could not be stored."""
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(errors="replace"), self.secret.encode()):
            raise web.HTTPNotFound
        raw = await _read_within(request, LARGEST_BODY)
        update = look(raw.decode("utf-8", errors="replace"))

        def keep(uow: UnitOfWork) -> None:
            store(uow, self.agent, [update])
            self.watch.heard(uow, updates=1)
            uow.after_commit(self.live.wake, INBOX)

        try:
            await asyncio.wrap_future(self.store.submit(keep))
        except StorageFailure as error:
            log.warning("message_not_stored", error=type(error).__name__)
            raise web.HTTPServiceUnavailable from error
        return web.Response()


async def _read_within(request: web.Request, limit: int) -> bytes:
    received = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        received += chunk
        if len(received) > limit:
            raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=len(received))
    return bytes(received)
