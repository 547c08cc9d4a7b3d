"""The conversation: what one message means, and who answers it.

`Dialogue.hear` runs in one transaction with the inbox row it came from. State between two
messages is a row, never memory. Refuses: knowing one channel from another.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import timedelta

from alerts import acknowledgement
from alerts.office import Office
from bot import answers, enrolment, replies, report_form, reporting
from bot.commands import Asked, Command, asked
from bot.hearing import Hearing
from bot.presses import press
from domain.alert import LogKind, Outcome
from domain.channel import ButtonPress, IncomingMessage
from domain.danger import Level
from domain.errors import PersonCanFix
from domain.report import Report
from storage.inbox import InboxOutcome
from storage.unit_of_work import UnitOfWork

MINUTE = timedelta(minutes=1)
NOTE_LENGTH = 200

_WORDS = re.compile(r"\w")
_PLEASANTRY = re.compile(
    r"^(?:你好|您好|在吗|在么|有人吗|收到|好的?|谢谢您?|多谢|辛苦了?|ok|hi|hello|早|早上好|晚安|嗯+|哦+)[\s,，。.!！~～?？]*$",
    re.IGNORECASE,
)
_AMEND = re.compile(r"^(?P<word>更正|改为|撤回|补充)[\s::，,]*(?P<rest>.*)$", re.DOTALL)
_NUMBER = re.compile(r"^[Rr][-－]?(?P<id>\d{1,9})[\s:：，,]*(?P<rest>.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Hears messages and presses for one office."""

    office: Office

    def hear(
        self, uow: UnitOfWork, incoming: IncomingMessage | ButtonPress, inbox_id: int
    ) -> InboxOutcome:
        """Act on a message or a press and answer it; returns how its inbox row ends.

        Raises `PersonCanFix` with a reply; the caller undoes what was done and replies.
        """
        address, sender = incoming.address, incoming.sender
        person = uow.people.known_as(address.channel, sender.id)
        hearing = Hearing(uow, self.office, incoming, person, inbox_id)
        if person is not None and hearing.is_private:
            self._keep_reachable(hearing)
        if isinstance(incoming, ButtonPress):
            if incoming.data.startswith("f:"):
                self._press_form(hearing, incoming)
            else:
                press(hearing, incoming)
            return InboxOutcome.PRESS
        self._keep_pace(hearing)
        return self._hear_message(hearing, incoming)

    def finish_forms(self, uow: UnitOfWork) -> int:
        """File the guided reports that nobody finished in time; returns how many."""
        unfinished = uow.dialogues.expired(kind=report_form.KIND, limit=20)
        for left in unfinished:
            uow.dialogues.end(left.address, left.sender)
            form = report_form.unpack(left.state)
            if not form.text:
                continue
            person = uow.people.known_as(left.address.channel, left.sender)
            hearing = Hearing(
                uow, self.office, left.as_message(uow.now), person, int(left.state["inbox"])
            )
            self._file_form(hearing, form, lead=replies.FORM_EXPIRED)
        return len(unfinished)

    def _keep_reachable(self, hearing: Hearing) -> None:
        if hearing.person is None:
            return
        if hearing.address not in hearing.uow.groups.addresses_of(hearing.person.id):
            hearing.uow.groups.keep_address(hearing.address, person_id=hearing.person.id)

    def _keep_pace(self, hearing: Hearing) -> None:
        """Tell a sender who writes very fast so, once a minute; nothing of theirs is dropped."""
        rows, channel = hearing.uow.dialogues, hearing.address.channel
        pace = rows.hear(channel, hearing.sender, window=MINUTE)
        if pace.heard > self.office.burst_per_minute and not pace.told:
            rows.mark_told(channel, hearing.sender)
            hearing.answer(replies.TOO_FAST, part="pace")

    def _hear_message(self, hearing: Hearing, message: IncomingMessage) -> InboxOutcome:
        command = asked(message.text)
        if hearing.person is None:
            return self._hear_stranger(hearing, message, command)
        if message.edit:
            return self._hear_edit(hearing, message)
        if command is not None:
            return self._obey(hearing, message, command)
        if message.reply_to is not None:
            outcome = self._hear_reply(hearing, message, message.reply_to)
            if outcome is not None:
                return outcome
        state = hearing.uow.dialogues.get(hearing.address, hearing.sender)
        if state is not None:
            outcome = self._hear_answer(hearing, message, state)
            if outcome is not None:
                return outcome
        return self._hear_report(hearing, message)

    def _hear_stranger(
        self, hearing: Hearing, message: IncomingMessage, command: Asked | None
    ) -> InboxOutcome:
        """Tell how to enrol; words of a plain danger reach the district desk all the same."""
        if command is not None and command.command in {Command.ENROL, Command.BIND}:
            return self._enrol(hearing, message, command)
        level = self.office.assess(message.text).level
        if level in {Level.RED, Level.ORANGE}:
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

    def _enrol(self, hearing: Hearing, message: IncomingMessage, command: Asked) -> InboxOutcome:
        if not command.rest:
            person = hearing.person
            hearing.answer(replies.CODE_WANTED if person is None else replies.help_text(person))
            return InboxOutcome.COMMAND
        use = enrolment.redeem if hearing.is_private else None
        if use is not None:
            done = use(
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
            return self._amend_by_command(hearing, message, command)
        if kind is Command.REPORT:
            return self._begin_form(hearing, message, command.rest)
        if kind is Command.CANCEL:
            waiting = hearing.uow.dialogues.get(hearing.address, hearing.sender)
            hearing.uow.dialogues.end(hearing.address, hearing.sender)
            hearing.answer(replies.NOTHING_TO_CANCEL if waiting is None else replies.CANCELLED)
        else:
            answers.answer(hearing, command)
        return InboxOutcome.COMMAND

    def _begin_form(self, hearing: Hearing, message: IncomingMessage, said: str) -> InboxOutcome:
        if said:
            reporting.file(
                hearing,
                said,
                message_id=message.message_id,
                attachments=message.attachments,
                location=message.location,
            )
            return InboxOutcome.REPORT
        form = report_form.Form(
            message_id=message.message_id,
            attachments=message.attachments,
            location=message.location,
        )
        self._ask_form(hearing, form)
        return InboxOutcome.COMMAND

    def _ask_form(self, hearing: Hearing, form: report_form.Form) -> None:
        hearing.wait_for({**form.pack(), "inbox": hearing.inbox_id})
        hearing.answer(report_form.ask(form), part="form")

    def _file_form(self, hearing: Hearing, form: report_form.Form, *, lead: str = "") -> None:
        reporting.file(
            hearing,
            form.text,
            message_id=form.message_id,
            attachments=form.attachments,
            location=form.location,
            lead=lead,
        )

    def _go_on_with_form(self, hearing: Hearing, form: report_form.Form) -> None:
        """Ask the next question, or file: at the end, or at once when the words are red."""
        red = form.text and self.office.assess(form.text).level is Level.RED
        if not red and form.question is not None:
            self._ask_form(hearing, form)
            return
        hearing.uow.dialogues.end(hearing.address, hearing.sender)
        if form.text or form.attachments:
            self._file_form(hearing, form)
        else:
            hearing.answer(replies.FORM_EMPTY)

    def _press_form(self, hearing: Hearing, pressed: ButtonPress) -> None:
        state = hearing.uow.dialogues.get(hearing.address, hearing.sender)
        if state is None or state.get("kind") != report_form.KIND:
            hearing.toast(replies.QUESTION_OVER)
            return
        form = report_form.unpack(state)
        _, _, rest = pressed.data.partition(":")
        step, _, verb = rest.partition(":")
        if step != str(form.step) or form.question is None:
            hearing.toast(replies.QUESTION_OVER)
            return
        hearing.toast("")
        if verb == "cancel":
            hearing.uow.dialogues.end(hearing.address, hearing.sender)
            hearing.replace_pressed(replies.CANCELLED)
            return
        number = verb.removeprefix("say:")
        choices = dict(enumerate(form.question.choices))
        said = choices.get(int(number), "") if number.isdecimal() else ""
        hearing.replace_pressed(form.question.words + (said or replies.SKIP))
        self._go_on_with_form(hearing, form.answered(said))

    def _hear_answer(
        self, hearing: Hearing, message: IncomingMessage, state: dict[str, object]
    ) -> InboxOutcome | None:
        """Take a message as the answer that was waited for; None when it cannot be one."""
        kind = state.get("kind")
        if kind == report_form.KIND:
            self._go_on_with_form(hearing, report_form.unpack(state).answered(message.text))
            return InboxOutcome.ANSWER
        hearing.uow.dialogues.end(hearing.address, hearing.sender)
        if kind == "outcome":
            return self._note_outcome(hearing, message, state)
        if kind in {"supplement", "correct", "words"} and _says_something(message):
            report = reporting.own_report(hearing, int(str(state["report"])))
            if kind == "correct":
                reporting.correct(hearing, report, message, message.text)
                return InboxOutcome.CORRECTION
            reporting.supplement(hearing, report, message)
            return InboxOutcome.CORRECTION
        return None

    def _note_outcome(
        self, hearing: Hearing, message: IncomingMessage, state: dict[str, object]
    ) -> InboxOutcome:
        alert = hearing.uow.alerts.get(int(str(state["alert"])))
        person = hearing.person
        if alert is None or person is None or not acknowledgement.may_act(person, alert):
            raise PersonCanFix(replies.NO_SUCH_NUMBER)
        note = message.text.strip()[:NOTE_LENGTH]
        done = acknowledgement.close(
            hearing.uow, self.office, alert, person, Outcome(str(state["outcome"])), note=note
        )
        outcome = done.alert.outcome.label if done.alert.outcome else ""
        hearing.answer(replies.CLOSED.format(number=alert.number, outcome=outcome))
        return InboxOutcome.ANSWER

    def _hear_edit(self, hearing: Hearing, message: IncomingMessage) -> InboxOutcome:
        """An edited message corrects the report that it was, if it was one."""
        report = hearing.uow.reports.at_message(message.address, message.message_id)
        again = asked(message.text)
        if again is not None and again.command is Command.REPORT:
            message = replace(message, text=again.rest)
        if report is None:
            if self.office.assess(message.text).level.is_danger:
                return self._hear_report(hearing, message)
            return InboxOutcome.NOTICE
        reporting.correct(hearing, reporting.own_report(hearing, report.id), message, message.text)
        return InboxOutcome.CORRECTION

    def _hear_reply(
        self, hearing: Hearing, message: IncomingMessage, reply_to: str
    ) -> InboxOutcome | None:
        """A reply to a report or its receipt amends it; one to a card is a note."""
        report = hearing.uow.reports.at_message(message.address, reply_to)
        answered = hearing.uow.notices.message_of(message.address, reply_to)
        if report is None and answered is not None and answered[0] is not None:
            report = hearing.uow.reports.get(answered[0])
        if report is not None:
            if not _says_something(message):
                raise PersonCanFix(replies.NO_WORDS)
            return self._amend(hearing, report, message)
        if answered is not None and answered[1] is not None:
            return self._note(hearing, message, answered[1])
        return None

    def _note(
        self, hearing: Hearing, message: IncomingMessage, alert_id: int
    ) -> InboxOutcome | None:
        state = hearing.uow.dialogues.get(hearing.address, hearing.sender)
        if state is not None and state.get("kind") == "outcome":
            return None
        alert = hearing.uow.alerts.get(alert_id)
        person = hearing.person
        if alert is None or person is None or not acknowledgement.may_act(person, alert):
            return None
        hearing.uow.alerts.log(
            alert.id,
            LogKind.NOTED,
            person_id=person.id,
            detail=message.text.strip()[:NOTE_LENGTH],
        )
        hearing.answer(replies.NOTED.format(number=alert.number), alert_id=alert.id)
        return InboxOutcome.ANSWER

    def _amend_by_command(
        self, hearing: Hearing, message: IncomingMessage, command: Asked
    ) -> InboxOutcome:
        number = _NUMBER.match(command.rest)
        if number is not None:
            report = reporting.own_report(hearing, int(number["id"]))
            rest = number["rest"]
        elif message.reply_to is not None:
            found = self._hear_reply(hearing, message, message.reply_to)
            if found is None:
                raise PersonCanFix(replies.WHICH_REPORT)
            return found
        else:
            latest = (
                hearing.uow.reports.of_person(hearing.person.id, limit=1)
                if (hearing.person)
                else ()
            )
            if not latest or hearing.uow.now > latest[0].filed_at + self.office.amend_within:
                raise PersonCanFix(replies.WHICH_REPORT)
            report, rest = latest[0], command.rest
        return self._do_amend(hearing, report, message, command.command, rest)

    def _amend(self, hearing: Hearing, report: Report, message: IncomingMessage) -> InboxOutcome:
        report = reporting.own_report(hearing, report.id)
        found = _AMEND.match(message.text.strip())
        if found is None:
            reporting.supplement(hearing, report, message)
            return InboxOutcome.CORRECTION
        kind = {
            "撤回": Command.WITHDRAW,
            "补充": Command.SUPPLEMENT,
        }.get(found["word"], Command.CORRECT)
        return self._do_amend(hearing, report, message, kind, found["rest"].strip())

    def _do_amend(
        self,
        hearing: Hearing,
        report: Report,
        message: IncomingMessage,
        kind: Command,
        rest: str,
    ) -> InboxOutcome:
        if kind is Command.WITHDRAW:
            hearing.answer(reporting.withdraw(hearing, report), report_id=report.id)
        elif not rest:
            waiting = "correct" if kind is Command.CORRECT else "supplement"
            hearing.wait_for({"kind": waiting, "report": report.id})
            hearing.answer(
                replies.WRITE_CORRECTION if kind is Command.CORRECT else replies.WRITE_SUPPLEMENT
            )
        elif kind is Command.CORRECT:
            reporting.correct(hearing, report, message, rest)
        else:
            reporting.supplement(hearing, report, message)
        return InboxOutcome.CORRECTION

    def _hear_report(self, hearing: Hearing, message: IncomingMessage) -> InboxOutcome:
        """Take a message as a report, unless it says nothing or is talk among officers."""
        text = message.text.strip()
        if not hearing.is_private:
            is_duty_group = hearing.uow.groups.at(hearing.address) is not None
            if is_duty_group or not self.office.assess(text).level.is_danger:
                return InboxOutcome.NOTICE
        if not _WORDS.search(text) and not message.attachments and message.location is None:
            hearing.answer(replies.ONLY_SIGNS if _visible(text) else replies.NO_WORDS)
            return InboxOutcome.ANSWER
        if _PLEASANTRY.match(text):
            hearing.answer(replies.PLEASED)
            return InboxOutcome.ANSWER
        filed = reporting.file(
            hearing,
            message.text,
            message_id=message.message_id,
            attachments=message.attachments,
            location=message.location,
        )
        if not _WORDS.search(text):
            hearing.wait_for({"kind": "words", "report": filed.report.id})
            hearing.answer(replies.NO_WORDS, part="words", report_id=filed.report.id)
        return InboxOutcome.REPORT


def _says_something(message: IncomingMessage) -> bool:
    return bool(_WORDS.search(message.text) or message.attachments or message.location is not None)


def _visible(text: str) -> bool:
    return any(unicodedata.category(letter)[0] not in "CZ" for letter in text)
