"""What follows when a notice did not arrive: another try, another way, the next step.

Nothing is dropped but what nobody waits for any more. Each address of a person is tried
once a card, so that two that refuse do not send one another the same card for ever.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import structlog

from alerts import outbox
from alerts.moving import move_chat
from alerts.notices import Why
from alerts.quiet_words import undeliverable_words
from alerts.routing import district_desk, is_barred
from alerts.unreachable import switch_off
from domain.alert import Alert, AlertState, LogKind
from domain.channel import DeliveryState
from domain.errors import AddressMoved, MessageGone, Refused, RetryLater
from storage.deliveries import DESK_TOLD
from storage.notices import CHAT_MOVED, Notice, NoticeKind, Priority
from storage.unit_of_work import UnitOfWork

FIRST_WAIT = timedelta(seconds=1)
WAY = "way:"

Failure = AddressMoved | MessageGone | Refused | RetryLater

log = structlog.get_logger()


def settle(uow: UnitOfWork, notice: Notice, error: Failure, longest: timedelta) -> None:
    """Write what follows from a failed try; ``longest`` is how long its level may wait."""
    if isinstance(error, AddressMoved):
        move_chat(uow, notice.address, error.new_chat)
        uow.notices.put_off(notice, until=uow.now, reason=CHAT_MOVED)
    elif isinstance(error, MessageGone):
        _send_anew(uow, notice)
    elif isinstance(error, Refused):
        _take_another_way(uow, notice, error)
    else:
        until = uow.now + _wait(notice, longest)
        if error.not_before is not None:
            until = max(until, error.not_before)
        uow.notices.put_off(notice, until=until, reason=error.reason)
        if error.may_have_arrived:
            _stand(uow, notice, DeliveryState.UNKNOWN, error.reason)
        elif error.not_before is not None:
            _stand(uow, notice, DeliveryState.LIMITED, error.reason)
        if until - uow.now > longest:
            _not_wait_for(uow, notice, error.reason)


def _stand(uow: UnitOfWork, notice: Notice, state: DeliveryState, detail: str) -> None:
    """Write how a notice stands; a line in the timeline once a change, never once a try."""
    if _is_of_alert(notice) and uow.deliveries.stand(notice, state):
        name = uow.groups.name_of(notice.address)
        uow.alerts.log(notice.alert_id or 0, _LINE[state], detail=f"{name}：{detail}")


_LINE = {
    DeliveryState.UNKNOWN: LogKind.NOTICE_UNKNOWN,
    DeliveryState.LIMITED: LogKind.NOTICE_LIMITED,
    DeliveryState.DEAD: LogKind.ADDRESS_DEAD,
    DeliveryState.ANOTHER_WAY: LogKind.ANOTHER_WAY,
    DeliveryState.UNDELIVERABLE: LogKind.UNDELIVERABLE,
}


def _is_of_alert(notice: Notice) -> bool:
    """Whether an alert needs a notice: a card, or words that are part of it."""
    return (
        notice.alert_id is not None
        and notice.kind in {NoticeKind.CARD, NoticeKind.MESSAGE}
        and Priority.RED <= notice.priority <= Priority.YELLOW
    )


def _wait(notice: Notice, longest: timedelta) -> timedelta:
    """Grow with the tries, up to the longest wait, with jitter."""
    grown: timedelta = FIRST_WAIT * (2 ** min(notice.attempts, 12))
    return min(grown, longest) * random.uniform(0.75, 1.0)  # noqa: S311 - jitter


def _not_wait_for(uow: UnitOfWork, notice: Notice, reason: str) -> None:
    """A channel wants longer than the level allows: go on without it, once a card."""
    alert = None if notice.alert_id is None else uow.alerts.get(notice.alert_id)
    if alert is None or notice.kind is not NoticeKind.CARD or notice.attempts:
        return
    if not _try_other_way(uow, notice, reason):
        _call_next_at_once(uow, alert)


def _send_anew(uow: UnitOfWork, notice: Notice) -> None:
    """The message to edit, or to reply to, is gone: what it was about is sent by itself."""
    if not uow.notices.refused(notice, "原消息已不在"):
        return  # the lease had passed to somebody else
    alert = None if notice.alert_id is None else uow.alerts.get(notice.alert_id)
    kind, body = notice.kind, notice.body
    if kind is NoticeKind.EDIT:
        if notice.card_id is None or alert is None:
            return
        uow.cards.drop([notice.card_id])
        kind = NoticeKind.CARD
    elif kind is NoticeKind.CARD and alert is not None:
        here = [card for card in uow.cards.of(alert.id) if card.address == notice.address]
        uow.cards.drop(card.id for card in here)
    elif body is not None and body.reply_to is not None:
        body = replace(body, reply_to=None)
    else:
        return
    if kind is NoticeKind.CARD and (alert is None or not alert.is_live):
        return
    uow.notices.add(
        notice.address,
        key=f"anew:{notice.key}",
        kind=kind,
        priority=notice.priority if alert is None else outbox.urgency(alert),
        alert_id=notice.alert_id,
        report_id=notice.report_id,
        why=notice.why or Why.RAISED.value,
        body=body,
    )


def _take_another_way(uow: UnitOfWork, notice: Notice, error: Refused) -> None:
    """An address refuses: another of the same person is tried, and the next step is due."""
    reason = error.reason
    if error.address_is_dead:
        reason = f"{DeliveryState.DEAD.label}：{reason}"
    if not uow.notices.refused(notice, reason):
        return  # the lease had passed to somebody else
    name = uow.groups.name_of(notice.address)
    if error.address_is_dead:
        switch_off(uow, notice.address, error.reason)
    alert = None if notice.alert_id is None else uow.alerts.get(notice.alert_id)
    log.warning("notice_refused", channel=notice.address.channel, kind=notice.kind.value)
    if alert is None or not _is_of_alert(notice):
        return
    if is_barred(uow, alert, notice.address):
        _call_next_at_once(uow, alert)
        return  # it is kept from them on purpose
    if error.address_is_dead:
        _stand(uow, notice, DeliveryState.DEAD, error.reason)
    if _try_other_way(uow, notice, reason):
        return
    if alert.is_live:
        _tell_desk(uow, alert, notice, reason)
    else:
        uow.alerts.log(alert.id, LogKind.NOTICE_REFUSED, detail=f"{name}：{reason}")
    if notice.kind is NoticeKind.CARD:
        _call_next_at_once(uow, alert)


def _tell_desk(uow: UnitOfWork, alert: Alert, notice: Notice, reason: str) -> None:
    """What can go nowhere is told to the district desk, once an alert and address.

    Where the desk cannot be reached either, the board and the metrics say so until the alert
    is closed. What tells of another's failure tells nobody of its own.
    """
    address = notice.address
    desk = [] if notice.why == DESK_TOLD else district_desk(uow, alert)
    told = [target for target in desk if target.address != address]
    instead = f"已告诉{'、'.join(target.name for target in told)}" if told else "区值班室也联系不上"
    _stand(uow, notice, DeliveryState.UNDELIVERABLE, f"{reason}；{instead}")
    words = undeliverable_words(
        alert,
        where=uow.groups.name_of(address),
        why=reason,
        taken_by=uow.people.name_of(alert.taken_by),
    )
    lost = f"{address.channel}:{address.chat}"
    for target in told:
        at = f"{target.address.channel}:{target.address.chat}"
        uow.notices.add(
            target.address,
            key=f"lost:{alert.id}:{lost}:{at}",
            kind=NoticeKind.MESSAGE,
            priority=outbox.priority_of(alert.level),
            alert_id=alert.id,
            why=DESK_TOLD,
            target=lost,
            body=words,
        )


def _try_other_way(uow: UnitOfWork, notice: Notice, reason: str) -> bool:
    """Send to another address of the same person, each address once a card."""
    first = notice.key.removeprefix(WAY).partition("|")[0]
    body = None if notice.body is None else replace(notice.body, reply_to=None)
    for address in uow.groups.other_ways(notice.address):
        name = f"{address.channel}:{address.chat}"
        if first.endswith(f":{name}"):
            continue
        if uow.notices.add_new(
            address,
            key=f"{WAY}{first}|{name}",
            kind=notice.kind,
            priority=notice.priority,
            alert_id=notice.alert_id,
            why=notice.why,
            target=notice.target,
            body=body,
        ):
            _stand(uow, notice, DeliveryState.ANOTHER_WAY, f"{reason}；{address.channel}")
            return True
    return False


def _call_next_at_once(uow: UnitOfWork, alert: Alert) -> None:
    """Make the next step due now; the last one repeats only when its own time has come."""
    if alert.state is AlertState.OPEN and alert.step < len(alert.chain.times.steps):
        uow.alerts.change(alert, next_escalation_at=uow.now)
