"""The guided report in the chat: asking, taking answers, filing at the end or at once."""

from __future__ import annotations

from dataclasses import replace

from bot import replies, report_form, reporting
from bot.hearing import Hearing
from domain.channel import ButtonPress, IncomingMessage
from domain.danger import Level
from domain.errors import PersonCanFix
from storage.inbox import InboxOutcome


def begin(hearing: Hearing, message: IncomingMessage, said: str) -> InboxOutcome:
    """Begin a guided report, or file at once what stood behind the command."""
    if said:
        reporting.file(
            hearing,
            said,
            message_id=message.message_id,
            attachments=message.attachments,
            location=message.location,
        )
        return InboxOutcome.REPORT
    if not hearing.is_private:
        raise PersonCanFix(replies.NOT_FOR_GROUP)
    leave(hearing)
    form = report_form.Form(
        message_id=message.message_id,
        attachments=message.attachments,
        location=message.location,
    )
    _ask(hearing, form)
    return InboxOutcome.COMMAND


def leave(hearing: Hearing) -> None:
    """File what an open form holds, before its sender is asked something else."""
    state = hearing.uow.dialogues.overdue(hearing.address, hearing.sender)
    if state is None or state.get("kind") != report_form.KIND:
        return
    hearing.uow.dialogues.end(hearing.address, hearing.sender)
    form = report_form.unpack(state)
    if form.text or form.attachments:
        # Under the row that asked last, so that this row can be answered as well.
        asked = replace(hearing, inbox_id=int(state["inbox"]))
        file_form(asked, form, lead=replies.FORM_EXPIRED)


def _ask(hearing: Hearing, form: report_form.Form) -> None:
    hearing.wait_for({**form.pack(), "inbox": hearing.inbox_id})
    hearing.answer(report_form.ask(form), part="form")


def file_form(hearing: Hearing, form: report_form.Form, *, lead: str = "") -> None:
    """File what a form holds so far."""
    reporting.file(
        hearing,
        form.text,
        message_id=form.message_id,
        attachments=form.attachments,
        location=form.location,
        lead=lead,
    )


def go_on(hearing: Hearing, form: report_form.Form) -> None:
    """Ask the next question, or file: at the end, or at once when the words are red."""
    red = form.text and hearing.office.assess(form.text).level is Level.RED
    if not red and form.question is not None:
        _ask(hearing, form)
        return
    hearing.uow.dialogues.end(hearing.address, hearing.sender)
    if form.text or form.attachments:
        file_form(hearing, form)
    else:
        hearing.answer(replies.FORM_EMPTY)


def press_form(hearing: Hearing, pressed: ButtonPress) -> None:
    """Act on a press of a question's button; one of an earlier question does nothing."""
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
    go_on(hearing, form.answered(said))
