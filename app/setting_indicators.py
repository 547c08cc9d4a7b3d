"""The settings of the indicators: what an office decides for itself, and its marks."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from pydantic import Field

from app.setting_kinds import Part
from petitions.indicators import Indicator, IndicatorRules

Percent = Annotated[float, Field(ge=0, le=100)]


class Indicators(Part):
    """What the office decides about its indicators; a mark of 0 is none."""

    forward_within: Annotated[int, Field(ge=1, le=60)]
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
