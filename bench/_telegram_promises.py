"""Whether what stands in the emulated Telegram is what the office's rows say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from bench._found import AcceptedPress, Findings
from bench._notice_promises import FIRST_BUTTON
from bench._telegram_side import NAME, TelegramSide, buttons_of
from tests.telegram_world import Room


def presses_of(rows: sqlite3.Connection, side: TelegramSide) -> list[AcceptedPress]:
    """Return the presses in Telegram as those of the office's people."""
    known = {
        row["sender"]: f"p:{row['person_id']}"
        for row in rows.execute(
            "SELECT sender, person_id FROM identities WHERE channel = ?", (NAME,)
        )
    }
    return [
        AcceptedPress(known.get(str(one.user), "?"), f"p:{one.query}", one.data)
        for one in side.presses
    ]


def examine_telegram(rows: sqlite3.Connection, findings: Findings, side: TelegramSide) -> int:
    """Hold Telegram's chats against notices and cards; returns how many messages stand twice."""
    sent = rows.execute(
        "SELECT key, chat, message_id FROM notices WHERE channel = ? AND state = 'sent'"
        " AND kind IN ('card', 'message')",
        (NAME,),
    ).fetchall()
    findings.hold(
        "what is sent stands in Telegram",
        (
            row["key"]
            for row in sent
            if not any(
                int(row["message_id"]) in room.messages for room in _rooms(side, row["chat"])
            )
        ),
    )
    stand = sum(len(room.of_bot) for room in side.world.rooms.values())
    doubles = stand - len(sent)
    findings.figures["messages in Telegram, doubles, answers withheld"] = (
        f"{stand}, {doubles}, {side.withheld}"
    )
    findings.sums["messages sent in Telegram"] = len(sent)
    findings.sums["doubles in Telegram"] = doubles
    findings.sums["doubles in Telegram, answer withheld"] = min(doubles, side.withheld)
    findings.hold("no message in Telegram that was not sent", range(-doubles))
    findings.hold("every card in Telegram shows the alert as it stands", _old_cards(rows, side))
    findings.hold("every alert of a town stands in its group", _missing(rows, side))
    return doubles


def _rooms(side: TelegramSide, chat: str) -> list[Room]:
    """Return the room that a chat is now, and the one that it was."""
    number = int(chat)
    return [room for room in side.world.rooms.values() if number in {room.id, room.migrated_to}]


def _old_cards(rows: sqlite3.Connection, side: TelegramSide) -> Iterator[str]:
    """Name the cards that are not there, or whose first button is not the one they should have."""
    for chat, message_id, alert, state in rows.execute(
        "SELECT c.chat, c.message_id, a.id, a.state FROM cards c"
        " JOIN alerts a ON a.id = c.alert_id WHERE c.channel = ?",
        (NAME,),
    ):
        room = side.world.rooms[int(chat)]
        message = room.messages.get(int(message_id))
        if message is None:
            yield f"alert {alert}: no message {message_id} in {room.title}"
            continue
        every = [data.split(":") for data in buttons_of(message)]
        found = [parts for parts in every if parts[2] != "detail"][:1]
        if found and found[0][1] != str(alert):
            yield f"alert {alert}: its message {message_id} shows {found[0][1]}"
        verb = found[0][2] if found else ""
        if verb != FIRST_BUTTON[state]:
            yield f"alert {alert} in {room.title}: {state}, first button {verb or 'none'}"


def _missing(rows: sqlite3.Connection, side: TelegramSide) -> Iterator[str]:
    """Name the alerts that call at once of which the town's group was never sent a card."""
    for town, room in side.rooms.items():
        chats = {str(one.id) for one in _rooms(side, str(room.id))}
        there = {
            row["alert_id"]
            for row in rows.execute(
                "SELECT alert_id, chat FROM notices WHERE kind = 'card' AND state = 'sent'"
                " AND channel = ?",
                (NAME,),
            )
            if row["chat"] in chats
        }
        for (alert,) in rows.execute(
            "SELECT id FROM alerts WHERE town = ? AND level IN ('red', 'orange')", (town,)
        ):
            if alert not in there:
                yield f"alert {alert} in {town}"
