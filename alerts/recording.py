"""What becomes of a send in the rows: that it arrived, or what follows from a failed try.

Each is one function of a unit of work, whoever sends: `alerts.sending` or `alerts.own_chats`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from alerts import outbox
from alerts.undelivered import Failure, settle
from domain.alert import LogKind
from domain.channel import OutgoingMessage
from domain.errors import RetryLater
from storage.live import BOARD, NOTICES, Live
from storage.notices import Notice, NoticeKind, Priority
from storage.store import StorageAway
from storage.unit_of_work import UnitOfWork

WAIT_UNWRITTEN = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Written:
    """A leased notice, its words, and for a card the version of the alert they show."""

    notice: Notice
    message: OutgoingMessage | None
    version: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A notice that arrived, the version that it shows if it is a card, and as which message."""

    notice: Notice
    version: int
    message_id: str | None

    @property
    def is_new_card(self) -> bool:
        """Whether there is a card now that was not there before."""
        return self.notice.kind is NoticeKind.CARD and self.message_id is not None


@contextmanager
def put_off_if_it_fails(uow: UnitOfWork, notice: Notice) -> Iterator[None]:
    """Let one notice that cannot be written, or settled, hold up no other.

    What was done within is undone. Raises when it is the database that fails.
    """
    try:
        with uow.apart():
            yield
    except Exception as error:
        if isinstance(error, StorageAway) or not uow.stands:
            raise
        log.exception("writing_failed", notice=notice.id)
        uow.notices.put_off(notice, until=uow.now + WAIT_UNWRITTEN, reason="写不出来")


def record_failure(
    uow: UnitOfWork,
    notice: Notice,
    error: Failure,
    longest: timedelta,
    live: Live,
    *,
    chat_waits: bool = True,
) -> None:
    """Write what follows from a failed try, and for how long the rest of its chat waits.

    ``longest`` is how long the notice may wait for one channel.
    """
    settle(uow, notice, error, longest)
    if chat_waits and isinstance(error, RetryLater):
        ask_for_quiet(uow, notice, error)
    uow.after_commit(live.wake, NOTICES)


def ask_for_quiet(uow: UnitOfWork, notice: Notice, error: RetryLater) -> None:
    """Let what comes after a notice wait with it, in every process, so that order is kept.

    A time that the channel named holds everything there; without one only what is as urgent
    or less waits. Short answers to a press hold nothing up.
    """
    if error.whole_channel and error.not_before is not None:
        uow.quiet.ask(
            notice.address,
            until=error.not_before,
            priority=Priority.TOAST,
            reason=error.reason,
            whole_channel=True,
        )
        return
    until = uow.deliveries.due_again_at(notice)
    if notice.priority is Priority.TOAST or until is None:
        return
    named = error.not_before is not None
    uow.quiet.ask(
        notice.address,
        until=until,
        priority=Priority.RED if named else notice.priority,
        reason=error.reason,
    )


def record_sent(uow: UnitOfWork, sent: Collection[Sent], live: Live) -> None:
    """Write that notices arrived, and have cards that show what was true before edited."""
    fresh = uow.notices.sent({one.notice.id: one.message_id for one in sent})
    of_alerts = [
        (one, one.notice.alert_id)
        for one in sent
        if one.notice.id in fresh and one.notice.alert_id is not None
    ]
    # Held: who changes them now has edits made of the cards that they see, and these are new.
    stand_at = uow.alerts.hold({alert_id for _, alert_id in of_alerts})
    shown = [one.notice.address for one, _ in of_alerts if one.is_new_card]
    if len(shown) > 1:  # one asks for itself
        uow.groups.foresee_names(shown)
    stale = {
        alert_id
        for one, alert_id in of_alerts
        if alert_id in stand_at and stand_at[alert_id] > _show(uow, one, alert_id)
    }
    for alert in uow.alerts.get_each(stale).values():
        outbox.edit_cards(uow, alert)
        uow.after_commit(live.wake, NOTICES)
    if fresh:
        uow.after_commit(live.wake, BOARD)


def _show(uow: UnitOfWork, one: Sent, alert_id: int) -> float:
    """Write which version of an alert its card shows now, and return it."""
    notice = one.notice
    if one.is_new_card:
        # An earlier try may have arrived and shows what was true then: edit it.
        shown = 0 if notice.may_have_arrived else one.version
        uow.cards.add(alert_id, notice.address, one.message_id or "", shown)
        uow.alerts.log(alert_id, LogKind.NOTIFIED, detail=uow.groups.name_of(notice.address))
        return shown
    if notice.card_id is not None:
        uow.cards.shown(notice.card_id, one.version)
        return one.version
    return math.inf  # it is no card
