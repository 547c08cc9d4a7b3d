"""Every table, with a line on what one row is."""

from __future__ import annotations

from storage.tables.alerting import (
    alert_log,
    alerts,
    cards,
    heartbeats,
    notices,
    quiet,
    report_versions,
    reports,
    rule_proposals,
)
from storage.tables.common import metadata
from storage.tables.people import (
    access_log,
    access_log_ends,
    addresses,
    chairs,
    code_guesses,
    groups,
    identities,
    invites,
    people,
    removals,
    shift_words,
    shifts,
    towns,
    web_sessions,
)
from storage.tables.petitions import (
    interests,
    matter_changes,
    matter_steps,
    matters,
    name_slips,
    openings,
    petitioners,
)
from storage.tables.proof import findings, plans, turns
from storage.tables.sealing import reseals, seal_keys
from storage.tables.talk import dialogues, inbox, sender_pace, webchat_chats, webchat_events

__all__ = [
    "access_log",
    "access_log_ends",
    "addresses",
    "alert_log",
    "alerts",
    "cards",
    "chairs",
    "code_guesses",
    "dialogues",
    "findings",
    "groups",
    "heartbeats",
    "identities",
    "inbox",
    "interests",
    "invites",
    "matter_changes",
    "matter_steps",
    "matters",
    "metadata",
    "name_slips",
    "notices",
    "openings",
    "people",
    "petitioners",
    "plans",
    "quiet",
    "removals",
    "report_versions",
    "reports",
    "reseals",
    "rule_proposals",
    "seal_keys",
    "sender_pace",
    "shift_words",
    "shifts",
    "towns",
    "turns",
    "web_sessions",
    "webchat_chats",
    "webchat_events",
]
