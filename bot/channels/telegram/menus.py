"""Which commands a phone offers after a slash: everywhere, in private, and by role.

Who has a role follows from the rows; Telegram is told where that differs from what it was
told last, so that a new officer, a revoked one and a restart are all the same case.
Telegram allows ``[a-z0-9_]{1,32}`` only; the Chinese words work as text everywhere.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, Forbidden

from bot.channels.telegram.account import Account
from bot.channels.telegram.naming import NAME
from domain.duty import Role
from storage.menus import MenuChange
from storage.store import Store

LOOK_EVERY_SECONDS = 5.0
MOST_AT_ONCE = 50
MOST_AT_A_START = 5000

_REPORT = BotCommand("report", "上报：一步一步填")
_STATUS = BotCommand("status", "状态：查一条，如 /status A-0132")
_DUTY = BotCommand("duty", "值班：现在谁值班")
_HELP = BotCommand("help", "帮助：怎么用")
_MINE = BotCommand("mine", "我的：我的上报和结果")
_CANCEL = BotCommand("cancel", "取消：停下正在填的")
_TAKE_SHIFT = BotCommand("take_shift", "我来值：从现在起由我值，如 /take_shift 4")
_HAND_BACK = BotCommand("hand_back", "还班：交还给排定的人")
_SHIFT_WORDS = BotCommand("shift_words", "交接：看交接单，或给下一班留话")

_EVERYWHERE = (_REPORT, _STATUS, _DUTY, _HELP)
_PRIVATE = (*_EVERYWHERE, _MINE, _CANCEL)
_OFFICER = (
    _STATUS, _DUTY, _TAKE_SHIFT, _HAND_BACK, _SHIFT_WORDS, _REPORT, _MINE, _CANCEL, _HELP
)  # fmt: skip
_AT_THE_DESK = (_STATUS, _DUTY, _REPORT, _MINE, _CANCEL, _HELP)

SCOPES: tuple[tuple[BotCommandScope, tuple[BotCommand, ...]], ...] = (
    (BotCommandScopeDefault(), _EVERYWHERE),
    (BotCommandScopeAllGroupChats(), _EVERYWHERE),
    (BotCommandScopeAllPrivateChats(), _PRIVATE),
)
# Reporters have what everybody has in private.
OF_ROLE: dict[Role, tuple[BotCommand, ...]] = {
    Role.TOWN_OFFICER: _OFFICER,
    Role.DISTRICT_OFFICER: _OFFICER,
    Role.LEADER: _OFFICER,
    Role.CLERK: _AT_THE_DESK,
    Role.ADMIN: _AT_THE_DESK,
    Role.AUDITOR: (_STATUS, _DUTY, _HELP),
}

log = structlog.get_logger()


async def tell_scopes(account: Account) -> None:
    """Tell Telegram the commands that do not hang on a role; raises PTB's errors."""
    for scope, commands in SCOPES:
        await account.bot.set_my_commands(commands, scope=scope)


@dataclass(slots=True)
class Menus:
    """Keeps the commands of private chats in step with the roles of their people."""

    account: Account
    store: Store
    _told_since_start: bool = False

    async def keep_in_step(self) -> int:
        """Tell Telegram what changed; returns how much. Raises PTB's errors, and goes on later.

        At a start every role is told once more: the program may know other commands now.
        """
        anew = not self._told_since_start
        limit = MOST_AT_A_START if anew else MOST_AT_ONCE
        roles = list(OF_ROLE)
        changes = await asyncio.to_thread(
            self.store.read,
            lambda uow: uow.menus.changes(
                NAME, self.account.agent, limit=limit, anew=roles if anew else ()
            ),
        )
        for change in changes:
            await self._tell(change)
        self._told_since_start = True
        return len(changes)

    async def _tell(self, change: MenuChange) -> None:
        commands = None if change.role is None else OF_ROLE.get(change.role)
        try:
            scope = BotCommandScopeChat(int(change.chat))
            if commands is not None:
                await self.account.bot.set_my_commands(commands, scope=scope)
            elif change.was in OF_ROLE:
                await self.account.bot.delete_my_commands(scope=scope)
        except (BadRequest, Forbidden, ValueError) as error:
            # A chat that is gone; it comes again with the next change of role.
            log.info("telegram_menu_declined", error=type(error).__name__)
        await asyncio.wrap_future(
            self.store.submit(lambda uow: uow.menus.told(self.account.agent, change))
        )
