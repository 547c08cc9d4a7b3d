"""What an error of Telegram's means for a notice: one row of the table each.

Kinds are told by PTB's class and the server's English words, which are part of its
interface (https://core.telegram.org/bots/api#making-requests). ``BadRequest`` and
``TimedOut`` are kinds of ``NetworkError``, so they are asked for first.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from domain.errors import AddressMoved, DeliveryError, MessageGone, Refused, RetryLater

# How long a channel whose token was refused is left alone before it is asked again.
STOPPED_FOR = timedelta(minutes=5)
# Telegram asks for whole seconds; a little more keeps clear of its rounding.
MARGIN = timedelta(milliseconds=200)

TOKEN_REFUSED = "口令被 Telegram 拒绝"  # noqa: S105 - a sentence
_DEAD_CHAT = ("chat not found", "user not found", "not enough rights to send", "have no rights",
              "chat_write_forbidden", "peer_id_invalid", "group chat was deactivated")  # fmt: skip
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid",
         "message to be replied not found", "replied message not found")  # fmt: skip


class Again(enum.Enum):
    """What can be done at once about a message that Telegram does not take as it is."""

    AS_IT_STANDS = "nothing: it stands there already"
    PLAIN = "send it without markup"
    SHORTER = "send less of it"


def remedy(error: TelegramError) -> Again | None:
    """Return what to do at once about an error, or None when it is `delivery_error`'s."""
    words = error.message.lower()
    if not isinstance(error, BadRequest):
        return None
    if "message is not modified" in words:
        return Again.AS_IT_STANDS
    if "can't parse entities" in words or "can't find end" in words:
        return Again.PLAIN
    return Again.SHORTER if "too long" in words or "message_too_long" in words else None


def delivery_error(error: TelegramError, now: datetime) -> DeliveryError:  # noqa: PLR0911 - one a row
    """Return what an error means to the dispatcher."""
    if isinstance(error, RetryAfter):
        return RetryLater("Telegram 要求慢一点", not_before=now + wait_of(error) + MARGIN)
    if isinstance(error, ChatMigrated):
        return AddressMoved(str(error.new_chat_id))
    if isinstance(error, Forbidden):
        return Refused("对方停用了机器人，或把它移出了群", address_is_dead=True)
    if isinstance(error, InvalidToken):
        return RetryLater(TOKEN_REFUSED, not_before=now + STOPPED_FOR, whole_channel=True)
    if isinstance(error, BadRequest):
        return _of_bad_request(error.message)
    if isinstance(error, Conflict):
        return RetryLater("另有程序在用同一个机器人")
    lost = isinstance(error, NetworkError) and _may_have_arrived(error)
    return RetryLater("网络不通或超时，可能已送达" if lost else "Telegram 暂时不通",
                      may_have_arrived=lost)  # fmt: skip


def _of_bad_request(message: str) -> DeliveryError:
    words = message.lower()
    if any(one in words for one in _GONE):
        return MessageGone(message)
    if any(one in words for one in _DEAD_CHAT):
        return Refused("找不到这个会话，或不能在里面发言", address_is_dead=True)
    return Refused("Telegram 不收这条消息")


def wait_of(error: RetryAfter) -> timedelta:
    """Return how long Telegram wants to be left alone."""
    asked = error.retry_after
    return asked if isinstance(asked, timedelta) else timedelta(seconds=asked)


def _may_have_arrived(error: NetworkError) -> bool:
    """Whether the request had left when the line broke, so that only the answer is lost."""
    cause = error.__cause__
    never_left = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    if isinstance(cause, never_left):
        return False
    return isinstance(error, TimedOut) or isinstance(cause, httpx.TransportError)
