"""Messages that belong to something said before: answers, edits, replies, corrections."""

from __future__ import annotations

import re
from dataclasses import replace

from alerts import acknowledgement
from alerts.knowing import may_act
from bot import form_talk, pausing, replies, report_form, reporting, small_talk
from bot.commands import Asked, Command, asked
from bot.hearing import Hearing
from domain.alert import LogKind, Outcome
from domain.channel import IncomingMessage
from domain.errors import PersonCanFix
from domain.report import Report
from storage.inbox import InboxOutcome

NOTE_LENGTH = 200
NAME_LENGTH = 20

_AMEND = re.compile(r"^(?P<word>更正|改为|撤回|补充)[\s::，,]*(?P<rest>.*)$", re.DOTALL)
_NUMBER = re.compile(r"^[Rr][-－]?(?P<id>\d{1,9})[\s:：，,]*(?P<rest>.*)$", re.DOTALL)


def hear_answer(
    hearing: Hearing, message: IncomingMessage, state: dict[str, object]
) -> InboxOutcome | None:
    """Take a message as the answer that was waited for; None when it cannot be one."""
    kind = state.get("kind")
    if kind == report_form.KIND:
        form = report_form.unpack(state).answered(
            message.text, attachments=message.attachments, location=message.location
        )
        form_talk.go_on(hearing, form)
        return InboxOutcome.ANSWER
    hearing.uow.dialogues.end(hearing.address, hearing.sender)
    if kind in _OF_OFFICERS:
        return _OF_OFFICERS[str(kind)](hearing, message, state)
    if kind in {"supplement", "correct", "words"} and says_something(message):
        report = reporting.own_report(hearing, int(str(state["report"])))
        if report.withdrawn_at is not None:
            return None  # the words are a report of their own
        if kind == "correct":
            reporting.correct(hearing, report, message, message.text)
            return InboxOutcome.CORRECTION
        reporting.supplement(hearing, report, message, message.text)
        return InboxOutcome.CORRECTION
    return None


def _note_outcome(
    hearing: Hearing, message: IncomingMessage, state: dict[str, object]
) -> InboxOutcome:
    alert = hearing.uow.alerts.get(int(str(state["alert"])))
    person = hearing.person
    if alert is None or person is None or not may_act(hearing.asker, alert):
        raise PersonCanFix(replies.NO_SUCH_NUMBER)
    if not small_talk.has_words(message.text):
        raise PersonCanFix(replies.NOTE_WANTED)
    whole = message.text.strip()
    note = whole[:NOTE_LENGTH]
    if note != whole:  # the card has room for the beginning only
        hearing.uow.alerts.log(alert.id, LogKind.NOTED, person_id=person.id, detail=whole)
    done = acknowledgement.close(
        hearing.uow, hearing.office, alert, person, Outcome(str(state["outcome"])), note=note
    )
    outcome = done.alert.outcome.label if done.alert.outcome else ""
    hearing.answer(replies.CLOSED.format(number=alert.number, outcome=outcome))
    return InboxOutcome.ANSWER


def _hear_why(hearing: Hearing, message: IncomingMessage, state: dict[str, object]) -> InboxOutcome:
    pausing.hear_why(hearing, message.text, state)
    return InboxOutcome.ANSWER


_OF_OFFICERS = {"outcome": _note_outcome, pausing.KIND: _hear_why}


def hear_edit(hearing: Hearing, message: IncomingMessage) -> InboxOutcome | None:
    """Let an edited message correct the report that it was; None when it was none."""
    report = hearing.uow.reports.at_message(message.address, message.message_id)
    again = asked(message.text)
    if again is not None and again.command is Command.REPORT:
        message = replace(message, text=again.rest)
    if report is None:
        return None
    reporting.correct(hearing, reporting.own_report(hearing, report.id), message, message.text)
    return InboxOutcome.CORRECTION


def hear_reply(hearing: Hearing, message: IncomingMessage, reply_to: str) -> InboxOutcome | None:
    """Let a reply to a report or its receipt amend it, and one to a card be a note.

    None when it replies to neither.
    """
    report = hearing.uow.reports.at_message(message.address, reply_to)
    answered = hearing.uow.notices.message_of(message.address, reply_to)
    if report is None and answered is not None and answered[0] is not None:
        report = hearing.uow.reports.get(answered[0])
    if report is not None:
        if not says_something(message):
            raise PersonCanFix(replies.NO_WORDS)
        is_danger = hearing.office.assess(message.text).level.is_danger
        if report.withdrawn_at is not None and is_danger:
            return None
        return _amend(hearing, report, message)
    if answered is not None and answered[1] is not None:
        return _note(hearing, message, answered[1])
    return None


