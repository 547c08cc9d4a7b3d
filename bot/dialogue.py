"""The conversation: what one message means, and who answers it.

`Dialogue.hear` runs in one transaction with the inbox row it came from. State between two
messages is a row, never memory. Refuses: knowing one channel from another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from alerts import amendment
from alerts.office import Office
from bot import (
    albums,
    amending,
    answers,
    chat_changes,
    duty_talk,
    enrolment,
    form_talk,
    maintenance_talk,
    opening_talk,
    replies,
    report_form,
    reporting,
    small_talk,
)
from bot.commands import Asked, Command, asked
from bot.hearing import Hearing
from bot.presses import press
from domain.channel import ButtonPress, ChatChange, Heard, IncomingMessage
from domain.danger import Level
from petitions.ledger import Ledger
from storage.inbox import InboxOutcome
from storage.unit_of_work import UnitOfWork

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

_TAKES_WORDS = frozenset({Command.REPORT, Command.SUPPLEMENT, Command.CORRECT})


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Hears messages and presses for one office."""

    office: Office
    ledger: Ledger

    def hear(self, uow: UnitOfWork, incoming: Heard, inbox_id: int) -> InboxOutcome:
        """Act on a message or a press and answer it; returns how its inbox row ends.

        Raises `PersonCanFix` with a reply; the caller undoes what was done and replies.
        """
        address, sender = incoming.address, incoming.sender
        person = uow.people.known_as(address.channel, sender.id)
        hearing = Hearing(uow, self.office, incoming, person, inbox_id)
        if isinstance(incoming, ChatChange):
            return chat_changes.hear(hearing, incoming)
        if person is not None and hearing.is_private:
            self._keep_reachable(hearing)
        if isinstance(incoming, ButtonPress):
            if incoming.data.startswith("f:"):
                form_talk.press_form(hearing, incoming)
            elif incoming.data.startswith(chat_changes.BIND):
                chat_changes.press(hearing, incoming)
            else:
                press(hearing, incoming)
            return InboxOutcome.PRESS
        self._keep_pace(hearing)
        if albums.add_to_report(hearing, incoming):
            return InboxOutcome.CORRECTION
        return self._hear_message(hearing, incoming)

    def finish_forms(self, uow: UnitOfWork) -> int:
        """File the guided reports that nobody finished in time; returns how many."""
        unfinished = uow.dialogues.expired(kind=report_form.KIND, limit=20)
        for left in unfinished:
            uow.dialogues.end(left.address, left.sender)
            form = report_form.unpack(left.state)
            if not (form.text or form.attachments):
                continue
            person = uow.people.known_as(left.address.channel, left.sender)
            hearing = Hearing(
                uow, self.office, left.as_message(uow.now), person, int(left.state["inbox"])
            )
            form_talk.file_form(hearing, form, lead=replies.FORM_EXPIRED)
        return len(unfinished)

    def _keep_reachable(self, hearing: Hearing) -> None:
        if hearing.person is None:
            return
        if hearing.address not in hearing.uow.groups.addresses_of(hearing.person.id):
            hearing.uow.groups.keep_address(hearing.address, person_id=hearing.person.id)

    def _keep_pace(self, hearing: Hearing) -> None:
        """Tell a sender who writes very fast so, once an hour; nothing of theirs is dropped.

        They are slowed by the inbox, which gives the oldest of every chat before it gives
        more of one, so that the others go in between.
        """
        rows, channel = hearing.uow.dialogues, hearing.address.channel
        pace = rows.hear(channel, hearing.sender, window=MINUTE, told_lasts=HOUR)
        if pace.heard > self.office.burst_per_minute and not pace.told:
            rows.mark_told(channel, hearing.sender)
            hearing.answer(replies.TOO_FAST, part="pace")

    def _hear_message(self, hearing: Hearing, message: IncomingMessage) -> InboxOutcome:
        command = self._command(hearing, message.text)
        if hearing.person is None:
            return self._hear_stranger(hearing, message, command)
        if message.edit:
            return self._hear_edit(hearing, message)
        if command is not None:
            return self._obey(hearing, message, command)
        if message.reply_to is not None:
            outcome = amending.hear_reply(hearing, message, message.reply_to)
            if outcome is not None:
                return outcome
        state = hearing.uow.dialogues.get(hearing.address, hearing.sender)
        if state is not None:
            outcome = amending.hear_answer(hearing, message, state)
            if outcome is not None:
                return outcome
        return self._hear_report(hearing, message)

    def _command(self, hearing: Hearing, text: str) -> Asked | None:
        """Return the command that a text is.

        One behind which stands a danger is a report, and so is one of somebody whose command
        it cannot be: 交接 without a shift, 查阅 of a grid worker, the maintenance of a lift.
        """
        command = asked(text)
        if command is None:
            return None
        theirs = (
            duty_talk.is_theirs(hearing.person, command)
            and opening_talk.is_theirs(hearing.person, command)
            and maintenance_talk.is_for(hearing, command)
        )
        if command.command not in _TAKES_WORDS | duty_talk.TAKES_WORDS:
            theirs = theirs and not self.office.assess(command.rest).level.is_danger
        return command if theirs else None

    def _hear_edit(self, hearing: Hearing, message: IncomingMessage) -> InboxOutcome:
        """An edited message corrects its report; if it was none, only a danger makes it one."""
        corrected = amending.hear_edit(hearing, message)
        if corrected is not None:
            return corrected
        if self.office.assess(message.text).level.is_danger:
            return self._hear_report(hearing, message)
        return InboxOutcome.NOTICE

    def _hear_stranger(
        self, hearing: Hearing, message: IncomingMessage, command: Asked | None
    ) -> InboxOutcome:
        """Tell how to enrol; words of a plain danger reach the district desk all the same."""
        if command is not None and command.command in {Command.ENROL, Command.BIND}:
            return self._enrol(hearing, message, command)
        if not hearing.is_private and hearing.uow.groups.at(hearing.address) is not None:
            # Talk in a duty group is no report.
            noted = amending.note_of_stranger(hearing, message)
            return InboxOutcome.ANSWER if noted else InboxOutcome.NOTICE
        said = self._add_of_stranger(hearing, message)
        if said is not None:
            return said
        if self.office.assess(message.text).level in {Level.RED, Level.ORANGE}:
            reporting.file(
                hearing,
                message.text,
                message_id=message.message_id,
                attachments=message.attachments,
                location=message.location,
            )
            return InboxOutcome.REPORT
        if not hearing.is_private:
            return InboxOutcome.NOTICE
        hearing.answer(replies.NOT_ENROLLED)
        return InboxOutcome.ANSWER

    def _add_of_stranger(self, hearing: Hearing, message: IncomingMessage) -> InboxOutcome | None:
        """Add to a stranger's danger what they say next, as they were asked: name, phone, edits."""
        uow = hearing.uow
        report = uow.reports.at_message(message.address, message.message_id)
        state = uow.dialogues.get(hearing.address, hearing.sender)
        if report is None and state is not None and state.get("kind") == "words":
            report = uow.reports.get(int(str(state["report"])))
        if report is None or report.verified or not amending.says_something(message):
            return None
        amendment.supplement(
            uow,
            self.office,
            report,
            message.text,
            attachments=message.attachments,
            location=message.location,
            inbox_id=hearing.inbox_id,
        )
        reporting.wait_for_words(hearing, report)
        hearing.answer(replies.STRANGER_ADDED, report_id=report.id)
        return InboxOutcome.CORRECTION

    def _enrol(self, hearing: Hearing, message: IncomingMessage, command: Asked) -> InboxOutcome:
        if not command.rest:
            person = hearing.person
            hearing.answer(replies.CODE_WANTED if person is None else replies.help_text(person))
            return InboxOutcome.COMMAND
        if hearing.is_private:
            done = enrolment.redeem(
                hearing.uow,
                command.rest,
                address=hearing.address,
                sender=hearing.sender,
                name=message.sender.name,
            )
        else:
            done = enrolment.bind_group(
                hearing.uow,
                command.rest,
                address=hearing.address,
                sender=hearing.sender,
                title="",
            )
        hearing.answer(done.reply)
        if done.guessing:
            reporting.tell_desk(hearing, replies.STRANGER_GUESSING, part="guessing")
        return InboxOutcome.COMMAND

    def _obey(self, hearing: Hearing, message: IncomingMessage, command: Asked) -> InboxOutcome:
        kind = command.command
        if kind in {Command.ENROL, Command.BIND}:
            return self._enrol(hearing, message, command)
        if kind in {Command.SUPPLEMENT, Command.CORRECT, Command.WITHDRAW}:
            return amending.amend_by_command(hearing, message, command)
        if kind is Command.REPORT:
            return form_talk.begin(hearing, message, command.rest)
        if kind in {Command.PAUSE, Command.RESUME}:
            maintenance_talk.obey(hearing, command)
        elif kind is Command.CANCEL:
            waiting = hearing.uow.dialogues.get(hearing.address, hearing.sender)
            hearing.uow.dialogues.end(hearing.address, hearing.sender)
            hearing.answer(replies.NOTHING_TO_CANCEL if waiting is None else replies.CANCELLED)
        elif kind in duty_talk.COMMANDS:
            duty_talk.obey(hearing, command)
        elif kind in opening_talk.COMMANDS:
            opening_talk.obey(hearing, self.ledger, command)
        else:
            answers.answer(hearing, self.ledger, command)
        return InboxOutcome.COMMAND

    def _hear_report(self, hearing: Hearing, message: IncomingMessage) -> InboxOutcome:
        """Take a message as a report, unless it says nothing or is talk among officers."""
        text = message.text.strip()
        if not hearing.is_private:
            is_duty_group = hearing.uow.groups.at(hearing.address) is not None
            if is_duty_group or not self.office.assess(text).level.is_danger:
                return InboxOutcome.NOTICE
        talk = small_talk.answer(text, bare=not message.attachments and message.location is None)
        if talk is not None:
            hearing.answer(talk)
            return InboxOutcome.ANSWER
        filed = reporting.file(
            hearing,
            message.text,
            message_id=message.message_id,
            attachments=message.attachments,
            location=message.location,
        )
        if not small_talk.has_words(text):
            reporting.wait_for_words(hearing, filed.report)
        albums.begin(hearing, message, filed.report)
        return InboxOutcome.REPORT
