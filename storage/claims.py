"""Who sends what: notices are leased chat by chat, so that each chat stays in order.

One chat's notices are with one sender at a time. On PostgreSQL senders skip one another's
rows and chats instead of waiting for them. Refuses: to look at what was sent long ago; every
question here is answered from indexes that hold unsent notices only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from storage.columns import BigId, UtcTime
from storage.prepared import Prepared
from storage.tables import notices, quiet

# Written into the statement: no planner proves a partial index from a parameter.
DUE: sa.ColumnClause[str] = sa.literal_column("'due'")
CARD: sa.ColumnClause[str] = sa.literal_column("'card'")
# So few that what is urgent and comes later need not wait long behind what was leased.
MOST_OF_A_CHAT = 8

_Row = Mapping[Any, Any]
# One try a chat, in order, and none once there are enough.
_LOCK = sa.text(
    "SELECT channel, chat FROM unnest(CAST(:channels AS text[]), CAST(:chats AS text[])) "
    "AS wanted(channel, chat) "
    "WHERE pg_try_advisory_xact_lock(hashtextextended(channel || ':' || chat, 1)) LIMIT :enough"
)
# How many rows are looked at for each that is wanted: others take chats at the same moment.
LOOK_AHEAD = 5


Moment = datetime | sa.ColumnElement[Any]
"""A time, or the parameter that stands for one."""


def some_due(connection: sa.Connection, now: datetime) -> bool:
    """Whether a notice waits to be sent or to expire."""
    return bool(_SOME_DUE.value(connection, {"now": now}))


def expire(connection: sa.Connection, now: datetime) -> int:
    """End the notices whose time is over; returns how many."""
    return _EXPIRE.run(connection, {"now": now, "state": "expired", "lease_until": None})


def choice(
    now: Moment, *, limit: sa.ColumnElement[int] | int, not_channels: int = 0
) -> sa.Select[Any]:
    """Return the query for what may be sent now, the most urgent first, then as it came.

    ``not_channels`` is how many channels are left out; its values are ``not_0`` and on.
    """
    query = (
        sa.select(notices)
        .where(
            notices.c.state == DUE,
            notices.c.due_at <= now,
            sa.or_(notices.c.lease_until.is_(None), notices.c.lease_until <= now),
            ~_chat_is_busy(now),
            ~_hushed(now).exists(),
        )
        .order_by(notices.c.priority, notices.c.id)
        .limit(limit)
    )
    for number in range(not_channels):
        query = query.where(notices.c.channel != sa.bindparam(f"not_{number}"))
    return query


def claim(
    connection: sa.Connection,
    now: datetime,
    *,
    limit: int,
    until: datetime,
    not_channels: frozenset[str] = frozenset(),
) -> list[_Row]:
    """Lease what may be sent now, at most a few of each chat; returns the rows as they are now.

    A notice whose lease ran out may be sent again, unless its chat has another sender. On
    PostgreSQL chats are locked before their rows, and those that somebody else has locked
    are left out: two who skip each other's rows within one chat would part it in the middle.
    The rows are looked at again after the lock, so that what was leased meanwhile is seen.
    """
    asked: dict[str, Any] = {"now": now, "limit": limit}
    asked |= {f"not_{number}": name for number, name in enumerate(sorted(not_channels))}
    locking = connection.dialect.name == "postgresql"
    if locking:
        asked["mine"] = _take_chats(connection, asked, len(not_channels))
        if not asked["mine"]:
            return []
    rows = _claiming(len(not_channels), locking=locking).rows(connection, asked)
    taken: Counter[tuple[str, str]] = Counter()
    few = []
    for row in rows:
        chat = (row["channel"], row["chat"])
        taken[chat] += 1
        if taken[chat] <= MOST_OF_A_CHAT:
            few.append(row)
    return _lease(connection, few, until)


def claim_held(
    connection: sa.Connection,
    now: datetime,
    *,
    limit: int,
    until: datetime,
    longest: Mapping[int, timedelta],
) -> list[tuple[_Row, datetime, str]]:
    """Lease cards, never tried, whose chat takes nothing for longer than they may wait.

    ``longest`` is how long, by priority. Returns each with when its chat is free, and why.
    """
    end: datetime | None = _QUIET_END.value(connection, {})
    if end is None or not longest or end <= now + min(longest.values()):
        return []
    held = _hushed(now).with_only_columns(sa.func.max(quiet.c.until)).scalar_subquery()
    why = (
        _hushed(now)
        .with_only_columns(quiet.c.reason)
        .order_by(quiet.c.until.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        sa.select(notices, held.label("held_until"), why.label("held_for"))
        .where(
            notices.c.state == DUE,
            notices.c.kind == CARD,
            notices.c.attempts == 0,
            notices.c.due_at <= now,
            sa.or_(notices.c.lease_until.is_(None), notices.c.lease_until <= now),
            sa.or_(
                *(
                    sa.and_(notices.c.priority == priority, held > now + wait)
                    for priority, wait in longest.items()
                )
            ),
        )
        .order_by(notices.c.priority, notices.c.id)
        .limit(limit)
        .with_for_update(of=notices, skip_locked=True)
    )
    rows = _lease(connection, connection.execute(query).mappings().all(), until)
    return [(row, row["held_until"], row["held_for"]) for row in rows]


def is_overtaken(
    connection: sa.Connection, now: datetime, chat: tuple[str, str], than: int
) -> bool:
    """Whether something more urgent waits in a chat whose turn somebody has."""
    found = connection.execute(
        sa.select(notices.c.id)
        .where(
            notices.c.channel == chat[0],
            notices.c.chat == chat[1],
            notices.c.state == DUE,
            notices.c.priority < than,
            notices.c.due_at <= now,
            sa.or_(notices.c.lease_until.is_(None), notices.c.lease_until <= now),
        )
        .limit(1)
    )
    return found.first() is not None


def _chat_is_busy(now: Moment) -> sa.ColumnElement[bool]:
    other = notices.alias()
    return (
        sa.select(other.c.id)
        .where(
            other.c.channel == notices.c.channel,
            other.c.chat == notices.c.chat,
            other.c.state == DUE,
            other.c.lease_until > now,
        )
        .exists()
    )


def _hushed(now: Moment) -> sa.Select[Any]:
    """Return the query for what keeps a notice's chat or channel quiet."""
    return (
        sa.select(quiet.c.until)
        .where(
            quiet.c.channel == notices.c.channel,
            quiet.c.chat.in_([notices.c.chat, ""]),
            quiet.c.priority <= notices.c.priority,
            quiet.c.until > now,
        )
        .correlate(notices)
    )


