"""The settings of the petition ledger."""

from __future__ import annotations

from app.setting_kinds import Part
from app.setting_supervision import Letters, Supervision
from petitions.deadlines import LastDay


class Petitions(Part):
    """How the ledger counts."""

    last_day: LastDay
    own_notice_units: tuple[str, ...]
    supervision: Supervision
    letters: Letters
