"""An office with a ledger and a clerk, for the stories of supervision and letters."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from app import settings
from app.office_settings import working_hours
from domain.access import Asker, Way
from domain.duty import Role
from domain.letter import Letter, LetterStep, LetterStepKind
from domain.petition import (
    Lodging,
    Matter,
    MatterHead,
    MatterKind,
    Petitioner,
    Step,
    StepKind,
    Tier,
)
from petitions import letters, matters
from petitions.supervision import SupervisionTimes
from petitions.supervision_rounds import SupervisionRounds
from tests.fakes import PushedClock, Shown
from tests.office import WEDNESDAY_TEN, WholeOffice
from tests.office_people import DASHI, Somebody, Where, ledger_of_panyu, office_of_panyu
from tests.story import check_end

OWN = settings.load(environ={})
HOURS = working_hours(OWN)
TIMES = OWN.petitions.supervision.times()
PETITIONER = Petitioner("钱多多", phone="13800001234", village="东联村")


@dataclass
class SupervisedOffice:
    """A whole office whose ledger is supervised."""

    whole: WholeOffice
    times: SupervisionTimes = TIMES
    at: time | None = OWN.petitions.supervision.at

    def __post_init__(self) -> None:
        """Let a clerk in."""
        self.ledger = ledger_of_panyu()
        self.wu = self.whole.enrols("吴小玲", Role.CLERK, None)
        self.whole.secrets |= {PETITIONER.name, PETITIONER.phone}
        self.opens_again()

    def opens_again(self) -> None:
        """Make the rounds anew, as a restart does."""
        self.rounds = self.another_process()

    def another_process(self) -> SupervisionRounds:
        """Return the rounds of one more process."""
        whole = self.whole
        return SupervisionRounds(
            whole.store, whole.live, self.ledger, self.times, self.at, HOURS.open_until
        )

    def asker(self, somebody: Somebody | None = None) -> Asker:
        """Return somebody as they ask at the command line; the clerk, if nobody is named."""
        person = (somebody or self.wu).known
        return self.whole.read(lambda uow: uow.interests.asker(person, Way.COMMAND))

    def registers(
        self,
        number: str,
        *steps: Step,
        registered_on: date = date(2026, 1, 2),
        unit: str = DASHI,
        town: str | None = DASHI,
        kind: MatterKind = MatterKind.APPEAL_SIX,
        **more: Any,
    ) -> Matter:
        """Put a matter into the ledger; without steps it is forwarded and accepted in time."""
        head = MatterHead(
            number=number,
            kind=kind,
            lodging=more.pop("lodging", Lodging.LETTER),
            tier=Tier.DISTRICT,
            registered_on=registered_on,
            subject="反映楼上漏水",
            town=town,
            unit=unit,
            **more,
        )
        asker = self.asker()
        return self.whole.store.write(
            lambda uow: matters.register(
                uow,
                self.ledger,
                asker,
                head,
                petitioners=(PETITIONER,),
                steps=steps or accepted(registered_on, unit),
            )
        )

    def writes_down(self, number: str, kind: StepKind, **more: Any) -> None:
        """Write a step of a matter down, today."""
        asker, step = self.asker(), Step(kind, self.today, **more)

        def write(uow: Any) -> None:
            matter = uow.matters.by_number(number)
            matters.write_down(uow, self.ledger, asker, matter, step)

        self.whole.store.write(write)

    def letter(self, by: Somebody | None = None, **wanted: Any) -> Letter:
        """Let the clerk, or somebody else, draw a letter up; to 大石, if nobody is named."""
        asked = letters.Wanted(**{"unit": DASHI, "reply_days": 15, **wanted})
        asker = self.asker(by)
        return self.whole.store.write(lambda uow: letters.draw_up(uow, self.ledger, asker, asked))

    def steps(self, letter: Letter | str, kind: LetterStepKind, on: date, **more: Any) -> Letter:
        """Write a step of a letter down."""
        number = letter if isinstance(letter, str) else f"{letter.year}-{letter.serial}"
        asker = self.asker()
        return self.whole.store.write(
            lambda uow: letters.record(
                uow,
                self.ledger,
                asker,
                letters.find(uow, self.ledger, asker, number),
                LetterStep(kind, on, **more),
            )
        )

    @property
    def today(self) -> date:
        """The office's day."""
        return self.ledger.today(self.whole.clock.now)

    def at_time(self, month: int, day: int, hour: int, minute: int = 0) -> None:
        """Let it be a time of 2026."""
        now = datetime(2026, month, day, hour, minute, tzinfo=self.ledger.zone)
        self.whole.clock.now = now.astimezone(self.whole.clock.now.tzinfo)

    async def looks(self) -> None:
        """Let the rounds look, and what follows be sent."""
        self.whole.clock.push(timedelta(seconds=21))
        await self.rounds.go_round()
        await self.whole.settle()

    def digests(self, where: Where) -> list[Shown]:
        """Return the digests that stand in a chat."""
        return [one for one in self.whole.messages(where) if "督办提醒" in one.text]


def accepted(registered_on: date, unit: str, *, after: int = 3) -> tuple[Step, ...]:
    """Return the steps of a matter that is accepted three days after it was registered."""
    day = timedelta(days=1)
    return (
        Step(StepKind.REGISTERED, registered_on),
        Step(StepKind.FORWARDED, registered_on + day, unit=unit),
        Step(StepKind.ACCEPTED, registered_on + after * day, unit=unit),
    )


@pytest.fixture
def supervised(sqlite_file: str, log_of_story: io.StringIO) -> Iterator[SupervisedOffice]:
    """Give an office with a ledger, on a Wednesday at ten."""
    whole = WholeOffice(sqlite_file, office_of_panyu(), PushedClock(WEDNESDAY_TEN))
    try:
        yield SupervisedOffice(whole)
        check_end(whole, log_of_story.getvalue())
    finally:
        whole.close()
