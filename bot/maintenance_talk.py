"""维护 and 维护结束 in the chat: an officer lets a duty group rest, for a time, with a reason."""

from __future__ import annotations

import re
from datetime import timedelta

from alerts import maintenance
from alerts.notices import clock
from bot import replies
from bot.commands import Asked, Command
from bot.hearing import Hearing
from domain.duty import Group, Person, Role
from domain.errors import PersonCanFix

WHY_LENGTH = 60

_FOR = re.compile(
    r"^(?P<count>\d{1,4})\s*(?P<unit>小时|个小时|分钟|分|天)[\s,，。:：]*(?P<why>.*)$", re.DOTALL
)
_UNIT = {
    "小时": timedelta(hours=1),
    "个小时": timedelta(hours=1),
    "分钟": timedelta(minutes=1),
    "分": timedelta(minutes=1),
    "天": timedelta(days=1),
}


def is_for(hearing: Hearing, command: Asked) -> bool:
    """Whether a command may be meant by who wrote it; 维护 of a grid worker is a report."""
    return command.command not in {Command.PAUSE, Command.RESUME} or _is_officer(hearing.person)


def obey(hearing: Hearing, command: Asked) -> None:
    """Begin or end the maintenance of this group or, in private, of the officer's town's."""
    person, groups = _whose(hearing)
    if command.command is Command.RESUME:
        maintenance.resume(hearing.uow, groups)
        if hearing.is_private:  # the group reads what all are told
            hearing.answer(replies.RESUMED)
        return
    found = _FOR.match(command.rest)
    if found is None or not found["why"].strip() or not int(found["count"]):
        raise PersonCanFix(replies.PAUSE_HOW)
    paused = maintenance.pause(
        hearing.uow,
        hearing.office,
        groups,
        int(found["count"]) * _UNIT[found["unit"]],
        why=found["why"].strip()[:WHY_LENGTH],
        who=person.title,
        by=person.id,
    )
    if hearing.is_private:
        until = paused[0].paused_until or hearing.uow.now
        hearing.answer(replies.PAUSED.format(until=clock(hearing.office, until, day=True)))


def _is_officer(person: Person | None) -> bool:
    return person is not None and (person.role is Role.TOWN_OFFICER or person.role.serves_district)


def _whose(hearing: Hearing) -> tuple[Person, tuple[Group, ...]]:
    """Return who asks and for which groups; `PersonCanFix` when these are not theirs."""
    person = hearing.person
    if person is None or not _is_officer(person):
        raise PersonCanFix(replies.PAUSE_NOT_YOURS)
    if not hearing.is_private:
        group = hearing.uow.groups.at(hearing.address)
        if group is None or not person.may_handle(group.town):
            raise PersonCanFix(replies.PAUSE_NOT_YOURS)
        return person, (group,)
    if person.town is None:
        raise PersonCanFix(replies.PAUSE_IN_GROUP)
    return person, maintenance.groups_of(hearing.uow, person.town)
