"""What more is known of an alert: a higher level, another kind, whom it complains about.

The unit complained about never gets the matter: once more words show that an alert's own
town is meant, the district desk takes it over and the town's cards show it no longer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from alerts import outbox
from alerts.escalation import restart
from alerts.notices import Why
from alerts.office import Office
from alerts.routing import holder
from domain.alert import Alert, LogKind
from domain.danger import Category, Level
from domain.report import Report
from nlp.places import units_complained_about
from storage.unit_of_work import UnitOfWork


def learn(
    uow: UnitOfWork,
    office: Office,
    alert: Alert,
    *,
    level: Level,
    categories: tuple[Category, ...] = (),
    about_units: frozenset[str] = frozenset(),
) -> tuple[Alert, bool]:
    """Write what more is known; a higher level or another holder calls anew (True).

    An acknowledgement of a yellow alert says nothing about a red one, so the alert is then
    open again and climbs by the new level's times. A lower level changes nothing.
    """
    known = {*alert.categories, *categories}
    values: dict[str, Any] = {
        "categories": tuple(category for category in Category if category in known),
        "about_units": alert.about_units | about_units,
    }
    moved = holder(replace(alert, about_units=values["about_units"])) != holder(alert)
    if moved:
        uow.alerts.log(alert.id, LogKind.HANDED_OVER, detail="区值班室，反映的对象是本镇街")
    if level.rank > alert.level.rank:
        uow.alerts.log(
            alert.id, LogKind.LEVEL_RAISED, detail=f"{alert.level.label} → {level.label}"
        )
        times = office.times[level]
        return (
            restart(uow, office, alert, Why.LEVEL_RAISED, times=times, level=level, **values),
            True,
        )
    if moved:
        return restart(uow, office, alert, Why.HANDED_OVER, **values), True
    changed = uow.alerts.change(alert, **values)
    outbox.edit_cards(uow, changed)
    return changed, False


def units_in(uow: UnitOfWork, office: Office, report: Report) -> frozenset[str]:
    """Return the towns whose office a report's standing words complain about."""
    words = "\n".join(version.text for version in uow.words.standing_of(report.id))
    return units_complained_about(words, office.gazetteer, own=report.town)


def live_alert(uow: UnitOfWork, report: Report) -> Alert | None:
    """Return the alert that a report belongs to while somebody still has to act on it."""
    if report.alert_id is None:
        return None
    alert = uow.alerts.get(report.alert_id)
    while alert is not None and alert.merged_into is not None:
        alert = uow.alerts.get(alert.merged_into)
    return alert if alert is not None and alert.is_live else None
