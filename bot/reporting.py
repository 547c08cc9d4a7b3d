"""From words to a receipt: filing, supplementing, correcting, withdrawing in the chat."""

from __future__ import annotations

from alerts import amendment
from alerts.handover import merge, settle_town
from alerts.intake import Filed, FiledAs, Filing, file_report, raise_alert
from alerts.learning import live_alert, units_in
from alerts.outbox import say
from bot import replies, small_talk
from bot.hearing import Hearing
from domain.alert import Alert
from domain.channel import Address, Attachment, IncomingMessage, Location, plain
from domain.danger import Assessment, Level
from domain.duty import Scope
from domain.errors import PersonCanFix
from domain.report import Report, VersionKind
from storage.notices import Priority

FEW_TOWNS = 4


def file(
    hearing: Hearing,
    text: str,
    *,
    message_id: str,
    attachments: tuple[Attachment, ...] = (),
    location: Location | None = None,
    lead: str = "",
) -> Filed:
    """File a report and answer with a receipt and, where needed, a question."""
    filed = file_report(
        hearing.uow,
        hearing.office,
        Filing(
            person=hearing.person,
            address=hearing.address,
            sender=hearing.sender,
            message_id=message_id,
            text=text,
            attachments=attachments,
            location=location,
            inbox_id=hearing.inbox_id,
        ),
    )
    if hearing.person is None:
        hearing.answer(replies.NOT_ENROLLED_DANGER, report_id=filed.report.id)
        wait_for_words(hearing, filed.report)
        return filed
    _give_receipt(hearing, filed, lead=lead, words=small_talk.has_words(text))
    return filed


def wait_for_words(hearing: Hearing, report: Report) -> None:
    """Let what this sender says next belong to a report."""
    hearing.wait_for({"kind": "words", "report": report.id})


def _give_receipt(hearing: Hearing, filed: Filed, *, lead: str = "", words: bool = True) -> None:
    report, alert = filed.report, filed.alert
    if filed.became in {FiledAs.REPEATED, FiledAs.KNOWN}:
        hearing.answer(replies.again(report, alert), report_id=report.id)
        return
    if filed.became is FiledAs.GATHERED and alert is not None:
        hearing.answer(
            replies.gathered(report, alert),
            report_id=report.id,
            lasts_long=True,
        )
        return
    hearing.answer(
        replies.receipt(hearing.office, report, alert=alert, lead=lead, words=words),
        report_id=report.id,
        lasts_long=alert is not None,
    )
    if filed.ask_towns:
        _ask_town(hearing, report, filed.ask_towns)
    if filed.perhaps is not None:
        hearing.answer(
            replies.same_question(hearing.office, report, filed.perhaps),
            part="same",
            report_id=report.id,
        )


def _ask_town(hearing: Hearing, report: Report, names: tuple[str, ...]) -> None:
    towns = [town for town in hearing.office.gazetteer.towns if town.name in names]
    few = len(towns) <= FEW_TOWNS
    hearing.answer(replies.town_question(report, towns, more=few), part="town", report_id=report.id)


def ask_any_town(hearing: Hearing, report: Report) -> None:
    """Ask which of all the towns a report belongs to."""
    hearing.answer(
        replies.town_question(report, hearing.office.gazetteer.towns, more=False),
        part="towns",
        report_id=report.id,
    )


def supplement(
    hearing: Hearing,
    report: Report,
    message: IncomingMessage,
    text: str,
    *,
    lead: str = replies.SUPPLEMENTED,
) -> None:
    """Add ``text`` and what else a message brought to a report and say so."""
    filed = amendment.supplement(
        hearing.uow,
        hearing.office,
        report,
        text,
        attachments=message.attachments,
        location=message.location,
        inbox_id=hearing.inbox_id,
    )
    _say_amended(hearing, filed, lead)


