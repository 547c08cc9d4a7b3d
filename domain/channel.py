"""What passes between a chat channel and the desk, in a form that no channel owns.

A channel only translates: its own payload to `IncomingMessage` or `ButtonPress`, and an
`OutgoingMessage` to its own payload. Refuses: markup of any one channel.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


class ChatKind(enum.StrEnum):
    """Whether one person or a group reads a chat."""

    PRIVATE = "private"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a notice goes: a chat of a channel. ``chat`` is the channel's own id."""

    channel: str
    chat: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, as the channel knows them. ``name`` is what they call themselves."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A photo, voice, video or document. ``away``: the channel has the bytes, to be fetched."""

    kind: str
    file_id: str
    name: str = ""
    away: bool = False


@dataclass(frozen=True, slots=True)
class Location:
    """A pin, in degrees (WGS 84 unless the channel says otherwise)."""

    latitude: float
    longitude: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """Something a person wrote. ``message_id`` is unique within (channel, chat).

    ``edit`` is 0 for the first text and grows with each edit. ``reply_to`` is the
    ``message_id`` that the person replied to. ``album`` is the same for messages that were
    sent as one, each with a photo of its own.
    """

    address: Address
    chat_kind: ChatKind
    sender: Sender
    message_id: str
    text: str
    sent_at: datetime
    edit: int = 0
    reply_to: str | None = None
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    album: str | None = None


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A button that a person pressed. ``press_id`` is what the channel wants answered."""

    address: Address
    chat_kind: ChatKind
    sender: Sender
    press_id: str
    message_id: str
    data: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class ChatChange:
    """What happened to a chat, rather than what was said in it; perhaps nothing that matters.

    ``reachable`` is whether the desk may write there from now on, None where that stays as
    it was. ``moved_to`` is the chat's new id. ``sender`` is who did it. ``hears_all`` is
    whether the desk hears everything that is said there, None where that is not known.
    """

    address: Address
    chat_kind: ChatKind
    sender: Sender
    sent_at: datetime
    title: str = ""
    reachable: bool | None = None
    moved_to: str | None = None
    hears_all: bool | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A payload that does not parse; ``reason`` is for the person who looks at it."""

    reason: str


Heard = IncomingMessage | ButtonPress | ChatChange
Incoming = Heard | Unreadable


class Style(enum.StrEnum):
    """How a stretch of text stands out; a channel that cannot show it shows it plain."""

    PLAIN = "plain"
    STRONG = "strong"
    MARK = "mark"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style; a line feed ends a line."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message. ``data`` is at most 64 bytes of UTF-8.

    The limit is Telegram's for ``callback_data``
    (https://core.telegram.org/bots/api#inlinekeyboardbutton).
    """

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What a channel shows. ``buttons`` are rows from top to bottom.

    ``level`` lets a channel colour the message; ``reply_to`` is a message id of the same
    chat; ``rings`` is False for what should not make a phone sound. ``details`` is a button
    that a channel adds where it has to clip the text. ``pin`` is shown on a map where the
    channel has one; the text says the same. ``file`` is one that the same channel has, shown
    with the text.
    """

    body: tuple[Span, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()
    reply_to: str | None = None
    level: str | None = None
    rings: bool = True
    details: Button | None = None
    pin: Location | None = None
    file: Attachment | None = None

    @property
    def plain_text(self) -> str:
        """The words alone, without style."""
        return "".join(span.text for span in self.body)


def plain(text: str, *rows: tuple[Button, ...]) -> OutgoingMessage:
    """Return a message of one unstyled text with rows of buttons under it."""
    return OutgoingMessage(body=(Span(text),), buttons=rows)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` messages in any stretch of ``per``, ``burst`` of them at once.

    A token bucket of ``burst`` that fills just slowly enough for the promise to hold even
    when a full one is emptied first.
    """

    count: int
    per: timedelta
    burst: int = 1

    def __post_init__(self) -> None:
        """Refuse a burst that is none, or more than the whole."""
        if not 1 <= self.burst <= self.count or self.per <= timedelta(0):
            raise ValueError(f"no such rate: {self.count} in {self.per}, {self.burst} at once")

    @property
    def interval(self) -> timedelta:
        """How long the bucket takes to fill by one."""
        return self.per / (self.count + 1 - self.burst)


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast a channel takes messages: as a whole, and each rate of one chat.

    ``edit`` is how often one message is edited: changes that come together are shown at once.
    ``reserve`` is the share of every burst that only what is red, and short answers to a
    press, may use.
    """

    channel: Rate | None = None
    chat: tuple[Rate, ...] = ()
    edit: Rate | None = None
    reserve: float = 0.2


class DeliveryState(enum.StrEnum):
    """How a notice stands at its address, in words that a duty officer understands."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    LIMITED = "limited"
    DEAD = "dead"
    ANOTHER_WAY = "another_way"
    UNDELIVERABLE = "undeliverable"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """The state in Chinese."""
        return _DELIVERY_LABEL[self]


_DELIVERY_LABEL = {
    DeliveryState.WAITING: "待发",
    DeliveryState.SENDING: "发送中",
    DeliveryState.DELIVERED: "已送达",
    DeliveryState.UNKNOWN: "未知（可能已送达）",
    DeliveryState.LIMITED: "对方限流，稍后",
    DeliveryState.DEAD: "地址失效",
    DeliveryState.ANOTHER_WAY: "改走备用",
    DeliveryState.UNDELIVERABLE: "送不到，请电话联系",
    DeliveryState.EXPIRED: "过时未发",
}


class Channel(Protocol):
    """A chat channel as the reader and the dispatcher see it.

    Every method raises a `domain.errors.DeliveryError` when it fails; any other exception
    counts as `RetryLater`. ``key`` is the same for each try of one notice, so a channel
    that knows idempotency keys sends it once.
    """

    name: str

    def limits(self, chat: str) -> Limits | None:
        """Say how fast the channel, and this chat of it, takes messages; None: at any pace."""
        ...

    def parse(self, raw: str) -> Incoming:
        """Turn one stored payload into what the desk understands; pure."""
        ...

    async def send(self, chat: str, message: OutgoingMessage, *, key: str) -> str:
        """Send a new message and return its message id."""
        ...

    async def edit(self, chat: str, message_id: str, message: OutgoingMessage, *, key: str) -> None:
        """Replace the text and buttons of a message that was sent."""
        ...

    async def answer_press(self, chat: str, press_id: str, text: str, *, key: str) -> None:
        """Answer a button press with a short line for the presser alone."""
        ...
