"""What one incoming message or press brings with it, shared by all who answer it."""

from __future__ import annotations

from dataclasses import dataclass

from alerts import outbox
from alerts.office import Office
from domain.access import Asker, Way
from domain.channel import Address, ButtonPress, ChatKind, Heard, OutgoingMessage, plain
from domain.duty import Person
from storage.notices import Priority
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Hearing:
    """One message or press in its transaction, and who it is from.

    ``inbox_id`` names every answer, so that hearing the same row again answers once.
    """

    uow: UnitOfWork
    office: Office
    incoming: Heard
    person: Person | None
    inbox_id: int

    @property
    def address(self) -> Address:
        """The chat it came from."""
        return self.incoming.address

    @property
    def sender(self) -> str:
        """The sender as the channel knows them."""
        return self.incoming.sender.id

    @property
    def is_private(self) -> bool:
        """Whether only the sender reads the chat."""
        return self.incoming.chat_kind is ChatKind.PRIVATE

    @property
    def asker(self) -> Asker:
        """Whoever sent it, as the policy knows them: in a chat alone, or in a group."""
        way = Way.PRIVATE if self.is_private else Way.GROUP
        return self.uow.interests.asker(self.person, way, self.address.channel)

    def answer(
        self,
        message: OutgoingMessage | str,
        *,
        part: str = "answer",
        report_id: int | None = None,
        alert_id: int | None = None,
        priority: Priority = Priority.RECEIPT,
        lasts_long: bool = False,
    ) -> None:
        """Answer in the chat that it came from; ``part`` tells two answers to one row apart."""
        outbox.say(
            self.uow,
            self.address,
            plain(message) if isinstance(message, str) else message,
            key=f"{part}:{self.inbox_id}",
            report_id=report_id,
            alert_id=alert_id,
            priority=priority,
            lasts=outbox.RECEIPT_LASTS if lasts_long else outbox.ANSWER_LASTS,
        )

    def private_address(self, person: Person) -> Address | None:
        """Return where somebody is reached in private, by the same channel if possible."""
        ways = self.uow.groups.addresses_of(person.id)
        here = [way for way in ways if way.channel == self.address.channel]
        return next(iter([*here, *ways]), None)

    def toast(self, text: str) -> None:
        """Answer a press with a short line for the presser alone."""
        if isinstance(self.incoming, ButtonPress):
            outbox.toast(
                self.uow,
                self.address,
                self.incoming.press_id,
                text,
                key=f"toast:{self.inbox_id}",
            )

    def replace_pressed(self, message: OutgoingMessage | str) -> None:
        """Replace the question whose button was pressed, buttons and all."""
        if isinstance(self.incoming, ButtonPress):
            outbox.replace_message(
                self.uow,
                self.address,
                self.incoming.message_id,
                plain(message) if isinstance(message, str) else message,
                key=f"replaced:{self.inbox_id}",
            )

    def wait_for(self, state: dict[str, object]) -> None:
        """Wait for this sender's next words in this chat."""
        self.uow.dialogues.put(self.address, self.sender, state, lasts=self.office.question_lasts)
