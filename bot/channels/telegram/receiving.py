"""Everything that has to be going on for a bot to be heard, in the process that runs the bot.

Polling fetches by itself. With a webhook Telegram posts to the web process, and what is
done here is to set it, to ask every few minutes whether it still stands, and to tell people
when Telegram cannot deliver.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.account import Account
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.faults import STOPPED_FOR, wait_of
from bot.channels.telegram.menus import LOOK_EVERY_SECONDS as MENUS_EVERY_SECONDS
from bot.channels.telegram.menus import Menus, tell_scopes
from bot.channels.telegram.naming import HOOK, hook_secret
from bot.channels.telegram.polling import KINDS, Poller
from bot.channels.telegram.watch import Watch
from storage.live import Live
from storage.store import Store

LOOK_EVERY_SECONDS = 120.0
TRY_AGAIN_SECONDS = 5.0
# One after the other, so that a chat stays in order.
AT_ONCE = 1

log = structlog.get_logger()


@dataclass(slots=True)
class Receiving:
    """Keeps one bot heard; ``public_url`` empty: by polling, otherwise by webhook there."""

    account: Account
    channel: Telegram
    store: Store
    live: Live
    token: str
    public_url: str = ""
    _set: bool = False

    async def run(self) -> None:
        """Keep the bot heard until cancelled, whatever fails on the way."""
        while True:
            try:
                await self._run()
            except Exception:
                log.exception("telegram_receiving_failed")
            await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def _run(self) -> None:
        watch = Watch(self.store, self.live)
        await watch.begin()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._prepare())
            tasks.create_task(self._look_after(watch))
            if not self.public_url:
                await self._drop_webhook()
                tasks.create_task(Poller(self.account, self.store, self.live, watch).run())

    async def _prepare(self) -> None:
        """Learn what the bot is and say its commands; then keep those of roles in step."""
        menus = Menus(self.account, self.store)
        is_known = False
        while True:
            wait = MENUS_EVERY_SECONDS
            try:
                if not is_known:
                    await self.learn_self()
                    await tell_scopes(self.account)
                    is_known = True
                await menus.keep_in_step()
            except InvalidToken:
                wait = STOPPED_FOR.total_seconds()
            except RetryAfter as error:
                wait = wait_of(error).total_seconds()
            except TelegramError as error:
                log.warning("telegram_unreachable", error=type(error).__name__)
            except Exception:
                log.exception("telegram_menus_failed")
            await asyncio.sleep(wait)

    async def learn_self(self) -> None:
        """Ask for the bot's name, and whether it hears what groups say; raises PTB's errors."""
        own = await self.account.ask_self()
        self.channel.own_name, self.channel.hears_all = own.name, own.hears_all
        self.channel.answered()

    async def _look_after(self, watch: Watch) -> None:
        """Set the webhook where there is one, and look again and again whether all is well."""
        while True:
            wait = LOOK_EVERY_SECONDS
            try:
                await self.learn_self()  # the privacy mode may have been changed
                if self.public_url:
                    await self.keep_webhook(watch)
                else:
                    await watch.look()
            except InvalidToken:
                await watch.token_refused()
            except TelegramError as error:
                log.warning("telegram_unreachable", error=type(error).__name__)
                await watch.look()
                wait = TRY_AGAIN_SECONDS
            except Exception:
                log.exception("telegram_look_failed")
            await asyncio.sleep(wait)

    async def keep_webhook(self, watch: Watch) -> None:
        """Set the webhook if it is not ours, and tell people when deliveries fail."""
        url = self.public_url.rstrip("/") + HOOK
        info = await self.account.bot.get_webhook_info()
        fails = bool(info.pending_update_count and info.last_error_date is not None)
        # Once a start, and when deliveries fail: the secret may be that of an older token.
        if info.url != url or not self._set or fails:
            await self.account.bot.set_webhook(
                url,
                secret_token=hook_secret(self.token),
                allowed_updates=list(KINDS),
                max_connections=AT_ONCE,
            )
            log.info("telegram_webhook_set")
        if fails and self._set:
            log.warning("telegram_webhook_fails", count=info.pending_update_count)
            await watch.webhook_fails()
        elif not fails:
            await asyncio.wrap_future(self.store.submit(watch.heard))
        self._set = True

    async def _drop_webhook(self) -> None:
        """Take back a webhook that an earlier setting left; updates that wait stay."""
        try:
            await self.account.bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            log.warning("telegram_unreachable", error=type(error).__name__)
