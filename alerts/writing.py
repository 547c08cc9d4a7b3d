"""The words of leased notices: each as its chat may read them, as the alert now stands.

What they say is read from the rows for several at once (`foresee`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from alerts import discretion
from alerts.notices import Why, card
from alerts.office import Office
from alerts.recording import Written
from alerts.routing import holder, is_barred
from alerts.view import AlertView, views
from domain.alert import Alert
from domain.channel import Address
from domain.duty import Scope
from storage.notices import Notice, NoticeKind
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What was read for several notices at once, by their alerts' ids.

    ``first`` is the first message about an alert in each chat that has one.
    """

    alerts: dict[int, Alert]
    views: dict[int, AlertView]
    first: dict[tuple[int, Address], str]


def foresee(uow: UnitOfWork, leased: Collection[Notice]) -> Foreseen:
    """Read what leased notices say, each kind of thing in one question."""
    alerts = uow.alerts.get_each(
        {notice.alert_id for notice in leased if notice.alert_id is not None}
    )
    uow.groups.foresee_places({notice.address for notice in leased})
    unwritten = {notice.alert_id for notice in leased if notice.body is None}
    shown = sorted(alerts.keys() & unwritten)
    first: dict[tuple[int, Address], str] = {}
    for one in uow.cards.of_each(shown):
        first.setdefault((one.alert_id, one.address), one.message_id)
    seen = views(uow, [alerts[alert_id] for alert_id in shown])
    return Foreseen(alerts, {one.alert.id: one for one in seen}, first)


def write(uow: UnitOfWork, office: Office, notice: Notice, known: Foreseen) -> Written:
    """Return a notice with its words; one without any is not to be sent."""
    alert = None if notice.alert_id is None else known.alerts.get(notice.alert_id)
    if alert is not None and is_barred(uow, alert, notice.address):
        # It complains about them, as more words showed meanwhile.
        return Written(notice, None, 0)
    if notice.body is not None or alert is None:
        return Written(notice, notice.body, 0)
    masked = discretion.applies(uow, office.masked_channels, notice.address)
    seen = known.views[alert.id]
    why = Why(notice.why) if notice.why else Why.RAISED
    message = card(discretion.masked_view(seen) if masked else seen, office, why=why, now=uow.now)
    if not _may_press(uow, alert, notice.address):
        message = replace(message, buttons=())
    elif masked:
        message = discretion.with_details(message)
    if notice.kind is NoticeKind.CARD:
        first = known.first.get((alert.id, notice.address))
        if first is not None:  # a later message about an alert replies to the chat's first
            message = replace(message, reply_to=first)
    return Written(notice, message, alert.version)


def _may_press(uow: UnitOfWork, alert: Alert, address: Address) -> bool:
    """Whether a chat's people handle an alert; after 移交 the former group only reads it."""
    group = uow.groups.at(address)
    return group is None or group.scope is Scope.DISTRICT or group.town == holder(alert)
