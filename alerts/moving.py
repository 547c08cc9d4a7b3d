"""A chat that got another id: a group of Telegram's that became a supergroup.

The new chat numbers its messages anew, so what stood in the old one can no longer be edited:
an edit would strike whatever has that number now. Live alerts are shown once more instead.
"""

from __future__ import annotations

from alerts import outbox
from alerts.notices import Why
from domain.channel import Address
from storage.notices import NoticeKind
from storage.unit_of_work import UnitOfWork


def move_chat(uow: UnitOfWork, address: Address, new_chat: str) -> None:
    """Write the new id everywhere and have the chat's live alerts shown there.

    The same again changes nothing: by then the old chat has no cards.
    """
    new = Address(address.channel, new_chat)
    uow.notices.drop_edits(address)
    for alert_id in uow.groups.move(address, new_chat):
        alert = uow.alerts.get(alert_id)
        if alert is None or not alert.is_live:
            continue
        uow.notices.add(
            new,
            key=f"moved:{alert.id}:{new.channel}:{address.chat}:{new.chat}",
            kind=NoticeKind.CARD,
            priority=outbox.urgency(alert),
            alert_id=alert.id,
            why=Why.RAISED.value,
        )
