"""Whether what was to be sent was sent, and stands in the web chat as it should."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bench._found import Findings, counts
from storage.notices import CHAT_MOVED

# The first button of a card, by the state of its alert.
FIRST_BUTTON = {"open": "take", "taken": "close", "watched": "close", "closed": ""}


def examine_notices(rows: sqlite3.Connection, findings: Findings) -> None:
    """Hold every notice against what was promised of it."""
    every = rows.execute("SELECT * FROM notices").fetchall()
    findings.figures["notices by state"] = counts(Counter(row["state"] for row in every))
    keys = {row["key"] for row in every}
    findings.hold(
        "every notice is sent, none stuck, refused or expired",
        (
            f"{row['key']} on {row['channel']}: {row['state']} {row['last_error'] or ''}"
            for row in every
            if row["state"] != "sent" and not _is_done_with(row, keys)
        ),
    )
    findings.hold("no lease is left on a notice", (r["key"] for r in every if r["lease_until"]))
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


def _is_done_with(row: sqlite3.Row, keys: set[str]) -> bool:
    """Whether a gone message was sent anew, or an edit or answer is of no use any more.

    An answer to a press lasts ten minutes; a clock that is set ahead ends it.
    """
    if row["state"] == "refused":
        return f"anew:{row['key']}" in keys
    of_no_use = row["kind"] == "toast" or row["last_error"] == CHAT_MOVED
    return bool(row["state"] == "expired" and of_no_use)


def examine_web_chat(rows: sqlite3.Connection, findings: Findings) -> int:
    """Hold the web chat's events against its notices; returns how many cards stand twice."""
    every = rows.execute("SELECT * FROM notices WHERE channel = 'webchat'").fetchall()
    events = Counter(_tidy(row[0]) for row in rows.execute("SELECT key FROM webchat_events"))
    findings.hold(
        "what is sent stands in its chat",
        (r["key"] for r in every if r["state"] == "sent" and not events[_key(r)]),
    )
    cards = Counter((r["chat"], r["message_id"]) for r in every if r["kind"] == "card")
    shown = Counter(
        (row["chat"], row["message_id"])
        for row in rows.execute(
            "SELECT chat, message_id, opened(body, 'webchat_events.body') AS body"
            " FROM webchat_events WHERE kind = 'message'"
            " AND message_id LIKE 'w.%'"
        )
        if _verb(row["body"]) == "take"
    )
    doubles = (shown - cards).total()
    findings.figures["cards in the web chat, and doubles of them"] = f"{len(cards)}, {doubles}"
    findings.hold("every card shows the alert as it stands", _old_cards(rows))
    return doubles


def _old_cards(rows: sqlite3.Connection) -> Iterator[str]:
    """Name the cards whose last event has another first button than the alert's state asks."""
    for row in rows.execute(
        "SELECT c.chat, a.id, a.state, (SELECT opened(e.body, 'webchat_events.body')"
        "  FROM webchat_events e"
        "  WHERE e.chat = c.chat AND e.message_id = c.message_id ORDER BY e.number DESC LIMIT 1)"
        " FROM cards c JOIN alerts a ON a.id = c.alert_id WHERE c.channel = 'webchat'"
    ):
        chat, alert, state = row[:3]
        verb = _verb(row[3])
        if verb != FIRST_BUTTON[state]:
            yield f"alert {alert} in {chat}: {state}, first button {verb or 'none'}"


def _verb(body: str) -> str:
    """Return what the first button under a message asks for, or nothing."""
    buttons: Any = json.loads(body)["buttons"]
    parts = buttons[0][0][1].split(":") if buttons else []
    return parts[2] if parts[:1] == ["a"] else ""


def _tidy(key: str) -> str:
    """Leave out the number of the try; an edit may stand there by an earlier one."""
    return key.rpartition(":")[0] if key.startswith("e:") else key


def _key(notice: sqlite3.Row) -> str:
    """Return the key of the chat event that a sent notice became."""
    key, chat = notice["key"], notice["chat"]
    if notice["kind"] == "toast":
        return f"t:{chat}:{key}"
    if notice["kind"] == "edit":
        return f"e:{chat}:{key}"
    return f"m:{chat}:w.{hashlib.sha256(key.encode()).hexdigest()[:24]}:0"
