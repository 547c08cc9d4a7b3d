"""The bot's account at Telegram: how it is reached, its name, what it hears.

Calls go straight or through the proxy of the settings; what the machine's environment says
of proxies does not count. Refuses: PTB's own updater.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from telegram import Bot
from telegram.request import HTTPXRequest

from bot.channels.telegram.naming import agent_of

OFFICIAL = "https://api.telegram.org/bot"
CALL_SECONDS = 8.0
CONNECT_SECONDS = 4.0
CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Self:
    """What Telegram says of the bot. ``hears_all``: its privacy mode is off."""

    name: str
    hears_all: bool


@dataclass(frozen=True, slots=True)
class Account:
    """One bot. ``polls`` is the way for long polls alone, so that no send waits for one."""

    agent: str
    bot: Bot
    polls: HTTPXRequest

    async def ask_self(self) -> Self:
        """Ask Telegram who the bot is and what it hears in groups; raises PTB's errors."""
        me = await self.bot.get_me()
        return Self(me.username or "", bool(me.can_read_all_group_messages))

    async def close(self) -> None:
        """Close every connection."""
        await asyncio.gather(
            self.polls.shutdown(), self.bot.request.shutdown(), return_exceptions=True
        )


def open_account(token: str, *, base_url: str = "", proxy: str = "") -> Account:
    """Return a bot that has not called yet. ``base_url`` is what PTB's ``Bot`` takes."""
    base = base_url or OFFICIAL
    polls, calls = (_way(proxy, connections) for connections in (2, CONNECTIONS))
    bot = Bot(
        token,
        base_url=base,
        base_file_url=base.removesuffix("/bot") + "/file/bot",
        request=calls,
        get_updates_request=polls,
    )
    return Account(agent_of(token), bot, polls)


def _way(proxy: str, connections: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        read_timeout=CALL_SECONDS,
        write_timeout=CALL_SECONDS,
        connect_timeout=CONNECT_SECONDS,
        pool_timeout=CONNECT_SECONDS,
        proxy=proxy or None,
        httpx_kwargs={"trust_env": False},
    )
