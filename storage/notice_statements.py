"""The statements of notices that every send takes, but for the claim's."""

from __future__ import annotations

import sqlalchemy as sa

from storage.among import among
from storage.claims import DUE
from storage.prepared import Prepared
from storage.tables import notices

_HELD = sa.and_(
    notices.c.id == sa.bindparam("notice"),
    notices.c.fence == sa.bindparam("held"),
    notices.c.state == DUE,
)
STILL_DUE = among(
    sa.select(notices.c.id).where(notices.c.state == DUE).order_by(notices.c.id).with_for_update(),
    notices.c.id,
)
# Whoever has the lease by now: what arrived need not be sent again.
SENT = Prepared(
    sa.update(notices).where(notices.c.id == sa.bindparam("notice"), notices.c.state == DUE),
    *("state", "lease_until", "sent_at", "message_id"),
)
REFUSED = Prepared(sa.update(notices).where(_HELD), *("state", "lease_until", "last_error"))
EDIT_WAITS = Prepared(
    sa.select(notices.c.id)
    .where(
        notices.c.card_id == sa.bindparam("card"),
        notices.c.state == DUE,
        notices.c.lease_until.is_(None),
    )
    .limit(1)
)
MESSAGE = Prepared(
    sa.select(notices.c.report_id, notices.c.alert_id)
    .where(
        notices.c.channel == sa.bindparam("channel"),
        notices.c.chat == sa.bindparam("chat"),
        notices.c.message_id == sa.bindparam("message"),
    )
    .order_by(notices.c.id.desc())
    .limit(1)
)
