"""Somebody's own data (个人信息保护法 Art. 44–47): found, set out for them, corrected, removed.

Who they are has been proved to the clerk who asks. A name alone may be several people's, and
then more is asked for. Of a joint petition only their own part is set out: whatever names the
others is blotted out. Each of these needs a written reason and leaves its lines in the log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from domain.access import Asker, Topic, number_key
from domain.errors import PersonCanFix
from domain.petition import Matter, Petitioner
from petitions import asking
from petitions.clearing import Clearing, clear
from petitions.ledger import Ledger
from petitions.matters import change
from petitions.near_names import tidy_name
from petitions.opening import LONGEST_REASON, SHORTEST_REASON
from storage.looks import Look
from storage.petitioners import Known
from storage.unit_of_work import UnitOfWork

NOTHING = "没有找到，或不在您的职责范围。"
SAY_WHO = "请写 --name、--phone 或 --id。"
SEVERAL = "同名的不止一个人，请再写 --phone 或 --id。"
SAY_WHY = "请用 --why 写明理由（至少六个字），如：本人持身份证来窗口申请"
OPEN = "{number} 还没有了结，不能删除。"
KEPT = "{number} 依规定要保存到 {until}，到期自动隐去；现在不能删除。"
FOLLOWED = "{number} 的信访人还有预警在跟进，现在不能删除。"
WHICH = "{number} 里没有叫这个名字的信访人。"
NO_CHANGE = "没有写要更正什么。"
BLOT = "＊＊＊"
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a request is about, as far as it says so."""

    name: str = ""
    phone: str = ""
    id_number: str = ""

    def known(self) -> tuple[tuple[Known, str], ...]:
        """Return by what they are looked for."""
        every = (
            (Known.NAME, tidy_name(self.name)),
            (Known.PHONE, self.phone.strip()),
            (Known.ID_NUMBER, self.id_number.strip().upper()),
        )
        return tuple((known, value) for known, value in every if value)

    def is_meant(self, one: Petitioner) -> bool:
        """Whether a petitioner is whom all of it names."""
        return (
            (not self.name or tidy_name(one.name) == tidy_name(self.name))
            and (not self.phone or one.phone == self.phone.strip())
            and (not self.id_number or one.id_number == self.id_number.strip().upper())
        )


@dataclass(frozen=True, slots=True)
class Part:
    """One matter of theirs: their own entry, the matter without the others, its looks."""

    own: Petitioner
    matter: Matter
    changed: tuple[tuple[str, str], ...]
    looks: tuple[Look, ...]


def set_out(uow: UnitOfWork, asker: Asker, who: Who, why: str) -> tuple[Part, ...]:
    """Return everything that the ledger holds about somebody, for them; `PersonCanFix` if not."""
    asking.require(asker, Topic.EXTRACT)
    reason = written(why)
    matters = _theirs(uow, asker, who)
    keys = tuple(asking.person_key(uow, known, value) for known, value in who.known())
    for number in [matter.number for matter in matters] or keys[:1]:
        asking.looked(uow, asker, "extract", number, why=reason)
    if not matters:
        return ()
    return tuple(_part(uow, who, matter, keys) for matter in matters)


def correct(
    uow: UnitOfWork,
    ledger: Ledger,
    asker: Asker,
    number: str,
    *,
    name: str,
    new: dict[str, str],
    why: str,
) -> Matter:
    """Correct one petitioner of a matter; what stood before stays in its history.

    ``new`` has the fields of `Petitioner` that change.
    """
    asking.require(asker, Topic.KEEPING)
    reason = written(why)
    if not new:
        raise PersonCanFix(NO_CHANGE)
    matter = uow.matters.by_number(number)
    if matter is None or not asking.ruling_on(uow, asker, matter).allows:
        raise PersonCanFix(NOTHING)
    theirs = [one for one in matter.petitioners if tidy_name(one.name) == tidy_name(name)]
    if not theirs:
        raise PersonCanFix(WHICH.format(number=number))
    people = tuple(replace(one, **new) if one is theirs[0] else one for one in matter.petitioners)
    asking.looked(uow, asker, "correct", number, why=reason)
    changed = change(uow, ledger, asker, matter, petitioners=people)
    uow.clearing.forget_slips([theirs[0].name], open_to=asking.open_to(matter.head))
    return changed


