"""An emulator of Telegram's Bot API on 127.0.0.1, for tests and for use by hand.

Long poll with offset and 409, webhook with secret and retries, the limits of lengths and
paces, faults on demand, and a log of all calls. People and chats are `tests.telegram_world`.
By hand: `tests.telegram_demo`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.telegram_methods import Failed, Methods
from tests.telegram_world import Json, bot_json

TOKEN = "7000000001:AAinvented-token-for-tests-0123456789"
RETRY_SECONDS = 0.05


@dataclass
class Fault:
    """How the next ``times`` calls fail; ``after`` does the work first, ``drop`` cuts the line.

    ``hang``: the answer comes so many seconds after the work was done.
    """

    error: Failed | None = None
    method: str | None = None
    chat: int | None = None
    times: int = 1
    after: bool = False
    drop: bool = False
    delay: float = 0.0
    hang: float = 0.0


@dataclass(frozen=True)
class Call:
    """One call of the bot's, and the status that it was answered."""

    method: str
    chat: int | None
    parameters: Json
    status: int
    at: float
    retry_after: int = 0


@dataclass
class TelegramServer(Methods):
    """The server: receiving, faults, and the log of calls; what is sent is `Methods`'s."""

    token: str = TOKEN
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    webhook: Json = field(default_factory=dict)
    deliveries: list[int] = field(default_factory=list)
    lose_links: int = 0
    port: int = 0
    pages: list[web.RouteDef] = field(default_factory=list)
    happened: asyncio.Event = field(default_factory=asyncio.Event)
    polled: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: web.AppRunner | None = None
    _poll: asyncio.Future[None] | None = None
    _new: asyncio.Event = field(default_factory=asyncio.Event)
    _pushing: asyncio.Task[None] | None = None

    @property
    def base_url(self) -> str:
        """What PTB's ``Bot(base_url=…)`` takes."""
        return f"http://127.0.0.1:{self.port}/bot"

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_routes(self.pages)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.*}", self._give_file)
        self.world.tell = self._new.set
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening and pushing."""
        if self._pushing is not None:
            self._pushing.cancel()
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        if self._runner is not None:
            await self._runner.cleanup()

    def fail(self, status: int, description: str, **how: Any) -> None:
        """Let the next calls fail; ``how`` are `Fault`'s fields and response parameters."""
        own = {name: how.pop(name) for name in ("method", "chat", "times", "after") if name in how}
        self.faults.append(Fault(Failed(status, description, **how), **own))

    def drop(self, *, after: bool = True, **how: Any) -> None:
        """Let the next calls lose their answer, by default after the work is done."""
        self.faults.append(Fault(after=after, drop=True, **how))

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; looked at after each call and each delivery."""
        while not holds():
            self.happened.clear()
            await self.happened.wait()

    def made(self, method: str, chat: int | None = None) -> list[Call]:
        """Return the calls of a method, in one chat if given."""
        return [one for one in self.calls if one.method == method and chat in {None, one.chat}]

    # Answering -------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method, token = request.match_info["method"], request.match_info["token"]
        given = await _parameters(request)
        chat = given.get("chat_id")
        status = 200
        body: Json = {"ok": True, "result": None}
        try:
            body["result"] = await self._do(request, method, token, given)
        except Failed as error:
            status = error.status
            body = {"ok": False, "error_code": status, "description": error.description}
            if error.parameters:
                body["parameters"] = error.parameters
        self.happened.set()
        wait = body.get("parameters", {}).get("retry_after", 0)
        self.calls.append(Call(method, chat, given, status, time.monotonic(), wait))
        if method == "getUpdates" and status == 200:
            # Updates are given as they came in, however odd they are.
            return web.Response(
                text=f'{{"ok":true,"result":[{",".join(body["result"])}]}}',
                content_type="application/json",
            )
        return web.json_response(body, status=status)

    async def _do(self, request: web.Request, method: str, token: str, given: Json) -> Any:
        if token != self.token:
            raise Failed(401 if ":" in token else 404, "Unauthorized")
        fault = self._fault(method, given.get("chat_id"))
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is not None and not fault.after:
            self._break(request, fault)
        work = getattr(self, f"_do_{method}", None)
        if work is None:
            raise Failed(404, "Not Found")
        result = await work(given)
        if fault is not None and fault.hang:
            await asyncio.sleep(fault.hang)
        if fault is not None and fault.after:
            self._break(request, fault)
        return result

    def _break(self, request: web.Request, fault: Fault) -> None:
        if fault.drop:
            if request.transport is not None:
                request.transport.close()
            raise Failed(500, "dropped")
        if fault.error is not None:
            raise fault.error

    def _fault(self, method: str, chat: int | None) -> Fault | None:
        for fault in self.faults:
            fits = fault.method in {None, method} and fault.chat in {None, chat}
            if fault.times and fits and (fault.method or method != "getUpdates"):
                fault.times -= 1
                return fault
        return None

    async def _give_file(self, request: web.Request) -> web.Response:
        found = self.files.get(request.match_info["path"])
        if found is None or self.lose_links or request.match_info["token"] != self.token:
            self.lose_links = max(0, self.lose_links - 1)
            raise web.HTTPNotFound
        return web.Response(body=found)

    # Receiving -------------------------------------------------------------------------

    async def _do_getMe(self, _: Json) -> Json:  # noqa: N802 - Telegram's names
        hears_all = not self.world.privacy
        return {**bot_json(), "can_join_groups": True, "can_read_all_group_messages": hears_all}

    async def _do_getUpdates(self, given: Json) -> list[str]:  # noqa: N802
        if self.webhook.get("url"):
            raise Failed(
                409, "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )  # fmt: skip
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        mine = self._poll = asyncio.get_running_loop().create_future()
        self.polled.set()
        offset, updates = int(given.get("offset", 0)), self.world.updates
        updates[:] = [one for one in updates if one[0] >= offset]
        until = time.monotonic() + min(float(given.get("timeout", 0)), 50)
        while not updates and time.monotonic() < until and not mine.done():
            self._new.clear()
            waiting = asyncio.ensure_future(self._new.wait())
            await asyncio.wait(
                {waiting, mine},
                timeout=until - time.monotonic(),
                return_when=asyncio.FIRST_COMPLETED,
            )
            waiting.cancel()
        if mine.done():
            raise Failed(
                409, "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )  # fmt: skip
        mine.set_result(None)
        return [raw for _, raw in updates[: min(int(given.get("limit", 100)), 100)]]

    async def _do_setWebhook(self, given: Json) -> bool:  # noqa: N802
        self.webhook = {"last_error_date": 0, "last_error_message": "", **given}
        if self._pushing is not None:
            self._pushing.cancel()
        if given.get("url"):
            self._pushing = asyncio.create_task(self._push())
        return True

    async def _do_deleteWebhook(self, given: Json) -> bool:  # noqa: N802
        if given.get("drop_pending_updates"):
            self.world.updates.clear()
        return await self._do_setWebhook({})

    async def _do_getWebhookInfo(self, _: Json) -> Json:  # noqa: N802
        info: Json = {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.world.updates),
        }
        if self.webhook.get("last_error_date"):
            info |= {key: self.webhook[key] for key in ("last_error_date", "last_error_message")}
        return info

    async def _push(self) -> None:
        """Deliver updates one after the other; one that is not answered 200 comes again."""
        headers = {
            "X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", ""),
            "Content-Type": "application/json",
        }
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                while not self.world.updates:
                    self._new.clear()
                    await self._new.wait()
                update_id, raw = self.world.updates[0]
                problem = "Connection refused"
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    body = raw.encode("utf-8", errors="surrogatepass")
                    url = self.webhook["url"]
                    async with session.post(url, data=body, headers=headers) as response:
                        problem = "" if response.status == 200 else f"status {response.status}"
                if not problem:
                    self.deliveries.append(update_id)
                    self.happened.set()
                    self.world.updates[:] = [o for o in self.world.updates if o[0] != update_id]
                    continue
                self.webhook |= {
                    "last_error_date": int(time.time()),
                    "last_error_message": f"Wrong response from the webhook: {problem}",
                }
                self.happened.set()
                await asyncio.sleep(RETRY_SECONDS)


async def _parameters(request: web.Request) -> Json:
    """Return a call's parameters, however they were sent."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        given |= await request.json()
    elif request.method == "POST":
        given |= dict(await request.post())
    for name, value in given.items():
        if isinstance(value, str) and name not in {"text", "caption", "title", "address", "url"}:
            with contextlib.suppress(ValueError):
                given[name] = json.loads(value)
    if "callback_query_id" in given:
        given["callback_query_id"] = str(given["callback_query_id"])
    return given
