"""Whether an office that was killed again and again kept its word, read from its rows.

Plain SQL on the SQLite file, so that the product's own reading is not what is trusted.
"""

from __future__ import annotations

import sqlite3
import statistics
from collections import Counter
from pathlib import Path

from bench._found import Accepted, AcceptedPress, Findings, counts, reading
from bench._notice_promises import examine_notices, examine_web_chat
from bench._press_promises import examine_presses
from bench._telegram_promises import examine_telegram, presses_of
from bench._telegram_side import TelegramSide
from storage.sealing import Keyring


def examine(
    database: Path,
    accepted: list[Accepted],
    presses: list[AcceptedPress],
    *,
    sent: int,
    in_order: bool,
    keyring: Keyring,
    telegram: TelegramSide | None = None,
) -> Findings:
    """Hold the rows against what was accepted; ``sent`` is how many reports there were.

    ``in_order``: one process hears, so the first press stored is the first heard.
    """
    findings = Findings()
    with reading(database, keyring) as rows:
        _file(rows, findings)
        _reports(rows, findings, accepted, sent)
        _alerts(rows, findings, accepted)
        examine_notices(rows, findings)
        doubles = examine_web_chat(rows, findings)
        if telegram is not None:
            doubles += examine_telegram(rows, findings, telegram)
            presses = presses + presses_of(rows, telegram)
        findings.count_doubles(rows, doubles)
        examine_presses(rows, findings, presses, in_order=in_order)
        _chats(rows, findings)
    return findings


def _file(rows: sqlite3.Connection, findings: Findings) -> None:
    whole = [row[0] for row in rows.execute("PRAGMA integrity_check")]
    findings.hold("the file is whole", (line for line in whole if line != "ok"))
    findings.hold("references hold", map(tuple, rows.execute("PRAGMA foreign_key_check")))


def _reports(
    rows: sqlite3.Connection, findings: Findings, accepted: list[Accepted], sent: int
) -> None:
    filed = Counter((r[0], r[1]) for r in rows.execute("SELECT chat, message_id FROM reports"))
    kept = Counter(
        (row[0], row[1].split(":")[1])
        for row in rows.execute("SELECT chat, message_key FROM inbox WHERE message_key LIKE 'm:%'")
    )
    shown = Counter(
        (row[0], row[1])
        for row in rows.execute(
            "SELECT chat, message_id FROM webchat_events WHERE message_id LIKE 'r-%'"
        )
    )
    ids = [one.key for one in accepted]
    findings.figures["reports accepted"] = f"{len(ids)} of {sent}"
    findings.figures["… there exactly once"] = str(sum(filed[one] == 1 for one in ids))
    findings.sums["reports accepted"] = len(ids)
    findings.hold("every report was accepted in the end", range(sent - len(set(ids))))
    findings.result("accepted reports lost", (one for one in ids if not filed[one]))
    findings.hold("an accepted report is filed once", (one for one in ids if filed[one] > 1))
    findings.hold("… kept once", (one for one in ids if kept[one] != 1))
    findings.hold(
        "… shown once in its chat",
        (one for one in accepted if one.channel == "webchat" and shown[one.key] != 1),
    )
    findings.hold("nothing is filed that was not sent", filed.keys() - set(ids))
    ended = Counter(row[0] for row in rows.execute("SELECT outcome FROM inbox"))
    findings.figures["inbox rows by outcome"] = counts(ended)
    findings.hold("no message is left unread", range(ended[None]))
    findings.hold("no message is set aside", range(ended["set_aside"]))
    leased = "SELECT id FROM inbox WHERE lease_until IS NOT NULL"
    findings.hold("no lease is left in the inbox", map(tuple, rows.execute(leased)))


def _alerts(rows: sqlite3.Connection, findings: Findings, accepted: list[Accepted]) -> None:
    found = {
        (row["chat"], row["message_id"]): row
        for row in rows.execute(
            "SELECT r.chat, r.message_id, r.level, r.alert_id, a.town, a.state, a.merged_into"
            " FROM reports r LEFT JOIN alerts a ON a.id = r.alert_id"
        )
    }
    dangers = [one for one in accepted if one.level != "none"]
    alerts = Counter(found[one.key]["alert_id"] for one in dangers if one.key in found)
    without = alerts.pop(None, 0)
    findings.figures["dangers among them"] = str(len(dangers))
    findings.sums["dangers among them"] = len(dangers)
    findings.figures["… with an alert of their own"] = str(sum(n == 1 for n in alerts.values()))
    states = Counter(row[0] for row in rows.execute("SELECT state FROM alerts"))
    findings.figures["alerts by state"] = counts(states)
    findings.result(
        "dangers without an alert",
        [*range(without), *(one for one in dangers if one.key not in found)],
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
            if (row := found.get(one.key)) is not None
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
        row[0]
        for row in rows.execute(
            "SELECT (julianday(min(n.sent_at)) - julianday(i.received_at)) * 86400 FROM notices n"
            " JOIN reports r ON r.alert_id = n.alert_id"
            " JOIN report_versions v ON v.report_id = r.id AND v.number = 1"
            " JOIN inbox i ON i.id = v.inbox_id"
            " WHERE n.kind = 'card' AND n.state = 'sent' GROUP BY r.id"
        )
    ]
    if len(waits) > 1:
        cuts = statistics.quantiles(waits, n=100)
        findings.figures["from accepted to the first card, faults included"] = (
            f"median {cuts[49]:.2f} s, p90 {cuts[89]:.1f} s, longest {max(waits):.1f} s"
        )
        findings.worst["accepted to card, longest (s)"] = max(waits)


def _chats(rows: sqlite3.Connection, findings: Findings) -> None:
    wrong = rows.execute(
        "SELECT c.chat FROM webchat_chats c LEFT JOIN"
        " (SELECT chat, count(*) AS n, min(number) AS low, max(number) AS high"
        "  FROM webchat_events GROUP BY chat) e ON e.chat = c.chat"
        " WHERE c.last_event != coalesce(e.n, 0) OR coalesce(e.low, 1) != 1"
        " OR coalesce(e.high, 0) != c.last_event"
    )
    findings.hold("no number of a chat is missing or doubled", map(tuple, wrong))
