"""Enrolment: one-time codes that give a person a role and a town, or make a chat a duty group.

Codes are of an alphabet without look-alikes, 50 bits, kept as hashes. Guessing is slowed
and the district desk is told of it.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import chat_replies, replies
from domain.channel import Address
from domain.duty import Group, Person, Role, Scope
from domain.errors import PersonCanFix
from storage.invites import Invite
from storage.unit_of_work import UnitOfWork

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
CODE_LENGTH = 10
MOST_WRONG = 5
WRONG_COUNTS_FOR = timedelta(hours=1)
NAME_LENGTH = 20

_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_NOT_CODE = re.compile(r"[^0-9A-Z]")


@dataclass(frozen=True, slots=True)
class NewInvite:
    """A code as it is shown once, to whoever hands it on."""

    code: str
    role: Role | None
    scope: Scope | None
    town: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a code came to; ``reply`` is what the sender reads in any case."""

    reply: str
    person: Person | None = None
    group: Group | None = None
    guessing: bool = False


def tidy_code(written: str) -> str:
    """Return a code as it is kept: capitals, no dashes, look-alikes read as digits."""
    return _NOT_CODE.sub("", written.upper().translate(_LOOK_ALIKES))


def invite(
    uow: UnitOfWork,
    *,
    lasts: timedelta,
    role: Role | None = None,
    scope: Scope | None = None,
    town: str | None = None,
    name: str | None = None,
) -> NewInvite:
    """Make a code for one person (``role``) or one group (``scope``)."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    expires_at = uow.now + lasts
    uow.invites.add(code, expires_at=expires_at, role=role, scope=scope, town=town, name=name)
    shown = f"{code[:4]}-{code[4:7]}-{code[7:]}"
    return NewInvite(code=shown, role=role, scope=scope, town=town, expires_at=expires_at)


def redeem(uow: UnitOfWork, written: str, *, address: Address, sender: str, name: str) -> Redeemed:
    """Use a code in a private chat: enrol the sender, or say what is wrong with the code."""
    if _guessed_too_often(uow, address.channel, sender):
        return Redeemed(reply=replies.TOO_MANY_CODES)
    found = _usable(uow, written)
    if isinstance(found, str):
        return _wrong(uow, address.channel, sender, found)
    if found.role is None:
        return Redeemed(reply=replies.CODE_IS_FOR_GROUP)
    person = _enrol(uow, tidy_code(written), found, found.role, name)
    if person is None:
        return Redeemed(reply=replies.CODE_USED)
    uow.people.identify(person, address.channel, sender)
    uow.groups.keep_address(address, person_id=person.id)
    return Redeemed(reply=replies.welcome(person), person=person)


def redeem_for_web(uow: UnitOfWork, written: str, name: str) -> Person:
    """Use a code on the web page and return who was enrolled; `PersonCanFix` otherwise.

    The caller gives the person a seat and counts wrong codes with `note_wrong_code`.
    """
    found = _usable(uow, written)
    if isinstance(found, str):
        raise PersonCanFix(found)
    if found.role is None:
        raise PersonCanFix(replies.CODE_IS_FOR_GROUP)
    person = _enrol(uow, tidy_code(written), found, found.role, name)
    if person is None:
        raise PersonCanFix(replies.CODE_USED)
    return person


def check_guesses(uow: UnitOfWork, channel: str, sender: str) -> None:
    """Raise `PersonCanFix` when a sender wrote too many wrong codes lately."""
    if _guessed_too_often(uow, channel, sender):
        raise PersonCanFix(replies.TOO_MANY_CODES)


def note_wrong_code(uow: UnitOfWork, channel: str, sender: str) -> int:
    """Count a wrong code and return how many there were lately."""
    return uow.invites.note_wrong_guess(channel, sender, within=WRONG_COUNTS_FOR)


def bind_group(
    uow: UnitOfWork, written: str, *, address: Address, sender: str, title: str
) -> Redeemed:
    """Use a code in a group: make it the duty group that the code names."""
    if _guessed_too_often(uow, address.channel, sender):
        return Redeemed(reply=replies.TOO_MANY_CODES)
    found = _usable(uow, written)
    if isinstance(found, str):
        return _wrong(uow, address.channel, sender, found)
    if found.scope is None:
        return Redeemed(reply=replies.CODE_IS_FOR_PERSON)
    by = uow.people.known_as(address.channel, sender)
    if not uow.invites.use(tidy_code(written), None if by is None else by.id):
        return Redeemed(reply=replies.CODE_USED)
    group = uow.groups.bind(
        address,
        scope=found.scope,
        town=found.town,
        title=title or chat_replies.group_title(found.scope, found.town),
        bound_by=None if by is None else by.id,
    )
    return Redeemed(reply=chat_replies.group_bound(group), group=group)


def bind_here(
    uow: UnitOfWork, address: Address, *, scope: Scope, town: str | None, by: Person
) -> Group:
    """Make a chat a duty group because somebody who may do so pressed the button there."""
    title = chat_replies.group_title(scope, town)
    return uow.groups.bind(address, scope=scope, town=town, title=title, bound_by=by.id)


def _usable(uow: UnitOfWork, written: str) -> Invite | str:
    """Return what a code gives, or the sentence that says why it gives nothing."""
    code = tidy_code(written)
    found = uow.invites.find(code) if code else None
    if found is None:
        return replies.CODE_UNKNOWN
    if found.used_at is not None:
        return replies.CODE_USED
    if found.expires_at <= uow.now:
        return replies.CODE_EXPIRED
    return found


def _wrong(uow: UnitOfWork, channel: str, sender: str, reply: str) -> Redeemed:
    if reply != replies.CODE_UNKNOWN:
        return Redeemed(reply=reply)
    wrong = note_wrong_code(uow, channel, sender)
    return Redeemed(reply=reply, guessing=wrong == MOST_WRONG)


def _guessed_too_often(uow: UnitOfWork, channel: str, sender: str) -> bool:
    return uow.invites.wrong_guesses(channel, sender, within=WRONG_COUNTS_FOR) >= MOST_WRONG


def _enrol(uow: UnitOfWork, code: str, found: Invite, role: Role, name: str) -> Person | None:
    called = (found.name or name).strip()[:NAME_LENGTH] or role.label
    person = uow.people.add(name=called, role=role, town=found.town)
    if not uow.invites.use(code, person.id):
        uow.people.revoke(person.id)
        return None
    return person
