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
from alerts.notices import Why
from alerts.unreachable import switch_off
from domain.alert import Alert, AlertState, LogKind
from domain.errors import AddressMoved, MessageGone, Refused, RetryLater
from storage.notices import Notice, NoticeKind
from storage.unit_of_work import UnitOfWork

FIRST_WAIT = timedelta(seconds=1)
WAY = "way:"

Failure = AddressMoved | MessageGone | Refused | RetryLater

log = structlog.get_logger()


def settle(uow: UnitOfWork, notice: Notice, error: Failure, longest: timedelta) -> None:
    """Write what follows from a failed try; ``longest`` is how long its level may wait."""
    if isinstance(error, AddressMoved):
        uow.groups.move(notice.address, error.new_chat)
        uow.notices.put_off(notice, until=uow.now, reason="地址已迁移")
    elif isinstance(error, MessageGone):
        _send_anew(uow, notice)
    elif isinstance(error, Refused):
        _take_another_way(uow, notice, error)
    else:
        until = uow.now + _wait(notice, longest)
        if error.not_before is not None:
            until = max(until, error.not_before)
        uow.notices.put_off(notice, until=until, reason=error.reason)
        if until - uow.now > longest:
            _not_wait_for(uow, notice)


def _wait(notice: Notice, longest: timedelta) -> timedelta:
    """Grow with the tries, up to the longest wait, with jitter."""
    grown: timedelta = FIRST_WAIT * (2 ** min(notice.attempts, 12))
    return min(grown, longest) * random.uniform(0.75, 1.0)  # noqa: S311 - jitter


def _not_wait_for(uow: UnitOfWork, notice: Notice) -> None:
    """A channel wants longer than the level allows: go on without it, once a card."""
    alert = None if notice.alert_id is None else uow.alerts.get(notice.alert_id)
    if alert is None or notice.kind is not NoticeKind.CARD or notice.attempts:
        return
    if not _try_other_way(uow, notice):
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
        uow.alerts.drop_cards([notice.card_id])
        kind = NoticeKind.CARD
    elif kind is NoticeKind.CARD and alert is not None:
        here = [card for card in uow.alerts.cards(alert.id) if card.address == notice.address]
        uow.alerts.drop_cards(card.id for card in here)
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
        priority=notice.priority if alert is None else outbox.priority_of(alert.level),
        alert_id=notice.alert_id,
        report_id=notice.report_id,
        why=notice.why or Why.RAISED.value,
        body=body,
    )


def _take_another_way(uow: UnitOfWork, notice: Notice, error: Refused) -> None:
    """An address refuses: another of the same person is tried, and the next step is due."""
    if not uow.notices.refused(notice, error.reason):
        return  # the lease had passed to somebody else
    if error.address_is_dead:
        switch_off(uow, notice.address, error.reason)
    alert = None if notice.alert_id is None else uow.alerts.get(notice.alert_id)
    log.warning("notice_refused", channel=notice.address.channel, kind=notice.kind.value)
    if alert is None or notice.kind is not NoticeKind.CARD:
        return
    uow.alerts.log(
        alert.id,
        LogKind.NOTICE_REFUSED,
        detail=f"{uow.groups.name_of(notice.address)}：{error.reason}",
    )
    if not _try_other_way(uow, notice):
        _call_next_at_once(uow, alert)


def _try_other_way(uow: UnitOfWork, notice: Notice) -> bool:
    """Send a card to another address of the same person, each address once a card."""
    first = notice.key.removeprefix(WAY).partition("|")[0]
    for address in uow.groups.other_ways(notice.address):
        name = f"{address.channel}:{address.chat}"
        if first.endswith(f":{name}"):
            continue
        if uow.notices.add(
            address,
            key=f"{WAY}{first}|{name}",
            kind=NoticeKind.CARD,
            priority=notice.priority,
            alert_id=notice.alert_id,
            why=notice.why,
        ):
            return True
    return False


def _call_next_at_once(uow: UnitOfWork, alert: Alert) -> None:
    """Make the next step due now; the last one repeats only when its own time has come."""
    if alert.state is AlertState.OPEN and alert.step < len(alert.chain.times.steps):
        uow.alerts.change(alert, next_escalation_at=uow.now)
