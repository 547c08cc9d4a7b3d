"""What the stories put in place of the world: a clock that is pushed, a channel that keeps.

Nothing here stands for our own code. `RecordingChannel` keeps what each chat shows, with
edits applied, and can be told to fail in each way that a channel can.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.channel import (
    Address,
    Attachment,
    ButtonPress,
    ChatChange,
    ChatKind,
    Heard,
    Incoming,
    IncomingMessage,
    Limits,
    Location,
    OutgoingMessage,
    Sender,
    Unreadable,
)
from domain.danger import Assessment, Category, Evidence, Level
from domain.errors import DeliveryError


class PushedClock:
    """A clock that stands still until it is pushed."""

    def __init__(self, now: datetime) -> None:
        """Begin at ``now``, aware."""
        self.now = now

    def __call__(self) -> datetime:
        """Say what time it is."""
        return self.now

    def push(self, by: timedelta) -> None:
        """Move the hands, forth or back."""
        self.now += by


@dataclass(eq=False)
class Shown:
    """One message as a chat shows it now; ``read`` once a story expected it."""

    channel: str
    chat: str
    message_id: str
    message: OutgoingMessage
    key: str
    edits: int = 0
    read: bool = False

    @property
    def text(self) -> str:
        """The words, without style."""
        return self.message.plain_text

    @property
    def labels(self) -> list[str]:
        """What stands on the buttons."""
        return [button.label for row in self.message.buttons for button in row]

    @property
    def address(self) -> Address:
        """Where it stands."""
        return Address(channel=self.channel, chat=self.chat)

    def data_of(self, label: str) -> str:
        """Return what the button with this label sends."""
        for row in self.message.buttons:
            for button in row:
                if button.label == label:
                    return button.data
        raise AssertionError(f"no button {label} under: {self.text} {self.labels}")


@dataclass(frozen=True)
class Toast:
    """A short answer to a press, seen by the presser alone."""

    chat: str
    press_id: str
    text: str


@dataclass
class Fault:
    """How the next calls fail: ``delivered`` means that only the answer is lost."""

    error: Exception
    chat: str | None
    times: int
    delivered: bool


@dataclass
class RecordingChannel:
    """A chat channel that keeps what it was asked to show; without ``pace``, at any pace."""

    name: str
    pace: Limits | None = None
    shown: list[Shown] = field(default_factory=list)
    toasts: list[Toast] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    when_shown: Callable[[], object] = lambda: None
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def fails(
        self,
        error: Exception,
        *,
        chat: str | None = None,
        times: int = 1,
        delivered: bool = False,
    ) -> None:
        """Fail the next ``times`` calls, in one chat if given."""
        self.faults.append(Fault(error, chat, times, delivered))

    def new_id(self) -> str:
        """Return the id of the next message, whoever writes it."""
        return str(next(self._numbers))

    def numbers_from(self, first: int) -> None:
        """Give the next message this id, as a chat does that numbers its messages anew."""
        self._numbers = itertools.count(first)

    def limits(self, chat: str) -> Limits | None:  # noqa: ARG002 - the protocol's
        """Say how fast it takes messages, the same for every chat."""
        return self.pace

    def parse(self, raw: str) -> Incoming:
        """Read back what `packed` wrote."""
        return unpacked(raw)

    async def send(self, chat: str, message: OutgoingMessage, *, key: str) -> str:
        """Show a new message."""
        shown = Shown(self.name, chat, "", message, key)

        def show() -> None:
            shown.message_id = self.new_id()
            self.shown.append(shown)
            self.when_shown()

        self._do(show, chat, key)
        return shown.message_id

    async def edit(self, chat: str, message_id: str, message: OutgoingMessage, *, key: str) -> None:
        """Replace what a message shows."""

        def replace() -> None:
            for shown in self.shown:
                if (shown.chat, shown.message_id) == (chat, message_id):
                    shown.message = message
                    shown.edits += 1
                    return
            raise AssertionError(f"an edit of a message that was never sent: {message_id}")

        self._do(replace, chat, key)

    async def answer_press(self, chat: str, press_id: str, text: str, *, key: str) -> None:
        """Answer the presser."""
        self._do(lambda: self.toasts.append(Toast(chat, press_id, text)), chat, key)

    def _do(self, act: Any, chat: str, key: str) -> None:
        self.tries.append(key)
        for fault in self.faults:
            if fault.times and fault.chat in {None, chat}:
                fault.times -= 1
                if fault.delivered:
                    act()
                raise fault.error
        act()


class SlowAnswerError(DeliveryError):
    """A failure that no channel declares."""


def packed(incoming: Heard) -> str:
    """Return a payload as the recording channel receives it."""
    return json.dumps(
        {"what": type(incoming).__name__, **asdict(incoming)}, default=str, ensure_ascii=True
    )


def unpacked(raw: str) -> Incoming:
    """Read a payload; what is none is `Unreadable`."""
    try:
        payload: dict[str, Any] = json.loads(raw)
    except ValueError:
        return Unreadable("not JSON")
    what = payload.pop("what")
    payload["address"] = Address(**payload["address"])
    payload["chat_kind"] = ChatKind(payload["chat_kind"])
    payload["sender"] = Sender(**payload["sender"])
    payload["sent_at"] = datetime.fromisoformat(payload["sent_at"])
    if what == "ButtonPress":
        return ButtonPress(**payload)
    if what == "ChatChange":
        return ChatChange(**payload)
    payload["attachments"] = tuple(Attachment(**item) for item in payload["attachments"])
    payload["location"] = None if payload["location"] is None else Location(**payload["location"])
    return IncomingMessage(**payload)


_READINGS = (
    (re.compile("要跳楼|跳下去|喝了农药|点火"), Level.RED),
    (re.compile("不想活|砍死|拿刀"), Level.ORANGE),
    (re.compile("活着没意思|交代后事"), Level.YELLOW),
)


def plain_reading(text: str) -> Assessment:
    """Read a text by a handful of words, so that a story's levels do not hang on the rules."""
    evidence = [
        Evidence(
            rule="PLAIN-01",
            level=level,
            category=_kind_of(found.group()),
            start=found.start(),
            end=found.end(),
            text=found.group(),
            reason=f"说到{found.group()}",
        )
        for words, level in _READINGS
        for found in words.finditer(text)
    ]
    if not evidence:
        return Assessment.harmless()
    kinds = {found.category for found in evidence}
    return Assessment(
        level=evidence[0].level,
        categories=tuple(category for category in Category if category in kinds),
        evidence=tuple(evidence),
    )


def _kind_of(words: str) -> Category:
    if words in {"砍死", "拿刀"}:
        return Category.HARM_OTHERS
    return Category.PUBLIC_DANGER if words == "点火" else Category.SELF_HARM
