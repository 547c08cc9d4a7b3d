"""A storm: one cause, many reports. They are gathered, and what is new gets through at once.

Every report stays in the ledger and belongs to the alert; only the message a report is
saved. When in doubt whether something is new, it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts import outbox
from alerts.office import Office
from alerts.quiet_words import for_long, summary_words
from alerts.sameness import EventWords, event_words, names_new
from domain.alert import Alert
from domain.channel import Location
from domain.danger import Assessment
from domain.report import Report
from storage.unit_of_work import UnitOfWork

PIN_DIGITS = 3  # of a degree: about a hundred metres


def is_storm(uow: UnitOfWork, office: Office, alert: Alert) -> bool:
    """Whether so many reports came on an alert lately that they are told together."""
    return bool(storms_among(uow, office, [alert.id]))


def storms_among(uow: UnitOfWork, office: Office, alert_ids: Sequence[int]) -> tuple[int, ...]:
    """Return those of some alerts, in order, on which a storm of reports came lately."""
    fed = uow.storms.fed_since(alert_ids, uow.now - office.silence.storm_window)
    return tuple(one for one in alert_ids if fed[one] >= office.silence.storm_after)


def is_news(
    uow: UnitOfWork,
    office: Office,
    alert: Alert,
    report: Report,
    assessment: Assessment,
    *,
    text: str,
) -> bool:
    """Whether a report's newest words tell what the alert has not heard yet.

    A higher level, another kind of danger, a place, a person or a pin that no report of the
    alert has named so far. ``text`` is the newest version's, already written or not.
    """
    if assessment.level.rank > alert.level.rank or set(assessment.categories) - set(
        alert.categories
    ):
        return True
    before: list[EventWords] = []
    pins: set[tuple[float, float]] = set()
    for words in uow.words.of_alert(alert.id):
        if (words.report_id, words.number) == (report.id, report.version):
            continue
        before.append(event_words(words.text, (), office.gazetteer))
        if words.location is not None:
            pins.add(_rough(words.location))
    newest = uow.reports.versions(report.id)[-1:]
    pin = newest[0].location if newest else None
    if pin is not None and _rough(pin) not in pins:
        return True
    return names_new(event_words(text, (), office.gazetteer), before)


def is_vague(
    uow: UnitOfWork,
    office: Office,
    alert: Alert,
    report: Report,
    assessment: Assessment,
    *,
    text: str,
) -> bool:
    """Whether a report that might be another event says nothing but what a storm says."""
    return bool(assessment.categories) and not is_news(
        uow, office, alert, report, assessment, text=text
    )


def gather(uow: UnitOfWork, office: Office, alert: Alert) -> Alert:
    """Count a report of a storm; the cards show the count, the groups are told in time."""
    gathered = uow.alerts.change(
        alert,
        gathered=alert.gathered + 1,
        summary_at=alert.summary_at or uow.now + office.silence.storm_window,
    )
    outbox.edit_cards(uow, gathered)
    return gathered


def sum_up_due(uow: UnitOfWork, office: Office, *, limit: int = 50) -> int:
    """Tell the groups of each storm what was gathered; returns how many there were."""
    due = uow.storms.due(limit=limit)
    for alert_id in due:
        alert = uow.alerts.get(alert_id)
        if alert is None or alert.summary_at is None:
            continue
        if alert.is_live and alert.gathered:
            words = uow.words.of_alert(alert.id)
            summary = summary_words(
                alert,
                more=alert.gathered,
                total=len({one.report_id for one in words}),
                latest=words[-1].text if words else "",
                within=for_long(office.silence.storm_window),
            )
            at = int(alert.summary_at.timestamp())
            outbox.say_in_groups(uow, alert, f"storm:{alert.id}:{at}", summary)
        uow.alerts.change(alert, gathered=None, summary_at=None)
    return len(due)


def _rough(pin: Location) -> tuple[float, float]:
    return (round(pin.latitude, PIN_DIGITS), round(pin.longitude, PIN_DIGITS))
