"""Looking at indicators: the figures of a month, and the matters behind one of them.

Figures are numbers, for whoever may see figures; a list needs the ledger's right and leaves a
line in the access log before anything is shown. Both are narrowed to the asker's town where
their role reaches no further. What the policy does not let somebody list (an accusation, a matter
about their own unit or one they withdrew from) is counted in the figure and in ``withheld``, and
nothing else of it is told; to a town not even which unit has it. Refuses: names, phones, words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from domain.access import ANYWHERE, Asker, Reach, Subject, Topic, reach, rule
from domain.petition import Matter
from petitions import asking
from petitions.indicator_words import figure_words
from petitions.indicators import (
    Counted,
    Indicator,
    IndicatorRules,
    accepted_within,
    counted,
    registered_within,
)
from petitions.ledger import Ledger
from petitions.month_figures import UNTOLD, MonthFigures, Rate, Strand, Tally
from petitions.months import Month
from storage.unit_of_work import UnitOfWork

LIST = "indicator_list"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a month; ``unit`` None: of all units."""

    month: Month
    indicator: Indicator
    strand: Strand = Strand.ALL
    unit: str | None = None

    @property
    def label(self) -> str:
        """What people call it: 2026-03 大石街道 初次 按期答复率."""
        return f"{self.month} {figure_words(self.indicator, self.strand, self.unit)}"


@dataclass(frozen=True, slots=True)
class Listed:
    """One matter behind a figure, and why it counts as it does."""

    number: str
    unit: str
    repeated: bool
    counts: bool
    how: Counted


@dataclass(frozen=True, slots=True)
class Behind:
    """The matters behind a figure, those that do not count first.

    ``town`` is the town that they are narrowed to, None for the whole district. ``withheld`` of
    them are not listed; ``withheld_counting`` of those are in the numerator.
    """

    figure: Figure
    as_of: date
    town: str | None
    listed: tuple[Listed, ...]
    withheld: int
    withheld_counting: int

    @property
    def rate(self) -> Rate:
        """The figure, summed up from its list; how the matters stand is told of those listed."""
        return Rate(
            numerator=sum(one.counts for one in self.listed) + self.withheld_counting,
            denominator=len(self.listed) + self.withheld,
            standings=Counter(sorted(one.how.standing for one in self.listed)),
        )


def month_figures(
    uow: UnitOfWork, ledger: Ledger, rules: IndicatorRules, asker: Asker, month: Month
) -> MonthFigures:
    """Return a month's figures, unit by unit; `PersonCanFix` for whoever may see none."""
    area = _area(asker, Topic.FIGURES)
    tally = Tally(rules)
    for matter, found in _cohort(uow, ledger, rules, month, town=area.town):
        unit = _line(uow, asker, area, matter)
        tally.add(unit, found, repeated=matter.head.repeated)
    return tally.result(month, ledger.today(uow.now), area.town)


def may_list(asker: Asker) -> bool:
    """Whether somebody may see lists at all, of their own town at least."""
    return rule(asker, Topic.LEDGER, _subject(asker, Topic.LEDGER)).allows


def note_look(uow: UnitOfWork, asker: Asker, figure: Figure) -> None:
    """Leave the line that a look at a list needs; `PersonCanFix`, and no line, if refused."""
    area = _area(asker, Topic.LEDGER)
    whose = figure.label if area.town is None else f"{figure.label} {area.town}"
    asking.looked(uow, asker, LIST, whose)


def behind(
    uow: UnitOfWork, ledger: Ledger, rules: IndicatorRules, asker: Asker, figure: Figure
) -> Behind:
    """Return the matters behind a figure; whoever calls has noted the look (`note_look`)."""
    area = _area(asker, Topic.LEDGER)
    listed: list[Listed] = []
    withheld = withheld_counting = 0
    for matter, how in _of_figure(uow, ledger, rules, asker, figure):
        head, counts = matter.head, rules.counts(how.standing)
        if _may_see(uow, asker, matter, Topic.LEDGER):
            listed.append(Listed(head.number, head.unit, head.repeated, counts, how))
        else:
            withheld += 1
            withheld_counting += counts
    return Behind(
        figure=figure,
        as_of=ledger.today(uow.now),
        town=area.town,
        listed=tuple(sorted(listed, key=_order)),
        withheld=withheld,
        withheld_counting=withheld_counting,
    )


def _area(asker: Asker, topic: Topic) -> Subject:
    """Return what somebody's figures or lists are narrowed to; `PersonCanFix` if to nothing."""
    subject = _subject(asker, topic)
    asking.require(asker, topic, subject)
    return subject


def _subject(asker: Asker, topic: Topic) -> Subject:
    person = asker.person
    if person is None or reach(person.role, topic) is not Reach.OWN_TOWN:
        return ANYWHERE
    return Subject(town=person.town)


def _line(uow: UnitOfWork, asker: Asker, area: Subject, matter: Matter) -> str:
    """Return the unit under which a matter is counted for somebody."""
    told = area.town is None or _may_see(uow, asker, matter, Topic.MATTER)
    return matter.head.unit if told else UNTOLD


def _may_see(uow: UnitOfWork, asker: Asker, matter: Matter, topic: Topic) -> bool:
    subject = asking.subject_of(uow, matter)
    if asker.interests:  # the matter came without its people
        marks = uow.petitioners.marks_of(matter.id)
        people = frozenset(asking.mark_key(known, mark) for known, mark in marks)
        subject = replace(subject, keys=subject.keys | people)
    return rule(asker, asking.topic_of(matter, topic), subject).allows


def _of_figure(
    uow: UnitOfWork, ledger: Ledger, rules: IndicatorRules, asker: Asker, figure: Figure
) -> Iterator[tuple[Matter, Counted]]:
    """Yield the matters of one figure, whether they may be listed or not."""
    area = _subject(asker, Topic.LEDGER)
    unit = None if figure.unit == UNTOLD else figure.unit
    for matter, found in _cohort(uow, ledger, rules, figure.month, town=area.town, unit=unit):
        how = next((one for one in found if one.indicator is figure.indicator), None)
        if how is None or not figure.strand.holds(repeated=matter.head.repeated):
            continue
        if figure.unit is None or _line(uow, asker, area, matter) == figure.unit:
            yield matter, how


def _cohort(
    uow: UnitOfWork,
    ledger: Ledger,
    rules: IndicatorRules,
    month: Month,
    *,
    town: str | None,
    unit: str | None = None,
) -> Iterator[tuple[Matter, tuple[Counted, ...]]]:
    """Yield the matters that count in some figure of a month, page by page."""
    today = ledger.today(uow.now)
    found = uow.cohorts.matters(
        registered=registered_within(month, ledger.counting, rules),
        accepted=accepted_within(month, ledger.counting),
        town=town,
        unit=unit,
    )
    for matter in found:
        how = tuple(counted(matter, month, today, counting=ledger.counting, rules=rules))
        if how:
            yield matter, how


def _order(one: Listed) -> tuple[bool, date, str]:
    """Put first what does not count, since that is what people look for, by its days."""
    return one.counts, one.how.due_on or one.how.starts_on, one.number
