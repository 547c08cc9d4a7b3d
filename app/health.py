"""Whether this process lives, is ready, and how the desk stands, for machines that watch.

``/healthz`` says that the process answers; ``/readyz`` that the database is there, of this
version's schema, and that this process's loops came round lately; ``/metrics`` gives figures
in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from alerts.auditor import PING, light
from alerts.figures import By, Report, Spread
from alerts.figures import Figures as Counted
from alerts.figures import figures as count
from alerts.findings import FindingKind
from alerts.office import Office
from alerts.pulse import Loop
from bot.channels import telegram
from domain.alert import AlertState
from domain.danger import Level
from storage import migrate
from storage.store import StorageFailure, Store
from storage.unit_of_work import UnitOfWork

LOOP_IS_LATE = timedelta(seconds=45)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ALERT_LEVELS = (Level.RED, Level.ORANGE, Level.YELLOW)
ALERT_STATES = (AlertState.OPEN, AlertState.TAKEN, AlertState.WATCHED)
WEEK = timedelta(days=7)
COUNT_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the rows say at one moment; ages in seconds, 0 where there is nothing."""

    unread: int
    unread_age: float
    due: int
    overdue: int
    overdue_age: float
    live: dict[tuple[Level, AlertState], int]
    unanswered_age: float
    undeliverable: dict[bool, int]
    last_pass_age: dict[Loop, float]
    well: bool
    findings: dict[FindingKind, int]
    ping_age: float | None
    telegram_silent: float
    telegram_update: float
    telegram_answered: float


def read_figures(uow: UnitOfWork) -> Figures:
    """Read the figures in one snapshot."""
    unread, oldest_unread = uow.inbox.unread()
    due, overdue, oldest_due = uow.deliveries.waiting()
    pinged = uow.audit.last_beat(PING)
    return Figures(
        unread=unread,
        unread_age=_age(uow.now, oldest_unread),
        due=due,
        overdue=overdue,
        overdue_age=_age(uow.now, oldest_due),
        live=uow.alerts.count_live(),
        unanswered_age=_age(uow.now, uow.alerts.oldest_unanswered()),
        undeliverable=uow.deliveries.count_undeliverable(),
        last_pass_age={
            loop: math.inf if beat is None else _age(uow.now, beat)
            for loop in Loop
            for beat in [uow.audit.last_beat(loop.value)]
        },
        well=light(uow).well,
        findings=_count_findings(uow),
        ping_age=None if pinged is None else _age(uow.now, pinged),
        telegram_silent=_age(uow.now, uow.audit.last_beat(telegram.HEARD)),
        telegram_update=_age(uow.now, uow.audit.last_beat(telegram.UPDATE)),
        telegram_answered=_age(uow.now, uow.audit.last_beat(telegram.ANSWERED)),
    )


def _count_findings(uow: UnitOfWork) -> dict[FindingKind, int]:
    found = dict.fromkeys(FindingKind, 0)
    for one in uow.proof.lasting():
        found[FindingKind(one.kind)] += one.count
    return found


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


@dataclass(slots=True, eq=False)
class _Collector(Collector):
    store: Store
    office: Office
    week: Report | None = None
    counted_at: datetime | None = None

    def collect(self) -> Iterator[Metric]:
        figures = self.store.read(read_figures)
        for name, words, value in (
            ("huxin_inbox_unread", "Raw messages that have no outcome yet", figures.unread),
            ("huxin_inbox_unread_age_seconds", "Age of the oldest one", figures.unread_age),
            ("huxin_notices_due", "Notices not sent yet", figures.due),
            ("huxin_notices_overdue", "Notices whose time has come", figures.overdue),
            ("huxin_notices_overdue_age_seconds", "Age of the oldest", figures.overdue_age),
            (
                "huxin_alerts_unanswered_age_seconds",
                "Age of the oldest alert that nobody has taken",
                figures.unanswered_age,
            ),
            (
                "huxin_telegram_silent_seconds",
                "Since Telegram was last reached or reached us; 0 where there is none",
                figures.telegram_silent,
            ),
            (
                "huxin_telegram_update_age_seconds",
                "Since the last message or press came from Telegram; 0 where there is none",
                figures.telegram_update,
            ),
            (
                "huxin_telegram_call_age_seconds",
                "Since a call to Telegram last went well; 0 where there is none",
                figures.telegram_answered,
            ),
        ):
            yield GaugeMetricFamily(name, words, value=value)
        passes = GaugeMetricFamily(
            "huxin_last_pass_age_seconds",
            "Since a loop last said that it is alive",
            labels=("loop",),
        )
        for loop, age in figures.last_pass_age.items():
            passes.add_metric((loop.value,), age)
        yield passes
        lost = GaugeMetricFamily(
            "huxin_notices_undeliverable",
            "Addresses that live alerts cannot reach, by whether the desk was told",
            labels=("desk",),
        )
        for told, many in figures.undeliverable.items():
            lost.add_metric(("told" if told else "not_told",), many)
        yield lost
        live = GaugeMetricFamily("huxin_alerts_live", "Live alerts", labels=("level", "state"))
        for level in ALERT_LEVELS:
            for state in ALERT_STATES:
                live.add_metric((level.value, state.value), figures.live.get((level, state), 0))
        yield live
        yield GaugeMetricFamily(
            "huxin_all_well", "Whether the last look over everything found nothing", figures.well
        )
        findings = GaugeMetricFamily(
            "huxin_findings", "What the auditor found and lasts, in rows", labels=("kind",)
        )
        for kind, rows in figures.findings.items():
            findings.add_metric((kind.value,), rows)
        yield findings
        if figures.ping_age is not None:
            yield GaugeMetricFamily(
                "huxin_ping_age_seconds", "Since the outside address answered", figures.ping_age
            )
        yield from self._of_the_week()

    def _of_the_week(self) -> Iterator[Metric]:
        """Count the alerts of the last seven days, at most every five minutes."""
        now = self.store.clock()
        if self.counted_at is None or abs(now - self.counted_at) >= COUNT_EVERY:
            self.week, self.counted_at = self.store.read(self._count), now
        if self.week is not None:
            yield from _week_metrics(self.week)

    def _count(self, uow: UnitOfWork) -> Report:
        return count(uow, self.office, since=uow.now - WEEK, until=uow.now, by=By.LEVEL)


