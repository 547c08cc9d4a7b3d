"""Until when a chat, or a whole channel, takes nothing: known to every process.

A row counts until its time and only for what is as urgent as it, or less, so that red goes
on where a receipt has to wait. Short answers to a press are held by a whole channel only.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from domain.channel import Address
from storage.prepared import Prepared
from storage.tables import quiet
from storage.upsert import put

WHOLE_CHANNEL = ""
KEPT = timedelta(hours=1)  # a row that is over may be looked at for a while
_HOLDS = Prepared(
    sa.select(quiet.c.until)
    .where(
        quiet.c.channel == sa.bindparam("channel"),
        sa.or_(quiet.c.chat == sa.bindparam("chat"), quiet.c.chat == WHOLE_CHANNEL),
        quiet.c.priority <= sa.bindparam("priority"),
        quiet.c.until > sa.bindparam("now"),
    )
    .limit(1)
)


class QuietRows:
    """Quiet chats and channels in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def ask(
        self,
        address: Address,
        *,
        until: datetime,
        priority: int,
        reason: str,
        whole_channel: bool = False,
    ) -> None:
        """Let a chat, or its whole channel, take nothing of ``priority`` or less urgent."""
        put(
            self._connection,
            quiet,
            channel=address.channel,
            chat=WHOLE_CHANNEL if whole_channel else address.chat,
            priority=priority,
            until=until,
            reason=reason,
        )

    def holds(self, address: Address, priority: int) -> bool:
        """Whether a notice of this urgency has to wait."""
        asked = {"channel": address.channel, "chat": address.chat, "now": self._now}
        return _HOLDS.row(self._connection, {**asked, "priority": int(priority)}) is not None

    def forget(self) -> int:
        """Remove rows that were over long ago, but those somebody else is removing."""
        over = (
            sa.select(quiet.c.channel, quiet.c.chat, quiet.c.priority)
            .where(quiet.c.until <= self._now - KEPT)
            .with_for_update(skip_locked=True)
        )
        return self._connection.execute(
            sa.delete(quiet).where(
                sa.tuple_(quiet.c.channel, quiet.c.chat, quiet.c.priority).in_(over)
            )
        ).rowcount
