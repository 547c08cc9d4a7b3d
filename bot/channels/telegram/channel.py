"""Telegram as the reader and the dispatcher see it: parse, send, edit, answer a press.

Sends through PTB's ``Bot``; what goes wrong becomes a `DeliveryError` by `faults`. Where
several chats are told to slow down at once, the whole channel does. Refuses: to try again
by itself; a notice that has to wait is a row, and the dispatcher's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from telegram import Bot, InlineKeyboardMarkup, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.faults import Again, delivery_error, remedy
from bot.channels.telegram.files import download, look_up, show
from bot.channels.telegram.naming import NAME
from bot.channels.telegram.updates import parse
from bot.channels.telegram.writing import (
    LONGEST_ANSWER,
    LONGEST_CAPTION,
    LONGEST_TEXT,
    NOTHING,
    Written,
    clip,
    write,
)
from domain.channel import Attachment, Incoming, Limits, Location, OutgoingMessage, Rate
from domain.errors import Refused, RetryLater

_T = TypeVar("_T")

# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this, with room:
# the server's own counting is unknown, and its retry_after is what counts in the end.
ALL = Rate(28, timedelta(seconds=1), burst=8)
OF_CHAT = Rate(1, timedelta(seconds=1.1))
OF_GROUP = Rate(19, timedelta(minutes=1), burst=5)
OF_EDITS = Rate(1, timedelta(seconds=3))  # of one message: they count among a group's 20
RESERVE = 0.2
# So many chats told to wait within so short a time mean the whole bot.
SEVERAL = 3
TOGETHER = timedelta(seconds=5)

# Between two messages of one chat, where they leave: a busy machine may have been late with
# the first, so that the second, in time by itself, would come too soon after it.
APART_SECONDS = 1.0
MOST_REMEMBERED = 2000

log = structlog.get_logger()


class Telegram:
    """Writes what the desk says into Telegram's chats."""

    name = NAME

    def __init__(
        self,
        bot: Bot,
        clock: Callable[[], datetime],
        *,
        token_refused: Callable[[], None] = lambda: None,
        answered: Callable[[], None] = lambda: None,
    ) -> None:
        """Bind to a bot.

        ``token_refused`` is called each time Telegram refuses the token, ``answered`` each
        time a call went well.
        """
        self.bot = bot
        self.answered = answered
        self.own_name = ""
        self.hears_all: bool | None = None
        self._clock = clock
        self._token_refused = token_refused
        self._slowed: dict[str, datetime] = {}
        self._left_at: dict[str, float] = {}

    def limits(self, chat: str) -> Limits | None:
        """Say how fast Telegram takes messages: 30/s in all, 1/s a chat, 20/min a group."""
        of_chat = (OF_CHAT, OF_GROUP) if chat.startswith("-") else (OF_CHAT,)
        return Limits(channel=ALL, chat=of_chat, edit=OF_EDITS, reserve=RESERVE)

    def parse(self, raw: str) -> Incoming:
        """Turn a stored update into what the desk understands; pure."""
        return parse(raw, own_name=self.own_name, hears_all=self.hears_all)

    async def send(self, chat: str, message: OutgoingMessage, *, key: str) -> str:  # noqa: ARG002
        """Send a new message, or a pin; Telegram knows no keys, so a lost answer may double it."""
        if message.pin is not None:
            return await self._send_pin(chat, message, message.pin)
        if message.file is not None:
            return await self._send_file(chat, message, message.file)

        async def put(text: str, keyboard: InlineKeyboardMarkup | None, mode: str | None) -> str:
            sent = await self.bot.send_message(
                _chat_id(chat),
                text,
                parse_mode=mode,
                reply_markup=keyboard,
                reply_parameters=_reply(message),
                disable_notification=not message.rings,
                protect_content=True,
            )
            return str(sent.message_id)

        return await self._put(chat, message, put) or ""

    async def edit(
        self,
        chat: str,
        message_id: str,
        message: OutgoingMessage,
        *,
        key: str,  # noqa: ARG002
    ) -> None:
        """Replace the text and buttons of a message; the same once more changes nothing."""

        async def put(text: str, keyboard: InlineKeyboardMarkup | None, mode: str | None) -> str:
            await self.bot.edit_message_text(
                text, _chat_id(chat), int(message_id), parse_mode=mode, reply_markup=keyboard
            )
            return message_id

        await self._put(chat, message, put)

    async def answer_press(self, chat: str, press_id: str, text: str, *, key: str) -> None:  # noqa: ARG002
        """Answer a press; one so late that nobody waits for the answer is done with."""

        async def answer() -> None:
            with suppress(BadRequest):  # too old: the button does not spin any longer
                await self.bot.answer_callback_query(press_id, clip(text, LONGEST_ANSWER))

        await self._call(chat, answer)

    async def fetch(self, file_id: str, *, largest: int) -> bytes:
        """Return the bytes of a file that somebody sent; `Refused` when it is too large."""
        found = await self._call("", lambda: look_up(self.bot, file_id, largest=largest))
        return await download(self.bot, found, largest=largest)

    async def _send_pin(self, chat: str, message: OutgoingMessage, pin: Location) -> str:
        async def put() -> str:
            if pin.title:
                sent = await self.bot.send_venue(
                    _chat_id(chat), pin.latitude, pin.longitude, pin.title, pin.title,
                    reply_parameters=_reply(message), disable_notification=True,
                    protect_content=True,
                )  # fmt: skip
            else:
                sent = await self.bot.send_location(
                    _chat_id(chat), pin.latitude, pin.longitude,
                    reply_parameters=_reply(message), disable_notification=True,
                    protect_content=True,
                )  # fmt: skip
            return str(sent.message_id)

        await self._keep_apart(chat)
        return await self._call(chat, put)

    async def _send_file(self, chat: str, message: OutgoingMessage, file: Attachment) -> str:
        words = clip(message.plain_text, LONGEST_CAPTION)
        await self._keep_apart(chat)
        sent = await self._call(
            chat, lambda: show(self.bot, _chat_id(chat), file, words, rings=message.rings)
        )
        return str(sent.message_id)

    async def _put(
        self,
        chat: str,
        message: OutgoingMessage,
        put: Callable[[str, InlineKeyboardMarkup | None, str | None], Awaitable[str]],
    ) -> str | None:
        """Put a message out; if Telegram does not take it so, shorter, or without markup."""
        written = write(message)
        mode: str | None = ParseMode.HTML
        for _ in range(len(Again)):
            try:
                text = written.html if mode else written.plain or NOTHING
                await self._keep_apart(chat)
                return await self._call(chat, lambda: put(text, written.keyboard, mode), raw=True)  # noqa: B023
            except BadRequest as error:
                again = remedy(error)
                log.info("telegram_declined", reason=again.name if again else "other")
                if again is Again.AS_IT_STANDS:
                    return None
                if again is Again.SHORTER:
                    written = _half(message, written)
                elif again is Again.PLAIN and mode:
                    mode = None
                else:
                    raise delivery_error(error, self._clock()) from error
        raise Refused("Telegram 不收这条消息")

    async def _call(self, chat: str, work: Callable[[], Awaitable[_T]], *, raw: bool = False) -> _T:
        """Call Telegram; ``raw`` lets a `BadRequest` through to who may know a remedy."""
        try:
            result = await work()
        except TelegramError as error:
            if raw and type(error) is BadRequest:
                raise
            if isinstance(error, InvalidToken):
                self._token_refused()
            found = delivery_error(error, self._clock())
            if isinstance(error, RetryAfter) and isinstance(found, RetryLater):
                found = self._slow(chat, found)
            raise found from error
        self.answered()
        return result

    async def _keep_apart(self, chat: str) -> None:
        """Wait for what is missing between this message of a chat and the one before it."""
        now = asyncio.get_running_loop().time
        wait = self._left_at.get(chat, 0.0) + APART_SECONDS - now()
        if wait > 0:
            await asyncio.sleep(min(wait, APART_SECONDS))
        if len(self._left_at) > MOST_REMEMBERED:
            self._left_at.clear()
        self._left_at[chat] = now()

    def _slow(self, chat: str, asked: RetryLater) -> RetryLater:
        """Hold the chat, or the whole channel once several chats were told to wait."""
        now = self._clock()
        self._slowed = {one: at for one, at in self._slowed.items() if abs(now - at) < TOGETHER}
        self._slowed[chat] = now
        log.warning("telegram_slowed", count=len(self._slowed))
        return RetryLater(
            asked.reason,
            not_before=asked.not_before,
            whole_channel=len(self._slowed) >= SEVERAL,
        )


def _half(message: OutgoingMessage, written: Written) -> Written:
    return write(message, longest=min(LONGEST_TEXT, max(len(written.plain), 64)) // 2)


def _reply(message: OutgoingMessage) -> ReplyParameters | None:
    if message.reply_to is None or not message.reply_to.isdigit():
        return None
    return ReplyParameters(int(message.reply_to), allow_sending_without_reply=True)


def _chat_id(chat: str) -> int:
    try:
        return int(chat)
    except ValueError:
        raise Refused(
            f"no chat of Telegram: {len(chat)} characters", address_is_dead=True
        ) from None