def correct(hearing: Hearing, report: Report, message: IncomingMessage, text: str) -> None:
    """Replace a report's words and say so; after the time for it they are added instead."""
    if not amendment.is_in_time(hearing.uow, hearing.office, report):
        supplement(hearing, report, message, text, lead=replies.CORRECTED_LATE)
        return
    filed = amendment.correct(
        hearing.uow,
        hearing.office,
        report,
        text,
        attachments=message.attachments,
        location=message.location,
        inbox_id=hearing.inbox_id,
    )
    _say_amended(hearing, filed, replies.CORRECTED)


def withdraw(hearing: Hearing, report: Report) -> str:
    """Take a report back and return what its reporter reads."""
    filed = amendment.withdraw(hearing.uow, hearing.office, report, inbox_id=hearing.inbox_id)
    words = replies.WITHDRAWN_QUIET if filed.alert is None else replies.WITHDRAWN
    return words.format(number=report.number)


def _say_amended(hearing: Hearing, filed: Filed, words: str) -> None:
    lead = words.format(number=filed.report.number)
    if filed.became is FiledAs.RAISED:
        hearing.answer(
            replies.receipt(hearing.office, filed.report, alert=filed.alert, lead=lead),
            report_id=filed.report.id,
            lasts_long=True,
        )
        return
    hearing.answer(lead, report_id=filed.report.id)


def say_danger(hearing: Hearing, report: Report) -> Alert | None:
    """Raise an alert because the reporter says there is danger where the rules saw none.

    Returns None when the report has a live alert already.
    """
    if live_alert(hearing.uow, report) is not None:
        return None
    assessment = Assessment(level=Level.ORANGE)
    report = hearing.uow.reports.add_version(
        report.id,
        VersionKind.SUPPLEMENTED,
        replies.SAID_DANGER,
        assessment,
        level=Level.ORANGE,
        inbox_id=hearing.inbox_id,
    )
    alert = raise_alert(
        hearing.uow,
        hearing.office,
        report,
        assessment,
        about_units=units_in(hearing.uow, hearing.office, report),
    )
    hearing.answer(
        replies.receipt(hearing.office, report, alert=alert),
        report_id=report.id,
        lasts_long=True,
    )
    return alert


def answer_town(hearing: Hearing, report: Report, town: str) -> str:
    """Settle a report's town by the reporter's answer and return the thanks."""
    settle_town(hearing.uow, hearing.office, report, town)
    return replies.THANKS_TOWN.format(town=town)


def answer_same(hearing: Hearing, report: Report, into_id: int) -> str:
    """Merge a report's alert into the one it is about and return the thanks."""
    alert = live_alert(hearing.uow, report)
    into = hearing.uow.alerts.get(into_id)
    if alert is None or into is None:
        return replies.QUESTION_OVER
    by = None if hearing.person is None else hearing.person.id
    if merge(hearing.uow, hearing.office, alert, into, by=by):
        return replies.THANKS_SAME.format(number=into.number)
    return replies.TOO_OLD_TO_MERGE


def say_apart(hearing: Hearing, report: Report) -> str:
    """Raise an alert of its own from a gathered report and return what its reporter reads."""
    raised = amendment.separate(hearing.uow, hearing.office, report)
    if raised is None:
        return replies.ALREADY_ALERTED
    return replies.APART.format(number=raised.number)


def own_report(hearing: Hearing, report_id: int) -> Report:
    """Return a report if it is the sender's own; `PersonCanFix` otherwise."""
    report = hearing.uow.reports.get(report_id)
    if report is None or not _is_own(hearing, report):
        raise PersonCanFix(replies.NOT_YOURS)
    return report


def _is_own(hearing: Hearing, report: Report) -> bool:
    if hearing.person is not None and report.person_id == hearing.person.id:
        return True
    return report.address.channel == hearing.address.channel and report.sender == hearing.sender


def tell_desk(hearing: Hearing, text: str, *, part: str) -> None:
    """Tell the district's duty groups something that is no alert."""
    for group in hearing.uow.groups.of(Scope.DISTRICT):
        say(
            hearing.uow,
            Address(channel=group.channel, chat=group.chat),
            plain(text),
            key=f"{part}:{hearing.inbox_id}:{group.id}",
            priority=Priority.REMINDER,
        )