_WEEK_COUNTS: tuple[tuple[str, str, Callable[[Counted], int]], ...] = (
    ("huxin_week_alerts", "Alerts raised", lambda one: one.alerts),
    ("huxin_week_alerts_escalated", "Of these, escalated", lambda one: one.escalated),
    ("huxin_week_false_alarms", "Of these, false alarms", lambda one: one.false_alarms),
    ("huxin_week_answered_in_time", "Of these, answered in time", lambda one: one.in_time),
    ("huxin_week_answer_judged", "Of these, had their time to answer", lambda one: one.judged),
)
_WEEK_SPREADS: tuple[tuple[str, str, Callable[[Counted], Spread]], ...] = (
    ("huxin_week_delivery_seconds", "Until delivered", lambda one: one.delivery),
    ("huxin_week_answer_seconds", "Until answered", lambda one: one.answer),
    ("huxin_week_outcome_seconds", "Until closed", lambda one: one.outcome),
)


def _week_metrics(week: Report) -> Iterator[Metric]:
    """Turn the week's figures into gauges; the labels are the levels and two quantiles."""
    lines = dict(week.lines)
    of_level = {level: lines[level.label] for level in ALERT_LEVELS if level.label in lines}
    for name, words, value in _WEEK_COUNTS:
        metric = GaugeMetricFamily(name, f"{words}, last seven days", labels=("level",))
        for level, line in of_level.items():
            metric.add_metric((level.value,), value(line))
        yield metric
    for name, words, spread in _WEEK_SPREADS:
        yield _spread_metric(name, f"{words}, last seven days", of_level, spread)
    drills = GaugeMetricFamily("huxin_week_drills", "Drills, last seven days", labels=("answered",))
    answered = week.drills.answer.count
    drills.add_metric(("yes",), answered)
    drills.add_metric(("no",), week.drills.alerts - answered)
    yield drills


def _spread_metric(
    name: str, words: str, of_level: dict[Level, Counted], spread: Callable[[Counted], Spread]
) -> Metric:
    metric = GaugeMetricFamily(name, words, labels=("level", "quantile"))
    for level, line in of_level.items():
        found = spread(line)
        for quantile, value in (("0.5", found.median), ("0.9", found.p90)):
            if value is not None:
                metric.add_metric((level.value, quantile), value.total_seconds())
    return metric


def health_routes(store: Store, office: Office, *, loops: frozenset[Loop]) -> list[web.RouteDef]:
    """Return the routes; ``loops`` are those of this process, which have to come round."""
    registry = CollectorRegistry()
    registry.register(_Collector(store, office))

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        problem = await asyncio.to_thread(why_not_ready, store, loops=loops)
        if problem is None:
            return web.Response(text="ready\n")
        return web.Response(text=problem + "\n", status=503)

    async def metrics(_: web.Request) -> web.Response:
        body = await asyncio.to_thread(generate_latest, registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    return [
        web.get("/healthz", healthz),
        web.get("/readyz", readyz),
        web.get("/metrics", metrics),
    ]


def why_not_ready(store: Store, *, loops: frozenset[Loop]) -> str | None:
    """Return why this process should not be given work, or None when it is ready."""
    try:
        found, wanted = migrate.state(store.url)
        if found != wanted:
            return f"schema {found}, code {wanted}"
        beats = store.read(lambda uow: {loop: uow.audit.last_beat(loop.value) for loop in loops})
    except StorageFailure as error:
        return f"database: {type(error).__name__}"
    late = sorted(
        loop.value
        for loop, beat in beats.items()
        if beat is None or store.clock() - beat > LOOP_IS_LATE
    )
    return f"no pass lately: {', '.join(late)}" if late else None
