"""What the desk waits to hear from a sender, and how fast the sender writes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from domain.channel import Address, ChatKind, IncomingMessage, Sender
from storage.among import among
from storage.prepared import Prepared
from storage.tables import dialogues, sender_pace
from storage.upsert import put, put_later


@dataclass(frozen=True, slots=True)
class Pace:
    """How many messages a sender sent in the running window, and whether they were told."""

    heard: int
    told: bool


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A dialogue whose time ran out before the answer came."""

    address: Address
    sender: str
    state: dict[str, Any]

    def as_message(self, now: datetime) -> IncomingMessage:
        """Return an empty message of the sender, to answer in their chat."""
        return IncomingMessage(
            address=self.address,
            chat_kind=ChatKind.PRIVATE,
            sender=Sender(id=self.sender),
            message_id="",
            text="",
            sent_at=now,
        )


_THIS = sa.and_(
    dialogues.c.channel == sa.bindparam("channel"),
    dialogues.c.chat == sa.bindparam("chat"),
    dialogues.c.sender == sa.bindparam("sender"),
)
_OPEN = Prepared(
    sa.select(dialogues.c.state).where(_THIS, dialogues.c.expires_at > sa.bindparam("now"))
)
_OPEN_EACH = among(
    sa.select(dialogues.c.channel, dialogues.c.chat, dialogues.c.sender, dialogues.c.state).where(
        dialogues.c.expires_at > sa.bindparam("now")
    ),
    *(dialogues.c.channel, dialogues.c.chat, dialogues.c.sender),
)
_OVERDUE = Prepared(sa.select(dialogues.c.state).where(_THIS))
_END = Prepared(sa.delete(dialogues).where(_THIS))


_PACES = among(sa.select(sender_pace), sender_pace.c.channel, sender_pace.c.sender)


@dataclass(frozen=True, slots=True)
class _Window:
    """A sender's running window: when it began, how many were heard, when they were told."""

    began: datetime
    heard: int
    told_at: datetime | None


class DialogueRows:
    """Dialogue states in one transaction; a state is JSON that `bot` alone understands."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now
        self._foreseen: dict[tuple[str, str, str], dict[str, Any] | None] = {}
        self._windows: dict[tuple[str, str], _Window | None] = {}

    def foresee(self, senders: Collection[tuple[Address, str]]) -> None:
        """Find the open questions to senders, and how fast each writes, in two questions.

        A change of a question forgets it.
        """
        if not senders:
            return
        places = [(address.channel, address.chat, sender) for address, sender in senders]
        channels, chats, names = map(list, zip(*places, strict=True))
        asked = {"channel": channels, "chat": chats, "sender": names, "now": self._now}
        self._foreseen = dict.fromkeys(places)
        for channel, chat, sender, state in _OPEN_EACH.tuples(self._connection, asked):
            self._foreseen[channel, chat, sender] = state
        self._see_paces({(address.channel, sender) for address, sender in senders})

    def get(self, address: Address, sender: str) -> dict[str, Any] | None:
        """Return the open question to a sender, or None when there is none or it expired."""
        if (address.channel, address.chat, sender) in self._foreseen:
            return self._foreseen[address.channel, address.chat, sender]
        place = {"channel": address.channel, "chat": address.chat, "sender": sender}
        state: dict[str, Any] | None = _OPEN.value(self._connection, {**place, "now": self._now})
        return state

    def overdue(self, address: Address, sender: str) -> dict[str, Any] | None:
        """Return the question to a sender, whether its time is over or not."""
        place = {"channel": address.channel, "chat": address.chat, "sender": sender}
        state: dict[str, Any] | None = _OVERDUE.value(self._connection, place)
        return state

    def any_expired(self, *, kind: str) -> bool:
        """Whether a dialogue of a kind ran out of time."""
        found = self._connection.execute(
            sa.select(dialogues.c.sender)
            .where(
                dialogues.c.expires_at <= self._now,
                dialogues.c.kind == kind,
            )
            .limit(1)
        ).first()
        return found is not None

    def expired(self, *, kind: str, limit: int) -> tuple[LeftOpen, ...]:
        """Return dialogues of a kind that nobody answered in time."""
        rows = self._connection.execute(
            sa.select(dialogues)
            .where(
                dialogues.c.expires_at <= self._now,
                dialogues.c.kind == kind,
            )
            .order_by(dialogues.c.expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return tuple(
            LeftOpen(
                address=Address(channel=row.channel, chat=row.chat),
                sender=row.sender,
                state=row.state,
            )
            for row in rows
        )

    def put(
        self, address: Address, sender: str, state: dict[str, Any], *, lasts: timedelta
    ) -> None:
        """Wait for an answer until ``lasts`` from now."""
        self._foreseen.pop((address.channel, address.chat, sender), None)
        put(
            self._connection,
            dialogues,
            channel=address.channel,
            chat=address.chat,
            sender=sender,
            kind=state.get("kind"),
            state=state,
            expires_at=self._now + lasts,
        )

    def end(self, address: Address, sender: str) -> None:
        """Wait for nothing any more."""
        self._foreseen.pop((address.channel, address.chat, sender), None)
        place = {"channel": address.channel, "chat": address.chat, "sender": sender}
        _END.run(self._connection, place)

    def hear(self, channel: str, sender: str, *, window: timedelta, told_lasts: timedelta) -> Pace:
        """Count one more message of a sender in the running ``window`` and return the pace.

        Who was told that they write fast counts as told for ``told_lasts``. Of two processes
        that hear the same sender at once, one's count may be lost.
        """
        who = channel, sender
        if who not in self._windows:
            self._see_paces({who})
        now, before = self._now, self._windows[who]
        if before is None or before.began <= now - window:
            before = _Window(now, 0, None if before is None else before.told_at)
        told_at = before.told_at
        if told_at is not None and told_at <= now - told_lasts:
            told_at = None
        self._keep(who, _Window(before.began, before.heard + 1, told_at))
        return Pace(heard=before.heard + 1, told=told_at is not None)

    def mark_told(self, channel: str, sender: str) -> None:
        """Remember that a fast sender, who was just heard, was told in this window."""
        heard = self._windows[channel, sender]
        if heard is not None:
            self._keep((channel, sender), replace(heard, told_at=self._now))

    def _see_paces(self, whose: Collection[tuple[str, str]]) -> None:
        self._windows.update(dict.fromkeys(whose))
        channels, names = map(list, zip(*whose, strict=True))
        for row in _PACES.rows(self._connection, {"channel": channels, "sender": names}):
            who = row["channel"], row["sender"]
            self._windows[who] = _Window(row["window_at"], row["heard"], row["told_at"])

    def _keep(self, who: tuple[str, str], window: _Window) -> None:
        self._windows[who] = window
        channel, sender = who
        put_later(
            self._connection,
            sender_pace,
            channel=channel,
            sender=sender,
            window_at=window.began,
            heard=window.heard,
            told_at=window.told_at,
        )
