"""Which limits of 《信访工作条例》 run in a matter, as its steps say; listed in docs/petitions.md.

Pure functions: the day, the steps and the working calendar are handed in. Refuses: keeping
anything, and saying what a stage is called. The door to `petitions.clock`, `petitions.counting`
and `petitions.faults` for whoever asks about deadlines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from domain.petition import MatterKind, Step, StepKind
from petitions.clock import Clock, ClockKind, ClockState, Whose
from petitions.counting import A_DAY, Counting, LastDay, days_after
from petitions.course import (
    Course,
    begun,
    first,
    first_after,
    hearing_days,
    in_order,
    is_second_review,
    up_to_the_end,
)
from petitions.extensions import REPLY_DAYS, extension
from petitions.fault_words import Fault, FaultKind
from petitions.faults import faults

__all__ = [
    "Clock",
    "ClockKind",
    "ClockState",
    "Counting",
    "Fault",
    "FaultKind",
    "LastDay",
    "Whose",
    "clocks",
    "faults",
    "next_due",
]

_TOLD = (
    StepKind.ACCEPTED,
    StepKind.NOT_ACCEPTED,
    StepKind.NO_LONGER_ACCEPTED,
    StepKind.REPLIED,
)


def clocks(
    kind: MatterKind, steps: Iterable[Step], today: date, counting: Counting
) -> tuple[Clock, ...]:
    """Return every limit that ran or runs in a matter, as of a day, the earliest first.

    Steps that contradict the law (`faults`) start no clock and stop none.
    """
    law = _Law(kind, in_order(steps, today), today, counting)
    found = [*law.handling(), *law.forwards(), *law.reports(), *law.reply()]
    found += [*law.review(), *law.recheck()]
    order = list(ClockKind)
    return tuple(sorted(found, key=lambda clock: (clock.starts_on, order.index(clock.what))))


def next_due(found: Iterable[Clock]) -> Clock | None:
    """Return an organ's open limit that ends first, which is the one that is late the longest."""
    due = (clock for clock in found if clock.is_open and clock.what.whose is Whose.OFFICE)
    return min(due, key=lambda clock: clock.due_on, default=None)


