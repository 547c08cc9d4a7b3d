"""What hearing many messages asks first, asked once for all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from alerts.foresight import foresee_dangers
from alerts.intake import town_of
from alerts.office import Office
from bot import small_talk
from bot.commands import asked
from domain.channel import ChatKind, Heard, IncomingMessage
from storage.unit_of_work import UnitOfWork


def foresee(uow: UnitOfWork, office: Office, coming: Iterable[Heard]) -> list[IncomingMessage]:
    """Find out in a few questions what hearing each of these asks first.

    Returns those that would have to wait for somebody else's turn.
    """
    coming = tuple(coming)
    messages = [one for one in coming if isinstance(one, IncomingMessage)]
    senders = {(one.address.channel, one.sender.id) for one in coming}
    uow.groups.foresee({person.id for person in uow.people.foresee(senders)})
    uow.dialogues.foresee({(one.address, one.sender.id) for one in messages})
    uow.reports.foresee({(one.address, one.message_id) for one in messages})
    certain = _sure_reports(uow, coming)
    dangers = _dangers(uow, office, certain)
    busy = foresee_dangers(uow, office, {town for _, town in dangers})
    put_off = [one for one, town in dangers if town in busy]
    # What is behind one that waits is not filed now, and takes no number that nobody would have.
    waiting = {one.address for one in put_off}
    uow.reports.number(sum(one.address not in waiting for one in certain))
    return put_off


def _sure_reports(uow: UnitOfWork, coming: Iterable[Heard]) -> list[IncomingMessage]:
    """Return those that are reports, whatever the others are.

    What else is heard in a chat may open a question that the next words there answer.
    """
    certain, unsure = [], set()
    for one in coming:
        if one.address in unsure:
            continue
        if isinstance(one, IncomingMessage) and _is_surely_report(uow, one):
            certain.append(one)
        else:
            unsure.add(one.address)
    return certain


def _dangers(
    uow: UnitOfWork, office: Office, messages: Iterable[IncomingMessage]
) -> list[tuple[IncomingMessage, str]]:
    """Return those of these reports that tell of danger, with the town whose business it is."""
    found = []
    for one in messages:
        person = uow.people.known_as(one.address.channel, one.sender.id)
        with contextlib.suppress(Exception):  # hearing it will say what is wrong
            if office.assess(one.text).level.is_danger:
                town = town_of(office, one.text, one.location, person).town
                if town is not None:
                    found.append((one, town))
    return found


def _is_surely_report(uow: UnitOfWork, message: IncomingMessage) -> bool:
    """Whether hearing a message can only file it; who is not sure says no."""
    text = message.text.strip()
    return (
        message.chat_kind is ChatKind.PRIVATE
        and not (message.edit or message.album or message.reply_to)
        and small_talk.has_words(text)
        and small_talk.answer(text, bare=False) is None
        and asked(text) is None
        and uow.people.known_as(message.address.channel, message.sender.id) is not None
        and uow.dialogues.get(message.address, message.sender.id) is None
        and uow.reports.at_message(message.address, message.message_id) is None
    )
