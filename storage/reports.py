"""Reports and their versions; nothing here is ever overwritten but a report's head row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.channel import Address, Attachment, Location
from domain.danger import Assessment, Level
from domain.report import Report, ReportVersion, TownBy, VersionKind, standing
from storage import files
from storage.among import among
from storage.ids import take_ids
from storage.later import amend, change_later, put_later
from storage.packing import (
    pack_assessment,
    pack_attachments,
    pack_location,
    unpack_assessment,
    unpack_attachments,
    unpack_location,
)
from storage.prepared import Prepared
from storage.tables import report_versions, reports


def _report_of(row: Mapping[Any, Any]) -> Report:
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


def _version_of(row: Mapping[Any, Any]) -> ReportVersion:
    return ReportVersion(
        number=row["number"],
        kind=VersionKind(row["kind"]),
        text=row["text"],
        assessment=unpack_assessment(row["assessment"]),
        at=row["at"],
        attachments=unpack_attachments(row["attachments"]),
        location=unpack_location(row["location"]),
    )


_THIS = reports.c.id == sa.bindparam("report")
_ADD = Prepared(
    sa.insert(reports),
    *("id", "person_id", "channel", "chat", "sender", "message_id", "town", "town_by", "level"),
    *("filed_at", "verified", "version", "alert_id"),
)
_ADD_VERSION = Prepared(
    sa.insert(report_versions).inline(),
    *("report_id", "number", "kind", "text", "assessment", "attachments", "location"),
    *("at", "inbox_id"),
)
_CHANGE = sa.update(reports).where(_THIS)
_ATTACH = Prepared(_CHANGE, "alert_id")
_COUNT_UP = _CHANGE.values(version=reports.c.version + 1).returning(reports)
_AMEND = Prepared(_COUNT_UP, "level")
_WITHDRAW = Prepared(_COUNT_UP, "level", "withdrawn_at")
_GET = Prepared(sa.select(reports).where(_THIS))
_AT_MESSAGE = Prepared(
    sa.select(reports).where(
        reports.c.channel == sa.bindparam("channel"),
        reports.c.chat == sa.bindparam("chat"),
        reports.c.message_id == sa.bindparam("message"),
    )
)
_AT_MESSAGES = among(
    sa.select(reports.c.channel, reports.c.chat, reports.c.message_id),
    *(reports.c.channel, reports.c.chat, reports.c.message_id),
)
_OF_EACH_ALERT = among(sa.select(reports).order_by(reports.c.id), reports.c.alert_id)
_IN_ORDER = sa.select(report_versions).order_by(report_versions.c.number)
_VERSIONS = Prepared(_IN_ORDER.where(report_versions.c.report_id == sa.bindparam("report")))
_VERSIONS_OF_EACH = among(_IN_ORDER, report_versions.c.report_id)


class ReportRows:
    """Reports in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now
        self._foreseen: set[tuple[str, str, str]] = set()
        self._ids: list[int] = []
        self._to_come = 0

    def foresee(self, messages: Collection[tuple[Address, str]]) -> None:
        """Find which messages began no report yet, in one question."""
        if not messages:
            return
        places = [(address.channel, address.chat, message) for address, message in messages]
        channels, chats, names = map(list, zip(*places, strict=True))
        asked = {"channel": channels, "chat": chats, "message_id": names}
        began = {tuple(row) for row in _AT_MESSAGES.tuples(self._connection, asked)}
        self._foreseen = set(places) - began

    def number(self, count: int) -> None:
        """Let so many reports be numbered in one question, once the first of them is filed.

        A number that is taken and not used is left out for ever.
        """
        self._to_come = count

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
        if not self._ids:
            self._ids = take_ids(self._connection, reports, max(1, self._to_come))
            self._to_come = 0
        values = {
            "id": self._ids.pop(0),
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
            "alert_id": None,
        }
        self._foreseen.discard((address.channel, address.chat, message_id))
        put_later(self._connection, reports, _ADD.run_each, values)
        report = _report_of({**values, "withdrawn_at": None})
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
        statement = _AMEND
        if kind is VersionKind.WITHDRAWN:
            statement = _WITHDRAW
            values["withdrawn_at"] = self._now
        [row] = statement.rows(self._connection, values)
        report = _report_of(row)
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
        values = {
            "report_id": report.id,
            "number": report.version,
            "kind": kind.value,
            "text": text,
            "assessment": pack_assessment(assessment),
            "attachments": pack_attachments(attachments),
            "location": pack_location(location),
            "at": self._now,
            "inbox_id": inbox_id,
        }
        put_later(self._connection, report_versions, _ADD_VERSION.run_each, values)
        files.want(self._connection, self._now, report.address, attachments)

    def attach(self, report_id: int, alert_id: int) -> None:
        """Let a report belong to an alert."""
        values = {"alert_id": alert_id}
        if not amend(self._connection, reports, report_id, values):
            change_later(
                self._connection, reports, _ATTACH.run_each, {**values, "report": report_id}
            )

    def settle_town(self, report_id: int, town: str, town_by: TownBy) -> None:
        """Write which town is responsible."""
        values = {"report": report_id, "town": town, "town_by": town_by.value}
        self._connection.execute(_CHANGE, values)

    def get(self, report_id: int) -> Report | None:
        """Return a report by id."""
        row = _GET.row(self._connection, {"report": report_id})
        return None if row is None else _report_of(row)

    def at_message(self, address: Address, message_id: str) -> Report | None:
        """Return the report that a message of the reporter began."""
        if (address.channel, address.chat, message_id) in self._foreseen:
            return None
        place = {"channel": address.channel, "chat": address.chat, "message": message_id}
        row = _AT_MESSAGE.row(self._connection, place)
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
        return self.of_alerts((alert_id,))

    def of_alerts(self, alert_ids: Collection[int]) -> tuple[Report, ...]:
        """Return the reports that belong to these alerts, the first first."""
        if not alert_ids:
            return ()
        rows = _OF_EACH_ALERT.rows(self._connection, {"alert_id": list(alert_ids)})
        return tuple(_report_of(row) for row in rows)

    def move_to(self, from_alert: int, to_alert: int) -> None:
        """Let every report of one alert belong to another."""
        self._connection.execute(
            sa.update(reports).where(reports.c.alert_id == from_alert).values(alert_id=to_alert)
        )

    def versions(self, report_id: int) -> tuple[ReportVersion, ...]:
        """Return every version, the first first."""
        rows = _VERSIONS.rows(self._connection, {"report": report_id})
        return tuple(_version_of(row) for row in rows)

    def standing(self, report_id: int) -> tuple[ReportVersion, ...]:
        """Return the versions that count: from the last filed or corrected one on."""
        return standing(self.versions(report_id))

    def standing_of_each(self, report_ids: Collection[int]) -> dict[int, tuple[ReportVersion, ...]]:
        """Return the versions that count of each of these reports."""
        if not report_ids:
            return {}
        found: dict[int, list[ReportVersion]] = {report_id: [] for report_id in report_ids}
        rows = _VERSIONS_OF_EACH.rows(self._connection, {"report_id": list(report_ids)})
        for row in rows:
            found[row["report_id"]].append(_version_of(row))
        return {report_id: standing(versions) for report_id, versions in found.items()}

    def _many(self, query: sa.Select[tuple[object, ...]]) -> tuple[Report, ...]:
        return tuple(_report_of(row) for row in self._connection.execute(query).mappings())
