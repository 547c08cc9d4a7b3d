"""The change of shift (交接): what is open, what runs out when, what the last shift leaves.

Who sits on each chair is kept in a row; when it differs from who sits there now, a note
goes out, once, also after a stop of the machine. The first look at a new roster is silent.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts import outbox
from alerts.notices import clock
from alerts.office import Office
from alerts.roster import LONGEST_TAKEN, chairs_of
from alerts.roster_words import (
    change_head,
    change_words,
    empty_chair_words,
    names,
    open_line,
    take_button,
    words_left,
)
from alerts.routing import Target, duty_groups, holder, private_chats
from domain.alert import Alert
from domain.channel import Address, OutgoingMessage
from domain.duty import Person, Post
from domain.roster import Chair, by_chair, on_chair
from storage.notices import Priority
from storage.shift_changes import Seated
from storage.unit_of_work import UnitOfWork

MOST_ALERTS = 12
MOST_UNDELIVERED = 6
BOARD_LIMIT = 300
NOTE_LASTS = timedelta(hours=12)
WORDS_LENGTH = 500


def is_changed(uow: UnitOfWork, office: Office) -> bool:
    """Whether somebody came or went on a chair since it was last looked at."""
    return bool(_changes(uow, office))


def tell_changes(uow: UnitOfWork, office: Office) -> int:
    """Write who sits where now, and send a note for each chair that changed; returns how many."""
    uow.turns.wait("shift changes")
    changes = _changes(uow, office)
    is_new = not uow.shift_changes.all_seated()
    for chair, before, come in changes:
        ids = tuple(person.id for person in come)
        if not uow.shift_changes.seat(chair, ids, before=before) or is_new:
            continue
        if before is None and not come:
            continue  # a chair that was added, still empty
        gone_ids = () if before is None else before.people
        gone = tuple(uow.people.get(one) for one in gone_ids)
        _tell(uow, office, chair, gone=gone, come=come, since=before)
    return len(changes)


def note(
    uow: UnitOfWork,
    office: Office,
    chair: Chair,
    *,
    gone: str,
    come: str,
    since: datetime | None,
) -> OutgoingMessage:
    """Return the note about a chair as things stand now."""
    alerts = _open(uow, chair)
    opened = [
        open_line(
            alert,
            taken_by=uow.people.name_of(alert.taken_by),
            office=office,
            now=uow.now,
            town=chair.town is None,
        )
        for alert in alerts[:MOST_ALERTS]
    ]
    if len(alerts) > MOST_ALERTS:
        opened.append(f"……还有 {len(alerts) - MOST_ALERTS} 条，看板上看")
    left = () if since is None else uow.shift_changes.words_since(chair, since)
    return change_words(
        change_head(office, chair, gone, come, uow.now),
        opened=opened,
        undelivered=_undelivered(uow, alerts),
        left=[
            f"{uow.people.get(one.person_id).name} {clock(office, one.at, day=True)}：{one.words}"
            for one in left
        ],
    )


def leave_words(
    uow: UnitOfWork, chair: Chair, person: Person, words: str, *, heard_in: Address, key: str
) -> None:
    """Keep what an officer adds to the note; the chair's other chats read it at once."""
    kept = words.strip()[:WORDS_LENGTH]
    uow.shift_changes.leave_words(chair, person.id, kept)
    others = tuple(one for one in uow.duty.on_duty(chair.post, chair.town) if one != person)
    for target in _where(uow, chair, others):
        if target.address != heard_in:
            outbox.say(
                uow,
                target.address,
                words_left(chair, person, kept),
                key=f"{key}:{target.address.channel}:{target.address.chat}",
                lasts=NOTE_LASTS,
            )


def since_of(uow: UnitOfWork, chair: Chair) -> datetime | None:
    """Return since when the present shift on a chair sits, if it was ever looked at."""
    seated = uow.shift_changes.all_seated().get(chair.key)
    return None if seated is None else seated.since


def _changes(
    uow: UnitOfWork, office: Office
) -> list[tuple[Chair, Seated | None, tuple[Person, ...]]]:
    before = uow.shift_changes.all_seated()
    entries = by_chair(uow.duty.entries(uow.now, uow.now + timedelta(microseconds=1)))
    found = []
    for chair in dict.fromkeys((*chairs_of(office), *entries)):
        come = tuple(one.person for one in on_chair(entries.get(chair, ()), uow.now))
        seated = before.get(chair.key)
        if seated is None or set(seated.people) != {person.id for person in come}:
            found.append((chair, seated, come))
    return found


def _tell(
    uow: UnitOfWork,
    office: Office,
    chair: Chair,
    *,
    gone: tuple[Person, ...],
    come: tuple[Person, ...],
    since: Seated | None,
) -> None:
    message = note(
        uow,
        office,
        chair,
        gone=names(gone),
        come=names(come),
        since=None if since is None else since.since,
    )
    if not come:
        message = empty_chair_words(message, chair, take_button(chair, uow.now + LONGEST_TAKEN))
    for target in _where(uow, chair, (*gone, *come)):
        address = target.address
        outbox.say(
            uow,
            address,
            message,
            key=f"shift:{chair.key}:{uow.now.isoformat()}:{address.channel}:{address.chat}",
            priority=Priority.RECEIPT,
            lasts=NOTE_LASTS,
        )


def _where(uow: UnitOfWork, chair: Chair, people: tuple[Person, ...]) -> tuple[Target, ...]:
    """Return the chair's duty groups; where it has none, each one's own chat.

    Leaders have no group of their own: the district's reads what the district desk is told.
    """
    serving = tuple(one for one in people if one in uow.people.serving(one.role))
    if chair.post is Post.LEADER_DUTY:
        return private_chats(uow, tuple(dict.fromkeys(serving)))
    return duty_groups(uow, chair.town) or private_chats(uow, tuple(dict.fromkeys(serving)))


def _open(uow: UnitOfWork, chair: Chair) -> list[Alert]:
    """Return the live alerts of a chair, the most urgent first.

    A town reads of those alone that it handles: never of one that complains about it.
    """
    live = [
        alert
        for alert in uow.alerts.board(closed_since=uow.now, limit=BOARD_LIMIT)
        if alert.is_live and (chair.town is None or holder(alert) == chair.town)
    ]
    return sorted(live, key=lambda alert: (-alert.level.rank, alert.id))


def _undelivered(uow: UnitOfWork, alerts: list[Alert]) -> list[str]:
    numbers = {alert.id: alert.number for alert in alerts}
    found = uow.shift_changes.undelivered(numbers)
    lines = [
        f"{numbers[alert_id]} 给 {uow.groups.name_of(address)}" + (f"：{why}" if why else "")
        for alert_id, address, why in found[:MOST_UNDELIVERED]
    ]
    if len(found) > MOST_UNDELIVERED:
        lines.append(f"……还有 {len(found) - MOST_UNDELIVERED} 条")
    return lines
