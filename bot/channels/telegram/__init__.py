"""Telegram: received by polling or webhook, sent through python-telegram-bot's ``Bot``.

Raw updates are stored before they are confirmed; what fails becomes a `DeliveryError`.
Refuses: PTB's Updater and its rate limiter, which lose and forget (docs/telegram.md).
"""

from __future__ import annotations

import os

# PTB warns each time Telegram asks for a pause unless its pauses are timedeltas already.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from bot.channels.telegram.account import Account, open_account
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.hook import hook_routes
from bot.channels.telegram.naming import HOOK, NAME
from bot.channels.telegram.polling import PLACE
from bot.channels.telegram.receiving import Receiving
from bot.channels.telegram.watch import ANSWERED, HEARD, UPDATE, Watch

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
