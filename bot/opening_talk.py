"""查阅 and 回避 in the chat: a look outside one's area for a reason, and a look renounced."""

from __future__ import annotations

import re

from alerts.notices import clock
from bot import petition_replies, petition_talk, replies
from bot.commands import Asked, Command
from bot.hearing import Hearing
from bot.reporting import tell_desk
from domain.access import Reach, Topic, reach
from domain.duty import Person
from domain.errors import PersonCanFix
from nlp.people_words import mask_people
from petitions.ledger import Ledger
from petitions.opening import LASTS, WRITE_A_REASON, open_for_a_reason, renounce
from petitions.status import question

COMMANDS = frozenset({Command.OPEN, Command.RENOUNCE})

_WHO_AND_WHY = re.compile(r"^(?P<who>\S+)[\s,，:：]+(?P<why>.+)$", re.DOTALL)


def is_theirs(person: Person | None, command: Asked) -> bool:
    """Whether a command may be meant by who wrote it; of others the words may be a report."""
    if command.command not in COMMANDS:
        return True
    return person is not None and reach(person.role, Topic.MATTER) is not Reach.NONE


def obey(hearing: Hearing, ledger: Ledger, command: Asked) -> None:
    """Open and answer, or renounce; in private alone."""
    person = hearing.person
    if not hearing.is_private or person is None:
        raise PersonCanFix(replies.NOT_FOR_GROUP)
    if command.command is Command.OPEN:
        _open(hearing, ledger, person, command.rest)
    else:
        _renounce(hearing, ledger, person, command.rest)


def _open(hearing: Hearing, ledger: Ledger, person: Person, words: str) -> None:
    found = _WHO_AND_WHY.match(words.strip())
    if found is None:
        raise PersonCanFix(WRITE_A_REASON)
    asker = hearing.asker
    opening = open_for_a_reason(hearing.uow, asker, question(found["who"]), found["why"])
    until = clock(hearing.office, opening.ends_at, day=True)
    told = petition_replies.DESK_OPENED.format(
        who=person.title, why=mask_people(opening.why), until=until
    )
    tell_desk(hearing, told, part="opening")
    hours = int(LASTS.total_seconds() // 3600)
    hearing.answer(petition_replies.OPENED.format(hours=hours, until=until), part="opened")
    petition_talk.answer(hearing, ledger, person, found["who"])


def _renounce(hearing: Hearing, ledger: Ledger, person: Person, about: str) -> None:
    if not about.strip():
        raise PersonCanFix(petition_replies.RENOUNCE_HOW)
    asker = hearing.asker
    label = renounce(hearing.uow, asker, about.strip(), person_id=person.id, towns=ledger.towns)
    hearing.answer(petition_replies.RENOUNCED.format(label=label))
