"""Turns: units of work that name the same thing follow one another, to their commits.

On SQLite there is one writer, and every unit does; on PostgreSQL a turn is an advisory lock
of the transaction (https://www.postgresql.org/docs/current/explicit-locking.html).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from storage.alerts import ChangedMeanwhile
from storage.memory import Memory
from storage.prepared import Prepared

_LOCK = sa.func.hashtextextended(sa.bindparam("what", type_=sa.Text), 0)
_WAIT = Prepared(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
_EACH = sa.func.unnest(sa.bindparam("whats", type_=postgresql.ARRAY(sa.Text)))
_NAME = _EACH.column_valued("what")
_TRY = Prepared(
    sa.select(_NAME, sa.func.pg_try_advisory_xact_lock(sa.func.hashtextextended(_NAME, 0)))
)


class TurnTaken(ChangedMeanwhile):
    """Somebody else has a turn that was not to be waited for; it is free again soon."""


@dataclass(slots=True)
class Turns:
    """The turns of one transaction.

    Attributes:
        waits: whether a turn that somebody has is waited for; else `TurnTaken` says so.
        taken: what it has (True), and what somebody else was found to have.
    """

    connection: sa.Connection
    memory: Memory
    waits: bool = True
    taken: dict[str, bool] = field(default_factory=dict)

    def wait_for_nobody(self) -> None:
        """Let no turn be waited for from here on: `TurnTaken` where one is taken.

        For a unit that takes several turns: two of them would wait for each other.
        """
        self.waits = False

    def wait(self, what: str) -> None:
        """Have a turn from here on; what was read before it is read anew."""
        if self.has(what):
            return
        if self.waits:
            _WAIT.tuples(self.connection, {"what": what})
            self.taken[what] = True
            self.memory.forget()
            return
        if what not in self.taken:
            self.take([what])
        if not self.taken[what]:
            raise TurnTaken(what)

    def take(self, whats: Collection[str]) -> None:
        """Have of these turns those that nobody has; none is waited for."""
        if whats and self.connection.dialect.name == "postgresql":
            asked = {"whats": sorted(whats)}
            self.taken.update(map(tuple, _TRY.tuples(self.connection, asked)))
            self.memory.forget()

    def has(self, what: str) -> bool:
        """Whether a turn was taken."""
        return self.connection.dialect.name != "postgresql" or self.taken.get(what, False)
