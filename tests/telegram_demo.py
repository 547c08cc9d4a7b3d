"""The office and the emulated Telegram together, with a page to speak as everybody.

    make telegram-demo

Refuses: real people and real Telegram; everything is gone when it ends.
"""

from __future__ import annotations

import asyncio
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from domain.duty import Role
from tests.telegram_office import telegram_office
from tests.telegram_server import TelegramServer
from tests.telegram_world import Json, World

PORT = 8990
PAGE = Path(__file__).parent / "telegram_demo.html"
PICTURE = (Path(__file__).parents[1] / "docs" / "picture.png").read_bytes()
DASHI, SHIQI = "大石街道", "石碁镇"
PEOPLE = {
    "chen": (Role.GRID_WORKER, DASHI, "陈小燕"),
    "li": (Role.TOWN_OFFICER, DASHI, "李国明"),
    "zhao": (Role.TOWN_OFFICER, SHIQI, "赵建军"),
    "zhou": (Role.DISTRICT_OFFICER, None, "周志强"),
}


def seen(world: World) -> Json:
    """Return every chat as the page shows it."""
    return {
        "people": [{"id": user.id, "name": user.name} for user in world.users.values()],
        "rooms": [
            {
                "id": room.id,
                "title": room.title,
                "members": [user.id for user in room.members],
                "messages": [
                    {
                        "id": number,
                        "who": one["from"]["first_name"],
                        "text": _words(one),
                        "rows": one.get("reply_markup", {}).get("inline_keyboard", []),
                    }
                    for number, one in room.messages.items()
                ],
            }
            for room in world.rooms.values()
        ],
    }


def _words(message: Json) -> str:
    """Return what a message shows, in words."""
    shown = [kind for kind in ("photo", "voice", "video", "document", "venue") if kind in message]
    place = message.get("location")
    return " ".join(
        [
            *(f"[{kind}]" for kind in shown),
            message.get("text") or message.get("caption") or "",
            f"[{place['latitude']}, {place['longitude']}]" if place else "",
        ]
    ).strip()


def page_routes(server: TelegramServer) -> list[web.RouteDef]:
    """Return the page and what it posts."""
    world = server.world

    async def show(_: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE)

    async def give(_: web.Request) -> web.Response:
        return web.json_response(seen(world))

    async def say(request: web.Request) -> web.Response:
        asked = await request.json()
        by, room = world.users[asked["user"]], world.rooms[asked["room"]]
        text, more = asked["text"], {}
        if asked.get("photo"):
            text, more = "", {"caption": text, **server.upload(PICTURE)}
        world.says(by, text, where=room, reply_to=asked.get("reply_to"), **more)
        return web.json_response({})

    async def press(request: web.Request) -> web.Response:
        asked = await request.json()
        message = world.rooms[asked["room"]].messages[asked["message"]]
        query = world.presses(world.users[asked["user"]], message, data=asked["data"])
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                await server.until(lambda: query in world.answers)
        return web.json_response({"answer": world.answers.get(query, "（没有回答）")})

    return [
        web.get("/", show),
        web.get("/world", give),
        web.post("/say", say),
        web.post("/press", press),
    ]


async def main() -> None:
    """Run until it is stopped."""
    server = TelegramServer(port=PORT)
    server.world.privacy = False
    server.pages = page_routes(server)
    await server.start()
    with tempfile.TemporaryDirectory(prefix="huxin-telegram-") as folder:
        async with telegram_office(Path(folder), "polling", server=server) as office:
            chen, li, zhao, zhou = await office.enrols(**PEOPLE)
            outsider = server.world.user("路过的人")
            for title, by, *others in (
                ("大石值班", li, outsider),
                ("石碁值班", zhao),
                ("区值班", zhou),
                ("大石上报群", chen, li, outsider),
            ):
                room = server.world.group(title, by, *others)
                server.world.adds_bot(by, room)
            print(f"http://127.0.0.1:{PORT}/ （Ctrl-C 停止）", flush=True)  # noqa: T201
            stop = asyncio.Event()
            for name in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(name, stop.set)
            await stop.wait()
    await server.stop()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
