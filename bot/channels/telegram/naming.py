"""What Telegram's part of the product is called, and what follows from a token alone."""

from __future__ import annotations

import hashlib
import hmac

NAME = "telegram"
HOOK = "/hooks/telegram"
PLACE = "telegram.poller"  # who of several processes polls


def agent_of(token: str) -> str:
    """Return the bot's id, which is the first part of its token and no secret."""
    return token.partition(":")[0]


def hook_secret(token: str) -> str:
    """Return the secret that Telegram sends with each update; it changes with the token."""
    return hmac.new(token.encode(), b"huxin webhook", hashlib.sha256).hexdigest()
