"""Whether an office that was killed again and again kept its word, read from its rows.

Plain SQL on the SQLite file, so that the product's own reading is not what is trusted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# The first button of a card, by the state of its alert.
_FIRST_BUTTON = {"open": "take", "taken": "close", "watched": "close", "closed": ""}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A report that was answered 202."""

    chat: str
    message_id: str
    town: str
    level: str


@dataclass(frozen=True, slots=True)
class AcceptedPress:
    """A press that was answered 202; ``press_id`` with its presser's seat before it."""

    seat: str
    press_id: str
    data: str


@dataclass(slots=True)
class Findings:
    """Figures for the table, and every promise that was broken."""

    figures: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    results: dict[str, int] = field(default_factory=dict)

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


@contextlib.contextmanager
def reading(database: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for reading."""
    address = f"file:{database}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True, timeout=30)) as rows:
        rows.row_factory = sqlite3.Row
        yield rows


def examine(
    database: Path,
    accepted: list[Accepted],
    presses: list[AcceptedPress],
    *,
    sent: int,
    in_order: bool,
) -> Findings:
    """Hold the rows against what was accepted; ``sent`` is how many reports there were.

    ``in_order``: one process hears, so the first press stored is the first heard.
    """
    findings = Findings()
    with reading(database) as rows:
        _file(rows, findings)
        _reports(rows, findings, accepted, sent)
        _alerts(rows, findings, accepted)
        _notices(rows, findings)
        _presses(rows, findings, presses, in_order=in_order)
        _chats(rows, findings)
    return findings


def _file(rows: sqlite3.Connection, findings: Findings) -> None:
    whole = [row[0] for row in rows.execute("PRAGMA integrity_check")]
    findings.hold("the file is whole", (line for line in whole if line != "ok"))
    findings.hold("references hold", map(tuple, rows.execute("PRAGMA foreign_key_check")))


def _reports(
    rows: sqlite3.Connection, findings: Findings, accepted: list[Accepted], sent: int
) -> None:
    filed = Counter(row[0] for row in rows.execute("SELECT message_id FROM reports"))
    kept = Counter(
        row[0].split(":")[1]
        for row in rows.execute("SELECT message_key FROM inbox WHERE message_key LIKE 'm:%'")
    )
    shown = Counter(
        row[0]
        for row in rows.execute("SELECT message_id FROM webchat_events WHERE message_id LIKE 'r-%'")
    )
    ids = [one.message_id for one in accepted]
    findings.figures["reports accepted (202)"] = f"{len(ids)} of {sent}"
    findings.figures["… there exactly once"] = str(sum(filed[one] == 1 for one in ids))
    findings.hold("every report was accepted in the end", range(sent - len(set(ids))))
    findings.result("accepted reports lost", (one for one in ids if not filed[one]))
    findings.hold("an accepted report is filed once", (one for one in ids if filed[one] > 1))
    findings.hold("… kept and shown once", (o for o in ids if (kept[o], shown[o]) != (1, 1)))
    findings.hold("nothing is filed that was not sent", filed.keys() - set(ids))
    ended = Counter(row[0] for row in rows.execute("SELECT outcome FROM inbox"))
    findings.figures["inbox rows by outcome"] = _counts(ended)
    findings.hold("no message is left unread", range(ended[None]))
    findings.hold("no message is set aside", range(ended["set_aside"]))
    leased = "SELECT id FROM inbox WHERE lease_until IS NOT NULL"
    findings.hold("no lease is left in the inbox", map(tuple, rows.execute(leased)))


def _alerts(rows: sqlite3.Connection, findings: Findings, accepted: list[Accepted]) -> None:
    found = {
        row["message_id"]: row
        for row in rows.execute(
            "SELECT r.message_id, r.level, r.alert_id, a.town, a.state, a.merged_into"
            " FROM reports r LEFT JOIN alerts a ON a.id = r.alert_id"
        )
    }
    dangers = [one for one in accepted if one.level != "none"]
    alerts = Counter(
        found[one.message_id]["alert_id"] for one in dangers if one.message_id in found
    )
    without = alerts.pop(None, 0)
    findings.figures["dangers among them"] = str(len(dangers))
    findings.figures["… with an alert of their own"] = str(sum(n == 1 for n in alerts.values()))
    states = Counter(row[0] for row in rows.execute("SELECT state FROM alerts"))
    findings.figures["alerts by state"] = _counts(states)
    findings.result(
        "dangers without an alert",
        [*range(without), *(one for one in dangers if one.message_id not in found)],
    )
    findings.result(
        "alerts without a delivery or a standing alarm",
        map(
            tuple,
            rows.execute(
                "SELECT a.id FROM alerts a WHERE NOT EXISTS (SELECT 1 FROM notices n"
                " WHERE n.alert_id = a.id AND n.kind = 'card' AND n.state = 'sent')"
                " AND (a.next_escalation_at IS NULL OR a.level IN ('red', 'orange'))"
            ),
        ),
    )
    findings.hold(
        "the grade is what the rules say, the town the one named",
        (
            one
            for one in accepted
            if (row := found.get(one.message_id)) is not None
            and (row["level"] != one.level or (row["town"] or one.town) != one.town)
        ),
    )
    orphans = "SELECT id FROM alerts WHERE id NOT IN (SELECT alert_id FROM reports WHERE alert_id)"
    findings.hold("no alert without a report", map(tuple, rows.execute(orphans)))
    findings.hold("no alert for two people's dangers", (a for a, n in alerts.items() if n > 1))
    findings.hold(
        "no alert that calls at once is without its card in the town's room",
        map(
            tuple,
            rows.execute(
                "SELECT a.id FROM alerts a WHERE a.level IN ('red', 'orange') AND NOT EXISTS"
                " (SELECT 1 FROM cards c WHERE c.alert_id = a.id AND c.chat = 'town:' || a.town)"
            ),
        ),
    )
    no_timer = "SELECT id FROM alerts WHERE state != 'closed' AND next_escalation_at IS NULL"
    findings.hold("no live alert without a timer", map(tuple, rows.execute(no_timer)))
    waits = [
        float(row[0])
        for row in rows.execute(
            "SELECT (julianday(min(n.sent_at)) - julianday(i.received_at)) * 86400 FROM notices n"
            " JOIN reports r ON r.alert_id = n.alert_id"
            " JOIN report_versions v ON v.report_id = r.id AND v.number = 1"
            " JOIN inbox i ON i.id = v.inbox_id WHERE n.kind = 'card' GROUP BY r.id"
        )
    ]
    if len(waits) > 1:
        cuts = statistics.quantiles(waits, n=100)
        findings.figures["from 202 to the card, kills included"] = (
            f"median {cuts[49]:.2f} s, p90 {cuts[89]:.1f} s, longest {max(waits):.1f} s"
        )


def _notices(rows: sqlite3.Connection, findings: Findings) -> None:
    every = rows.execute("SELECT * FROM notices").fetchall()
    findings.figures["notices by state"] = _counts(Counter(row["state"] for row in every))
    findings.hold(
        "every notice is sent, none stuck, refused or expired",
        (f"{row['key']} {row['state']}" for row in every if row["state"] != "sent"),
    )
    findings.hold("no lease is left on a notice", (r["key"] for r in every if r["lease_until"]))
    events = Counter(row[0] for row in rows.execute("SELECT key FROM webchat_events"))
    sent = [row for row in every if row["state"] == "sent"]
    findings.hold(
        "what is sent stands in its chat", (r["key"] for r in sent if not events[_key(r)])
    )
    findings.hold(
        "every report has its receipt",
        map(
            tuple,
            rows.execute(
                "SELECT id FROM reports WHERE id NOT IN (SELECT report_id FROM notices"
                " WHERE report_id AND kind = 'message' AND state = 'sent')"
            ),
        ),
    )
    cards = Counter((r["chat"], r["message_id"]) for r in every if r["kind"] == "card")
    shown = Counter(
        (row["chat"], row["message_id"])
        for row in rows.execute(
            "SELECT chat, message_id FROM webchat_events WHERE kind = 'message'"
            " AND body LIKE '%\"a:%:take\"%'"
        )
    )
    doubles = (shown - cards).total()
    findings.figures["cards, and doubles of them"] = f"{len(cards)}, {doubles}"
    findings.hold(
        "doubles of cards under 0.5 %", range(doubles if 200 * doubles > len(cards) else 0)
    )
    findings.hold("every card shows the alert as it stands", _old_cards(rows))


def _old_cards(rows: sqlite3.Connection) -> Iterator[str]:
    """Name the cards whose last event has another first button than the alert's state asks."""
    for row in rows.execute(
        "SELECT c.chat, a.id, a.state, (SELECT e.body FROM webchat_events e"
        "  WHERE e.chat = c.chat AND e.message_id = c.message_id ORDER BY e.number DESC LIMIT 1)"
        " FROM cards c JOIN alerts a ON a.id = c.alert_id"
    ):
        chat, alert, state = row[:3]
        buttons = json.loads(row[3])["buttons"]
        verb = buttons[0][0][1].split(":")[2] if buttons else ""
        if verb != _FIRST_BUTTON[state]:
            yield f"alert {alert} in {chat}: {state}, first button {verb or 'none'}"


def _key(notice: sqlite3.Row) -> str:
    """Return the key of the chat event that a sent notice became."""
    key, chat = notice["key"], notice["chat"]
    if notice["kind"] == "toast":
        return f"t:{chat}:{key}"
    if notice["kind"] == "edit":
        return f"e:{chat}:{key}:{notice['fence']}"
    return f"m:{chat}:w.{hashlib.sha256(key.encode()).hexdigest()[:24]}:0"


def _presses(
    rows: sqlite3.Connection,
    findings: Findings,
    presses: list[AcceptedPress],
    *,
    in_order: bool,
) -> None:
    place = {
        row["message_key"]: row["id"]
        for row in rows.execute("SELECT id, message_key FROM inbox WHERE message_key LIKE 'p:%'")
    }
    keys = {one: f"p:{one.seat}.{one.press_id}" for one in presses}
    findings.figures["presses accepted (202)"] = str(len(presses))
    lost = {one for one in presses if keys[one] not in place}
    findings.hold("an accepted press is in the inbox", lost)
    toasts = {row[0] for row in rows.execute("SELECT key FROM notices WHERE kind = 'toast'")}
    findings.hold(
        "every press is answered",
        (one for one in presses if f"toast:{place.get(keys[one])}" not in toasts),
    )
    for verb, kind, words in (
        (":take", "acknowledged", "接收: an acknowledgement lost"),
        (":close:safe", "closed", "办结: an outcome lost"),
    ):
        pressed: dict[int, list[str]] = {}
        for one in sorted(set(presses) - lost, key=lambda one: place[keys[one]]):
            if one.data.endswith(verb):
                pressed.setdefault(int(one.data.split(":")[1]), []).append(one.seat)
        done: dict[int, list[str]] = {}
        for row in rows.execute(
            "SELECT alert_id, person_id FROM alert_log WHERE kind = ? ORDER BY id", (kind,)
        ):
            done.setdefault(row[0], []).append(f"p:{row[1]}")
        findings.figures[f"{verb[1:]}: alerts pressed, and kept"] = (
            f"{len(pressed)}, {sum(one in done for one in pressed)}"
        )
        findings.result(words, pressed.keys() - done.keys())
        findings.result(
            f"{verb[1:]}: two owners of one alert", (a for a, of in done.items() if len(of) > 1)
        )
        findings.hold(
            f"{verb[1:]}: by somebody who pressed it",
            (alert for alert, of in done.items() if of[0] not in pressed.get(alert, ())),
        )
        if in_order:  # one process hears in the order in which it stored
            findings.hold(
                f"{verb[1:]}: by the first who pressed it",
                (a for a, of in pressed.items() if a in done and done[a][0] != of[0]),
            )


def _chats(rows: sqlite3.Connection, findings: Findings) -> None:
    wrong = rows.execute(
        "SELECT c.chat FROM webchat_chats c LEFT JOIN"
        " (SELECT chat, count(*) AS n, min(number) AS low, max(number) AS high"
        "  FROM webchat_events GROUP BY chat) e ON e.chat = c.chat"
        " WHERE c.last_event != coalesce(e.n, 0) OR coalesce(e.low, 1) != 1"
        " OR coalesce(e.high, 0) != c.last_event"
    )
    findings.hold("no number of a chat is missing or doubled", map(tuple, wrong))


def _counts(counter: Counter[Any]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counter.items(), key=str))
