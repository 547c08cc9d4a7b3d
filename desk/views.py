"""The pages: home (the demo's three panes), a seat's chat, the board, and the way in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from alerts.knowing import may_watch
from desk.sign_in import SignIn
from desk.texts import SAMPLES
from domain.access import Reach, Topic, reach
from domain.duty import Person
from domain.errors import PersonCanFix

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
TEMPLATES = Path(__file__).parent / "templates"


def page_templates() -> jinja2.Environment:
    """Return the templates of all pages, escaped by default."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Pages:
    """The pages of reports and alerts; the words stand in the templates."""

    def __init__(self, sign_in: SignIn, *, office: str, zone: str) -> None:
        """Bind to who sits where, and to the templates."""
        self._sign_in = sign_in
        self._office = office
        self._zone = zone
        self._templates = page_templates()

    def routes(self) -> list[web.RouteDef]:
        """Return the pages' routes."""
        return [
            web.get("/", self.home),
            web.get("/chat", self.chat),
            web.get("/chat/enter", self.ask_code),
            web.post("/chat/enter", self.enter),
            web.post("/chat/leave", self.leave),
            web.get("/desk", self.desk),
        ]

    async def home(self, request: web.Request) -> web.StreamResponse:
        """Show the demo side by side; outside it, lead to the seat or to the way in."""
        seats = self._sign_in.demo_seats
        if seats is not None:
            town = seats["reporter"].town or ""
            samples = [(level, word, text.format(town=town)) for level, word, text in SAMPLES]
            return self._page("demo.html", seats=seats, town=town, samples=samples)
        people = await self._sign_in.who(request)
        if not people:
            return self._way_in()
        watches = may_watch(people[0])
        raise web.HTTPSeeOther("/desk" if watches else "/chat")

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """Show the chats of the seat."""
        people = await self._sign_in.who(request)
        if not people:
            return self._way_in()
        seat, person = self._seat(request), people[0]
        return self._page(
            "chat.html",
            person=person,
            seat=seat,
            watches=may_watch(person),
            counts=_counts(person),
        )

    async def desk(self, request: web.Request) -> web.StreamResponse:
        """Show the board to those who may see it."""
        people = await self._sign_in.who(request)
        if not people:
            return self._way_in()
        if not may_watch(people[0]):
            raise web.HTTPNotFound
        person = people[0]
        seat = self._seat(request)
        return self._page("desk.html", person=person, seat=seat, counts=_counts(person))

    async def ask_code(self, _: web.Request) -> web.StreamResponse:
        """Show the form for an invite code."""
        return self._page("enter.html", problem="", code="", name="")

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Take an invite code; a wrong one shows the form again with the reason."""
        form = await request.post()
        code, name = str(form.get("code", "")), str(form.get("name", ""))
        try:
            entry = await self._sign_in.enter(code, name, guesser=_asker(request))
        except PersonCanFix as error:
            return self._page("enter.html", status=422, problem=error.reply, code=code, name=name)
        response = web.HTTPSeeOther("/")
        self._sign_in.set_cookie(response, entry)
        raise response

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """End the session and show the way in."""
        await self._sign_in.leave(request)
        response = web.HTTPSeeOther("/")
        self._sign_in.drop_cookie(response)
        raise response

    def _way_in(self) -> web.Response:
        """Show the form for an invite code; in the demo, the seats to choose from."""
        seats = self._sign_in.demo_seats
        if seats is not None:
            return self._page("seats.html", seats=seats)
        # The page's scripts read the status, and show this form in place of a chat that has ended.
        return self._page("enter.html", status=401, problem="", code="", name="")

    def _seat(self, request: web.Request) -> str:
        """Return the seat that a page of the demo goes on naming in its requests."""
        return request.query.get("seat", "") if self._sign_in.demo_seats is not None else ""

    def _page(self, template: str, *, status: int = 200, **words: Any) -> web.Response:
        text = self._templates.get_template(template).render(
            office=self._office, zone=self._zone, demo=self._sign_in.demo_seats is not None, **words
        )
        return web.Response(text=text, status=status, content_type="text/html")


def _counts(person: Person) -> bool:
    """Whether somebody may see figures."""
    return reach(person.role, Topic.FIGURES) is not Reach.NONE


def _asker(request: web.Request) -> str:
    """Return the address of who asks; a proxy on this machine names it in a header."""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded if forwarded and request.remote in LOOPBACK else request.remote or ""