def remove(
    uow: UnitOfWork, clearing: Clearing, asker: Asker, who: Who, why: str
) -> tuple[str, ...]:
    """Remove somebody's data from matters whose time is over; returns their numbers.

    `PersonCanFix` says which matter stands against it, and until when. All or nothing.
    """
    asking.require(asker, Topic.EXTRACT)
    reason = written(why)
    matters = _theirs(uow, asker, who)
    if not matters:
        raise PersonCanFix(NOTHING)
    for matter in matters:
        until = clearing.kept_to(matter)
        if until is None:
            raise PersonCanFix(OPEN.format(number=matter.number))
        if matter.ended_on is None or matter.ended_on >= clearing.before(uow):
            raise PersonCanFix(KEPT.format(number=matter.number, until=until))
        if clearing.followed(uow, matter):
            raise PersonCanFix(FOLLOWED.format(number=matter.number))
    for matter in matters:
        asking.looked(uow, asker, "remove", matter.number, why=reason)
        clear(uow, matter)
    return tuple(matter.number for matter in matters)


def written(why: str) -> str:
    """Return a reason as it is kept; `PersonCanFix` when it says too little."""
    reason = " ".join(why.split())[:LONGEST_REASON]
    if len(_CHINESE.findall(reason)) < SHORTEST_REASON:
        raise PersonCanFix(SAY_WHY)
    return reason


def _theirs(uow: UnitOfWork, asker: Asker, who: Who) -> tuple[Matter, ...]:
    """Return every matter of somebody, or none at all where one of them is barred."""
    known = who.known()
    if not known:
        raise PersonCanFix(SAY_WHO)
    matters = uow.matters.several(uow.clearing.matters_of(known))
    if not all(asking.ruling_on(uow, asker, matter, Topic.EXTRACT).allows for matter in matters):
        return ()
    meant = [one for matter in matters for one in matter.petitioners if who.is_meant(one)]
    sure = who.phone or who.id_number
    several = any(len({getattr(one, own) for one in meant} - {""}) > 1 for own in _TELLS_APART)
    if not sure and several:
        raise PersonCanFix(SEVERAL)
    return matters


_TELLS_APART = ("phone", "id_number")


def _part(uow: UnitOfWork, who: Who, matter: Matter, keys: tuple[str, ...]) -> Part:
    own = next(one for one in matter.petitioners if who.is_meant(one))
    others = [one for one in matter.petitioners if one is not own]
    whose = (matter.number, number_key(matter.number), *keys)
    return Part(
        own=replace(own, id_number=hidden(own.id_number)),
        matter=_without(matter, others),
        changed=tuple((f"{one.at.date()}", one.field) for one in uow.matters.changes(matter.id)),
        looks=tuple(uow.looks.listed(whose=whose)),
    )


def hidden(id_number: str) -> str:
    """Return an ID number of which only both ends stand; it is never shown whole."""
    if len(id_number) <= 2 * _SHOWN:
        return "*" * len(id_number)
    middle = "*" * (len(id_number) - 2 * _SHOWN)
    return f"{id_number[:_SHOWN]}{middle}{id_number[-_SHOWN:]}"


def _without(matter: Matter, others: list[Petitioner]) -> Matter:
    """Return a matter in which nothing names the others who petition in it."""
    words = {
        getattr(one, field.name)
        for one in others
        for field in fields(Petitioner)
        if field.name != "village"
    } - {""}

    def blot(text: str) -> str:
        for word in sorted(words, key=len, reverse=True):
            text = text.replace(word, BLOT)
        return text

    head = matter.head
    return replace(
        matter,
        head=replace(
            head,
            subject=blot(head.subject),
            words=blot(head.words),
            place=blot(head.place),
        ),
        petitioners=(),
        steps=tuple(
            replace(step, document=blot(step.document), note=blot(step.note))
            for step in matter.steps
        ),
    )
