"""What a simulated province came to, read from its rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from bench._limits import SimulatedChannel
from storage.store import Store
from storage.tables import alert_log, alerts, metadata, notices, reports
from storage.unit_of_work import UnitOfWork

LEVELS = ("red", "orange", "yellow")
CHANNELS = ("limited", "free")
LOOK_EVERY = timedelta(seconds=1)
_PRIORITIES = {0: "answers to presses", 1: "red", 2: "orange", 3: "yellow", 4: "edits"}


@dataclass(slots=True)
class Longest:
    """The longest each queue was, looked at once a virtual second."""

    queues: Counter[str] = field(default_factory=Counter)
    _next_at: datetime | None = None

    def note(self, name: str, length: int) -> None:
        """Keep a length if it is the longest."""
        self.queues[name] = max(self.queues[name], length)

    def look(self, store: Store, now: datetime) -> None:
        """Count what is due, by what it is and by channel."""
        if self._next_at is not None and now < self._next_at:
            return
        self._next_at = now + LOOK_EVERY
        query = (
            sa.select(notices.c.channel, notices.c.priority, sa.func.count())
            .where(notices.c.state == "due")
            .group_by(notices.c.channel, notices.c.priority)
        )
        for channel, priority, length in store.read(
            lambda uow: uow.connection.execute(query).all()
        ):
            self.note(f"{channel}: {_PRIORITIES.get(priority, 'receipts')}", length)


@dataclass(slots=True)
class Findings:
    """Seconds by (level, channel): to the first delivery, to the answer; and how it went."""

    delivered: dict[tuple[str, str], list[float]]
    unsent: Counter[tuple[str, str]]
    answered: dict[str, list[float]]
    unanswered: Counter[str]
    raised: dict[tuple[str, str], list[tuple[datetime, str]]]
    kinds: Counter[str]
    notices: Counter[tuple[str, str]]
    receipts: dict[str, list[float]]
    rows: int
    channels: Mapping[str, SimulatedChannel]

    @classmethod
    def read(
        cls,
        uow: UnitOfWork,
        accepted: Mapping[str, datetime],
        channels: Mapping[str, SimulatedChannel],
    ) -> Findings:
        """Read a finished run."""
        ask = uow.connection.execute
        found = cls(
            delivered=defaultdict(list),
            unsent=Counter(),
            answered=defaultdict(list),
            unanswered=Counter(),
            raised=defaultdict(list),
            kinds=Counter(),
            notices=Counter(),
            receipts=defaultdict(list),
            rows=sum(
                ask(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for table in metadata.tables.values()
            ),
            channels=channels,
        )
        first = (
            sa.select(notices.c.alert_id, sa.func.min(notices.c.sent_at).label("at"))
            .where(notices.c.kind == "card", notices.c.state == "sent")
            .group_by(notices.c.alert_id)
            .subquery()
        )
        taken = (
            sa.select(alert_log.c.alert_id, sa.func.min(alert_log.c.at).label("at"))
            .where(alert_log.c.kind == "acknowledged")
            .group_by(alert_log.c.alert_id)
            .subquery()
        )
        began = sa.select(sa.func.min(reports.c.id)).group_by(reports.c.alert_id)
        for row in ask(
            sa.select(
                reports.c.message_id,
                reports.c.channel,
                alerts.c.level,
                alerts.c.town,
                first.c.at.label("sent_at"),
                taken.c.at.label("taken_at"),
            )
            .join(alerts, alerts.c.id == reports.c.alert_id)
            .outerjoin(first, first.c.alert_id == alerts.c.id)
            .outerjoin(taken, taken.c.alert_id == alerts.c.id)
            .where(reports.c.id.in_(began))
        ):
            at = accepted[row.message_id]
            found.raised[row.channel, row.level].append((at, row.town))
            if row.sent_at is None:
                found.unsent[row.level, row.channel] += 1
            else:
                seconds = (row.sent_at - at).total_seconds()
                found.delivered[row.level, row.channel].append(seconds)
            if row.taken_at is None:
                found.unanswered[row.level] += 1
            else:
                found.answered[row.level].append((row.taken_at - at).total_seconds())
        for kind, number in ask(
            sa.select(alert_log.c.kind, sa.func.count()).group_by(alert_log.c.kind)
        ):
            found.kinds[kind] = number
        for kind, state, number in ask(
            sa.select(notices.c.kind, notices.c.state, sa.func.count()).group_by(
                notices.c.kind, notices.c.state
            )
        ):
            found.notices[kind, state] = number
        for channel, created, sent in ask(
            sa.select(notices.c.channel, notices.c.created_at, notices.c.sent_at).where(
                notices.c.kind == "message", notices.c.state == "sent"
            )
        ):
            found.receipts[channel].append((sent - created).total_seconds())
        return found


def quantiles(values: Sequence[float]) -> str:
    """Return median, p90, p99 and the most of some seconds."""
    if not values:
        return f"{'–':>8}" * 4
    ordered = sorted(values)
    picked = [ordered[min(len(ordered) - 1, int(len(ordered) * q))] for q in (0.5, 0.9, 0.99)]
    return "".join(f"{seconds:8.1f}" for seconds in (*picked, ordered[-1]))


def p99(values: Sequence[float]) -> float:
    """Return the 99th percentile, 0 for nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] if ordered else 0.0
