"""What the ledger knows of the people whom an alert's reports name, for who may see it.

So that the grievance behind a danger gets handled. Looked up when somebody reads an alert's
details and kept nowhere: no row joins a person, a matter and an alert, and a matter never
raises or grades one. A name alone may be somebody else's, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain import access
from domain.access import Asker
from domain.petition import Matter
from nlp.people_words import find_people
from petitions import asking, stages
from petitions.near_names import tidy_name
from storage.petitioners import Known
from storage.unit_of_work import UnitOfWork

MOST_SHOWN = 3
_HIDDEN = re.compile("[某*＊xX]")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Met:
    """A matter of somebody whom an alert names; ``sure``: by their phone, not by a name alone."""

    number: str
    unit: str
    stage: str
    sure: bool

    @property
    def words(self) -> str:
        """What an officer reads beside the alert."""
        doubt = "" if self.sure else "（同名，请核实）"
        return f"有信访事项：{self.number}　{self.unit}　{self.stage}{doubt}"


def matters_met(
    uow: UnitOfWork, asker: Asker, texts: Sequence[str], town: str | None
) -> tuple[Met, ...]:
    """Return at most `MOST_SHOWN` open matters of whom an alert's words name, the newest first.

    By phone anywhere in the asker's area, by a whole name in the alert's own town alone. Each
    matter that is told of leaves a line in the access log.
    """
    area = access.area(asker)
    if area is None:
        return ()
    phones = {phone for text in texts for phone in _PHONE.findall(text)}
    sure = [
        one
        for phone in sorted(phones)
        for one in uow.petitioners.matters_of(Known.PHONE, phone, area)
    ]
    named = (name for text in texts for name in find_people(text))
    whole = {tidy_name(name) for name in named if not _HIDDEN.search(name)}
    perhaps = [
        one
        for name in sorted(name for name in whole if len(name) >= _SHORTEST_NAME)
        for one in uow.petitioners.matters_of(Known.NAME, name, area)
    ]
    found = []
    for matter_id in dict.fromkeys([*sorted(sure, reverse=True), *sorted(perhaps, reverse=True)]):
        matter = uow.matters.get(matter_id)
        if matter is None or not _counts(uow, asker, matter, town, sure=matter_id in sure):
            continue
        asking.looked(uow, asker, "matter", matter.number)
        found.append(_met(matter, sure=matter_id in sure))
        if len(found) == MOST_SHOWN:
            break
    return tuple(found)


def _counts(uow: UnitOfWork, asker: Asker, matter: Matter, town: str | None, *, sure: bool) -> bool:
    """Whether a matter is open, theirs to know, and likely of the same person."""
    near = sure or (town is not None and matter.head.town == town)
    return near and matter.ended_on is None and asking.ruling_on(uow, asker, matter).allows


def _met(matter: Matter, *, sure: bool) -> Met:
    head = matter.head
    return Met(head.number, head.unit, stages.stage(head.kind, matter.steps), sure)
