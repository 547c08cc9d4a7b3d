"""Telegram: received by polling or webhook, sent through python-telegram-bot's ``Bot``.

Raw updates are stored before they are confirmed; what fails becomes a `DeliveryError`.
Refuses: PTB's Updater and its rate limiter, which lose and forget (docs/telegram.md).
"""

from __future__ import annotations

import os

# PTB warns each time Telegram asks for a pause unless its pauses are timedeltas already.
os.environ.setdefault("PTB_TIMEDELTA", "true")

import importlib
from typing import TYPE_CHECKING, Any

from bot.channels.telegram.naming import HOOK, NAME, PLACE
from bot.channels.telegram.watch import ANSWERED, HEARD, UPDATE, Watch

if TYPE_CHECKING:
    from bot.channels.telegram.account import Account, open_account
    from bot.channels.telegram.channel import Telegram
    from bot.channels.telegram.hook import hook_routes
    from bot.channels.telegram.receiving import Receiving

__all__ = [
    "ANSWERED",
    "HEARD",
    "HOOK",
    "NAME",
    "PLACE",
    "UPDATE",
    "Account",
    "Receiving",
    "Telegram",
    "Watch",
    "hook_routes",
    "open_account",
]

# Read when asked for: an office without Telegram starts sooner without its library.
_ELSEWHERE = {
    "Account": "account",
    "Receiving": "receiving",
    "Telegram": "channel",
    "hook_routes": "hook",
    "open_account": "account",
}


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_ELSEWHERE[name]}"), name)
