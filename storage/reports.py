"""Reports and their versions; nothing here is ever overwritten but a report's head row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from domain.channel import Address, Attachment, Location
from domain.danger import Assessment, Level
from domain.report import Report, ReportVersion, TownBy, VersionKind
from storage.packing import (
    pack_assessment,
    pack_attachments,
    pack_location,
    unpack_assessment,
    unpack_attachments,
    unpack_location,
)
from storage.tables import report_versions, reports


def _report_of(row: sa.RowMapping) -> Report:
    return Report(
        id=row["id"],
        person_id=row["person_id"],
        address=Address(channel=row["channel"], chat=row["chat"]),
        sender=row["sender"],
        message_id=row["message_id"],
        town=row["town"],
        town_by=TownBy(row["town_by"]),
        level=Level(row["level"]),
        filed_at=row["filed_at"],
        verified=row["verified"],
        alert_id=row["alert_id"],
        withdrawn_at=row["withdrawn_at"],
        version=row["version"],
    )


def _version_of(row: sa.RowMapping) -> ReportVersion:
    return ReportVersion(
        number=row["number"],
        kind=VersionKind(row["kind"]),
        text=row["text"],
        assessment=unpack_assessment(row["assessment"]),
        at=row["at"],
        attachments=unpack_attachments(row["attachments"]),
        location=unpack_location(row["location"]),
    )


def _standing(versions: Iterable[ReportVersion]) -> tuple[ReportVersion, ...]:
    kept: list[ReportVersion] = []
    for version in versions:
        if version.kind in {VersionKind.FILED, VersionKind.CORRECTED}:
            kept = [version]
        elif version.kind is VersionKind.SUPPLEMENTED:
            kept.append(version)
    return tuple(kept)


# Built once: building a statement costs several times what running it does.
_THIS = reports.c.id == sa.bindparam("report")
_ADD = sa.insert(reports).returning(reports)
_ADD_VERSION = sa.insert(report_versions)
_CHANGE = sa.update(reports).where(_THIS)
_COUNT_UP = _CHANGE.values(version=reports.c.version + 1).returning(reports)
_GET = sa.select(reports).where(_THIS)
_AT_MESSAGE = sa.select(reports).where(
    reports.c.channel == sa.bindparam("channel"),
    reports.c.chat == sa.bindparam("chat"),
    reports.c.message_id == sa.bindparam("message"),
)
_OF_ALERT = (
    sa.select(reports).where(reports.c.alert_id == sa.bindparam("alert")).order_by(reports.c.id)
)
_AMONG = reports.c.alert_id.in_(sa.bindparam("alerts", expanding=True))
_OF_ALERTS = sa.select(reports).where(_AMONG).order_by(reports.c.id)
_VERSIONS_OF_ALERTS = (
    sa.select(report_versions)
    .join(reports, reports.c.id == report_versions.c.report_id)
    .where(_AMONG)
    .order_by(report_versions.c.report_id, report_versions.c.number)
)
_VERSIONS = (
    sa.select(report_versions)
    .where(report_versions.c.report_id == sa.bindparam("report"))
    .order_by(report_versions.c.number)
)


class ReportRows:
    """Reports in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def add(
        self,
        *,
        person_id: int | None,
        address: Address,
        sender: str,
        message_id: str,
        town: str | None,
        town_by: TownBy,
        level: Level,
        text: str,
        assessment: Assessment,
        attachments: tuple[Attachment, ...] = (),
        location: Location | None = None,
        inbox_id: int | None = None,
    ) -> Report:
        """File a report with its first words; more are added with `add_version`."""
        values = {
            "person_id": person_id,
            "channel": address.channel,
            "chat": address.chat,
            "sender": sender,
            "message_id": message_id,
            "town": town,
            "town_by": town_by.value,
            "level": level.value,
            "filed_at": self._now,
            "verified": person_id is not None,
            "version": 1,
        }
        report = _report_of(self._connection.execute(_ADD, values).mappings().one())
        self._put_words(
            report,
            VersionKind.FILED,
            text,
            assessment,
            attachments=attachments,
            location=location,
            inbox_id=inbox_id,
        )
        return report

    def add_version(
        self,
        report_id: int,
        kind: VersionKind,
        text: str,
        assessment: Assessment,
        *,
        level: Level,
        attachments: tuple[Attachment, ...] = (),
        location: Location | None = None,
        inbox_id: int | None = None,
    ) -> Report:
        """Add a version and return the report; ``level`` is what the report as a whole has."""
        values: dict[str, object] = {"report": report_id, "level": level.value}
        if kind is VersionKind.WITHDRAWN:
            values["withdrawn_at"] = self._now
        report = _report_of(self._connection.execute(_COUNT_UP, values).mappings().one())
        self._put_words(
            report,
            kind,
            text,
            assessment,
            attachments=attachments,
            location=location,
            inbox_id=inbox_id,
        )
        return report

    def _put_words(
        self,
        report: Report,
        kind: VersionKind,
        text: str,
        assessment: Assessment,
        *,
        attachments: tuple[Attachment, ...],
        location: Location | None,
        inbox_id: int | None,
    ) -> None:
        self._connection.execute(
            _ADD_VERSION,
            {
                "report_id": report.id,
                "number": report.version,
                "kind": kind.value,
                "text": text,
                "assessment": pack_assessment(assessment),
                "attachments": pack_attachments(attachments),
                "location": pack_location(location),
                "at": self._now,
                "inbox_id": inbox_id,
            },
        )

    def attach(self, report_id: int, alert_id: int) -> None:
        """Let a report belong to an alert."""
        self._connection.execute(_CHANGE, {"report": report_id, "alert_id": alert_id})

    def settle_town(self, report_id: int, town: str, town_by: TownBy) -> None:
        """Write which town is responsible."""
        self._connection.execute(
            sa.update(reports)
            .where(reports.c.id == report_id)
            .values(town=town, town_by=town_by.value)
        )

    def get(self, report_id: int) -> Report | None:
        """Return a report by id."""
        row = self._connection.execute(_GET, {"report": report_id}).mappings().first()
        return None if row is None else _report_of(row)

    def at_message(self, address: Address, message_id: str) -> Report | None:
        """Return the report that a message of the reporter began."""
        place = {"channel": address.channel, "chat": address.chat, "message": message_id}
        row = self._connection.execute(_AT_MESSAGE, place).mappings().first()
        return None if row is None else _report_of(row)

    def of_person(self, person_id: int, *, limit: int) -> tuple[Report, ...]:
        """Return somebody's latest reports, the newest first."""
        return self._many(
            sa.select(reports)
            .where(reports.c.person_id == person_id)
            .order_by(reports.c.id.desc())
            .limit(limit)
        )

    def of_alert(self, alert_id: int) -> tuple[Report, ...]:
        """Return the reports that belong to an alert, the first first."""
        rows = self._connection.execute(_OF_ALERT, {"alert": alert_id}).mappings()
        return tuple(_report_of(row) for row in rows)

    def standing_of(
        self, alert_ids: Sequence[int]
    ) -> dict[int, list[tuple[Report, tuple[ReportVersion, ...]]]]:
        """Return each alert's reports, the first first, each with the versions that count.

        Two statements however many alerts there are: every danger of a town is held against
        all that is live there.
        """
        found: dict[int, list[tuple[Report, tuple[ReportVersion, ...]]]] = {}
        if not alert_ids:
            return found
        query = {"alerts": list(alert_ids)}
        written: dict[int, list[ReportVersion]] = {}
        for row in self._connection.execute(_VERSIONS_OF_ALERTS, query).mappings():
            written.setdefault(row["report_id"], []).append(_version_of(row))
        for row in self._connection.execute(_OF_ALERTS, query).mappings():
            report = _report_of(row)
            standing = _standing(written.get(report.id, ()))
            found.setdefault(row["alert_id"], []).append((report, standing))
        return found

    def move_to(self, from_alert: int, to_alert: int) -> None:
        """Let every report of one alert belong to another."""
        self._connection.execute(
            sa.update(reports).where(reports.c.alert_id == from_alert).values(alert_id=to_alert)
        )

    def versions(self, report_id: int) -> tuple[ReportVersion, ...]:
        """Return every version, the first first."""
        rows = self._connection.execute(_VERSIONS, {"report": report_id}).mappings()
        return tuple(_version_of(row) for row in rows)

    def standing(self, report_id: int) -> tuple[ReportVersion, ...]:
        """Return the versions that count: from the last filed or corrected one on.

        A correction replaces the words before it; a supplement adds to them; a withdrawal
        has no words.
        """
        return _standing(self.versions(report_id))

    def _many(self, query: sa.Select[tuple[object, ...]]) -> tuple[Report, ...]:
        return tuple(_report_of(row) for row in self._connection.execute(query).mappings())
