"""Reading the inbox: each raw message to its one end.

A row is heard in one transaction with everything that follows from it. Those that wait are
leased and heard together, in one commit, each undone alone when it fails; what was not heard
so is heard alone. What does not parse or fails again and again is set aside where a person
sees it; the next one goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from alerts.pulse import Loop, Pulse
from bot import replies, report_form, reporting
from bot.dialogue import Dialogue
from bot.foresight import foresee
from bot.hearing import Hearing
from bot.storable import storable
from domain.channel import (
    Address,
    ButtonPress,
    Channel,
    ChatKind,
    Heard,
    IncomingMessage,
    Sender,
    Unreadable,
)
from domain.errors import PersonCanFix
from storage.inbox import InboxOutcome, InboxRow
from storage.live import BOARD, INBOX, NOTICES, TIMERS, Live
from storage.store import StorageAway, Store
from storage.turns import TurnTaken
from storage.unit_of_work import UnitOfWork

BATCH = 32
BATCH_OF_ONE_WRITER = 64  # where no other process waits for the turns of its towns
LEASE = timedelta(seconds=20)
POLL_SECONDS = 1.0
TURN = timedelta(seconds=0.05)  # about what a process takes that has the turn of a town
MOST_TRIES = 3
FIRST_WAIT = timedelta(seconds=1)

log = structlog.get_logger()


class LostLeaseError(Exception):
    """Another reader took the row over; what this one did is undone."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what the channels of this process, or of another, have stored."""

    store: Store
    dialogue: Dialogue
    channels: Mapping[str, Channel]
    live: Live

    @property
    def batch(self) -> int:
        """How many are heard in one commit, at most."""
        return BATCH_OF_ONE_WRITER if self.store.sqlite else BATCH

    async def run(self) -> None:
        """Read what is due, again and again, until cancelled."""
        pulse = Pulse(self.store, Loop.READER)
        with self.live.listen(INBOX) as listener:
            hinted = True
            while True:
                try:
                    read = await self.read_due(hinted=hinted)
                    await pulse.beat()
                except Exception:
                    log.exception("reading_failed")
                    read = 0
                # After as many as there may be more is due, most likely.
                hinted = await listener.wait(POLL_SECONDS) if read == 0 else read >= self.batch

    async def read_due(self, *, hinted: bool = False) -> int:
        """Lease what is due and bring each row to its end; returns how many were leased."""
        # Looking costs no commit, and most passes that nobody hinted at find nothing.
        look = self.store.sqlite or not hinted
        due = await asyncio.to_thread(self._look) if look else self.batch
        if not due:
            return 0
        try:
            leased, left, put_off = await asyncio.wrap_future(
                self.store.submit(lambda uow: self._hear_together(uow, due))
            )
        except Exception as error:  # noqa: BLE001 - each of them then stands or falls alone
            log.warning("heard_apart", error=type(error).__name__)
            rows = await asyncio.wrap_future(
                self.store.submit(lambda uow: uow.inbox.lease(limit=due, lease=LEASE))
            )
            for row in rows:  # one after the other: a commit that fails is one's own
                await self._read(row)
            return len(rows)
        if put_off:
            asyncio.get_running_loop().call_later(TURN.total_seconds(), self.live.wake, INBOX)
        await asyncio.gather(*(self._read(row) for row in left))
        return leased

    def _look(self) -> int:
        """Return how many rows to lease, at most; 0 when none is due.

        Where there is one writer, their texts are read beforehand: that is what hearing them
        costs most, and the writer has other work.
        """
        if not self.store.sqlite:
            return self.batch if self.store.read(lambda uow: uow.inbox.is_due()) else 0
        due = self.store.read(lambda uow: uow.inbox.due(limit=self.batch))
        for row in due:
            incoming = self._parse(row)
            if isinstance(incoming, IncomingMessage):
                with contextlib.suppress(Exception):  # hearing it will say what is wrong
                    self.dialogue.office.assess(incoming.text)
                    self.dialogue.office.gazetteer.find(incoming.text)
        return len(due)

    def _hear_together(self, uow: UnitOfWork, due: int) -> tuple[int, list[InboxRow], int]:
        """Take what is due and hear it.

        Returns how many there were, leased who is left, and how many were put off.
        """
        uow.turns.wait_for_nobody()
        coming = [(row, self._parse(row)) for row in uow.inbox.take(limit=due)]
        readable = (one for _, one in coming if not isinstance(one, Unreadable))
        busy = foresee(uow, self.dialogue.office, readable)
        left, heard, put_off = [], [], []
        held = set()  # chats of which one was left: what follows there is heard after it
        for row, incoming in coming:
            chat = row.channel, row.chat
            if chat in held:
                continue
            if any(incoming is one for one in busy):
                put_off.append(row)
                held.add(chat)
                continue
            if isinstance(incoming, Unreadable):
                left.append(row)
                held.add(chat)
                continue
            try:
                with uow.apart():
                    heard.append((row, self.dialogue.hear(uow, incoming, row.id)))
            except TurnTaken:
                put_off.append(row)
                held.add(chat)
            except Exception:  # it is heard once more, alone, and that says what is wrong
                if not uow.stands:
                    raise
                left.append(row)
                held.add(chat)
        uow.inbox.finish_each(heard)
        self._hint(uow)
        uow.inbox.postpone(put_off, wait=TURN)
        return len(coming), list(uow.inbox.lease_each(left, lease=LEASE)), len(put_off)

    async def finish_forms(self) -> int:
        """File the guided reports that were left unfinished."""
        # Looking costs no commit; most passes find nothing.
        if not await asyncio.to_thread(self.store.read, _some_form_is_left):
            return 0
        return await asyncio.wrap_future(self.store.submit(self._finish_forms))

    def _finish_forms(self, uow: UnitOfWork) -> int:
        finished = self.dialogue.finish_forms(uow)
        if finished:
            self._hint(uow)
        return finished

    async def _read(self, row: InboxRow) -> None:
        try:
            await self._read_once(row)
        except LostLeaseError:
            log.info("lease_lost", inbox=row.id)

    def _parse(self, row: InboxRow) -> Heard | Unreadable:
        try:
            channel = self.channels.get(row.channel)
            if channel is None:
                return Unreadable(f"渠道 {row.channel} 没有启用")
            incoming = channel.parse(row.raw)
            return incoming if isinstance(incoming, Unreadable) else storable(incoming)
        except Exception as error:
            log.exception("parse_failed", channel=row.channel)
            return Unreadable(type(error).__name__)

    async def _read_once(self, row: InboxRow) -> None:
        incoming = self._parse(row)
        if isinstance(incoming, Unreadable):
            await self._set_aside(row, incoming.reason, None)
            return
        try:
            await asyncio.wrap_future(self.store.submit(lambda uow: self._hear(uow, row, incoming)))
        except PersonCanFix as problem:
            reply = problem.reply
            await asyncio.wrap_future(
                self.store.submit(lambda uow: self._reply(uow, row, incoming, reply))
            )
        except LostLeaseError:
            raise
        except Exception as error:  # noqa: BLE001 - the row stays due, or a person sees it
            await self._try_later(row, incoming, error)

    def _hear(self, uow: UnitOfWork, row: InboxRow, incoming: Heard) -> None:
        outcome = self.dialogue.hear(uow, incoming, row.id)
        self._finish(uow, row, outcome)

    def _reply(
        self,
        uow: UnitOfWork,
        row: InboxRow,
        incoming: Heard,
        reply: str,
    ) -> None:
        hearing = self._hearing(uow, row, incoming)
        if isinstance(incoming, ButtonPress):
            hearing.toast(reply)
        else:
            hearing.answer(reply)
        self._finish(uow, row, InboxOutcome.ANSWER)

    def _finish(self, uow: UnitOfWork, row: InboxRow, outcome: InboxOutcome) -> None:
        if not uow.inbox.finish(row.id, outcome, fence=row.fence):
            raise LostLeaseError
        self._hint(uow)

    def _hint(self, uow: UnitOfWork) -> None:
        for topic in (NOTICES, TIMERS, BOARD):
            uow.after_commit(self.live.wake, topic)

    async def _try_later(self, row: InboxRow, incoming: Heard, error: Exception) -> None:
        name = type(error).__name__
        # A database that is away is no fault of the row's, however often it happens.
        counts = not isinstance(error, StorageAway)
        log.error("hearing_failed", inbox=row.id, tries=row.attempts + counts, error=name)
        if counts and row.attempts + 1 >= MOST_TRIES:
            await self._set_aside(row, name, incoming)
            return
        wait = FIRST_WAIT * (4**row.attempts)
        await asyncio.wrap_future(
            self.store.submit(
                lambda uow: uow.inbox.put_off(
                    row.id, fence=row.fence, until=uow.now + wait, reason=name, counts=counts
                )
            )
        )

    async def _set_aside(self, row: InboxRow, reason: str, incoming: Heard | None) -> None:
        log.warning("set_aside", inbox=row.id, channel=row.channel)
        await asyncio.wrap_future(
            self.store.submit(lambda uow: self._keep_for_person(uow, row, reason, incoming))
        )

    def _keep_for_person(
        self,
        uow: UnitOfWork,
        row: InboxRow,
        reason: str,
        incoming: Heard | None,
    ) -> None:
        """Keep a row for the district desk to look at, and answer its sender if known."""
        hearing = self._hearing(uow, row, incoming)
        if isinstance(incoming, ButtonPress):
            hearing.toast(replies.SAVED_FOR_PERSON)
        elif isinstance(incoming, IncomingMessage):
            hearing.answer(replies.SAVED_FOR_PERSON)
        words = replies.CANNOT_READ_DESK.format(row=row.id, channel=row.channel)
        reporting.tell_desk(hearing, words, part="aside")
        if not uow.inbox.finish(row.id, InboxOutcome.SET_ASIDE, fence=row.fence, reason=reason):
            raise LostLeaseError
        self._hint(uow)

    def _hearing(self, uow: UnitOfWork, row: InboxRow, incoming: Heard | None) -> Hearing:
        heard = incoming or IncomingMessage(
            address=Address(channel=row.channel, chat=row.chat),
            chat_kind=ChatKind.PRIVATE,
            sender=Sender(id=""),
            message_id="",
            text="",
            sent_at=row.received_at,
        )
        return Hearing(uow, self.dialogue.office, heard, None, row.id)


def _some_form_is_left(uow: UnitOfWork) -> bool:
    return uow.dialogues.any_expired(kind=report_form.KIND)
