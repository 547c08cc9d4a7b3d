"""What this disk takes: commits of one row, set up as an office's SQLite file."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path


class Disk:
    """A file of its own in which single rows are committed."""

    def __init__(self, folder: Path) -> None:
        """Open it as storage/engines.py does."""
        self.rows = sqlite3.connect(folder / "commits.db", isolation_level=None)
        self.rows.execute("PRAGMA journal_mode=WAL")
        self.rows.execute("PRAGMA synchronous=FULL")
        self.rows.execute("CREATE TABLE one (at TEXT)")

    def commit(self) -> float:
        """Commit one row; returns how many seconds that took."""
        began = time.perf_counter()
        self.rows.execute("BEGIN IMMEDIATE")
        self.rows.execute("INSERT INTO one VALUES ('now')")
        self.rows.execute("COMMIT")
        return time.perf_counter() - began

    def commits_a_second(self, count: int = 200) -> float:
        """Return how many commits a second go in one after the other."""
        return count / sum(self.commit() for _ in range(count))

    def close(self) -> None:
        """Close the file."""
        self.rows.close()
