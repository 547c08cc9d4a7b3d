"""Files that somebody sent: their bytes from Telegram's servers, or shown again by their id.

Telegram gives bots files of 20 MB at most, by a link that is good for an hour
(https://core.telegram.org/bots/api#getfile); the link is never kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from telegram import Bot, File, Message
from telegram.error import BadRequest, TelegramError

from domain.channel import Attachment
from domain.errors import Refused, RetryLater

DOWNLOAD_SECONDS = 60.0
TOO_LARGE = "太大，没有取"
NO_LINK = "接口没有给下载地址"
NOT_YET = "暂时取不到"


async def look_up(bot: Bot, file_id: str, *, largest: int) -> File:
    """Ask where a file is; raises PTB's errors, and `Refused` for one that is too large."""
    try:
        found = await bot.get_file(file_id)
    except BadRequest as error:
        # "wrong file_id or the file is temporarily unavailable" may be either.
        if "too big" in error.message.lower():
            raise Refused(TOO_LARGE) from None
        raise RetryLater(NOT_YET) from None
    if (found.file_size or 0) > largest:
        raise Refused(TOO_LARGE)
    return found


async def download(bot: Bot, found: File, *, largest: int) -> bytes:
    """Return a file's bytes; any failure is for later, with a link asked for anew."""
    if not (found.file_path or "").startswith(("http://", "https://")):
        raise Refused(NO_LINK)  # a server of one's own that names a path on its own disk
    try:
        content = await bot.request.retrieve(str(found.file_path), read_timeout=DOWNLOAD_SECONDS)
    except TelegramError as error:
        # An expired link is answered 404, which PTB takes for a wrong token; the error's
        # words may hold the link, and the token in it.
        raise RetryLater(NOT_YET) from error
    if len(content) > largest:
        raise Refused(TOO_LARGE)
    return content


async def show(bot: Bot, chat: int, file: Attachment, caption: str, *, rings: bool) -> Message:
    """Send a file that Telegram has, which nobody may pass on; raises PTB's errors."""
    methods: dict[str, Callable[..., Awaitable[Message]]] = {
        "photo": bot.send_photo,
        "voice": bot.send_voice,
        "video": bot.send_video,
    }
    send = methods.get(file.kind, bot.send_document)
    return await send(
        chat, file.file_id, caption=caption, protect_content=True, disable_notification=not rings
    )
