"""A whole office for the stories: real store, reader, dialogue, timers and dispatcher.

No loop runs by itself: `settle` goes round until nothing is due, `after` pushes the clock
from one due time to the next. Each message that a chat gets has to be expected with `sees`;
one that nobody expected fails the test. Names are invented.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from alerts.dispatcher import Dispatcher
from alerts.pacing import Pacer
from alerts.roster_rounds import RosterRounds
from alerts.sending import DispatchTimes
from alerts.timers import Timers
from bot.dialogue import Dialogue
from bot.reader import Reader
from domain.alert import Alert, LogKind
from domain.channel import (
    Attachment,
    ButtonPress,
    ChatChange,
    ChatKind,
    Heard,
    IncomingMessage,
    Location,
    Sender,
)
from domain.danger import Assessment
from storage.live import LocalLive
from storage.notices import Priority
from storage.rates import LocalRates
from storage.store import Store
from storage.tables import alerts, dialogues, groups, inbox, notices, quiet
from storage.unit_of_work import UnitOfWork
from tests.fakes import RecordingChannel, Shown, packed
from tests.keys import KEYRING
from tests.office_people import (
    Chat,
    OfficePeople,
    Said,
    Somebody,
    Where,
    ledger_of_panyu,
)

T = TypeVar("T")

WEDNESDAY_TEN = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)  # 10:00 in Panyu
MOST_ROUNDS = 60


@dataclass
class WholeOffice(OfficePeople):
    """An office and everybody in it. ``restless``: it restarts after every step.

    ``keeps_roster``: it says gaps and changes of shift by itself.
    """

    keeps_roster: bool = False
    channels: dict[str, RecordingChannel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the store and let the usual people in."""
        self.channels = {name: RecordingChannel(name) for name in ("wire", "pigeon")}
        self.open()
        self.store.write(self.furnish)

    def open(self) -> None:
        """Make every object anew from what is on disk."""
        self.store = Store(self.url, keyring=KEYRING, clock=self.clock, connections=4)
        self.live = LocalLive()
        dialogue = Dialogue(self.office, ledger_of_panyu())
        self.reader = Reader(self.store, dialogue, self.channels, self.live)
        rounds = RosterRounds(self.store, self.office, self.live).look
        forms = self.reader.finish_forms
        also = (forms, rounds) if self.keeps_roster else (forms,)
        self.timers = Timers(self.store, self.office, self.live, also=also)
        waits = {
            Priority.RED: timedelta(seconds=30),
            Priority.ORANGE: timedelta(minutes=2),
            Priority.YELLOW: timedelta(minutes=10),
        }
        times = DispatchTimes(timedelta(seconds=30), timedelta(seconds=1), waits)
        # What has to wait is put off: nobody sleeps in a story.
        pacer = Pacer(LocalRates(self.clock), patience=(timedelta(0), timedelta(0)))
        self.dispatcher = Dispatcher(
            self.store, self.office, self.channels, self.live, times, pacer
        )

    def reads_with(self, assess: Callable[[str], Assessment]) -> None:
        """Let texts be read otherwise, for instance by the real rules."""
        self.office = replace(self.office, assess=assess)
        self.restarts()

    def close(self) -> None:
        """Leave everything on disk."""
        self.store.close()

    def restarts(self) -> None:
        """Drop every object and open the store again."""
        self.close()
        self.open()

    # What happens ----------------------------------------------------------------------

    def receives(
        self,
        by: Somebody,
        text: str,
        *,
        where: Chat | None = None,
        reply_to: Said | Shown | None = None,
        edit_of: Said | None = None,
        attachments: tuple[Attachment, ...] = (),
        location: Location | None = None,
        album: str | None = None,
        agent: str = "",
    ) -> Said:
        """Let a message arrive in the inbox, and nothing more."""
        chat = where or by.private
        message_id = edit_of.message_id if edit_of else self.channels[chat.channel].new_id()
        message = IncomingMessage(
            address=chat.address,
            chat_kind=chat.kind,
            sender=Sender(by.sender, by.name),
            message_id=message_id,
            text=text,
            sent_at=self.clock.now,
            edit=next(self._numbers) if edit_of else 0,
            reply_to=reply_to.message_id if reply_to else None,
            attachments=attachments,
            location=location,
            album=album,
        )
        self.secrets.add(text)
        self.last_message = message
        self.arrives(message, agent=agent)
        return Said(by, chat, message_id)

    async def changes(self, by: Somebody, where: Chat, **what: Any) -> None:
        """Let something happen to a chat, and the office do what follows."""
        change = ChatChange(
            address=where.address,
            chat_kind=where.kind,
            sender=Sender(by.sender, by.name),
            sent_at=self.clock.now,
            title=str(next(self._numbers)),
            **what,
        )
        self.arrives(change)
        await self.settle()

    def arrives(self, incoming: Heard, *, agent: str = "") -> bool:
        """Put a payload into the inbox; False when the same one is there already."""
        if isinstance(incoming, IncomingMessage):
            key = f"{incoming.message_id}:{incoming.edit}"
        elif isinstance(incoming, ButtonPress):
            key = f"press:{incoming.press_id}"
        else:
            key = f"change:{incoming.title}"
        address = incoming.address
        return self.store.write(
            lambda uow: uow.inbox.put(
                channel=address.channel,
                chat=address.chat,
                message_key=key,
                raw=packed(incoming),
                agent=agent,
            )
        )

    async def says(self, by: Somebody, text: str, **how: Any) -> Said:
        """Let somebody write, and the office do what follows."""
        said = self.receives(by, text, **how)
        await self.settle()
        return said

    def touches(
        self, by: Somebody, label: str, on: Shown, *, data: str | None = None
    ) -> ButtonPress:
        """Let a press arrive in the inbox, and nothing more."""
        in_room = "room" in on.chat
        pressed = ButtonPress(
            address=on.address,
            chat_kind=ChatKind.GROUP if in_room else ChatKind.PRIVATE,
            sender=Sender(by.sender, by.name),
            press_id=f"press-{next(self._numbers)}",
            message_id=on.message_id,
            data=data if data is not None else on.data_of(label),
            sent_at=self.clock.now,
        )
        self.arrives(pressed)
        return pressed

    async def presses(self, by: Somebody, label: str, on: Shown, *, data: str | None = None) -> str:
        """Let somebody press a button; returns the short answer that they alone read."""
        pressed = self.touches(by, label, on, data=data)
        await self.settle()
        return self.answer_to(pressed)

    def answer_to(self, pressed: ButtonPress) -> str:
        """Return the short answer to a press; everybody who presses is answered."""
        channel = self.channels[pressed.address.channel]
        answers = [toast.text for toast in channel.toasts if toast.press_id == pressed.press_id]
        assert answers, f"{pressed.data} was never answered"
        return answers[-1]

    async def settle(self, *, rounds: int = MOST_ROUNDS) -> None:
        """Read, let climb and send until nothing is due."""
        for _ in range(rounds):
            acted = 0
            for step in ("read", "time", "send"):
                acted += await self.go(step)
                if self.restless:
                    self.restarts()
            if not acted:
                return
        pytest.fail(f"the office does not come to rest in {rounds} rounds")

    async def go(self, step: str) -> int:
        """Take one step of one of the three loops."""
        if step == "read":
            return await self.reader.read_due()
        if step == "time":
            return await self.timers.act_on_due()
        return await self.dispatcher.send_due()

    async def after(self, **span: float) -> None:
        """Let time pass, and everything happen when it is due."""
        until = self.clock.now + timedelta(**span)
        await self.settle()
        while (due := self._next_due()) is not None and due <= until:
            self.clock.now = due
            await self.settle()
        self.clock.now = until
        await self.settle()

    def _next_due(self) -> datetime | None:
        times = (
            sa.select(alerts.c.next_escalation_at).where(alerts.c.next_escalation_at.is_not(None)),
            sa.select(notices.c.due_at).where(notices.c.state == "due"),
            sa.select(notices.c.lease_until).where(notices.c.lease_until.is_not(None)),
            sa.select(inbox.c.due_at).where(inbox.c.done_at.is_(None)),
            sa.select(inbox.c.lease_until).where(inbox.c.lease_until.is_not(None)),
            sa.select(dialogues.c.expires_at),
            sa.select(quiet.c.until),
            sa.select(alerts.c.summary_at).where(alerts.c.summary_at.is_not(None)),
            sa.select(groups.c.paused_until).where(groups.c.paused_until.is_not(None)),
        )
        with self.store.engine.connect() as connection:
            found = connection.scalars(sa.union_all(*times)).all()
        return min((time for time in found if time > self.clock.now), default=None)

    # What people see -------------------------------------------------------------------

    def messages(self, where: Where) -> list[Shown]:
        """Return what stands in a chat, the oldest first."""
        address = where.private.address if isinstance(where, Somebody) else where.address
        shown = self.channels[address.channel].shown
        return [one for one in shown if one.chat == address.chat]

    def sees(self, where: Where, *words: str) -> Shown:
        """Expect a message with these words that was not expected before."""
        unread = [one for one in self.messages(where) if not one.read]
        for one in unread:
            if all(word in one.text for word in words):
                one.read = True
                return one
        texts = "\n---\n".join(one.text for one in unread) or "nothing"
        return pytest.fail(f"expected {words}, but there is:\n{texts}")

    def sees_nothing(self, *everywhere: Where) -> None:
        """Nothing stands there that was not expected."""
        for where in everywhere:
            texts = [one.text for one in self.messages(where) if not one.read]
            assert not texts, f"nobody expected: {texts}"

    def reads_all(self) -> None:
        """Let everything that stands anywhere be expected; for what a story is not about."""
        for channel in self.channels.values():
            for one in channel.shown:
                one.read = True

    # What is on disk -------------------------------------------------------------------

    def read(self, look: Callable[[UnitOfWork], T]) -> T:
        """Look something up."""
        return self.store.read(look)

    def alert(self, number: int = 1) -> Alert:
        """Return an alert by its number."""
        found = self.store.read(lambda uow: uow.alerts.get(number))
        assert found is not None, f"there is no alert {number}"
        return found

    def count(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        """Count rows."""
        query = sa.select(sa.func.count()).select_from(table).where(*where)
        return self.store.read(lambda uow: uow.connection.execute(query).scalar_one())

    def story_of(self, number: int = 1) -> list[LogKind]:
        """Return the kinds of an alert's timeline."""
        return [entry.kind for entry in self.store.read(lambda uow: uow.alerts.timeline(number))]
