"""The settings of the petition ledger."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field as Checked

from app.setting_kinds import Part
from domain.petition import MatterKind
from petitions.deadlines import LastDay
from petitions.heads import Accepted, Field
from petitions.indicators import Indicator, IndicatorRules

Head = Annotated[str, Checked(min_length=1)]
Percent = Annotated[float, Checked(ge=0, le=100)]


class Indicators(Part):
    """What the office decides about its indicators; a mark of 0 is none."""

    forward_within: Annotated[int, Checked(ge=1, le=60)]
    forward_in_working_days: bool
    refusals_count: bool
    mostly_counts: bool
    mark_accepted: Percent
    mark_replied: Percent
    mark_forwarded: Percent
    mark_satisfied: Percent
    mark_rated: Percent

    def rules(self) -> IndicatorRules:
        """Return the settings in the use cases' own words."""
        marks = {
            Indicator.ACCEPTED: self.mark_accepted,
            Indicator.REPLIED: self.mark_replied,
            Indicator.FORWARDED: self.mark_forwarded,
            Indicator.SATISFIED: self.mark_satisfied,
            Indicator.RATED: self.mark_rated,
        }
        return IndicatorRules(
            forward_within=self.forward_within,
            forward_in_working_days=self.forward_in_working_days,
            refusals_count=self.refusals_count,
            mostly_counts=self.mostly_counts,
            # From the decimal as it is written: 98.1 is 981/1000 and nothing beside it.
            marks={one: Fraction(str(mark)) / 100 for one, mark in marks.items() if mark},
        )


class Petitions(Part):
    """How the ledger counts, and what the columns of imported sheets are called."""

    last_day: LastDay
    own_notice_units: tuple[str, ...]
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
