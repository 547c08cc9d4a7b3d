"""The settings of proof of life: the outside address, the digest, the planned drills."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from alerts.drills import DrillPlan
from app.setting_kinds import Duration, Part, PositiveDuration, wrong

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def read_time(value: Any) -> time:
    """Read "08:00", a time of day in the office's zone."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong('要写几点几分，如 "08:00"')
    return time(int(match[1]), int(match[2]))


TimeOfDay = Annotated[time, BeforeValidator(read_time)]


class Proof(Part):
    """Whom the auditor pings when all is well, and how often it repeats what is not."""

    ping_url: str = Field(repr=False)
    ping_method: Literal["GET", "POST"]
    tell_again: PositiveDuration

    @field_validator("ping_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise wrong('要以 https:// 开头，没有就写 ""')
        return value


class Digest(Part):
    """The daily digest."""

    enabled: bool
    at: TimeOfDay


class Drill(Part):
    """Drills: the planned ones, and how long anybody has to answer one."""

    weekday: Annotated[int, Field(ge=0, le=7)]
    at: TimeOfDay
    towns: Annotated[int, Field(ge=0)]
    spread: Duration
    answer_within: PositiveDuration
    leaders: bool

    def plan(self) -> DrillPlan:
        """Return the settings in the use cases' own words."""
        return DrillPlan(
            weekday=self.weekday,
            at=self.at,
            towns=self.towns,
            spread=self.spread,
            answer_within=self.answer_within,
            leaders=self.leaders,
        )
