"""The settings of the petition ledger."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as Checked

from app.setting_indicators import Indicators
from app.setting_kinds import Part
from app.setting_supervision import Letters, Supervision
from domain.petition import MatterKind
from petitions.deadlines import LastDay
from petitions.heads import Accepted, Field

Head = Annotated[str, Checked(min_length=1)]


class Petitions(Part):
    """How the ledger counts, and what the columns of imported sheets are called."""

    last_day: LastDay
    own_notice_units: tuple[str, ...]
    supervision: Supervision
    letters: Letters
    unnamed_appeals: Literal["appeal_six", "appeal_other", "refuse"]
    columns: dict[Field, tuple[Head, ...]]
    indicators: Indicators

    def appeals(self) -> MatterKind | None:
        """Return what an appeal is that names no item of Art. 31; None: refused."""
        refuses = self.unnamed_appeals == "refuse"
        return None if refuses else MatterKind(self.unnamed_appeals)

    def heads(self) -> Accepted:
        """Return which heads stand for which field."""
        return Accepted.of(self.columns)
