"""The files of a report as officers see them: what is there, and the bytes.

Who may see the alert may see its files; each look leaves a line in the access log. Pictures,
voices and videos are shown; everything else is only saved, and never run by a browser.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web

from alerts.knowing import looked
from alerts.status import Timeline, timeline
from alerts.view import ReportView
from desk.texts import NOT_FOUND
from domain.access import Way
from domain.channel import Attachment
from domain.duty import Person
from domain.errors import PersonCanFix
from domain.report import ReportVersion
from storage.files import FileFate
from storage.kept_files import Found, KeptFiles
from storage.store import Store
from storage.unit_of_work import UnitOfWork

# A file that a stranger sent runs nothing, wherever it is opened.
SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
PATH = (
    r"/api/desk/alerts/{alert_id:\d{1,15}}/files"
    r"/{report_id:\d{1,15}}/{version:\d{1,9}}/{place:\d{1,3}}"
)

Watcher = Callable[[web.Request], Awaitable[Person]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A file of a report, and what came of it."""

    attachment: Attachment
    fate: FileFate


def told(uow: UnitOfWork, found: Timeline) -> dict[tuple[int, int], list[dict[str, Any]]]:
    """Return what the page shows of an alert's files, by report and version."""
    shown: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for seen in found.view.reports:
        for version in seen.versions:
            shown[seen.report.id, version.number] = [
                {
                    "kind": one.attachment.kind,
                    "name": one.attachment.name,
                    "state": one.fate.state.value,
                    "reason": one.fate.reason,
                    "path": f"/api/desk/alerts/{found.line.id}/files/"
                    f"{seen.report.id}/{version.number}/{place}",
                }
                for place, one in enumerate(_files(uow, seen, version))
            ]
    return shown


def file_routes(*, store: Store, folder: Path, watcher: Watcher) -> list[web.RouteDef]:
    """Return the route of the bytes; ``watcher`` says who asks, or that there is no page."""
    kept = KeptFiles(folder)

    async def give(request: web.Request) -> web.StreamResponse:
        person = await watcher(request)
        asked = {name: int(value) for name, value in request.match_info.items()}
        try:
            seen = await asyncio.wrap_future(store.submit(lambda uow: _look(uow, person, asked)))
        except PersonCanFix as error:
            raise web.HTTPNotFound(text=error.reply) from error
        found = kept.find(seen.fate.place, seen.fate.kept_as) if seen else None
        if seen is None or found is None:
            raise web.HTTPNotFound(text=NOT_FOUND)
        return _answer(found, seen.attachment.name)

    return [web.get(PATH, give)]


def _look(uow: UnitOfWork, person: Person, asked: dict[str, int]) -> Seen | None:
    asker = uow.interests.asker(person, Way.WEB)
    found = timeline(uow, asker, asked["alert_id"])
    for seen in found.view.reports:
        for version in seen.versions:
            if (seen.report.id, version.number) == (asked["report_id"], asked["version"]):
                files = _files(uow, seen, version)
                if asked["place"] >= len(files):
                    return None
                looked(uow, asker, "file", found.line.number)
                return files[asked["place"]]
    return None


def _files(uow: UnitOfWork, seen: ReportView, version: ReportVersion) -> list[Seen]:
    address = seen.report.address
    return [Seen(one, uow.files.fate(address, one.file_id)) for one in version.attachments]


def _answer(found: Found, name: str) -> web.FileResponse:
    how = "inline" if found.is_shown else "attachment"
    called = name if name and not found.is_shown else found.path.name
    return web.FileResponse(
        found.path,
        headers={
            "Content-Type": found.content_type,
            "Content-Disposition": f"{how}; filename*=UTF-8''{quote(called, safe='')}",
            "Content-Security-Policy": SANDBOX,
        },
    )
