"""What a card of an alert shows, read in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.routing import holder, paused_groups
from domain.alert import Alert
from domain.danger import Evidence
from domain.duty import Group
from domain.report import Report, ReportVersion
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report as an officer reads it: who wrote it, and its standing words."""

    report: Report
    reporter: str
    versions: tuple[ReportVersion, ...]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence of every standing version."""
        return tuple(found for version in self.versions for found in version.assessment.evidence)


@dataclass(frozen=True, slots=True)
class AlertView:
    """Everything a card shows, read in one transaction."""

    alert: Alert
    reports: tuple[ReportView, ...]
    taken_by: str
    closed_by: str
    holder: str | None
    paused: tuple[Group, ...] = ()


def view(uow: UnitOfWork, alert: Alert) -> AlertView:
    """Return what a card of an alert shows."""
    [seen] = views(uow, [alert])
    return seen


def views(uow: UnitOfWork, alerts: Sequence[Alert]) -> tuple[AlertView, ...]:
    """Return what the cards of alerts show, each kind of thing read in one question."""
    reports = uow.reports.of_alerts([alert.id for alert in alerts])
    versions = uow.reports.standing_of_each([report.id for report in reports])
    of_alert: dict[int | None, list[Report]] = {}
    for report in reports:
        of_alert.setdefault(report.alert_id, []).append(report)
    named = [report.person_id for report in reports]
    named += [person for alert in alerts for person in (alert.taken_by, alert.closed_by)]
    uow.people.foresee_ids({person for person in named if person is not None})
    if len(alerts) > 1:  # one asks for itself
        uow.groups.foresee_towns({town for town in map(holder, alerts) if town is not None})
    return tuple(
        AlertView(
            alert=alert,
            reports=tuple(
                ReportView(
                    report=report,
                    reporter=uow.people.name_of(report.person_id),
                    versions=versions[report.id],
                )
                for report in of_alert.get(alert.id, ())
            ),
            taken_by=uow.people.name_of(alert.taken_by),
            closed_by=uow.people.name_of(alert.closed_by),
            holder=holder(alert),
            paused=paused_groups(uow, alert) if alert.is_live else (),
        )
        for alert in alerts
    )
