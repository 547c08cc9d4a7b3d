"""The words of reports, without what was read in them: for telling events apart.

Refuses: assessments, which cost more to read than the words.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import sqlalchemy as sa

from domain.channel import Location
from domain.danger import Category
from domain.report import VersionKind, standing
from storage.among import among
from storage.columns import Sealed
from storage.later import remembered
from storage.memory import NewRows, Row
from storage.packing import unpack_location
from storage.prepared import Prepared
from storage.tables import alerts, report_versions, reports


@dataclass(frozen=True, slots=True)
class Words:
    """One version of a report, without what was read in it."""

    report_id: int
    number: int
    kind: VersionKind
    text: str
    location: Location | None


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """The standing texts of one report of a live alert, and the alert's kinds of danger.

    While nothing of it changes it is one object, however often it is read: what is worked
    out from it can be kept by it.
    """

    alert_id: int
    report_id: int
    categories: tuple[Category, ...]
    texts: tuple[str, ...]


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
TOLD_REMEMBERED = 16_384
"""Of how many `Told` this holds: each danger is compared with all of its town lately."""

# The state is written out, not bound: SQLite takes the index of live alerts only then.
_TOLD = (
    sa.select(
        alerts.c.town,
        alerts.c.id.label("alert_id"),
        # As text: the few kinds that there are come again and again.
        sa.cast(alerts.c.categories, sa.Text).label("categories"),
        reports.c.id.label("report_id"),
        report_versions.c.kind,
        sa.type_coerce(
            report_versions.c.text, Sealed("report_versions.text", remembers=TOLD_REMEMBERED)
        ).label("text"),
    )
    .join(reports, reports.c.alert_id == alerts.c.id)
    .join(report_versions, report_versions.c.report_id == reports.c.id)
    .where(
        alerts.c.state != sa.literal_column("'closed'"),
        alerts.c.heard_at >= sa.bindparam("since"),
        alerts.c.verified == sa.bindparam("verified"),
        alerts.c.drill.is_(False),
    )
    .order_by(alerts.c.heard_at.desc(), alerts.c.id.desc(), reports.c.id, report_versions.c.number)
)
_TOLD_IN = Prepared(_TOLD.where(alerts.c.town == sa.bindparam("town")))
_TOLD_NOWHERE = Prepared(_TOLD.where(alerts.c.town.is_(None)))
_TOLD_IN_EACH = among(_TOLD, alerts.c.town)
_TOLD_OF = frozenset({alerts.name, reports.name, report_versions.name})
_FIRST_WORDS = frozenset({VersionKind.FILED.value, VersionKind.CORRECTED.value})


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

    def foresee(self, towns: Collection[str], *, heard_since: datetime) -> None:
        """Read in one question what `told_in` will be asked of these towns."""
        board = self._board(verified=True, heard_since=heard_since)
        unread = [town for town in dict.fromkeys(towns) if town not in board.of]
        if not unread:
            return
        rows: dict[str, list[Sequence[Any]]] = {town: [] for town in unread}
        asked = {"verified": True, "since": heard_since, "town": unread}
        for row in _TOLD_IN_EACH.tuples(self._connection, asked):
            rows[row[0]].append(row)
        for town, found in rows.items():
            board.of[town] = _told(found)

    def told_in(
        self, town: str | None, *, verified: bool, heard_since: datetime
    ) -> tuple[Told, ...]:
        """Return what was told of a town's live alerts lately, the last heard of first.

        Drills are left out. One statement and no more of a row than telling events apart
        needs: each danger is held against all of it, which in a flood is much.
        """
        board = self._board(verified=verified, heard_since=heard_since)
        found = board.of.get(town)
        if found is None:
            statement = _TOLD_NOWHERE if town is None else _TOLD_IN
            asked = {"verified": verified, "since": heard_since, "town": town}
            found = board.of[town] = _told(statement.tuples(self._connection, asked))
        return tuple(found)

    def _board(self, *, verified: bool, heard_since: datetime) -> _Board:
        key = (_Board, verified, heard_since)
        empty = partial(_Board, verified)
        return remembered(self._connection, key, _TOLD_OF, empty, _Board.follow)


@dataclass(slots=True)
class _Board:
    """What a transaction knows was told of live alerts, by town, the last heard of first.

    ``verified`` is whether those who told it are enrolled.
    """

    verified: bool
    of: dict[str | None, list[Told]] = field(default_factory=dict)

    def follow(self, new: NewRows, table: str, row: Row) -> bool:
        """Keep it right as a new row comes; False: it is to be read anew."""
        if table == alerts.name:
            return True  # nothing is told of it before a report is of it
        report = row
        if table == report_versions.name:
            report = new.new_row(reports.name, row["report_id"]) or {}
        if "alert_id" not in report:
            return False
        if report["alert_id"] is None:
            return True
        alert = new.new_row(alerts.name, report["alert_id"])
        if alert is None:
            return False
        told = self.of.get(alert["town"])
        if told is None or alert["drill"] or alert["verified"] != self.verified:
            return True  # nothing of it is told here
        return table == reports.name and _tell_first(told, new, alert, report)


def _tell_first(told: list[Told], new: NewRows, alert: Row, report: Row) -> bool:
    """Put what raises a new alert before all that was heard before it."""
    if any(one.alert_id == alert["id"] for one in told):
        return False
    packed = json.dumps(alert["categories"])
    versions = new.new_rows(report_versions.name, "report_id", report["id"])
    told[:0] = _told(
        (alert["town"], alert["id"], packed, report["id"], one["kind"], one["text"])
        for one in versions
    )
    return bool(versions)


def _told(rows: Iterable[Sequence[Any]]) -> list[Told]:
    """Return what rows of `_TOLD` say, a report each, in their order."""
    of_report: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        of_report.setdefault(row[3], []).append(tuple(row))
    return [_told_by(*versions) for versions in of_report.values()]


@lru_cache(maxsize=TOLD_REMEMBERED)
def _told_by(*versions: tuple[Any, ...]) -> Told:
    """Return what the rows of one report say."""
    _, alert_id, packed, report_id, *_ = versions[0]
    texts: list[str] = []
    for *_, kind, text in versions:
        if kind in _FIRST_WORDS:
            texts = [text]
        elif kind == VersionKind.SUPPLEMENTED.value:
            texts.append(text)
    return Told(alert_id, report_id, _categories(packed), tuple(texts))


@lru_cache(maxsize=256)
def _categories(packed: str) -> tuple[Category, ...]:
    return tuple(map(Category, json.loads(packed)))


def _words_of(row: Row) -> Words:
    return Words(
        report_id=row["report_id"],
        number=row["number"],
        kind=VersionKind(row["kind"]),
        text=row["text"],
        location=unpack_location(row["location"]),
    )
