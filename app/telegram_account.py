"""The office's bot on Telegram, opened from the settings."""

from __future__ import annotations

from app.settings import Settings
from bot.channels import telegram
from storage.live import Live
from storage.store import Store


def open_account(settings: Settings) -> telegram.Account | None:
    """Return the bot's account, which has not called yet; None when there is no token."""
    own = settings.channels.telegram
    if not own.enabled:
        return None
    return telegram.open_account(
        own.token.get_secret_value(), base_url=own.base_url, proxy=own.proxy
    )


def open_channel(account: telegram.Account, store: Store, live: Live) -> telegram.Telegram:
    """Return the channel that sends through an account, and says how its calls go."""
    watch = telegram.Watch(store, live)
    return telegram.Telegram(
        account.bot,
        store.clock,
        token_refused=watch.note_token_refused,
        answered=watch.note_answered,
    )


async def bot_name(settings: Settings) -> str:
    """Return the bot's name on Telegram; empty when there is none or Telegram is away."""
    account = open_account(settings)
    if account is None:
        return ""
    from telegram.error import TelegramError  # noqa: PLC0415 - not without an account

    try:
        return (await account.ask_self()).name
    except TelegramError:
        return ""
    finally:
        await account.close()
