"""A channel whose every send is written into a file, so that one sent twice is seen."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field

from domain.channel import Channel, Incoming, Limits, OutgoingMessage, Unreadable


@dataclass(slots=True)
class Noted:
    """Sends through another channel, or nowhere, and writes each send's key into a file."""

    name: str
    file: int
    inner: Channel | None = None
    seconds: float = 0.0
    sent: int = field(default=0)

    def limits(self, chat: str) -> Limits | None:  # noqa: ARG002 - the protocol's
        """Take messages at any pace."""
        return None

    def parse(self, raw: str) -> Incoming:
        """Nothing comes in here."""
        return Unreadable(raw)

    async def send(self, chat: str, message: OutgoingMessage, *, key: str) -> str:
        """Write the key, then send."""
        os.write(self.file, f"{key}\n".encode())
        self.sent += 1
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.inner is None:
            return f"m-{os.getpid()}-{self.sent}"
        return await self.inner.send(chat, message, key=key)

    async def edit(self, chat: str, message_id: str, message: OutgoingMessage, *, key: str) -> None:
        """Nothing is edited here."""

    async def answer_press(self, chat: str, press_id: str, text: str, *, key: str) -> None:
        """Nothing is pressed here."""
