"""What the claim of due notices costs beside many old ones: as it was, and as it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sized
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from storage.claims import choice, claim
from storage.engines import open_engine
from storage.tables import notices

NOW = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
CHATS = 500
DUE = 400
BATCH = 40
STORM = 3000
TIMES = 9
_AS_IT_WAS = ("CREATE INDEX ix_old_due ON notices (priority, due_at, id) WHERE state = 'due'",)
_NEW_INDEXES = ("ix_notices_due", "ix_notices_leased", "ix_notices_expiring")


@dataclass(frozen=True, slots=True)
class Plans:
    """How one form of the claim went."""

    name: str
    ms: list[float]
    scans: list[str]

    @property
    def only_indexes(self) -> bool:
        """Whether no table was read from end to end, but one that is all but empty."""
        return not any(
            line.startswith(("Seq Scan on notices", "SCAN notices")) and "INDEX" not in line
            for line in self.scans
        )


class _Explain(sa.Executable, sa.ClauseElement):
    inherit_cache = False

    def __init__(self, statement: sa.Select[Any]) -> None:
        self.statement = statement


@compiles(_Explain)
def _explain(element: _Explain, compiler: Any, **more: Any) -> str:
    words = "EXPLAIN (COSTS OFF)" if compiler.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    return f"{words} {compiler.process(element.statement, **more)}"


def _choice_as_it_was() -> sa.Select[Any]:
    """Return the query of version 0.1."""
    other = notices.alias()
    busy = (
        sa.select(other.c.id)
        .where(
            other.c.channel == notices.c.channel,
            other.c.chat == notices.c.chat,
            other.c.state == "due",
            other.c.lease_until > NOW,
        )
        .exists()
    )
    return (
        sa.select(notices)
        .where(
            notices.c.state == "due",
            notices.c.due_at <= NOW,
            sa.or_(notices.c.lease_until.is_(None), notices.c.lease_until <= NOW),
            ~busy,
        )
        .order_by(notices.c.priority, notices.c.due_at, notices.c.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def measure_claims(url: str, old: int) -> list[Plans]:
    """Fill a migrated database with ``old`` sent and some due notices; measure both forms."""
    engine = open_engine(url)
    with engine.begin() as connection:
        _fill(connection, old)
    with engine.begin() as connection:
        connection.execute(sa.text("ANALYZE"))
        kept = [index for index in notices.indexes if index.name in _NEW_INDEXES]
        for index in kept:
            index.drop(connection)
        for statement in _AS_IT_WAS:
            connection.execute(sa.text(statement))
    plans = [_before(engine, "query before")]
    with engine.begin() as connection:
        connection.execute(sa.text("DROP INDEX ix_old_due"))
        for index in kept:
            index.create(connection)
    plans.append(_after(engine, "whole claim after"))
    with engine.begin() as connection:
        _storm(connection)
    plans.append(_after(engine, "whole claim after, storm"))
    with engine.begin() as connection:
        for index in kept:
            index.drop(connection)
        for statement in _AS_IT_WAS:
            connection.execute(sa.text(statement))
    plans.insert(1, _before(engine, "query before, storm"))
    engine.dispose()
    return plans


def _storm(connection: sa.Connection) -> None:
    """Let red notices of one chat, to which somebody is sending, stand before all others."""
    rows = [
        {
            "key": f"storm:{number}",
            "kind": "message",
            "priority": 1,
            "channel": "webchat",
            "chat": "chat-0",
            "state": "due",
            "created_at": NOW,
            "due_at": NOW,
            "fence": 1,
            "attempts": 0,
            "lease_until": NOW + timedelta(seconds=30) if number == 0 else None,
        }
        for number in range(STORM)
    ]
    connection.execute(sa.insert(notices), rows)
    # As if these reds had come first.
    connection.execute(
        sa.update(notices)
        .where(notices.c.state == "due", notices.c.key.like("old:%"), notices.c.priority == 1)
        .values(priority=2)
    )


def _fill(connection: sa.Connection, old: int) -> None:
    postgres = connection.dialect.name == "postgresql"
    numbers = (
        "SELECT n FROM generate_series(1, :count) AS numbers(n)"
        if postgres
        else "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers "
        "WHERE n < :count) SELECT n FROM numbers"
    )
    at = "'2026-03-01 00:00:00+00'" if postgres else "'2026-03-01 00:00:00.000000'"
    for state, count, first in (("sent", old, 0), ("due", DUE, old)):
        connection.execute(
            sa.text(
                f"""
                INSERT INTO notices (key, kind, priority, channel, chat, state, created_at,
                                     due_at, fence, attempts, message_id)
                SELECT 'old:' || (n + :first), 'message', 1 + n % 6, 'webchat',
                       'chat-' || (n * 7 % {CHATS}), '{state}', {at}, {at}, 1, 0, 'm-' || n
                FROM ({numbers}) AS every
                """  # noqa: S608 - words of our own
            ),
            {"count": count, "first": first},
        )


def _before(engine: sa.Engine, name: str) -> Plans:
    query = _choice_as_it_was()
    return _measure(engine, name, query, lambda connection: connection.execute(query).all())


def _after(engine: sa.Engine, name: str) -> Plans:
    """Measure the whole claim, locks and leases too; the plan is that of its main query."""
    query = choice(NOW, limit=BATCH)
    until = NOW + timedelta(seconds=30)
    return _measure(
        engine,
        name,
        query.with_for_update(skip_locked=True),
        lambda connection: claim(connection, NOW, limit=BATCH, until=until),
    )


def _measure(
    engine: sa.Engine,
    name: str,
    query: sa.Select[Any],
    claim_once: Callable[[sa.Connection], Sized],
) -> Plans:
    took = []
    with engine.connect() as connection:
        for _ in range(TIMES):
            transaction = connection.begin()  # prepared statements begin none by themselves
            began = time.perf_counter()
            found = claim_once(connection)
            took.append((time.perf_counter() - began) * 1000)
            assert len(found) > 0  # noqa: S101 - else nothing was measured
            transaction.rollback()
        said = connection.execute(_Explain(query)).all()
        connection.rollback()
    lines = [str(row[-1]).strip().removeprefix("->").strip() for row in said]
    return Plans(name, took, [line for line in lines if "Scan" in line or line.startswith("S")])
