"""The settings of supervision (督办) and of reminder letters (提醒函)."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from app.setting_kinds import Part, TimeOfDay, wrong
from petitions.supervision import SupervisionTimes

A_YEAR = 366

FromDue = Annotated[int, Field(ge=-A_YEAR, le=A_YEAR)]
Days = Annotated[int, Field(ge=1, le=A_YEAR)]


class Supervision(Part):
    """When what is nearly due or late climbs, and when the day's digests are sent."""

    enabled: bool
    at: TimeOfDay
    unit: FromDue
    joint_office: FromDue
    leaders: FromDue
    second_reception: Days

    @model_validator(mode="after")
    def _it_climbs(self) -> Supervision:
        """Refuse a level that is reached before the one below it."""
        levels = ("unit", "joint_office", "leaders")
        for below, above in pairwise(levels):
            if getattr(self, above) < getattr(self, below):
                found = getattr(self, above)
                raise wrong(f"不能早于 {below}（{getattr(self, below)}）", above, found=found)
        return self

    def times(self) -> SupervisionTimes:
        """Return the settings in the use cases' own words."""
        return SupervisionTimes(
            unit=self.unit,
            joint_office=self.joint_office,
            leaders=self.leaders,
            second_reception=self.second_reception,
        )


class Letters(Part):
    """Reminder letters: their template, what stands before a number, how long to answer."""

    template: Path
    prefix: str
    reply_days: Days
