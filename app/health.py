"""Whether this process lives, is ready, and how the desk stands, for machines that watch.

``/healthz`` says that the process answers; ``/readyz`` that the database is there, of this
version's schema, and that this process's loops came round lately; ``/metrics`` gives figures
in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

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
    last_pass_age: dict[Loop, float]
    telegram_silent: float


def read_figures(uow: UnitOfWork) -> Figures:
    """Read the figures in one snapshot."""
    unread, oldest_unread = uow.inbox.unread()
    due, overdue, oldest_due = uow.notices.waiting()
    return Figures(
        unread=unread,
        unread_age=_age(uow.now, oldest_unread),
        due=due,
        overdue=overdue,
        overdue_age=_age(uow.now, oldest_due),
        live=uow.alerts.count_live(),
        unanswered_age=_age(uow.now, uow.alerts.oldest_unanswered()),
        last_pass_age={
            loop: math.inf if beat is None else _age(uow.now, beat)
            for loop in Loop
            for beat in [uow.audit.last_beat(loop.value)]
        },
        telegram_silent=_age(uow.now, uow.audit.last_beat(telegram.HEARD)),
    )


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


@dataclass(frozen=True, slots=True)
class _Collector(Collector):
    store: Store

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
        live = GaugeMetricFamily("huxin_alerts_live", "Live alerts", labels=("level", "state"))
        for level in ALERT_LEVELS:
            for state in ALERT_STATES:
                live.add_metric((level.value, state.value), figures.live.get((level, state), 0))
        yield live


def health_routes(store: Store, *, loops: frozenset[Loop]) -> list[web.RouteDef]:
    """Return the routes; ``loops`` are those of this process, which have to come round."""
    registry = CollectorRegistry()
    registry.register(_Collector(store))

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
