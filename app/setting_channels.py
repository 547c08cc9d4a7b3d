"""The settings of the chats through which the office is reached."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from app.setting_kinds import Part, Size


class Webchat(Part):
    """The product's own chat in the browser."""

    enabled: bool


class Telegram(Part):
    """The Telegram channel; off while it has no token."""

    token: SecretStr
    token_file: str
    base_url: str
    mode: Literal["polling", "webhook"]
    proxy: str = Field(repr=False)
    names_in_groups: bool
    largest_file: Size

    @property
    def enabled(self) -> bool:
        """Whether there is a token to sign in with."""
        return bool(self.token.get_secret_value())


class Channels(Part):
    """The chats through which the office is reached."""

    webchat: Webchat
    telegram: Telegram
