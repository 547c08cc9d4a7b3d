"""What the use cases know of the office: its readers, towns, times and numbers.

Made once at the start from the settings and passed in; holds no rows and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from alerts.clock import WorkingHours
from domain.alert import LevelTimes
from domain.danger import Assessment, Level
from domain.duty import Support
from domain.roster import RosterTimes
from nlp.places import Gazetteer


@dataclass(frozen=True, slots=True)
class Silence:
    """What may be held back, and for how long at most; nothing is ever lost by it.

    ``storm_after`` further reports on one alert within ``storm_window`` make a storm, whose
    reports are then told together once a window.
    """

    snooze_red: timedelta = timedelta(hours=1)
    snooze_orange: timedelta = timedelta(hours=4)
    snooze_yellow: timedelta = timedelta(days=1)
    longest_pause: timedelta = timedelta(hours=24)
    storm_after: int = 5
    storm_window: timedelta = timedelta(minutes=10)

    def longest_snooze(self, level: Level) -> timedelta:
        """Return how long an alert of a level may be held back at once."""
        return {Level.RED: self.snooze_red, Level.ORANGE: self.snooze_orange}.get(
            level, self.snooze_yellow
        )


@dataclass(frozen=True, slots=True)
class Office:
    """One petition office.

    ``amend_within`` is how long a report may be corrected or withdrawn; ``merge_within``
    how long after the last word about an alert a report may belong to it. On
    ``masked_channels`` groups do not read people's names and numbers.
    """

    name: str
    district: str
    assess: Callable[[str], Assessment]
    gazetteer: Gazetteer
    times: Mapping[Level, LevelTimes]
    hours: WorkingHours
    support: tuple[Support, ...]
    amend_within: timedelta
    merge_within: timedelta
    question_lasts: timedelta
    invite_lasts: timedelta
    burst_per_minute: int
    roster: RosterTimes = field(default_factory=RosterTimes)
    silence: Silence = field(default_factory=Silence)
    masked_channels: frozenset[str] = frozenset()

    @property
    def town_names(self) -> tuple[str, ...]:
        """The full names of the towns, in the district file's order."""
        return tuple(town.name for town in self.gazetteer.towns)
