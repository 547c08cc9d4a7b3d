"""What the desk waits to hear from a sender, and how fast the sender writes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from domain.channel import Address, ChatKind, IncomingMessage, Sender
from storage.columns import UtcTime
from storage.prepared import Prepared, among
from storage.tables import dialogues, sender_pace
from storage.upsert import inserting, put


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
_OPEN_EACH = Prepared(
    sa.select(dialogues.c.channel, dialogues.c.chat, dialogues.c.sender, dialogues.c.state).where(
        among(dialogues.c.channel, dialogues.c.chat, dialogues.c.sender),
        dialogues.c.expires_at > sa.bindparam("now"),
    )
)
_OVERDUE = Prepared(sa.select(dialogues.c.state).where(_THIS))
_END = Prepared(sa.delete(dialogues).where(_THIS))


def _hear_one(dialect: str) -> Any:
    """Return the statement that counts one more message in its sender's window."""
    window_is_over = sender_pace.c.window_at <= sa.bindparam("window_over", type_=UtcTime)
    told_is_over = sender_pace.c.told_at <= sa.bindparam("told_over", type_=UtcTime)
    statement = inserting(dialect, sender_pace)
    names = ("channel", "sender", "window_at", "heard", "told_at")
    statement = statement.values({name: sa.bindparam(name) for name in names})
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["channel", "sender"],
        set_={
            "window_at": sa.case((window_is_over, new.window_at), else_=sender_pace.c.window_at),
            "heard": sa.case((window_is_over, 1), else_=sender_pace.c.heard + 1),
            "told_at": sa.case((told_is_over, new.told_at), else_=sender_pace.c.told_at),
        },
    ).returning(sender_pace.c.heard, sender_pace.c.told_at)


_HEAR = Prepared(_hear_one)


class DialogueRows:
    """Dialogue states in one transaction; a state is JSON that `bot` alone understands."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now
        self._foreseen: dict[tuple[str, str, str], dict[str, Any] | None] = {}

    def foresee(self, senders: Collection[tuple[Address, str]]) -> None:
        """Find the open questions to senders in one question; a change of one forgets it."""
        if not senders or self._connection.dialect.name == "sqlite":
            return
        places = [(address.channel, address.chat, sender) for address, sender in senders]
        channels, chats, names = map(list, zip(*places, strict=True))
        asked = {"channel": channels, "chat": chats, "sender": names, "now": self._now}
        self._foreseen = dict.fromkeys(places)
        for channel, chat, sender, state in _OPEN_EACH.tuples(self._connection, asked):
            self._foreseen[channel, chat, sender] = state

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

        Who was told that they write fast counts as told for ``told_lasts``.
        """
        [(heard, told_at)] = _HEAR.tuples(
            self._connection,
            {
                "channel": channel,
                "sender": sender,
                "window_at": self._now,
                "heard": 1,
                "told_at": None,
                "window_over": self._now - window,
                "told_over": self._now - told_lasts,
            },
        )
        return Pace(heard=heard, told=told_at is not None)

    def mark_told(self, channel: str, sender: str) -> None:
        """Remember that a fast sender was told in this window."""
        self._connection.execute(
            sa.update(sender_pace)
            .where(sender_pace.c.channel == channel, sender_pace.c.sender == sender)
            .values(told_at=self._now)
        )
