"""What happens to a chat: the bot comes, goes or is blocked, a chat gets a new id.

A group becomes a duty group by one button, which an officer or an administrator presses.
"""

from __future__ import annotations

from alerts import unreachable
from alerts.moving import move_chat
from bot import chat_replies, enrolment, replies
from bot.hearing import Hearing
from domain.channel import Button, ButtonPress, ChatChange, ChatKind, OutgoingMessage, Span
from domain.duty import Group, Person, Role, Scope
from storage.inbox import InboxOutcome

BIND = "g:bind"
DISTRICT = "district"
DROP = "no"


def hear(hearing: Hearing, change: ChatChange) -> InboxOutcome:
    """Act on a change; most are nothing to the desk."""
    groups = hearing.uow.groups
    if change.moved_to is not None:
        move_chat(hearing.uow, change.address, change.moved_to)
    elif change.reachable is False:
        unreachable.switch_off(hearing.uow, change.address, chat_replies.BOT_REMOVED)
    elif change.reachable:
        groups.switch_on(change.address)
        if change.chat_kind is ChatKind.GROUP and groups.at(change.address) is None:
            _greet(hearing, change)
    elif change.hears_all is not None and change.chat_kind is ChatKind.GROUP:
        hearing.answer(chat_replies.hearing(hears_all=change.hears_all))
    return InboxOutcome.NOTICE


def _greet(hearing: Hearing, change: ChatChange) -> None:
    """Say what a group can be, with the one button, and what is heard in it."""
    words = chat_replies.IN_GROUP + chat_replies.hearing(hears_all=change.hears_all)
    bind = Button(chat_replies.BIND_THIS_GROUP, BIND)
    hearing.answer(OutgoingMessage(body=(Span(words),), buttons=((bind,),)))


def press(hearing: Hearing, pressed: ButtonPress) -> None:
    """Bind the group that the button stands in, if the presser may."""
    person = hearing.person
    if person is None:
        hearing.toast(replies.ENROL_FIRST)
        return
    if hearing.is_private or not (person.role.serves_district or person.role is Role.TOWN_OFFICER):
        hearing.toast(chat_replies.MAY_NOT_BIND)
        return
    choice = pressed.data.removeprefix(BIND).lstrip(":")
    if person.role is Role.TOWN_OFFICER:
        _bind(hearing, person, person.town)
    elif not choice:
        _ask(hearing, person)
    elif choice == DROP:
        hearing.replace_pressed(replies.CANCELLED)
        hearing.toast("")
    elif choice == DISTRICT:
        _bind(hearing, person, None)
    else:
        towns = hearing.office.gazetteer.towns
        town = next((town.name for town in towns if town.code == choice), None)
        if town is None:
            hearing.toast(replies.STALE_BUTTON)
        else:
            _bind(hearing, person, town)


def _bind(hearing: Hearing, person: Person, town: str | None) -> None:
    there = hearing.uow.groups.at(hearing.address)
    if there is not None and there.town != town and not person.role.serves_district:
        hearing.toast(chat_replies.BOUND_ALREADY.format(title=there.title))
        return
    group: Group = enrolment.bind_here(
        hearing.uow,
        hearing.address,
        scope=Scope.DISTRICT if town is None else Scope.TOWN,
        town=town,
        by=person,
    )
    hearing.replace_pressed(chat_replies.group_bound(group))
    hearing.toast(chat_replies.BOUND_NOW)


def _ask(hearing: Hearing, person: Person) -> None:
    towns = [Button(town.name, f"{BIND}:{town.code}") for town in hearing.office.gazetteer.towns]
    rows = [tuple(towns[at : at + 2]) for at in range(0, len(towns), 2)]
    rows.append((Button(chat_replies.DISTRICT_GROUP, f"{BIND}:{DISTRICT}"),))
    rows.append((Button(replies.CANCEL, f"{BIND}:{DROP}"),))
    words = chat_replies.ASK_BIND.format(who=person.name)
    hearing.answer(OutgoingMessage(body=(Span(words),), buttons=tuple(rows), rings=False))
    hearing.toast("")
