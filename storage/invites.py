"""Invite codes: made once, used once, kept only as a hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from domain.duty import Role, Scope
from storage.tables import code_guesses, invites
from storage.upsert import put


@dataclass(frozen=True, slots=True)
class Invite:
    """What a code gives: a role (and town) to a person, or a scope (and town) to a group."""

    role: Role | None
    scope: Scope | None
    town: str | None
    name: str | None
    expires_at: datetime
    used_at: datetime | None


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


class InviteRows:
    """Invites in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def add(
        self,
        code: str,
        *,
        expires_at: datetime,
        role: Role | None = None,
        scope: Scope | None = None,
        town: str | None = None,
        name: str | None = None,
    ) -> None:
        """Keep a new code (its hash)."""
        self._connection.execute(
            sa.insert(invites).values(
                code_hash=_hash(code),
                role=role.value if role else None,
                scope=scope.value if scope else None,
                town=town,
                name=name,
                created_at=self._now,
                expires_at=expires_at,
            )
        )

    def find(self, code: str) -> Invite | None:
        """Return what a code gives, used and expired ones included."""
        row = (
            self._connection.execute(sa.select(invites).where(invites.c.code_hash == _hash(code)))
            .mappings()
            .first()
        )
        if row is None:
            return None
        return Invite(
            role=Role(row["role"]) if row["role"] else None,
            scope=Scope(row["scope"]) if row["scope"] else None,
            town=row["town"],
            name=row["name"],
            expires_at=row["expires_at"],
            used_at=row["used_at"],
        )

    def use(self, code: str, person_id: int | None) -> bool:
        """Mark a code used; False when somebody else was first."""
        changed = self._connection.execute(
            sa.update(invites)
            .where(invites.c.code_hash == _hash(code), invites.c.used_at.is_(None))
            .values(used_at=self._now, used_by=person_id)
        )
        return changed.rowcount == 1

    def wrong_guesses(self, channel: str, sender: str, *, within: timedelta) -> int:
        """Return how many wrong codes a sender wrote lately."""
        row = self._connection.execute(
            sa.select(code_guesses.c.wrong).where(
                code_guesses.c.channel == channel,
                code_guesses.c.sender == sender,
                code_guesses.c.since > self._now - within,
            )
        ).scalar()
        return int(row or 0)

    def note_wrong_guess(self, channel: str, sender: str, *, within: timedelta) -> int:
        """Count one more wrong code and return the count."""
        so_far = self.wrong_guesses(channel, sender, within=within)
        values = {"channel": channel, "sender": sender, "wrong": so_far + 1}
        if so_far == 0:
            values["since"] = self._now
            put(self._connection, code_guesses, **values)
        else:
            self._connection.execute(
                sa.update(code_guesses)
                .where(code_guesses.c.channel == channel, code_guesses.c.sender == sender)
                .values(wrong=so_far + 1)
            )
        return so_far + 1
