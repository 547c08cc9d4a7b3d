"""Drills (演练): an alert that goes the real way and must be answered like a real one.

It is marked 演练 wherever it is shown and stays out of the figures.
"""

from __future__ import annotations

from alerts.escalation import climb, freeze_chain
from alerts.notices import Why
from alerts.office import Office
from domain.alert import Alert, LogKind
from domain.danger import Level
from storage.unit_of_work import UnitOfWork


def raise_drill(uow: UnitOfWork, office: Office, town: str) -> Alert:
    """Raise a drill of level red for a town, with its first notices."""
    alert = uow.alerts.add(
        town=town,
        level=Level.RED,
        categories=(),
        chain=freeze_chain(office.times[Level.RED], uow.now, office.hours),
        verified=True,
        about_units=frozenset(),
        drill=True,
    )
    uow.alerts.log(alert.id, LogKind.RAISED, detail="演练")
    return climb(uow, office, alert, Why.RAISED)
