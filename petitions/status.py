"""How somebody's matters stand, for staff who ask by a name, a phone or a number.

Reading goes through the policy twice: look-ups read only what may be read at all, and each
matter that was found is asked of the policy before anything of it is told. What is not there
and what is not theirs end alike, with the same statements run. Each look leaves a line in the
access log, a look that found nothing as well.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from domain import access
from domain.access import Area, Asker, Topic, number_key
from domain.petition import Matter, Petitioner
from petitions import asking, stages
from petitions.deadlines import clocks, next_due
from petitions.ledger import Ledger
from petitions.near_names import spellings, tidy_name
from storage.interests import Opening
from storage.petitioners import Known
from storage.unit_of_work import UnitOfWork

MOST_SHOWN = 5
MOST_NEAR = 3

_PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9}|0\d{9,11})")
_IDENTITY = re.compile(r"\d{17}[\dX]|\d{15}")


class By(enum.StrEnum):
    """What a question names."""

    NUMBER = "number"
    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"

    @property
    def label(self) -> str:
        """What it names, in Chinese."""
        return _BY_LABEL[self]


_BY_LABEL = {By.NUMBER: "编号", By.NAME: "姓名", By.PHONE: "电话", By.ID_NUMBER: "证件号码"}


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked for: a matter's number, or somebody's name, phone or ID number."""

    by: By
    value: str


@dataclass(frozen=True, slots=True)
class MatterStatus:
    """One matter as whoever asked may see it.

    ``people`` tells same names apart with no more than that needs: village and a masked phone.
    """

    number: str
    subject: str
    people: tuple[str, ...]
    stage: str
    unit: str
    lead: str
    due: str
    late: bool
    last_step: str
    registered_on: date
    town: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """The answer: matters, how many there are in all, and names near one that was not found."""

    question: Question
    matters: tuple[MatterStatus, ...] = ()
    found: int = 0
    near: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


def question(wanted: str) -> Question:
    """Tell what a question names, by its form alone."""
    tidy = "".join(unicodedata.normalize("NFKC", wanted).split())
    bare = tidy.replace("-", "").upper()
    if (phone := _PHONE.fullmatch(bare)) is not None:
        return Question(By.PHONE, phone[1])
    if _IDENTITY.fullmatch(bare):
        return Question(By.ID_NUMBER, bare)
    if any(letter.isdigit() for letter in tidy):
        return Question(By.NUMBER, tidy)
    return Question(By.NAME, tidy_name(tidy))


def look_up(uow: UnitOfWork, ledger: Ledger, asker: Asker, asked: Question) -> Status:
    """Return how the matters stand that a question means and that are the asker's to know.

    Whoever may see no matters at all gets an empty answer, without a look-up.
    """
    narrowed = access.area(asker)
    if narrowed is None or not asked.value:
        return Status(asked)
    key = key_of(uow, asked)
    opened = key in asker.opened
    # A written reason opens what stands in another town; accusations stay where they are.
    within = Area(None, accusations=False) if opened else narrowed
    allowed = _allowed(uow, asker, _ids(uow, asked, within))
    why = next((one.why for one in _openings(uow, asker) if one.key == key), "")
    for matter in allowed:
        asking.looked(uow, asker, "matter", matter.number, why=why)
    if allowed:
        return _status(uow, ledger, asker, asked, allowed)
    asking.looked(uow, asker, "matter", key, why=why)
    return Status(asked, near=_near(uow, asker, asked, narrowed))


def key_of(uow: UnitOfWork, asked: Question) -> str:
    """Return the policy's key of what is asked for; of people it does not tell who."""
    if asked.by is By.NUMBER:
        return number_key(asked.value)
    return asking.person_key(uow, _KNOWN[asked.by], asked.value)


_KNOWN = {By.NAME: Known.NAME, By.PHONE: Known.PHONE, By.ID_NUMBER: Known.ID_NUMBER}


def _ids(uow: UnitOfWork, asked: Question, within: Area) -> tuple[int, ...]:
    if asked.by is By.NUMBER:
        return uow.matters.numbered(asked.value, within)
    return uow.petitioners.matters_of(_KNOWN[asked.by], asked.value, within)


def _allowed(uow: UnitOfWork, asker: Asker, ids: tuple[int, ...]) -> list[Matter]:
    return [
        matter for matter in uow.matters.several(ids) if asking.ruling_on(uow, asker, matter).allows
    ]


def _openings(uow: UnitOfWork, asker: Asker) -> tuple[Opening, ...]:
    if asker.person is None or not asker.opened:
        return ()
    return uow.interests.opened(asker.person.id)


def _near(uow: UnitOfWork, asker: Asker, asked: Question, narrowed: Area) -> tuple[str, ...]:
    """Return names near the one asked for that have a matter the asker may know of."""
    if asked.by is not By.NAME:
        return ()
    names = uow.petitioners.names_near(spellings(asked.value), narrowed, limit=MOST_SHOWN)
    seen = [
        name
        for name in names
        if _allowed(uow, asker, uow.petitioners.matters_of(Known.NAME, name, narrowed))
    ]
    return tuple(seen[:MOST_NEAR])


def _status(
    uow: UnitOfWork, ledger: Ledger, asker: Asker, asked: Question, matters: list[Matter]
) -> Status:
    matters.sort(key=lambda one: (one.ended_on is not None, -one.head.registered_on.toordinal()))
    meant = [one for matter in matters for one in matter.petitioners if _is_meant(asked, one)]
    return Status(
        asked,
        matters=tuple(_line(uow, ledger, asker, asked, matter) for matter in matters[:MOST_SHOWN]),
        found=len(matters),
        names=tuple(dict.fromkeys(one.name for one in meant)),
        phones=tuple(dict.fromkeys(one.phone for one in meant if one.phone)),
    )


def _line(
    uow: UnitOfWork, ledger: Ledger, asker: Asker, asked: Question, matter: Matter
) -> MatterStatus:
    today = ledger.today(uow.now)
    clock = next_due(clocks(matter.head.kind, matter.steps, today, ledger.counting))
    head = matter.head
    knows_people = asking.ruling_on(uow, asker, matter, Topic.PETITIONER).allows
    meant = [one for one in matter.petitioners if _is_meant(asked, one)] or matter.petitioners
    return MatterStatus(
        number=head.number,
        subject=head.subject,
        people=tuple(told_apart(one) for one in meant[:MOST_SHOWN]) if knows_people else (),
        stage=stages.stage(head.kind, matter.steps),
        unit=head.unit,
        lead=head.lead,
        due=stages.due(clock),
        late=stages.is_late(clock, today),
        last_step=stages.last_step(matter.steps),
        registered_on=head.registered_on,
        town=head.town,
    )


def _is_meant(asked: Question, one: Petitioner) -> bool:
    if asked.by is By.NAME:
        return tidy_name(one.name) == asked.value
    if asked.by is By.PHONE:
        return one.phone == asked.value
    return asked.by is By.ID_NUMBER and one.id_number == asked.value


def told_apart(one: Petitioner) -> str:
    """Return somebody as an answer names them: 张三（东联村，138****1234）."""
    marks = "，".join(part for part in (one.village, masked(one.phone)) if part)
    return f"{one.name}（{marks}）" if marks else one.name


def masked(phone: str) -> str:
    """Return a phone of which the first three and last four digits stand: 138****1234."""
    if len(phone) < 8:  # noqa: PLR2004 - too short to hide anything in
        return "*" * len(phone)
    return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"
