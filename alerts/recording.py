"""What becomes of a send in the rows: that it arrived, or what follows from a failed try.

Each is one function of a unit of work, whoever sends: `alerts.sending` or `alerts.own_chats`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from alerts import outbox
from alerts.undelivered import Failure, settle
from domain.alert import LogKind
from domain.channel import OutgoingMessage
from domain.errors import RetryLater
from storage.live import BOARD, NOTICES, Live
from storage.notices import Notice, NoticeKind, Priority
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Written:
    """A leased notice, its words, and for a card the version of the alert they show."""

    notice: Notice
    message: OutgoingMessage | None
    version: int


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
    until = uow.notices.due_again_at(notice)
    if notice.priority is Priority.TOAST or until is None:
        return
    named = error.not_before is not None
    uow.quiet.ask(
        notice.address,
        until=until,
        priority=Priority.RED if named else notice.priority,
        reason=error.reason,
    )


def record_sent(uow: UnitOfWork, one: Written, message_id: str | None, live: Live) -> None:
    """Write that a notice arrived, and have a card that shows what was true before edited."""
    notice = one.notice
    if not uow.notices.sent(notice, message_id):
        return
    alert_id, shown = notice.alert_id, None
    # Held: who changes it now has edits made of the cards that they see, and this one is new.
    stands_at = None if alert_id is None else uow.alerts.hold(alert_id)
    if alert_id is not None and stands_at is not None:
        if notice.kind is NoticeKind.CARD and message_id is not None:
            # An earlier try may have arrived and shows what was true then: edit it.
            shown = 0 if notice.may_have_arrived else one.version
            uow.alerts.add_card(alert_id, notice.address, message_id, shown)
            uow.alerts.log(alert_id, LogKind.NOTIFIED, detail=uow.groups.name_of(notice.address))
        elif notice.card_id is not None:
            shown = one.version
            uow.alerts.shown(notice.card_id, shown)
        alert = uow.alerts.get(alert_id) if shown is not None and stands_at > shown else None
        if alert is not None:
            outbox.edit_cards(uow, alert)
            uow.after_commit(live.wake, NOTICES)
    uow.after_commit(live.wake, BOARD)
