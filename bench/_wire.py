"""A chat channel that exists only in a measurement: what is sent is noted, nothing leaves.

Refuses: chance. How a channel limits and fails is `bench/_limits.py`.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from domain.channel import (
    Address,
    ButtonPress,
    ChatKind,
    Incoming,
    IncomingMessage,
    Limits,
    OutgoingMessage,
    Sender,
    Unreadable,
)

WIRE = "wire"


def packed_message(chat: str, sender: str, message_id: str, text: str, at: datetime) -> str:
    """Return a message in a private chat as the wire stores it in the inbox."""
    return json.dumps([chat, sender, message_id, text, at.isoformat()], ensure_ascii=False)


def packed_press(chat: str, sender: str, press_id: str, message_id: str, data: str) -> str:
    """Return a press in a group as the wire stores it in the inbox."""
    return json.dumps([chat, sender, press_id, message_id, data, "press"], ensure_ascii=False)


@dataclass
class Wire:
    """Takes everything at once."""

    name: str = WIRE
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def limits(self, chat: str) -> Limits | None:
        """Say that it takes everything at once."""
        del chat
        return None

    def parse(self, raw: str) -> Incoming:
        """Read what `packed_message` and `packed_press` wrote."""
        told = json.loads(raw)
        chat, sender, one_id = told[:3]
        if len(told) == 6:
            return ButtonPress(
                address=Address(self.name, chat),
                chat_kind=ChatKind.GROUP,
                sender=Sender(sender),
                press_id=one_id,
                message_id=told[3],
                data=told[4],
                sent_at=datetime.min,  # noqa: DTZ901 - nobody reads it
            )
        if len(told) != 5:
            return Unreadable("neither a message nor a press")
        return IncomingMessage(
            address=Address(self.name, chat),
            chat_kind=ChatKind.PRIVATE,
            sender=Sender(sender),
            message_id=one_id,
            text=told[3],
            sent_at=datetime.fromisoformat(told[4]),
        )

    async def send(self, chat: str, message: OutgoingMessage, *, key: str) -> str:  # noqa: ARG002
        """Take a message."""
        return str(next(self._numbers))

    async def edit(self, chat: str, message_id: str, message: OutgoingMessage, *, key: str) -> None:
        """Take an edit."""

    async def answer_press(self, chat: str, press_id: str, text: str, *, key: str) -> None:
        """Take an answer."""
