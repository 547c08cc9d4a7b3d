"""A month's figures by unit: numerators, denominators, and how the matters behind them stand.

Pure sums over `petitions.indicators`. Nothing is averaged: the district's figure is the sum of its
units' matters. Refuses: reading, and who may see them.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from petitions.indicators import Counted, Indicator, IndicatorRules, Standing
from petitions.months import Month

UNTOLD = "#untold"
"""The line of matters whose unit somebody may not know; no unit is called so."""
HUNDREDTHS = 100_00
"""A percentage is given in hundredths of a percent."""


class Strand(enum.StrEnum):
    """Of which petitions a figure is: all, the first ones, those that came again."""

    ALL = "all"
    FIRST = "first"
    REPEATED = "repeated"

    @property
    def label(self) -> str:
        """The strand in Chinese."""
        return _STRAND_LABEL[self]

    def holds(self, *, repeated: bool) -> bool:
        """Whether a petition belongs to it."""
        return self is Strand.ALL or repeated == (self is Strand.REPEATED)


_STRAND_LABEL = {Strand.ALL: "全部", Strand.FIRST: "初次", Strand.REPEATED: "重复"}


@dataclass(frozen=True, slots=True)
class Rate:
    """One figure: how many of how many, and how each of them stands."""

    numerator: int = 0
    denominator: int = 0
    standings: Mapping[Standing, int] = field(default_factory=dict)

    @property
    def share(self) -> Fraction | None:
        """The exact share; None of an empty cohort, which is neither 0 nor 100 %."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def hundredths(self) -> int | None:
        """The share in hundredths of a percent, halves rounded up, as Excel does."""
        if not self.denominator:
            return None
        return (2 * HUNDREDTHS * self.numerator + self.denominator) // (2 * self.denominator)

    def short_of(self, mark: Fraction | None) -> int:
        """Return how many more matters would have had to count for the mark; 0: it is reached.

        It is the exact share that is compared, never the rounded one.
        """
        if mark is None or not self.denominator:
            return 0
        wanted = -(-mark.numerator * self.denominator // mark.denominator)
        return max(0, wanted - self.numerator)


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """A unit's figures (``unit`` None: all units'); one that is not there has an empty cohort."""

    unit: str | None
    rates: Mapping[tuple[Indicator, Strand], Rate]

    def rate(self, indicator: Indicator, strand: Strand = Strand.ALL) -> Rate:
        """Return one figure."""
        return self.rates.get((indicator, strand), _NOTHING)


_NOTHING = Rate()


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month's figures as they stood on a day: a line a unit, and all of them together.

    ``town`` is the town that they are narrowed to, None for the whole district.
    """

    month: Month
    as_of: date
    town: str | None
    lines: tuple[UnitFigures, ...]
    total: UnitFigures

    def only(self, unit: str) -> MonthFigures | None:
        """Return one unit's figures in place of everybody's; None when it has none."""
        line = next((one for one in self.lines if one.unit == unit), None)
        return None if line is None else replace(self, lines=(), total=line)


_Standings = dict[tuple[Indicator, Strand], Counter[Standing]]


class Tally:
    """Counts matter by matter, so that no more than the sums is held."""

    def __init__(self, rules: IndicatorRules) -> None:
        """Begin at nothing."""
        self._rules = rules
        self._counts: Counter[tuple[str, bool, Indicator, Standing]] = Counter()

    def add(self, unit: str, found: Iterable[Counted], *, repeated: bool) -> None:
        """Count one matter of a unit in each figure that it belongs to."""
        for one in found:
            self._counts[unit, repeated, one.indicator, one.standing] += 1

    def result(self, month: Month, as_of: date, town: str | None) -> MonthFigures:
        """Return the sums, the units by name, matters whose unit is not named last."""
        lines: dict[str | None, _Standings] = {None: {}}
        for (unit, repeated, indicator, standing), count in self._counts.items():
            for line in (lines.setdefault(unit, {}), lines[None]):
                for strand in Strand:
                    if strand.holds(repeated=repeated):
                        line.setdefault((indicator, strand), Counter())[standing] += count
        total = self._figures(None, lines.pop(None))
        named = [self._figures(unit, found) for unit, found in lines.items()]
        return MonthFigures(
            month=month,
            as_of=as_of,
            town=town,
            lines=tuple(sorted(named, key=lambda line: (line.unit in {"", UNTOLD}, line.unit))),
            total=total,
        )

    def _figures(self, unit: str | None, found: _Standings) -> UnitFigures:
        return UnitFigures(unit, {key: self._rate(standings) for key, standings in found.items()})

    def _rate(self, found: Counter[Standing]) -> Rate:
        return Rate(
            numerator=sum(count for one, count in found.items() if self._rules.counts(one)),
            denominator=found.total(),
            standings={one: found[one] for one in Standing if found[one]},
        )
