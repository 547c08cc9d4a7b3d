"""What a card of an alert shows, read in one transaction."""

from __future__ import annotations

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
    return AlertView(
        alert=alert,
        reports=tuple(
            ReportView(
                report=report,
                reporter=uow.people.name_of(report.person_id),
                versions=uow.reports.standing(report.id),
            )
            for report in uow.reports.of_alert(alert.id)
        ),
        taken_by=uow.people.name_of(alert.taken_by),
        closed_by=uow.people.name_of(alert.closed_by),
        holder=holder(alert),
        paused=paused_groups(uow, alert) if alert.is_live else (),
    )
