"""The office and its ledger, as the settings say: readers, towns, working hours, counting.

Refuses: opening a database or a channel; that is `app.wiring`.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from alerts.clock import WorkingHours
from alerts.holidays import Calendar, calendar_of_china, only_weekends
from alerts.office import Office
from app.settings import Settings
from bot.channels import telegram
from domain.danger import Assessment
from nlp import places, rulebook, weak_signals
from nlp.assess import Assessor, in_order
from nlp.masking import place_names
from nlp.places import Gazetteer
from nlp.reading import TwoReaders
from nlp.rule import Status
from petitions.deadlines import Counting
from petitions.ledger import Ledger

# Texts whose assessment is kept: a text is read before the writer's turn, and heard in it.
LATELY_READ = 128


def build_readers(
    settings: Settings, gazetteer: Gazetteer, *, rules_only: bool = False
) -> TwoReaders:
    """Return what reads reports: the rules and, if the settings say so, the second reader."""
    return _readers(settings, gazetteer, rules_only=rules_only)()


def _readers(
    settings: Settings, gazetteer: Gazetteer, *, rules_only: bool = False
) -> Callable[[], TwoReaders]:
    """Read and check every file of the readers; what is returned compiles the rules."""
    book = rulebook.load(settings.rules.folder)
    in_order([rule for rule in book.rules if rule.status is Status.STABLE], book)
    own = settings.second_reader
    second = None
    if own.enabled and not rules_only:
        second = weak_signals.load(own.weights, place_names=place_names(gazetteer))
    return lambda: TwoReaders(Assessor(book), second, own.threshold or None)


class Reads(enum.Enum):
    """When a process reads reports: never, once in a while, or all the time."""

    NEVER = enum.auto()
    SELDOM = enum.auto()
    ALWAYS = enum.auto()


def build_office(settings: Settings, *, reads: Reads = Reads.ALWAYS) -> Office:
    """Read rules and towns and return the office; `SetupError` when a file is wrong.

    What never reads reports starts sooner; what seldom does checks the rules as well, and
    compiles them, for about a second, with the first report.
    """
    gazetteer = places.load(settings.office.towns_file)
    dialogue = settings.dialogue
    return Office(
        name=settings.office.name,
        district=settings.office.district,
        assess=_reading(settings, gazetteer, reads),
        gazetteer=gazetteer,
        times=settings.level_times(),
        hours=working_hours(settings),
        support=settings.supports(),
        amend_within=dialogue.amend_within,
        merge_within=dialogue.merge_within,
        question_lasts=dialogue.question_expires,
        invite_lasts=dialogue.invite_expires,
        burst_per_minute=dialogue.burst_per_minute,
        roster=settings.roster.times(),
        silence=settings.silence.limits(),
        masked_channels=frozenset(
            () if settings.channels.telegram.names_in_groups else (telegram.NAME,)
        ),
    )


def _reading(settings: Settings, gazetteer: Gazetteer, reads: Reads) -> Callable[[str], Assessment]:
    if reads is Reads.NEVER:
        return _reads_nothing
    readers = _readers(settings, gazetteer)
    assess = readers().assess if reads is Reads.ALWAYS else _WhenAsked(readers).assess
    return lru_cache(maxsize=LATELY_READ)(assess)


class _WhenAsked:
    """Readers whose rules are compiled once, by whoever reads first; others wait for it."""

    def __init__(self, readers: Callable[[], TwoReaders]) -> None:
        self._make = readers
        self._made: TwoReaders | None = None
        self._turn = threading.Lock()

    def assess(self, text: str) -> Assessment:
        with self._turn:
            if self._made is None:
                self._made = self._make()
        return self._made.assess(text)


_WEEKDAYS = frozenset(range(1, 6))


def build_ledger(settings: Settings, office: Office) -> Ledger:
    """Return what the petition ledger knows of the office."""
    own, days = settings.petitions, calendar(settings)
    # The law's working days, whatever days this office chose to work on.
    of_the_law = replace(office.hours, days=_WEEKDAYS, off=days.off, on=days.on)
    return Ledger(
        office=office.name,
        district=office.district,
        zone=office.hours.zone,
        towns=office.town_names,
        counting=Counting(
            works_on=of_the_law.works_on,
            office_last_day=own.last_day,
            holidays_known_to=date(days.last_year, 12, 31),
            own_notice_units=frozenset(own.own_notice_units),
        ),
    )


def _reads_nothing(_text: str) -> Assessment:
    return Assessment.harmless()


def calendar(settings: Settings) -> Calendar:
    """Return the days off and the make-up days that the office keeps."""
    own = settings.office
    make = calendar_of_china if own.public_holidays else only_weekends
    return make(own.days_off, own.days_on)


def working_hours(settings: Settings) -> WorkingHours:
    """Return when the office works."""
    days = calendar(settings)
    return WorkingHours(
        zone=settings.office.time_zone,
        days=frozenset(settings.office.working_days),
        spans=settings.office.working_hours,
        off=days.off,
        on=days.on,
    )
