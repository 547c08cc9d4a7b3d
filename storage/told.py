"""What was told lately of each town's live alerts, for telling one event from another.

Each danger is held against all of it, which in a flood is much. So a transaction reads which
reports there are and how many versions each has; what they say is read once in a process and
kept between transactions: a version is never written anew while its alert lives.
Refuses: closed alerts, and drills.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from itertools import islice
from typing import Any

import sqlalchemy as sa

from domain.danger import Category
from domain.report import VersionKind
from storage.among import among
from storage.columns import Sealed
from storage.later import remembered
from storage.memory import NewRows, Row
from storage.prepared import Prepared
from storage.tables import alerts, report_versions, reports

MOST_KEPT = 16_384
"""Of how many reports a process keeps what they say."""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """The standing texts of one report of a live alert, and what tells the alert from others.

    While nothing of it changes it is one object, however often it is asked for: what is
    worked out from it can be kept by it.
    """

    town: str | None
    alert_id: int
    raised_at: datetime
    report_id: int
    categories: tuple[Category, ...]
    texts: tuple[str, ...]


# The state is written out, not bound: SQLite takes the index of live alerts only then.
_LIVE = (
    sa.select(
        alerts.c.town,
        reports.c.id.label("report_id"),
        reports.c.version,
        alerts.c.id.label("alert_id"),
        # As text: the few kinds that there are come again and again.
        sa.cast(alerts.c.categories, sa.Text).label("categories"),
    )
    .join(reports, reports.c.alert_id == alerts.c.id)
    .where(
        alerts.c.state != sa.literal_column("'closed'"),
        alerts.c.heard_at >= sa.bindparam("since"),
        alerts.c.verified == sa.bindparam("verified"),
        alerts.c.drill.is_(False),
    )
    .order_by(alerts.c.heard_at.desc(), alerts.c.id.desc(), reports.c.id)
)
_LIVE_IN = Prepared(_LIVE.where(alerts.c.town == sa.bindparam("town")))
_LIVE_NOWHERE = Prepared(_LIVE.where(alerts.c.town.is_(None)))
_LIVE_IN_EACH = among(_LIVE, alerts.c.town)
_SAID_IN_EACH = among(
    sa.select(
        report_versions.c.report_id,
        alerts.c.raised_at,
        report_versions.c.kind,
        # Words that somebody changed in the database are held against nothing.
        sa.type_coerce(report_versions.c.text, Sealed("report_versions.text", "")).label("text"),
    )
    .join(reports, reports.c.id == report_versions.c.report_id)
    .join(alerts, alerts.c.id == reports.c.alert_id)
    .order_by(report_versions.c.report_id, report_versions.c.number),
    report_versions.c.report_id,
)
_READ_OF = frozenset({alerts.name, reports.name, report_versions.name})
_FIRST_WORDS = frozenset({VersionKind.FILED.value, VersionKind.CORRECTED.value})

_Key = tuple[str | None, int, int, int, str]
"""Town, report, how many versions it has, alert, and the alert's kinds of danger as JSON."""


class KeptTold:
    """What a process knows was told; those known longest make room."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._of: dict[_Key, Told] = {}
        self._learning = threading.Lock()

    def get(self, key: _Key) -> Told | None:
        """Return what is known of a report as it stands."""
        return self._of.get(key)

    def learn(self, told: Mapping[_Key, Told]) -> None:
        """Keep what was read of rows that are on disk."""
        with self._learning:
            self._of.update(told)
            for key in tuple(islice(self._of, max(0, len(self._of) - MOST_KEPT))):
                del self._of[key]


class ToldRows:
    """What was told, in one transaction."""

    def __init__(
        self,
        connection: sa.Connection,
        kept: KeptTold,
        after_commit: Callable[[Callable[[], None]], None],
    ) -> None:
        """Bind to a transaction; ``kept`` is the process's, and learns once it is on disk."""
        self._connection = connection
        self._kept = kept
        self._after_commit = after_commit

    def foresee(self, towns: Collection[str], *, heard_since: datetime) -> None:
        """Read in one question what `in_town` will be asked of these towns."""
        board = self._board(verified=True, heard_since=heard_since)
        unread = [town for town in dict.fromkeys(towns) if town not in board.of]
        if not unread:
            return
        asked = {"verified": True, "since": heard_since, "town": unread}
        rows = _LIVE_IN_EACH.tuples(self._connection, asked)
        found: dict[str | None, list[Told]] = {town: [] for town in unread}
        for told in self._said(rows):
            found[told.town].append(told)
        board.of.update(found)

    def in_town(
        self, town: str | None, *, verified: bool, heard_since: datetime
    ) -> tuple[Told, ...]:
        """Return what was told of a town's live alerts lately, the last heard of first."""
        board = self._board(verified=verified, heard_since=heard_since)
        if town not in board.of:
            statement = _LIVE_NOWHERE if town is None else _LIVE_IN
            asked = {"verified": verified, "since": heard_since, "town": town}
            board.of[town] = self._said(statement.tuples(self._connection, asked))
        return tuple(board.of[town])

    def _board(self, *, verified: bool, heard_since: datetime) -> _Board:
        key = (_Board, verified, heard_since)
        return remembered(self._connection, key, _READ_OF, partial(_Board, verified), _Board.follow)

    def _said(self, rows: Sequence[Sequence[Any]]) -> list[Told]:
        """Return what the reports say that rows of `_LIVE` name, in their order."""
        keys: list[_Key] = [tuple(row) for row in rows]
        found = list(map(self._kept.get, keys))
        new = self._read([key for key, told in zip(keys, found, strict=True) if told is None])
        return [told or new[key] for key, told in zip(keys, found, strict=True)]

    def _read(self, keys: Sequence[_Key]) -> dict[_Key, Told]:
        if not keys:
            return {}
        said: dict[int, list[Sequence[Any]]] = {report_id: [] for _, report_id, *_ in keys}
        asked = {"report_id": list(said)}
        for report_id, *version in _SAID_IN_EACH.tuples(self._connection, asked):
            said[report_id].append(version)
        new = {key: _told(key, said[key[1]]) for key in keys}
        self._after_commit(partial(self._kept.learn, new))
        return new


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
    versions = new.new_rows(report_versions.name, "report_id", report["id"])
    if not versions:
        return False
    packed = json.dumps(alert["categories"])
    key = (alert["town"], report["id"], report["version"], alert["id"], packed)
    raised_at = alert["raised_at"]
    told.insert(0, _told(key, [(raised_at, one["kind"], one["text"]) for one in versions]))
    return True


def _told(key: _Key, versions: Sequence[Sequence[Any]]) -> Told:
    """Return what the versions of a report say: when its alert was raised, kind and text."""
    town, report_id, _, alert_id, packed = key
    texts: list[str] = []
    for _, kind, text in versions:
        if kind in _FIRST_WORDS:
            texts = [text]
        elif kind == VersionKind.SUPPLEMENTED.value:
            texts.append(text)
    raised_at = versions[0][0]
    return Told(town, alert_id, raised_at, report_id, _categories(packed), tuple(texts))


@lru_cache(maxsize=256)
def _categories(packed: str) -> tuple[Category, ...]:
    return tuple(map(Category, json.loads(packed)))
