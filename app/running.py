"""Runs the parts of one process until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import os
import signal
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import web

from alerts.pulse import Loop
from app.demo import prepare_demo
from app.health import health_routes, why_not_ready
from app.lasting import built_to_last, run_for_long
from app.office_settings import Reads, build_ledger, calendar
from app.settings import Settings
from app.wiring import House, file_folder, open_house
from bot import enrolment
from bot.channels import telegram, webchat
from desk import application
from desk.indicator_pages import IndicatorDesk, IndicatorPages
from desk.sign_in import SignIn, read_secret
from desk.views import page_templates
from domain.duty import Person
from domain.errors import SetupError
from storage.unit_of_work import UnitOfWork

# A machine that is busy with everything at once may take long; giving up would begin it anew.
READY_SECONDS = 120.0
STOP_SECONDS = 10.0
CLOCK_SLACK = timedelta(seconds=2)  # a clock that is set right by NTP moves by less

log = structlog.get_logger()


class Part(enum.StrEnum):
    """What a process may run."""

    WEB = "web"
    BOT = "bot"
    DISPATCHER = "dispatcher"


def run(settings: Settings, parts: frozenset[Part], *, say: Callable[[str], None]) -> None:
    """Run ``parts`` until SIGINT or SIGTERM; ``say`` gets the line that it is ready."""
    # A crash should keep no door shut for longer than it must.
    with built_to_last():
        house = open_house(settings, reads=_reads(parts))
    try:
        asyncio.run(_run(house, parts, say))
    finally:
        house.close()


def _reads(parts: frozenset[Part]) -> Reads:
    """The web only stores what comes in; the timers read a form that nobody finished."""
    if Part.BOT in parts:
        return Reads.ALWAYS
    return Reads.SELDOM if Part.DISPATCHER in parts else Reads.NEVER


async def _run(house: House, parts: frozenset[Part], say: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    runner = None
    address = ""
    if Part.WEB in parts:
        runner, address = await _serve(house, loops=_loops_of(parts))
    if house.store.sqlite and parts == frozenset(Part):
        # The port is ours, so the last process is gone: what it was on when it was killed
        # need not wait for its leases and turns to end.
        house.store.write(_take_back_leases)
    tasks = [asyncio.create_task(one) for one in _loops(house, parts)]
    await _wait_until_ready(house, loops=_loops_of(parts), stop=stop)
    run_for_long()
    if not stop.is_set():
        say(_ready_line(house, address))
    _warn_of_holidays(house)
    log.info("started", pid=os.getpid(), part="+".join(sorted(parts)))
    await stop.wait()
    if runner is not None:
        await runner.cleanup()
    for task in tasks:
        task.cancel()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            await asyncio.gather(*tasks, return_exceptions=True)
    if house.account is not None:
        await house.account.close()
    log.info("stopped", pid=os.getpid())


def _loops(house: House, parts: frozenset[Part]) -> list[Coroutine[Any, Any, None]]:
    loops: list[Coroutine[Any, Any, None]] = []
    if Part.BOT in parts:
        loops.append(house.reader().run())
        receiving = house.receiving()
        if receiving is not None:
            loops.append(receiving.run())
        fetching = house.fetching()
        if fetching is not None:
            loops.append(fetching.run())
    if Part.DISPATCHER in parts:
        loops += [house.dispatcher().run(), house.timers().run()]
    loops.append(house.auditor().run())
    return loops


def _loops_of(parts: frozenset[Part]) -> frozenset[Loop]:
    loops = set[Loop]()
    if Part.BOT in parts:
        loops.add(Loop.READER)
    if Part.DISPATCHER in parts:
        loops |= {Loop.DISPATCHER, Loop.TIMERS}
    return frozenset(loops)


def _take_back_leases(uow: UnitOfWork) -> None:
    if uow.proof.come_back(slack=CLOCK_SLACK):
        log.warning("clock_was_ahead")
    uow.inbox.take_back()
    uow.notices.take_back()
    uow.files.take_back()
    uow.audit.let_go(telegram.PLACE)
    uow.plans.let_go_turns()


def _warn_of_holidays(house: House) -> None:
    """Say in the log when this year's public holidays are not known: weekends alone count."""
    today = house.office.hours.local(house.store.clock()).date()
    days = calendar(house.settings)
    if not days.knows(today):
        log.warning("holidays_unknown", until=str(days.last_year))


def _ready_line(house: House, address: str) -> str:
    if not address:
        return f"{house.office.name} 护信已启动。"
    demo = "（演示，Ctrl-C 停止）" if house.settings.web.demo else ""
    return f"{house.office.name} 护信已就绪：{address} {demo}".rstrip()


async def _wait_until_ready(house: House, *, loops: frozenset[Loop], stop: asyncio.Event) -> None:
    problem = None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READY_SECONDS):
            while not stop.is_set():
                problem = await asyncio.to_thread(why_not_ready, house.store, loops=loops)
                if problem is None:
                    return
                await asyncio.sleep(0.05)
    if not stop.is_set():
        raise SetupError(
            where="启动", key="readyz", found=problem or "?", write="运行 huxin check 看原因"
        )


async def _serve(house: House, *, loops: frozenset[Loop]) -> tuple[web.AppRunner, str]:
    settings = house.settings.web
    closing = asyncio.Event()
    seats = None
    if settings.demo:
        seats = prepare_demo(house.store, house.office.town_names)
    else:
        house.store.write(lambda uow: uow.people.dismiss_demo())
    sign_in = SignIn(
        house.store,
        secret=read_secret(settings.cookie_secret_file),
        redeem=_redeem_with_seat,
        secure=settings.public_url.startswith("https://"),
        lasts=timedelta(days=settings.session_days),
        demo_seats=seats,
    )
    routes: list[web.AbstractRouteDef] = [*health_routes(house.store, house.office, loops=loops)]
    if house.settings.channels.webchat.enabled:
        routes += webchat.routes(
            store=house.store,
            live=house.live,
            who=sign_in.seated,
            files=file_folder(house.settings),
            largest_body=settings.max_body,
            closing=closing.is_set,
            recent=house.recent,
        )
    routes += _indicator_pages(house, sign_in).routes()
    own = house.settings.channels.telegram
    if own.enabled and own.mode == "webhook":
        routes += telegram.hook_routes(
            own.token.get_secret_value(), store=house.store, live=house.live
        )
    app = application.build(
        store=house.store,
        live=house.live,
        sign_in=sign_in,
        office=house.office.name,
        zone=house.settings.office.time_zone.key,
        files=file_folder(house.settings),
        more_routes=routes,
        public_url=settings.public_url,
        closing=closing,
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=3.0)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise SetupError(
            where="settings.toml",
            key="web.port",
            found=str(settings.port),
            write=f"这个端口用不了（{os.strerror(error.errno or 0)}），请换一个，如 8081",
        ) from error
    port = runner.addresses[0][1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return runner, f"http://{host}:{port}/"


def _indicator_pages(house: House, sign_in: SignIn) -> IndicatorPages:
    return IndicatorPages(
        IndicatorDesk(
            store=house.store,
            sign_in=sign_in,
            ledger=build_ledger(house.settings, house.office),
            rules=house.settings.petitions.indicators.rules(),
            zone=house.settings.office.time_zone.key,
        ),
        page_templates(),
    )


def _redeem_with_seat(uow: UnitOfWork, code: str, name: str) -> Person:
    person = enrolment.redeem_for_web(uow, code, name)
    webchat.prepare_seat(uow, person)
    return person
