"""Whether every press was heard and answered, and one alone decided."""

from __future__ import annotations

import sqlite3

from bench._found import AcceptedPress, Findings
from domain.alert import LogKind

_FREES = (
    LogKind.ACKNOWLEDGEMENT_LAPSED.value,
    LogKind.LEVEL_RAISED.value,
    LogKind.HANDED_OVER.value,
    LogKind.TOWN_ANSWERED.value,
    LogKind.CALLED_BACK.value,
    LogKind.WATCH_ENDED.value,
    LogKind.SNOOZE_ENDED.value,
)


def examine_presses(
    rows: sqlite3.Connection,
    findings: Findings,
    presses: list[AcceptedPress],
    *,
    in_order: bool,
) -> None:
    """Hold the timelines against what was pressed; ``in_order``: the first stored decides."""
    place = {
        row["message_key"]: row["id"]
        for row in rows.execute("SELECT id, message_key FROM inbox WHERE message_key LIKE 'p:%'")
    }
    findings.figures["presses accepted"] = str(len(presses))
    findings.sums["presses accepted"] = len(presses)
    lost = {one for one in presses if one.key not in place}
    findings.hold("an accepted press is in the inbox", lost)
    toasts = {row[0] for row in rows.execute("SELECT key FROM notices WHERE kind = 'toast'")}
    findings.hold(
        "every press is answered",
        (one for one in presses if f"toast:{place.get(one.key)}" not in toasts),
    )
    for verb, kind, words in (
        (":take", "acknowledged", "接收: acknowledgements lost"),
        (":close:safe", "closed", "办结: outcomes lost"),
    ):
        pressed: dict[int, list[str]] = {}
        for one in sorted(set(presses) - lost, key=lambda one: place[one.key]):
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
        findings.sums[f"alerts first {kind}"] = len(pressed)
        findings.result(words, pressed.keys() - done.keys())
        findings.result(
            f"{kind} by two: two owners of one alert", _had_twice(rows, kind, findings.figures)
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


def _had_twice(rows: sqlite3.Connection, kind: str, figures: dict[str, str]) -> list[int]:
    """Return the alerts that somebody was given while somebody else had them.

    One that nobody had any more, since no outcome came in time (which a clock that jumps brings
    about at once) or since it was called anew, may well be taken again.
    """
    frees = ", ".join("?" * len(_FREES))
    had: set[int] = set()
    twice, again = [], 0
    seen: set[int] = set()
    for row in rows.execute(
        f"SELECT alert_id, kind FROM alert_log WHERE kind IN (?, {frees}) ORDER BY id",  # noqa: S608
        (kind, *_FREES),
    ):
        alert_id = row["alert_id"]
        if row["kind"] != kind:
            had.discard(alert_id)
            continue
        if alert_id in had:
            twice.append(alert_id)
        again += alert_id in seen
        seen.add(alert_id)
        had.add(alert_id)
    figures[f"… {kind} again, once nobody had it any more"] = str(again - len(twice))
    return twice