def note_of_stranger(hearing: Hearing, message: IncomingMessage) -> bool:
    """Let a reply to a card, by a member of its group who is not enrolled, be a note."""
    if message.reply_to is None or message.edit:
        return False
    answered = hearing.uow.notices.message_of(message.address, message.reply_to)
    alert = None if answered is None else hearing.uow.alerts.get(answered[1] or 0)
    if alert is None or not says_something(message):
        return False
    called = message.sender.name.strip()[:NAME_LENGTH]
    words = f"{called}（{replies.NOT_ENROLLED_HERE}）：{_whole(message)}"
    hearing.uow.alerts.log(alert.id, LogKind.MEMBER_NOTED, detail=words)
    return True


def _note(hearing: Hearing, message: IncomingMessage, alert_id: int) -> InboxOutcome | None:
    """Let a reply to a card be a note, by an officer or by another member of the group."""
    state = hearing.uow.dialogues.get(hearing.address, hearing.sender)
    if state is not None and state.get("kind") in _OF_OFFICERS:
        return None
    alert = hearing.uow.alerts.get(alert_id)
    person = hearing.person
    if alert is None or person is None or not says_something(message):
        return None
    is_theirs = may_act(hearing.asker, alert)
    if not is_theirs and hearing.is_private:
        return None
    kind = LogKind.NOTED if is_theirs else LogKind.MEMBER_NOTED
    hearing.uow.alerts.log(alert.id, kind, person_id=person.id, detail=_whole(message))
    hearing.answer(replies.NOTED.format(number=alert.number), alert_id=alert.id)
    return InboxOutcome.ANSWER


def _whole(message: IncomingMessage) -> str:
    """Return a message's words, all of them, and that files came with it."""
    files = f"（附件 {len(message.attachments)} 个）" if message.attachments else ""
    return message.text.strip() + files


def amend_by_command(hearing: Hearing, message: IncomingMessage, command: Asked) -> InboxOutcome:
    """Amend the report that is named, or replied to, or else the sender's latest."""
    number = _NUMBER.match(command.rest)
    if number is not None:
        report = reporting.own_report(hearing, int(number["id"]))
        rest = number["rest"]
    elif message.reply_to is not None:
        found = hear_reply(hearing, message, message.reply_to)
        if found is None:
            raise PersonCanFix(replies.WHICH_REPORT)
        return found
    else:
        report, rest = _latest(hearing), command.rest
    return _do_amend(hearing, report, message, kind=command.command, rest=rest)


def _amend(hearing: Hearing, report: Report, message: IncomingMessage) -> InboxOutcome:
    report = reporting.own_report(hearing, report.id)
    found = _AMEND.match(message.text.strip())
    if found is None:
        reporting.supplement(hearing, report, message, message.text)
        return InboxOutcome.CORRECTION
    kind = {
        "撤回": Command.WITHDRAW,
        "补充": Command.SUPPLEMENT,
    }.get(found["word"], Command.CORRECT)
    return _do_amend(hearing, report, message, kind=kind, rest=found["rest"].strip())


def _latest(hearing: Hearing) -> Report:
    """Return the sender's latest report while it may be amended."""
    person = hearing.person
    latest = () if person is None else hearing.uow.reports.of_person(person.id, limit=1)
    if not latest or hearing.uow.now > latest[0].filed_at + hearing.office.amend_within:
        raise PersonCanFix(replies.WHICH_REPORT)
    return latest[0]


def _do_amend(
    hearing: Hearing,
    report: Report,
    message: IncomingMessage,
    *,
    kind: Command,
    rest: str,
) -> InboxOutcome:
    if kind is Command.WITHDRAW:
        hearing.answer(reporting.withdraw(hearing, report), report_id=report.id)
    elif not rest:
        waiting = "correct" if kind is Command.CORRECT else "supplement"
        form_talk.leave(hearing)
        hearing.wait_for({"kind": waiting, "report": report.id})
        hearing.answer(
            replies.WRITE_CORRECTION if kind is Command.CORRECT else replies.WRITE_SUPPLEMENT
        )
    elif kind is Command.CORRECT:
        reporting.correct(hearing, report, message, rest)
    else:
        reporting.supplement(hearing, report, message, rest)
    return InboxOutcome.CORRECTION


def says_something(message: IncomingMessage) -> bool:
    """Whether a message holds words, a photo or a pin."""
    return bool(
        small_talk.has_words(message.text) or message.attachments or message.location is not None
    )
