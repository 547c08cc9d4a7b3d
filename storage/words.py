"""The words of reports, without what was read in them.

Refuses: assessments, which cost more to read than the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.channel import Location
from domain.report import VersionKind, standing
from storage.memory import Row
from storage.packing import unpack_location
from storage.prepared import Prepared
from storage.tables import report_versions, reports


@dataclass(frozen=True, slots=True)
class Words:
    """One version of a report, without what was read in it."""

    report_id: int
    number: int
    kind: VersionKind
    text: str
    location: Location | None


_WORDS = sa.select(
    report_versions.c.report_id,
    report_versions.c.number,
    report_versions.c.kind,
    report_versions.c.text,
    report_versions.c.location,
).order_by(report_versions.c.report_id, report_versions.c.number)
_OF_REPORT = Prepared(_WORDS.where(report_versions.c.report_id == sa.bindparam("report")))
_OF_ALERT = Prepared(
    _WORDS.join(reports, reports.c.id == report_versions.c.report_id).where(
        reports.c.alert_id == sa.bindparam("alert")
    )
)


class WordRows:
    """The words of reports in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def of_alert(self, alert_id: int) -> tuple[Words, ...]:
        """Return every version of every report of an alert, in the order they were filed."""
        rows = _OF_ALERT.rows(self._connection, {"alert": alert_id})
        return tuple(_words_of(row) for row in rows)

    def standing_of(self, report_id: int) -> tuple[Words, ...]:
        """Return the versions of a report that count."""
        rows = _OF_REPORT.rows(self._connection, {"report": report_id})
        return standing(_words_of(row) for row in rows)


def _words_of(row: Row) -> Words:
    return Words(
        report_id=row["report_id"],
        number=row["number"],
        kind=VersionKind(row["kind"]),
        text=row["text"],
        location=unpack_location(row["location"]),
    )
