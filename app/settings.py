"""Every setting of the office, read once at the start.

The product's settings.toml holds every setting with its default; an office's own file and
the environment (``HUXIN_SECTION__KEY``) are laid over it. Refuses: to start with a setting
that is wrong or unknown, to keep a secret in the file, to print one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, model_validator

import alerts.retention
from alerts.office import Silence
from app.setting_channels import Channels
from app.setting_faults import explain
from app.setting_kinds import (
    Day,
    Duration,
    Hours,
    Part,
    PositiveDuration,
    Size,
    TimeOfDay,
    WorkingHours,
    Zone,
    is_loopback,
    spell_duration,
    wrong,
)
from app.setting_levels import Levels
from app.setting_petitions import Petitions
from app.setting_proof import Digest, Drill, Proof
from app.setting_sealing import Sealing
from app.setting_secrets import KEY_FILE, SECRETS, TOKEN_FILE, keep_out_of_files, read_token
from app.setting_sources import Gathered, Key, Source, read_environment, read_file
from domain.alert import LevelTimes
from domain.danger import Level
from domain.duty import Support
from domain.roster import RosterTimes

PRODUCT = Path(__file__).resolve().parent.parent / "settings.toml"
PATHS: tuple[Key, ...] = (
    ("office", "towns_file"),
    ("rules", "folder"),
    ("second_reader", "weights"),
    ("web", "cookie_secret_file"),
    KEY_FILE,
    TOKEN_FILE,
    ("petitions", "letters", "template"),
)
_SQLITE = "sqlite:///"

Count = Annotated[int, Field(ge=1)]
Word = Annotated[str, Field(min_length=1)]


class Office(Part):
    """Who the office is and when it works."""

    name: Word
    district: Word
    towns_file: Path
    time_zone: Zone
    working_hours: WorkingHours
    working_days: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1)]
    public_holidays: bool
    days_off: tuple[Day, ...]
    days_on: tuple[Day, ...]


class Roster(Part):
    """The duty roster: what a day on it means, and when gaps are announced."""

    whole_day: Hours
    day: Hours
    night: Hours
    gaps_at: TimeOfDay

    def times(self) -> RosterTimes:
        """Return the settings in the domain's own words."""
        return RosterTimes(self.whole_day, self.day, self.night, self.gaps_at)


class Storage(Part):
    """Where everything is kept: an SQLAlchemy URL of SQLite or PostgreSQL."""

    url: str = Field(repr=False)


class Redis(Part):
    """Wake-ups between machines; an empty URL: one machine, none needed."""

    url: str = Field(repr=False)


class Web(Part):
    """The pages and the web chat."""

    host: Word
    port: Annotated[int, Field(ge=0, le=65535)]
    demo: bool
    public_url: str
    session_days: Count
    max_body: Size
    cookie_secret_file: Path

    @model_validator(mode="after")
    def _demo_stays_at_home(self) -> Web:
        """Refuse the demo, in which everybody may sit anywhere, on an open address."""
        if self.demo and not is_loopback(self.host):
            write = '演示（demo = true）时只能写 "127.0.0.1"；正式使用请改 demo = false'
            raise wrong(write, "host", found=self.host)
        if self.public_url and not self.public_url.startswith(("http://", "https://")):
            raise wrong('要以 https:// 开头，没有就写 ""', "public_url", found=self.public_url)
        return self


class Rules(Part):
    """The rules by which reports are read."""

    folder: Path


class SecondReader(Part):
    """The second reader: whether it reads, from which score on, by which weights."""

    enabled: bool
    threshold: Annotated[float, Field(ge=0.0, le=1.0)]
    weights: Path


class Dialogue(Part):
    """What reporters may do and for how long."""

    amend_within: Duration
    question_expires: PositiveDuration
    merge_within: Duration
    invite_expires: PositiveDuration
    burst_per_minute: Count


class SupportNumber(Part):
    """A number that helps, as every alert names it."""

    name: Word
    number: Word
    hours: str


