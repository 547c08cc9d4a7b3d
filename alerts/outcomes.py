"""What the reporters hear of an alert: that somebody has it, and how it ended.

Minimum facts: no names of petitioners, no details of what was done.
"""

from __future__ import annotations

from alerts import outbox
from alerts.notices import clock
from alerts.office import Office
from domain.alert import Alert, AlertState, Outcome
from domain.channel import OutgoingMessage, Span, Style
from domain.report import Report
from storage.unit_of_work import UnitOfWork

_ENDED = {
    Outcome.SAFE: "人平安。谢谢您及时上报。",
    Outcome.HOSPITAL: "已送医。谢谢您及时上报。",
    Outcome.POLICE: "已由公安处置。谢谢您及时上报。",
    Outcome.RESOLVED: "已化解。谢谢您及时上报。",
    Outcome.FALSE_ALARM: "核实后没有危险。谢谢您，宁可多报一次。",
    Outcome.OTHER: "已处理完毕。谢谢您及时上报。",
    Outcome.MERGED: "与另一条是同一件事，一并处理。",
}


def tell_reporters(uow: UnitOfWork, office: Office, alert: Alert) -> None:
    """Tell each enrolled reporter, once a state, what became of their latest report in an alert."""
    latest: dict[tuple[str, str], Report] = {}
    for report in uow.reports.of_alert(alert.id):
        if not report.verified:
            continue  # nobody knows who that is
        latest[(report.address.channel, report.address.chat)] = report
    for report in latest.values():
        outbox.say(
            uow,
            report.address,
            OutgoingMessage(
                body=(
                    Span(f"{report.number} ", Style.STRONG),
                    Span(_words(uow, office, alert)),
                )
            ),
            key=f"told:{alert.id}:{alert.version}:{report.id}",
            report_id=report.id,
            lasts=outbox.RECEIPT_LASTS,
        )


def _words(uow: UnitOfWork, office: Office, alert: Alert) -> str:
    if alert.state is AlertState.CLOSED and alert.outcome is not None:
        return f"有结果了：{_ENDED[alert.outcome]}"
    who = "" if alert.taken_by is None else uow.people.get(alert.taken_by).title
    at = "" if alert.taken_at is None else clock(office, alert.taken_at)
    return f"{who} {at} 已接收，正在处理。有新情况请直接回复这条消息。"
