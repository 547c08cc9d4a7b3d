"""Photos that were sent as one: the first files the report, the others belong to it.

Some channels send an album as several messages, with the words under one of them.
"""

from __future__ import annotations

from datetime import timedelta

from alerts import outbox
from alerts.learning import live_alert
from bot import reporting
from bot.hearing import Hearing
from domain.channel import IncomingMessage
from domain.danger import Assessment
from domain.report import Report, VersionKind

LASTS = timedelta(minutes=10)  # the messages of an album come within seconds


def begin(hearing: Hearing, message: IncomingMessage, report: Report) -> None:
    """Remember which report an album is."""
    if message.album is not None:
        state = {"kind": "album", "report": report.id}
        hearing.uow.dialogues.put(hearing.address, _name(message.album), state, lasts=LASTS)


def add_to_report(hearing: Hearing, message: IncomingMessage) -> bool:
    """Add one more message of an album to its report; False when it is no such message.

    A photo alone is added without a word; one with words is answered as a supplement.
    """
    if message.album is None or message.edit:
        return False
    state = hearing.uow.dialogues.get(hearing.address, _name(message.album))
    report = None if state is None else hearing.uow.reports.get(int(state["report"]))
    if report is None or report.withdrawn_at is not None or report.sender != hearing.sender:
        return False
    if message.text.strip():
        reporting.supplement(hearing, report, message, message.text)
        return True
    hearing.uow.reports.add_version(
        report.id,
        VersionKind.SUPPLEMENTED,
        "",
        Assessment.harmless(),
        level=report.level,
        attachments=message.attachments,
        inbox_id=hearing.inbox_id,
    )
    alert = live_alert(hearing.uow, report)
    if alert is not None:
        outbox.edit_cards(hearing.uow, hearing.uow.alerts.change(alert))
    return True


def _name(album: str) -> str:
    return f"album:{album}"
