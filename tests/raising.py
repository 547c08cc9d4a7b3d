"""Reports and alerts put straight into a store's rows, and parts that are undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from domain.alert import Alert, Chain, LevelTimes, fresh_alert
from domain.channel import Address
from domain.danger import Assessment, Category, Level
from domain.report import Report, TownBy
from storage.unit_of_work import UnitOfWork

HOUR = timedelta(hours=1)
DASHI, SHIQI = "大石街道", "石碁镇"
CHEN = 1


@contextmanager
def undone(uow: UnitOfWork) -> Iterator[None]:
    """Expect what is done within to `fail`, and take it back."""
    with pytest.raises(LookupError), uow.apart():
        yield


def fail() -> None:
    """Fail."""
    raise LookupError


def file(uow: UnitOfWork, text: str) -> Report:
    """File a report."""
    return uow.reports.add(
        person_id=CHEN,
        address=Address("wire", "home"),
        sender="s",
        message_id=text,
        town=DASHI,
        town_by=TownBy.TEXT,
        level=Level.RED,
        text=text,
        assessment=Assessment.harmless(),
    )


def raised(uow: UnitOfWork, town: str | None, text: str, *, verified: bool = True) -> Alert:
    """File a report and raise an alert of a town from it."""
    report = file(uow, text)
    alert = uow.alerts.add(
        fresh_alert(
            town=town,
            level=Level.RED,
            categories=(Category.SELF_HARM,),
            chain=Chain(LevelTimes((), HOUR, HOUR), (uow.now,)),
            at=uow.now,
            verified=verified,
        )
    )
    uow.reports.attach(report.id, alert.id)
    return alert
