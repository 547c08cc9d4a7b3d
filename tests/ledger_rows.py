"""Matters for stories: invented people, registered as a clerk would."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from domain.access import Asker, Way
from domain.duty import Person, Role
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
from petitions.matters import register
from storage.unit_of_work import UnitOfWork
from tests.office_people import DASHI, ledger_of_panyu

HEAD = MatterHead(
    number="2026-0042",
    kind=MatterKind.APPEAL_SIX,
    lodging=Lodging.VISIT,
    tier=Tier.DISTRICT,
    registered_on=date(2026, 2, 2),
    subject="征地补偿款未付",
    words="承包地被征用，补偿款两年没有付清",
    place="植村九巷",
    town=DASHI,
    unit=DASHI,
    lead="黄向东",
)
ZHANG = Petitioner("张三妹", "13800001234", "440126196505043221", "植村", "植村九巷17号")
STEPS = (
    Step(StepKind.REGISTERED, date(2026, 2, 2)),
    Step(StepKind.FORWARDED, date(2026, 2, 4), unit=DASHI),
    Step(StepKind.ACCEPTED, date(2026, 2, 10), unit=DASHI, document="受理告知书〔2026〕9号"),
)


def clerk_of(uow: UnitOfWork) -> Asker:
    """Return a clerk who keeps the ledger, enrolled if there is none yet."""
    clerks = uow.people.serving(Role.CLERK)
    person: Person = (
        clerks[0] if clerks else uow.people.add(name="苏文", role=Role.CLERK, town=None)
    )
    return Asker(person, Way.COMMAND)


def with_matter(
    uow: UnitOfWork,
    *,
    people: tuple[Petitioner, ...] = (ZHANG,),
    steps: tuple[Step, ...] = STEPS,
    **head: Any,
) -> Matter:
    """Register a matter; ``head`` is what differs from `HEAD`."""
    return register(
        uow,
        ledger_of_panyu(),
        clerk_of(uow),
        replace(HEAD, **head),
        petitioners=people,
        steps=steps,
    )
