"""Proposed no_match lines for rules, from alerts that officers closed as false."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.tables import rule_proposals
from storage.upsert import insert


class Decision(enum.StrEnum):
    """What became of a proposal."""

    ACCEPTED = "accepted"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line in which a rule should find nothing; names and numbers are masked."""

    id: int
    rule: str
    line: str
    alert_id: int


class ProposalRows:
    """Proposals in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def add(self, *, rule: str, line: str, alert_id: int) -> bool:
        """Keep a proposal; False when the same line was proposed for the rule before."""
        added = self._connection.execute(
            insert(self._connection, rule_proposals)
            .values(rule=rule, line=line, line_mark=line, alert_id=alert_id, proposed_at=self._now)
            .on_conflict_do_nothing()
            .returning(rule_proposals.c.id)
        ).first()
        return added is not None

    def waiting(self) -> tuple[Proposal, ...]:
        """Return the proposals that nobody has decided, the oldest first."""
        rows = self._connection.execute(
            sa.select(rule_proposals)
            .where(rule_proposals.c.decided_at.is_(None))
            .order_by(rule_proposals.c.id)
        )
        return tuple(
            Proposal(id=row.id, rule=row.rule, line=row.line, alert_id=row.alert_id) for row in rows
        )

    def decide(self, proposal_id: int, decision: Decision) -> bool:
        """Write a decision; False when there is no such proposal or it was decided."""
        changed = self._connection.execute(
            sa.update(rule_proposals)
            .where(rule_proposals.c.id == proposal_id, rule_proposals.c.decided_at.is_(None))
            .values(decided_at=self._now, decision=decision.value)
        )
        return changed.rowcount == 1
