"""The desk's JSON routes: the board, one alert's story, the board live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from alerts.knowing import looked, may_watch
from alerts.status import Board, Timeline, blotted, board, renounced, timeline
from desk import files
from desk.live import BoardFeed, as_json
from desk.sign_in import SignIn
from desk.texts import NOT_FOUND
from domain.access import Way
from domain.duty import Person
from domain.errors import PersonCanFix
from petitions.meeting import matters_met
from storage.live import Live
from storage.store import Store
from storage.unit_of_work import UnitOfWork

LONGEST_ID = 15


def board_routes(
    *, store: Store, live: Live, sign_in: SignIn, folder: Path, closing: Callable[[], bool]
) -> list[web.RouteDef]:
    """Return the board's routes; each asks anew who sits in the browser.

    ``folder`` is the folder of photos and other files of reports.
    """
    feed = BoardFeed(store, live, closing=closing)

    async def give_board(request: web.Request) -> web.StreamResponse:
        person = await _watcher(request, sign_in)
        found = await asyncio.wrap_future(store.submit(lambda uow: _look_at_board(uow, person)))
        return web.json_response(text=as_json(found))

    async def give_alert(request: web.Request) -> web.StreamResponse:
        person = await _watcher(request, sign_in)
        number = request.match_info["alert_id"]
        if len(number) > LONGEST_ID:
            raise web.HTTPNotFound
        try:
            story = await asyncio.wrap_future(
                store.submit(lambda uow: _look(uow, person, int(number)))
            )
        except PersonCanFix as error:
            raise web.HTTPNotFound(text=error.reply) from error
        return web.json_response(text=as_json(story))

    async def stream(request: web.Request) -> web.StreamResponse:
        person = await _watcher(request, sign_in)
        await asyncio.wrap_future(store.submit(lambda uow: _note_board(uow, person)))

        async def still_seated() -> bool:
            return person in await sign_in.who(request)

        return await feed.stream(request, person, still_seated=still_seated)

    async def watcher(request: web.Request) -> Person:
        return await _watcher(request, sign_in)

    return [
        *files.file_routes(store=store, folder=folder, watcher=watcher),
        web.get("/api/desk/board", give_board),
        web.get(r"/api/desk/alerts/{alert_id:\d+}", give_alert),
        web.get("/api/desk/events", stream, allow_head=False),
    ]


async def _watcher(request: web.Request, sign_in: SignIn) -> Person:
    """Return the person who watches; to anybody else there is no such page."""
    people = await sign_in.who(request)
    if len(people) != 1 or not may_watch(people[0]):
        raise web.HTTPNotFound(text=NOT_FOUND)
    return people[0]


def _look(uow: UnitOfWork, person: Person, alert_id: int) -> dict[str, Any]:
    asker = uow.interests.asker(person, Way.WEB)
    found = timeline(uow, asker, alert_id)
    looked(uow, asker, "alert", found.line.number)
    texts = [one.text for seen in found.view.reports for one in seen.versions]
    met = matters_met(uow, asker, texts, found.view.alert.town)
    return {**_story(uow, found), "matters": [one.words for one in met]}


def _note_board(uow: UnitOfWork, person: Person) -> None:
    """Leave a line for opening the board; one that stays open leaves no more."""
    looked(uow, uow.interests.asker(person, Way.WEB), "board", "")


def _look_at_board(uow: UnitOfWork, person: Person) -> Board:
    asker = uow.interests.asker(person, Way.WEB)
    found = board(uow, asker)
    looked(uow, asker, "board", "")
    return blotted(found, renounced(uow, asker))


def _story(uow: UnitOfWork, found: Timeline) -> dict[str, Any]:
    """Return an alert's story as the page reads it, without what only the rules need."""
    shown = files.told(uow, found)
    return {
        "line": found.line,
        "entries": found.entries,
        "deliveries": found.deliveries,
        "reports": [
            {
                "number": seen.report.number,
                "reporter": seen.reporter,
                "withdrawn_at": seen.report.withdrawn_at,
                "versions": [
                    {
                        "at": version.at,
                        "text": version.text,
                        "evidence": [
                            {"start": hit.start, "end": hit.end, "reason": hit.reason}
                            for hit in version.assessment.evidence
                        ],
                        "files": shown[seen.report.id, version.number],
                    }
                    for version in seen.versions
                ],
            }
            for seen in found.view.reports
        ],
    }
