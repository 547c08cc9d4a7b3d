"""The settings of the levels: how an alert climbs, step by step."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from app.setting_kinds import Duration, Part, PositiveDuration, spell_duration, wrong
from domain.alert import LevelTimes, Recipient
from domain.alert import Step as ChainStep


class Step(Part):
    """One step of a level: how long after the alert, and whom it calls."""

    after: Duration
    to: Annotated[tuple[Recipient, ...], Field(min_length=1)]
    working_hours: bool = False


class LevelSettings(Part):
    """How alerts of one level climb."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    repeat_every: PositiveDuration
    outcome_within: PositiveDuration
    working_hours: bool = False

    @model_validator(mode="after")
    def _steps_follow_one_another(self) -> LevelSettings:
        for index, (earlier, later) in enumerate(pairwise(self.steps), start=1):
            if later.after <= earlier.after:
                write = f"要比上一步的 {spell_duration(earlier.after)} 晚"
                raise wrong(write, "steps", index, "after", found=spell_duration(later.after))
        return self

    def times(self) -> LevelTimes:
        """Return the settings in the domain's own words."""
        steps = tuple(ChainStep(s.after, s.to, s.working_hours) for s in self.steps)
        return LevelTimes(steps, self.repeat_every, self.outcome_within, self.working_hours)


class Levels(Part):
    """The levels that raise an alert."""

    red: LevelSettings
    orange: LevelSettings
    yellow: LevelSettings