def _take_chats(connection: sa.Connection, asked: dict[str, Any], not_channels: int) -> list[int]:
    """Lock the most urgent chats that nobody else has locked, until the transaction ends.

    Returns the ids of their notices, as they stood before the lock.
    """
    enough = asked["limit"]
    found = _looking(not_channels).tuples(connection, {**asked, "limit": enough * LOOK_AHEAD})
    wanted = list(dict.fromkeys((channel, chat) for _, channel, chat in found))
    if not wanted:
        return []
    channels, chats = zip(*wanted, strict=True)
    locked = connection.execute(
        _LOCK, {"channels": list(channels), "chats": list(chats), "enough": enough}
    )
    mine = {(row.channel, row.chat) for row in locked}
    return [row_id for row_id, channel, chat in found if (channel, chat) in mine]


def _lease(connection: sa.Connection, rows: Sequence[_Row], until: datetime) -> list[_Row]:
    if not rows:
        return []
    _LEASE.run_each(connection, ({"notice": row["id"], "until": until} for row in rows))
    return [
        {**row, "fence": row["fence"] + 1, "ran_out": row["lease_until"] is not None}
        for row in rows
    ]


_NOW = sa.bindparam("now", type_=UtcTime)
_OVER = sa.select(notices.c.id).where(notices.c.state == DUE, notices.c.expires_at <= _NOW)
_SOME_DUE = Prepared(
    sa.select(
        sa.or_(
            sa.select(notices.c.id)
            .where(notices.c.state == DUE, notices.c.due_at <= _NOW)
            .exists(),
            _OVER.exists(),
        )
    )
)
_EXPIRE = Prepared(
    sa.update(notices).where(notices.c.id.in_(_OVER.with_for_update(skip_locked=True))),
    *("state", "lease_until"),
)
_QUIET_END = Prepared(sa.select(sa.func.max(quiet.c.until)))
_LEASE = Prepared(
    sa.update(notices)
    .where(notices.c.id == sa.bindparam("notice"))
    .values(fence=notices.c.fence + 1, lease_until=sa.bindparam("until"))
)


@cache
def _claiming(not_channels: int, *, locking: bool) -> Prepared:
    """Return the statement that chooses what is leased, of all chats or of locked ones."""
    query = choice(_NOW, limit=sa.bindparam("limit"), not_channels=not_channels)
    if locking:
        mine = sa.bindparam("mine", type_=postgresql.ARRAY(BigId))
        query = query.where(notices.c.id == sa.any_(mine))
    return Prepared(query.with_for_update(skip_locked=True))


@cache
def _looking(not_channels: int) -> Prepared:
    """Return the statement for whose notices are most urgent."""
    query = choice(_NOW, limit=sa.bindparam("limit"), not_channels=not_channels)
    return Prepared(query.with_only_columns(notices.c.id, notices.c.channel, notices.c.chat))
