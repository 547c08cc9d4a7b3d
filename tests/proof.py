"""An office that proves itself alive, for the stories: its auditor, its calendar, its loops."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

from alerts.auditor import Auditor
from alerts.drills import DrillPlan, raise_drill
from alerts.findings import Found
from alerts.planned import Planned
from alerts.pulse import Loop
from app import settings
from domain.alert import Alert
from storage.unit_of_work import UnitOfWork
from tests.fakes import Shown
from tests.office import WholeOffice
from tests.office_people import DASHI

OWN = settings.load(environ={})
TELL_AGAIN = OWN.proof.tell_again


@dataclass
class OutsideAddress:
    """Counts the pings that it gets, and refuses them while it is told to."""

    pings: int = 0
    down: bool = False

    async def __call__(self) -> None:
        """Take a ping."""
        await asyncio.sleep(0)
        if self.down:
            raise ConnectionRefusedError
        self.pings += 1


@dataclass
class ProvingOffice:
    """A whole office with what watches over it; its loops beat unless they are stopped."""

    whole: WholeOffice
    plan: DrillPlan = field(default_factory=OWN.drill.plan)
    outside: OutsideAddress = field(default_factory=OutsideAddress)
    stopped: set[Loop] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Open what watches."""
        self.opens_again()

    def opens_again(self) -> None:
        """Make every object anew, as a restart does."""
        self.auditor = self.another_auditor()
        self.planned = self.another_calendar()

    def another_auditor(self) -> Auditor:
        """Return the auditor of one more process."""
        whole = self.whole
        return Auditor(whole.store, whole.office, whole.live, TELL_AGAIN, self.outside)

    def another_calendar(self) -> Planned:
        """Return the calendar of one more process."""
        whole = self.whole
        return Planned(whole.store, whole.office, whole.live, self.plan, OWN.digest.at)

    def plans(self, **values: object) -> None:
        """Change how the office drills."""
        self.plan = replace(self.plan, **values)  # type: ignore[arg-type]
        self.opens_again()

    def beats(self) -> None:
        """Let every loop that is not stopped say that it is alive."""

        def beat(uow: UnitOfWork) -> None:
            for loop in set(Loop) - self.stopped - {Loop.AUDITOR}:
                uow.audit.beat(loop.value)

        self.whole.store.write(beat)

    async def looks(self) -> list[str]:
        """Let the auditor look, and return what it found as `kind:subject`."""
        self.beats()
        found = await self.auditor.look()
        await self.whole.settle()
        return _keys(found)

    async def looks_after(self, **span: float) -> list[str]:
        """Let time pass with everything that is due, then let the auditor look."""
        await self.whole.after(**span)
        return await self.looks()

    async def calendar(self) -> None:
        """Let the calendar look, and what follows be sent."""
        await self.planned.look()
        await self.whole.settle()

    async def day_until(self, **span: float) -> None:
        """Let time pass with the calendar looking every five minutes, over days less often."""
        left = timedelta(**span)
        step = max(timedelta(minutes=5), left / 60)
        while left > timedelta():
            await self.whole.after(seconds=min(step, left).total_seconds())
            left -= step
            await self.calendar()

    async def drills(self, town: str = DASHI) -> Alert:
        """Raise a drill by hand and let it be sent."""
        whole = self.whole
        alert = whole.store.write(lambda uow: raise_drill(uow, whole.office, town, self.plan))
        await whole.settle()
        return alert

    def messages_with(self, words: str) -> list[Shown]:
        """Return what the district's room was told with these words."""
        return [one for one in self.whole.messages(self.whole.room_district) if words in one.text]


def _keys(found: list[Found] | None) -> list[str]:
    return [] if found is None else [one.key for one in found]
