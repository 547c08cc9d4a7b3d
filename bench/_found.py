"""What an examination found: figures for the table, and every promise that was broken."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.sealing import Keyring

DOUBLES_ONE_IN = 200  # 0.5 %
ENOUGH = 1000  # messages of which a share says something


@dataclass(frozen=True, slots=True)
class Accepted:
    """A report that was answered 202, or taken by Telegram."""

    chat: str
    message_id: str
    town: str
    level: str
    channel: str = "webchat"

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.chat, self.message_id


@dataclass(frozen=True, slots=True)
class AcceptedPress:
    """A press that was answered 202, or taken by Telegram.

    ``key`` is its own in the inbox, ``seat`` its presser's seat in the web chat.
    """

    seat: str
    key: str
    data: str


@dataclass(slots=True)
class Findings:
    """Figures for the table, results that must be 0, and every promise that was broken.

    ``sums`` add up over several runs; of ``worst`` the greatest counts.
    """

    figures: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    results: dict[str, int] = field(default_factory=dict)
    sums: Counter[str] = field(default_factory=Counter)
    worst: dict[str, float] = field(default_factory=dict)

    def hold(self, promise: str, counter_examples: Iterable[object]) -> None:
        """Note a promise as broken if there is a counter-example."""
        found = list(counter_examples)
        if found:
            self.broken.append(f"{promise}: {len(found)}, as {found[0]}")

    def result(self, name: str, counter_examples: Iterable[object]) -> None:
        """Note a result that must be 0, in the table too."""
        found = list(counter_examples)
        self.results[name] = self.results.get(name, 0) + len(found)
        self.hold(name, found)

    def count_doubles(self, rows: sqlite3.Connection, doubles: int) -> None:
        """Note how many messages stand twice, of all that the office sent."""
        query = "SELECT count(*) FROM notices WHERE state = 'sent' AND kind IN ('card', 'message')"
        sent = rows.execute(query).fetchone()[0]
        self.sums["messages sent"], self.sums["doubles"] = sent, doubles
        self.worst["doubles (%)"] = 100 * doubles / max(1, sent)
        share = f"{100 * doubles / max(1, sent):.2f} %"
        self.figures["messages sent, and doubles"] = f"{sent}, {doubles} ({share})"
        if sent >= ENOUGH:
            self.hold("doubles under 0.5 %", range(doubles if too_many(doubles, sent) else 0))


def too_many(doubles: int, sent: int) -> bool:
    """Whether more than the allowed share of what was sent stands twice."""
    return DOUBLES_ONE_IN * doubles > sent


@contextlib.contextmanager
def reading(database: Path, keyring: Keyring | None = None) -> Iterator[sqlite3.Connection]:
    """Open the file for reading; with its keys SQL knows ``opened(value, 'table.column')``."""
    address = f"file:{database}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True, timeout=30)) as rows:
        rows.row_factory = sqlite3.Row
        if keyring is not None:
            rows.create_function("opened", 2, keyring.open)
        yield rows


def counts(counter: Counter[Any]) -> str:
    """Return how often each was, in words."""
    return ", ".join(f"{name} {number}" for name, number in sorted(counter.items(), key=str))