class Retention(Part):
    """How long what has served is kept."""

    reports: PositiveDuration
    inbox_raw: PositiveDuration
    access_log: PositiveDuration
    alert_personal: PositiveDuration
    openings: PositiveDuration
    matters: PositiveDuration

    def times(self) -> alerts.retention.Retention:
        """Return the times of all but the ledger in the remover's own words."""
        return alerts.retention.Retention(**self.model_dump(exclude={"matters"}))

    @model_validator(mode="after")
    def _the_law_asks_for_logs(self) -> Retention:
        """Keep the access log for at least six months (网络安全法 Art. 21(3))."""
        if self.access_log < timedelta(days=183):
            found = spell_duration(self.access_log)
            raise wrong('网络安全法要求至少六个月，如 "365d"', "access_log", found=found)
        return self


class Dispatch(Part):
    """How notices are sent, and how long a limited channel may hold one."""

    lease: PositiveDuration
    poll: PositiveDuration
    max_wait_red: PositiveDuration
    max_wait_orange: PositiveDuration
    max_wait_yellow: PositiveDuration


class SilenceSettings(Part):
    """How long alerts may be held back, and when many reports are told together."""

    snooze_red: PositiveDuration
    snooze_orange: PositiveDuration
    snooze_yellow: PositiveDuration
    longest_pause: PositiveDuration
    storm_after: Count
    storm_window: PositiveDuration

    def limits(self) -> Silence:
        """Return the settings in the office's own words."""
        return Silence(**self.model_dump())


class Settings(Part):
    """All settings of one office."""

    office: Office
    roster: Roster
    storage: Storage
    redis: Redis
    web: Web
    rules: Rules
    second_reader: SecondReader
    levels: Levels
    dialogue: Dialogue
    support: tuple[SupportNumber, ...]
    retention: Retention
    channels: Channels
    dispatch: Dispatch
    proof: Proof
    digest: Digest
    drill: Drill
    silence: SilenceSettings
    petitions: Petitions
    sealing: Sealing

    @model_validator(mode="after")
    def _a_webhook_has_an_address(self) -> Settings:
        """Refuse a webhook to nowhere: Telegram has to know where to post."""
        telegram = self.channels.telegram
        if telegram.enabled and telegram.mode == "webhook" and not self.web.public_url:
            write = 'webhook 要先写 web.public_url；没有公网地址就写 "polling"'
            raise wrong(write, "channels", "telegram", "mode", found=telegram.mode)
        return self

    def level_times(self) -> dict[Level, LevelTimes]:
        """Return how alerts of each level climb."""
        return {
            Level.RED: self.levels.red.times(),
            Level.ORANGE: self.levels.orange.times(),
            Level.YELLOW: self.levels.yellow.times(),
        }

    def supports(self) -> tuple[Support, ...]:
        """Return the numbers that help, in the office's order."""
        return tuple(Support(s.name, s.number, s.hours) for s in self.support)


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings: the product's, over them those of ``path``, over them ``environ``.

    Relative paths count from the file they stand in, those of the environment from
    ``path``. Whatever is wrong is a `SetupError`.
    """
    gathered = Gathered()
    own = (path if path is not None else PRODUCT).resolve()
    for file in dict.fromkeys((PRODUCT, own)):
        gathered.lay(read_file(file), Source(file.parent, file=file))
    for name, table in read_environment(environ):
        gathered.lay(table, Source(own.parent, variable=name))
    _find_paths(gathered)
    keep_out_of_files(gathered)
    read_token(gathered)
    try:
        return Settings.model_validate(gathered.values)
    except ValidationError as error:
        raise explain(error, gathered, Settings, SECRETS) from None


def _find_paths(gathered: Gathered) -> None:
    """Make relative paths absolute, each from where it was written."""
    for key in PATHS:
        value, source = gathered.get(key), gathered.source(key)
        if isinstance(value, str) and value and source is not None:
            gathered.put(key, str(source.folder / value))
    key = ("storage", "url")
    value, source = gathered.get(key), gathered.source(key)
    if isinstance(value, str) and value.startswith(_SQLITE) and source is not None:
        file = value.removeprefix(_SQLITE)
        if file and not file.startswith(":"):
            gathered.put(key, _SQLITE + str(source.folder / file))
