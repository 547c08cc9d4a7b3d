"""The web chat's HTTP routes: what a browser posts goes to the inbox, events come back live.

A post is answered 202 only once it is on disk; the same one again is answered alike and
stored once. Who posts is asked in the transaction that stores it, so that a seat that was
revoked is so at once. Somebody who does not sit in a chat is told the same as if there were
none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.channels.webchat.bodies import LARGEST_BODY, Declined, PostedMessage, PostedPress, read
from bot.channels.webchat.looking import AT_ONCE, HISTORY, Looking
from bot.channels.webchat.posting import Postbox
from bot.channels.webchat.recent import Recent
from bot.channels.webchat.rooms import Room, may_sit
from bot.channels.webchat.stream import (
    BEAT,
    LOOK_EVERY_SECONDS,
    READY,
    Stream,
    read_cursor,
    read_number,
    show,
)
from domain.duty import Person
from storage.kept_files import KeptFiles, NotAPhoto, TooLarge
from storage.live import Live
from storage.store import StorageFailure, Store
from storage.unit_of_work import UnitOfWork

Seated = Callable[[UnitOfWork], tuple[Person, ...]]
Who = Callable[[web.Request], Seated | None]
_T = TypeVar("_T")

HEARTBEAT_SECONDS = 15.0
ASK_AGAIN_SECONDS = 5.0  # how long a seat that was revoked may still read
STALLED_SECONDS = 60.0  # a browser that takes nothing for so long is gone

NOT_SEATED = "请先用邀请码进入。"
NO_SUCH_CHAT = "没有这个会话，或您不在里面。"
NO_SUCH_PHOTO = "照片没有找到，请重新选择。"
NOT_A_PHOTO = "只能发照片（JPG、PNG、GIF、WebP、HEIC）。"
PHOTO_TOO_LARGE = "照片太大了（最多 10 MB）。"
NOT_STORED = "护信暂时存不下这条消息，正在重试。情况紧急请先打 110 或 120。"

log = structlog.get_logger()


def routes(
    *,
    store: Store,
    live: Live,
    who: Who,
    files: Path,
    largest_body: int = LARGEST_BODY,
    closing: Callable[[], bool] = lambda: False,
    recent: Recent | None = None,
) -> list[web.RouteDef]:
    """Return the routes of the web chat.

    ``who`` gives what tells, in a transaction, who sits in the browser that asks: nobody, one
    person, or in the demo several who are shown side by side; None when it is nobody anyway.
    ``files`` is the folder of photos. ``largest_body`` is in bytes and holds for everything but
    photos. Live streams end within a second once ``closing`` is True. ``recent`` is what this
    process's channel writes to as well, if it has one.
    """
    recent = recent or Recent(live)
    door = _Door(
        store=store,
        live=live,
        who=who,
        files=KeptFiles(files),
        largest_body=largest_body,
        closing=closing,
        recent=recent,
        looking=Looking(store),
        post=Postbox(live, recent),
    )
    return [
        web.post("/api/chat/messages", door.take_message),
        web.post("/api/chat/presses", door.take_press),
        web.post("/api/chat/files", door.take_photo),
        web.get("/api/chat/files/{file_id}", door.give_photo),
        web.get("/api/chat/events", door.stream_events, allow_head=False),
        web.get("/api/chat/history", door.give_history),
    ]


@dataclass(frozen=True, slots=True)
class _Door:
    store: Store
    live: Live
    who: Who
    files: KeptFiles
    largest_body: int
    closing: Callable[[], bool]
    recent: Recent
    looking: Looking
    post: Postbox

    async def take_message(self, request: web.Request) -> web.StreamResponse:
        """Store a message, or a new wording of one, in the inbox and in the transcript."""
        seated = self._seated(request)
        posted = await read(request, PostedMessage, largest=self.largest_body)
        photos_there = all(
            self.files.find(posted.chat, photo.file_id) is not None for photo in posted.attachments
        )

        def put(uow: UnitOfWork) -> None:
            person = _one(seated(uow))
            room = _room(person, posted.chat)
            if not photos_there:
                raise Declined(400, NO_SUCH_PHOTO)
            self.post.put_message(uow, person, room, posted)

        await self._commit(put)
        return web.json_response({"message_id": posted.message_id}, status=202)

    async def take_press(self, request: web.Request) -> web.StreamResponse:
        """Store a press in the inbox."""
        seated = self._seated(request)
        posted = await read(request, PostedPress, largest=self.largest_body)

        def put(uow: UnitOfWork) -> None:
            person = _one(seated(uow))
            self.post.put_press(uow, person, _room(person, posted.chat), posted)

        await self._commit(put)
        return web.json_response({"press_id": posted.press_id}, status=202)

    async def take_photo(self, request: web.Request) -> web.StreamResponse:
        """Store the photo that is the body, for the chat in the query; a message names it next."""
        person = _one(await self._who(request))
        room = _room(person, request.query.get("chat", ""))
        try:
            file_id = await self.files.keep_photo(
                room.chat, request.content.iter_chunked(64 * 1024)
            )
        except TooLarge as error:
            raise Declined(413, PHOTO_TOO_LARGE) from error
        except NotAPhoto as error:
            raise Declined(415, NOT_A_PHOTO) from error
        except OSError as error:
            log.warning("photo_not_stored", error=type(error).__name__)
            raise Declined(503, NOT_STORED) from error
        return web.json_response({"file_id": file_id}, status=201)

    async def give_photo(self, request: web.Request) -> web.StreamResponse:
        """Give a photo of a chat to somebody who sits in it."""
        chat = request.query.get("chat", "")
        people = await self._who(request)
        found = self.files.find(chat, request.match_info["file_id"])
        if found is None or not any(may_sit(person, chat) for person in people):
            raise Declined(404, NO_SUCH_PHOTO)
        return web.FileResponse(
            found.path,
            headers={
                "Content-Type": found.content_type,
                "Content-Disposition": f"inline; filename*=UTF-8''{quote(found.path.name)}",
                "Cache-Control": "private, max-age=86400, immutable",
            },
        )

    async def give_history(self, request: web.Request) -> web.StreamResponse:
        """Give what was said in a chat before the event numbered in the query."""
        chat, before = request.query.get("chat", ""), request.query.get("before", "")
        people = await self._who(request)
        if not any(may_sit(person, chat) for person in people):
            raise Declined(404, NO_SUCH_CHAT)
        number = read_number(before)
        events = await asyncio.to_thread(
            self.store.read,
            lambda uow: uow.webchat.events_before(chat, before=number, limit=HISTORY),
        )
        return web.json_response([show(event) for event in events if event.kind != "toast"])

    async def stream_events(self, request: web.Request) -> web.StreamResponse:
        """Replay what the browser has not seen, then go on live until it leaves."""
        people = await self._who(request)
        if not people:
            raise Declined(401, NOT_SEATED)
        seen = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        stream = Stream(self.looking, self.recent, people, read_cursor(seen))
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        try:
            await self._go_on(request, response, stream, people)
        except StorageFailure as error:  # no answer fits into a stream; the page comes back
            log.warning("store_away", error=type(error).__name__)
        return response

    async def _go_on(
        self,
        request: web.Request,
        response: web.StreamResponse,
        stream: Stream,
        people: tuple[Person, ...],
    ) -> None:
        with self.live.listen(*stream.topics) as listener:
            await _give(response, [b"retry: 1000\n\n", stream.hello()])
            clock = asyncio.get_running_loop().time
            asked_at = quiet_since = clock()
            caught_up = False
            while not self.closing() and _is_there(request):
                frames = await stream.next_frames()
                if not frames and not caught_up:
                    caught_up, frames = True, [READY]
                if clock() - asked_at >= ASK_AGAIN_SECONDS:
                    asked_at = clock()
                    if await self._who(request) != people:  # left, revoked or given another post
                        break
                if not frames and clock() - quiet_since >= HEARTBEAT_SECONDS:
                    frames = [BEAT]
                if frames:
                    quiet_since = clock()
                    if not await _give(response, frames):
                        break
                # What came while this was given has hinted already.
                if caught_up and len(frames) < AT_ONCE:
                    await listener.wait(LOOK_EVERY_SECONDS)

    async def _who(self, request: web.Request) -> tuple[Person, ...]:
        seated = self.who(request)
        return () if seated is None else await asyncio.to_thread(self.store.read, seated)

    def _seated(self, request: web.Request) -> Seated:
        seated = self.who(request)
        if seated is None:
            raise Declined(401, NOT_SEATED)
        return seated

    async def _commit(self, work: Callable[[UnitOfWork], _T]) -> _T:
        try:
            return await asyncio.wrap_future(self.store.submit(work))
        except StorageFailure as error:
            log.warning("message_not_stored", error=type(error).__name__)
            raise Declined(503, NOT_STORED) from error


def _one(people: tuple[Person, ...]) -> Person:
    if len(people) != 1:
        raise Declined(401, NOT_SEATED)
    return people[0]


def _room(person: Person, chat: str) -> Room:
    room = may_sit(person, chat)
    if room is None:
        raise Declined(404, NO_SUCH_CHAT)
    return room


def _is_there(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()


async def _give(response: web.StreamResponse, frames: list[bytes]) -> bool:
    """Write frames, waiting for a reader that is slow; False once it is gone."""
    try:
        async with asyncio.timeout(STALLED_SECONDS):
            for content in frames:
                await response.write(content)
    except (ConnectionError, TimeoutError):
        return False
    return True
