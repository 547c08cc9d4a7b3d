"""Which commands each chat of a channel was told, so that a new role or its end changes them.

The wanted state follows from who is enrolled; a row says what the channel was told last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.duty import Role
from storage.tables import addresses, menus, people
from storage.upsert import put


@dataclass(frozen=True, slots=True)
class MenuChange:
    """A private chat whose commands may have changed: from one role to another, or none."""

    chat: str
    role: Role | None
    was: Role | None


class MenuRows:
    """Menus in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def changes(
        self, channel: str, agent: str, *, limit: int, anew: Iterable[Role] = ()
    ) -> tuple[MenuChange, ...]:
        """Return the private chats of a channel whose role is another than they were told.

        Those of the roles ``anew`` are given in any case.
        """
        told = sa.and_(menus.c.agent == agent, menus.c.chat == addresses.c.chat)
        serves = sa.case((people.c.revoked_at.is_(None), people.c.role), else_=None)
        query = (
            sa.select(addresses.c.chat, serves.label("role"), menus.c.role.label("was"))
            .join(people, people.c.id == addresses.c.person_id)
            .outerjoin(menus, told)
            .where(
                addresses.c.channel == channel,
                addresses.c.off_at.is_(None),
                sa.or_(
                    sa.func.coalesce(serves, "") != sa.func.coalesce(menus.c.role, ""),
                    serves.in_([role.value for role in anew]),
                ),
            )
            .order_by(addresses.c.id)
            .limit(limit)
        )
        return tuple(
            MenuChange(row.chat, _role(row.role), _role(row.was))
            for row in self._connection.execute(query)
        )

    def told(self, agent: str, change: MenuChange) -> None:
        """Write what a chat was told."""
        role = None if change.role is None else change.role.value
        put(self._connection, menus, agent=agent, chat=change.chat, role=role, told_at=self._now)


def _role(written: str | None) -> Role | None:
    return None if written is None else Role(written)