@dataclass(frozen=True, slots=True)
class _Law:
    """The limits of one matter, article by article."""

    kind: MatterKind
    course: Course
    today: date
    counting: Counting

    def handling(self) -> Iterator[Clock]:
        """Yield the 15 days of who registered it: to forward it, or to tell the petitioner."""
        registered = first(self.course, StepKind.REGISTERED)
        if registered is not None:
            handled = first(self.course, StepKind.FORWARDED, *_TOLD)
            yield self._clock(ClockKind.HANDLE, registered, met=handled)

    def forwards(self) -> Iterator[Clock]:
        """Yield each unit's 15 days to tell the petitioner, and 5 working days to object.

        Who hands it on has done with it. An objection alone stops nothing: the unit's days end
        with it only when the matter then goes to somebody else (核实同意).
        """
        for place, end in self._stretches(self._turns()):
            step = self.course[place]
            told = first_after(self.course, place, end, *_TOLD)
            objected = first_after(self.course, place, end, StepKind.OBJECTED)
            onward = self._at(end)
            taken_back = None if told or onward is None else objected
            if not self._tells_by_own_rules(step):
                yield self._clock(
                    ClockKind.NOTICE,
                    step,
                    met=told or (None if taken_back else onward),
                    overtaken=taken_back,
                )
            yield self._clock(
                ClockKind.OBJECT,
                step,
                counted_to=self.counting.working_days_after(step.on, 5),
                met=objected,
                overtaken=told or onward,
            )

    def reports(self) -> Iterator[Clock]:
        """Yield the day by which a unit has to report back, where one was set; the newest holds."""
        places = [
            place
            for place in begun(self.course, StepKind.FORWARDED)
            if (set_by := self.course[place].until) is not None and set_by >= self.course[place].on
        ]
        for place, end in self._stretches(places):
            step = self.course[place]
            yield self._clock(
                ClockKind.REPORT_BACK,
                step,
                due_on=step.until,
                met=first_after(self.course, place, end, StepKind.REPLIED),
                overtaken=self._at(end),
            )

    def reply(self) -> Iterator[Clock]:
        """Yield the 60 days and what extends them, for 31(六) alone; an earlier answer is none."""
        places = begun(self.course, StepKind.ACCEPTED)
        if self.kind is not MatterKind.APPEAL_SIX or not places:
            return
        accepted = self.course[places[0]]
        more = extension(self.kind, up_to_the_end(self.course), self.counting).days
        yield self._clock(
            ClockKind.REPLY,
            accepted,
            counted_to=days_after(accepted.on, REPLY_DAYS + more),
            met=first(self.course, StepKind.REPLIED, since=accepted.on),
        )

    def review(self) -> Iterator[Clock]:
        """Yield the petitioner's 30 days after each answer, and the 30 days of the organ above."""
        answers = begun(self.course, StepKind.REPLIED)
        later = self._places(StepKind.REVIEWED, StepKind.RECHECK_ASKED, StepKind.RECHECKED)
        # An answer that came before acceptance was none: the 60 days take its place.
        stops = sorted([*later, *self._places(StepKind.ACCEPTED)[:1]])
        if self.kind is MatterKind.APPEAL_SIX:
            yield from self._chances(ClockKind.ASK_REVIEW, answers, StepKind.REVIEW_ASKED, stops)
        asked = [
            place
            for place in begun(self.course, StepKind.REVIEW_ASKED)
            if not is_second_review(self.course, place)
        ]
        for place, reviewed in self._requests(asked, StepKind.REVIEWED):
            yield self._clock(ClockKind.REVIEW, self.course[place], met=reviewed)

    def recheck(self) -> Iterator[Clock]:
        """Yield the same once more, for the last review; a hearing's days are not counted."""
        yield from self._chances(
            ClockKind.ASK_RECHECK,
            begun(self.course, StepKind.REVIEWED),
            StepKind.RECHECK_ASKED,
            self._places(StepKind.RECHECKED),
        )
        asked = begun(self.course, StepKind.RECHECK_ASKED)
        for place, rechecked in self._requests(asked, StepKind.RECHECKED):
            step = self.course[place]
            before = self.today if rechecked is None else rechecked.on
            hearings = [
                hearing_days(one)
                for one in self.course[place:]
                if one.kind is StepKind.HEARING and one.on <= before
            ]
            counted_to = days_after(step.on, 30, hearings)
            due_on = self.counting.last_day(counted_to)
            while any(begins <= due_on <= ends for begins, ends in hearings):
                due_on = self.counting.last_day(due_on + A_DAY)
            yield self._clock(
                ClockKind.RECHECK, step, counted_to=counted_to, due_on=due_on, met=rechecked
            )

    def _stretches(self, places: list[int]) -> Iterator[tuple[int, int]]:
        """Yield each place and where the next one begins, or the course ends."""
        return pairwise([*places, len(self.course)])

    def _at(self, place: int) -> Step | None:
        return self.course[place] if place < len(self.course) else None

    def _places(self, *kinds: StepKind) -> list[int]:
        return [place for place, step in enumerate(self.course) if step.kind in kinds]

    def _tells_by_own_rules(self, forwarded: Step) -> bool:
        """Whether 政法 or 纪检监察 tell the petitioner by rules of their own (Art. 23(4))."""
        return (
            self.kind in {MatterKind.APPEAL_OTHER, MatterKind.ACCUSATION}
            and forwarded.unit in self.counting.own_notice_units
        )

    def _turns(self) -> list[int]:
        """Return where a unit received the matter; sent again, it has no new days."""
        turns: list[int] = []
        for place in begun(self.course, StepKind.FORWARDED):
            if turns and self.course[turns[-1]].unit == self.course[place].unit:
                ends = _TOLD if self.course[place].unit else (*_TOLD, StepKind.OBJECTED)
                if first_after(self.course, turns[-1], place, *ends) is None:
                    continue
            turns.append(place)
        return turns

    def _chances(
        self, what: ClockKind, places: list[int], use: StepKind, stops: list[int]
    ) -> Iterator[Clock]:
        """Yield what a petitioner may ask for after each paper; a newer paper gives new days.

        ``stops`` are the places of what comes instead of their asking.
        """
        for place, end in self._stretches(places):
            stop = next((at for at in stops if place < at < end), end)
            yield self._clock(
                what,
                self.course[place],
                met=first_after(self.course, place, end, use),
                overtaken=self._at(stop),
            )

    def _requests(self, places: list[int], end: StepKind) -> Iterator[tuple[int, Step | None]]:
        """Yield each request and its answer; asked again before the answer, nothing restarts."""
        free_from = 0
        for place in places:
            if place < free_from:
                continue
            free_from = next((at for at in self._places(end) if at > place), len(self.course))
            yield place, self._at(free_from)

    def _clock(
        self,
        what: ClockKind,
        step: Step,
        *,
        counted_to: date | None = None,
        due_on: date | None = None,
        met: Step | None = None,
        overtaken: Step | None = None,
    ) -> Clock:
        """Return a clock that a step starts; a chance that has run out is overtaken by nothing."""
        office = what.whose is Whose.OFFICE
        counted_to = counted_to or due_on or days_after(step.on, what.days or 0)
        due_on = due_on or self.counting.last_day(counted_to, office=office)
        if met is not None or (overtaken is not None and overtaken.on > due_on and not office):
            overtaken = None
        return Clock(
            what=what,
            starts_on=step.on,
            counted_to=counted_to,
            due_on=due_on,
            as_of=self.today,
            unit=step.unit,
            met_on=None if met is None else met.on,
            overtaken_on=None if overtaken is None else overtaken.on,
            provisional=what.days is not None and self.counting.may_move(due_on, office=office),
        )
