"""The rows of a run once more, by `sqlite3` alone: what the disk and SQLite take without us."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Speed:
    """How long something took: on the wall, and of this process's processor time."""

    seconds: float = 0.0
    cpu: float = 0.0


@contextmanager
def timed() -> Iterator[Speed]:
    """Time a block."""
    speed = Speed()
    began, cpu = time.perf_counter(), time.process_time()
    yield speed
    speed.seconds, speed.cpu = time.perf_counter() - began, time.process_time() - cpu


def raw(file: Path, folder: Path, *, a_commit: int) -> Speed:
    """Write the rows of a finished SQLite run again with `sqlite3` alone."""
    plain = folder / "raw.db"
    with closing(sqlite3.connect(file)) as source:
        with closing(sqlite3.connect(plain)) as rows:
            source.backup(rows)
            for table in REPORT_OF:
                rows.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
            rows.execute("UPDATE inbox SET done_at = NULL, outcome = NULL")
            rows.commit()
        groups = list(_groups(source, a_commit))
    with closing(sqlite3.connect(plain, isolation_level=None)) as rows:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            rows.execute(f"PRAGMA {pragma}")
        with timed() as speed:
            for group in groups:
                rows.execute("BEGIN IMMEDIATE")
                for statement, values in group:
                    rows.execute(statement, values)
                rows.execute("COMMIT")
    plain.unlink()
    return speed


Statement = tuple[str, tuple[object, ...]]
_END = "UPDATE inbox SET done_at = received_at, outcome = 'report' WHERE id = ? AND fence = 1"
# The rows of each table with the report that they came from, in an order that references hold.
REPORT_OF = {
    "alerts": "SELECT r.id, t.* FROM alerts t JOIN reports r ON r.alert_id = t.id",
    "reports": "SELECT t.id, t.* FROM reports t",
    "report_versions": "SELECT t.report_id, t.* FROM report_versions t",
    "alert_log": "SELECT r.id, t.* FROM alert_log t JOIN reports r ON r.alert_id = t.alert_id",
    "notices": "SELECT coalesce(t.report_id, r.id), t.* FROM notices t"
    " LEFT JOIN reports r ON r.alert_id = t.alert_id",
    "sender_pace": "SELECT r.id, t.* FROM sender_pace t JOIN reports r ON r.sender = t.sender",
}


def _groups(source: sqlite3.Connection, a_commit: int) -> Iterator[list[Statement]]:
    """Yield the statements of each commit, report by report, each row once."""
    found: dict[int, list[Statement]] = {}
    for table, query in REPORT_OF.items():
        seen: set[object] = set()
        for report, *row in source.execute(query):
            one = (row[0], row[1]) if table == "sender_pace" else row[0]
            if one not in seen:
                seen.add(one)
                statement = f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})"  # noqa: S608
                found.setdefault(report, []).append((statement, tuple(row)))
    for report, inbox in source.execute("SELECT report_id, inbox_id FROM report_versions"):
        found[report].append((_END, (inbox,)))
    reports = sorted(found)
    for start in range(0, len(reports), a_commit):
        yield [one for report in reports[start : start + a_commit] for one in found[report]]
