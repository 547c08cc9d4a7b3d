"""What is put into the outbox: cards, their edits, answers and receipts.

Refuses: sending. That is the dispatcher's, after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from alerts.group_words import pin_words, taken_over_words
from alerts.notices import Why
from alerts.routing import Target, district_desk, holder, is_barred, paused_groups
from domain.alert import Alert
from domain.channel import Address, OutgoingMessage, plain
from domain.danger import Level
from domain.report import standing
from storage.notices import NoticeKind, Priority
from storage.unit_of_work import UnitOfWork

# Long enough for a restart or a crowd of presses; a channel that is asked too late refuses.
TOAST_LASTS = timedelta(minutes=10)
ANSWER_LASTS = timedelta(days=1)
# What an alert came to is worth reading after a week without a channel, and not after that.
RECEIPT_LASTS = timedelta(days=7)

_PRIORITY = {
    Level.RED: Priority.RED,
    Level.ORANGE: Priority.ORANGE,
}


def priority_of(level: Level) -> Priority:
    """Return how urgent a notice about an alert of this level is."""
    return _PRIORITY.get(level, Priority.YELLOW)


def urgency(alert: Alert) -> Priority:
    """Return how urgent an alert's notices are; a drill's wait for everything that is real."""
    return Priority.REMINDER if alert.drill else priority_of(alert.level)


def send_cards(
    uow: UnitOfWork, alert: Alert, reached: Iterable[Target], why: Why, *, pinned: bool = True
) -> None:
    """Have every target get a new message about an alert, so that phones ring.

    The key holds the alert's version: the same call twice in one state sends once. Without
    ``pinned`` it is known that no report of it came with a place, and none is looked for.
    """
    pins = _pins(uow, alert) if pinned else []
    for target in reached:
        address = target.address
        uow.notices.add(
            address,
            key=f"card:{alert.id}:{alert.version}:{why.value}:{address.channel}:{address.chat}",
            kind=NoticeKind.CARD,
            priority=urgency(alert),
            alert_id=alert.id,
            why=why.value,
        )
        for named, message in pins:
            uow.notices.add(
                address,
                key=f"pin:{named}:{address.channel}:{address.chat}",
                kind=NoticeKind.MESSAGE,
                priority=priority_of(alert.level),
                alert_id=alert.id,
                body=message,
            )


def _pins(uow: UnitOfWork, alert: Alert) -> list[tuple[str, OutgoingMessage]]:
    """Return the places that reporters sent, each with what its notices' keys hold."""
    reports = groupby(uow.words.of_alert(alert.id), key=lambda words: words.report_id)
    return [
        (f"{alert.id}:{report_id}:{words.number}", pin_words(alert, words.location))
        for report_id, versions in reports
        for words in standing(versions)
        if words.location is not None
    ]


def edit_cards(uow: UnitOfWork, alert: Alert) -> None:
    """Have every message about an alert brought up to date; edits that wait are not doubled.

    A card in a chat of the unit complained about shows the alert no longer.
    """
    for card in uow.cards.of(alert.id):
        if is_barred(uow, alert, card.address):
            uow.cards.drop([card.id])
            replace_message(
                uow,
                card.address,
                card.message_id,
                taken_over_words(alert),
                key=f"barred:{card.id}",
                lasts=None,
            )
            continue
        if card.shown_version >= alert.version or uow.notices.edit_is_waiting(card.id):
            continue
        uow.notices.add(
            card.address,
            key=f"edit:{card.id}:{alert.version}",
            kind=NoticeKind.EDIT,
            priority=Priority.REMINDER if alert.drill else Priority.EDIT,
            alert_id=alert.id,
            card_id=card.id,
            target=card.message_id,
        )


def say_in_groups(
    uow: UnitOfWork,
    alert: Alert,
    key: str,
    message: OutgoingMessage,
    *,
    discreet: OutgoingMessage | None = None,
    discreet_on: frozenset[str] = frozenset(),
) -> None:
    """Say something about an alert once in every chat that has a card of it.

    A town that no longer handles it is left alone. The message replies to the chat's first
    card there; it never expires, since it is part of the alert. What would go to a group in
    maintenance goes to the district desk. Groups of the channels ``discreet_on`` read
    ``discreet`` instead.
    """
    first: dict[Address, str | None] = {}
    for card in uow.cards.of(alert.id):
        town = uow.groups.town_at(card.address)
        if town is None or town == holder(alert):
            first.setdefault(card.address, card.message_id)
    paused = paused_groups(uow, alert)
    desk = district_desk(uow, alert) if paused else ()
    for target in desk:
        first.setdefault(target.address, None)
    for group in paused if desk else ():
        first.pop(Address(channel=group.channel, chat=group.chat), None)
    for address, message_id in first.items():
        said = message
        if discreet and address.channel in discreet_on and uow.groups.at(address) is not None:
            said = discreet
        uow.notices.add(
            address,
            key=f"{key}:{address.channel}:{address.chat}",
            kind=NoticeKind.MESSAGE,
            priority=urgency(alert),
            alert_id=alert.id,
            body=replace(said, reply_to=message_id),
        )


def say(
    uow: UnitOfWork,
    address: Address,
    message: OutgoingMessage,
    *,
    key: str,
    report_id: int | None = None,
    alert_id: int | None = None,
    priority: Priority = Priority.RECEIPT,
    lasts: timedelta | None = ANSWER_LASTS,
) -> None:
    """Send a message to one chat; by default it expires after a day unsent."""
    uow.notices.add(
        address,
        key=key,
        kind=NoticeKind.MESSAGE,
        priority=priority,
        body=message,
        report_id=report_id,
        alert_id=alert_id,
        lasts=lasts,
    )


def replace_message(
    uow: UnitOfWork,
    address: Address,
    message_id: str,
    message: OutgoingMessage,
    *,
    key: str,
    lasts: timedelta | None = ANSWER_LASTS,
) -> None:
    """Replace the text and buttons of a message that is not a card."""
    uow.notices.add(
        address,
        key=key,
        kind=NoticeKind.EDIT,
        priority=Priority.EDIT,
        body=message,
        target=message_id,
        lasts=lasts,
    )


def toast(uow: UnitOfWork, address: Address, press_id: str, text: str, *, key: str) -> None:
    """Answer a button press; an answer that comes too late is not sent."""
    uow.notices.add(
        address,
        key=key,
        kind=NoticeKind.TOAST,
        priority=Priority.TOAST,
        body=plain(text),
        target=press_id,
        lasts=TOAST_LASTS,
    )
