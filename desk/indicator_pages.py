"""The pages of the indicators: a month's figures, and the matters behind one of them.

They work without a script, by keyboard and on a phone: a form, links and tables. Whoever may
not see figures gets the answer of a page that is not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

import jinja2
from aiohttp import web

from desk.sign_in import SignIn
from domain.access import Asker, Way
from domain.duty import Person
from domain.errors import PersonCanFix
from petitions import indicator_words as words
from petitions.indicator_looks import Figure, behind, may_list, month_figures, note_look
from petitions.indicators import Indicator, IndicatorRules
from petitions.ledger import Ledger
from petitions.month_figures import UNTOLD, MonthFigures, Strand
from petitions.months import Month, month_of, read_month
from storage.store import Store
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")

PAGE = 100
LONGEST_PAGE, LONGEST_UNIT = 6, 60
FIGURES, LIST = "/desk/indicators", "/desk/indicators/list"
MISSED = "missed"


@dataclass(frozen=True, slots=True)
class IndicatorDesk:
    """What the pages read with."""

    store: Store
    sign_in: SignIn
    ledger: Ledger
    rules: IndicatorRules
    zone: str


class IndicatorPages:
    """The two pages; the words stand in their templates and in `petitions.indicator_words`."""

    def __init__(self, desk: IndicatorDesk, templates: jinja2.Environment) -> None:
        """Bind to what is read and to the templates."""
        self._desk = desk
        self._templates = templates
        # Counting is all processor: one count at a time leaves the rest to alerts.
        self._one_by_one = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """Return the pages' routes."""
        return [web.get(FIGURES, self.figures), web.get(LIST, self.list)]

    async def figures(self, request: web.Request) -> web.StreamResponse:
        """Show a month's figures."""
        person = await self._person(request)
        unit = request.query.get("unit") or None

        month = self._month(request)

        def look(uow: UnitOfWork) -> tuple[Asker, MonthFigures]:
            asker = uow.interests.asker(person, Way.WEB)
            return asker, month_figures(uow, self._desk.ledger, self._desk.rules, asker, month)

        asker, found = await self._read(look)
        return self._page(
            request,
            "indicators.html",
            person=person,
            found=found,
            shown=found if unit is None else found.only(unit),
            unit=unit,
            lists=may_list(asker),
        )

    async def list(self, request: web.Request) -> web.StreamResponse:
        """Show the matters behind a figure, once the look is written down."""
        person, figure = await self._person(request), self._figure(request)
        desk = self._desk

        def note(uow: UnitOfWork) -> Asker:
            asker = uow.interests.asker(person, Way.WEB)
            note_look(uow, asker, figure)
            return asker

        try:
            asker = await asyncio.wrap_future(desk.store.submit(note))
        except PersonCanFix as error:
            raise web.HTTPNotFound from error
        found = await self._read(lambda uow: behind(uow, desk.ledger, desk.rules, asker, figure))
        missed = MISSED in request.query
        rows = [one for one in found.listed if not (missed and one.counts)]
        page = min(_page_number(request), max(1, -(-len(rows) // PAGE)))
        return self._page(
            request,
            "indicator_list.html",
            person=person,
            found=found,
            rows=rows[(page - 1) * PAGE : page * PAGE],
            count=len(rows),
            missed=missed,
            page=page,
            pages=-(-len(rows) // PAGE),
        )

    async def _person(self, request: web.Request) -> Person:
        people = await self._desk.sign_in.who(request)
        if len(people) != 1:
            raise web.HTTPNotFound
        return people[0]

    async def _read(self, look: Callable[[UnitOfWork], T]) -> T:
        """Read in a thread of its own; what is refused is not there."""
        try:
            async with self._one_by_one:
                return await asyncio.to_thread(self._desk.store.read, look)
        except PersonCanFix as error:
            raise web.HTTPNotFound from error

    def _month(self, request: web.Request) -> Month:
        """Return the month that is asked for; the last whole one, if none or none can be read."""
        try:
            return read_month(request.query.get("month", ""))
        except PersonCanFix:
            return month_of(self._desk.ledger.today(self._desk.store.clock())).before

    def _figure(self, request: web.Request) -> Figure:
        try:
            indicator = Indicator(request.query.get("figure", ""))
            strand = Strand(request.query.get("strand", Strand.ALL))
        except ValueError as error:
            raise web.HTTPNotFound from error
        unit = request.query.get("unit")
        return Figure(self._month(request), indicator, strand, unit and unit[:LONGEST_UNIT])

    def _page(self, request: web.Request, template: str, **shown: Any) -> web.Response:
        demo = self._desk.sign_in.demo_seats is not None
        seat = request.query.get("seat", "") if demo else ""

        def address(path: str, **query: str | int | None) -> str:
            """Return an address of ours, with the demo's seat where there is one."""
            asked = {name: str(one) for name, one in query.items() if one is not None}
            if seat:
                asked["seat"] = seat
            return f"{path}?{urlencode(asked)}" if asked else path

        text = self._templates.get_template(template).render(
            office=self._desk.ledger.office,
            zone=self._desk.zone,
            demo=demo,
            seat=seat,
            words=words,
            indicators=tuple(Indicator),
            strands=tuple(Strand),
            untold=UNTOLD,
            rules=self._desk.rules,
            address=address,
            paths={"figures": FIGURES, "list": LIST},
            **shown,
        )
        return web.Response(text=text, content_type="text/html")


def _page_number(request: web.Request) -> int:
    written = request.query.get("page", "1")[:LONGEST_PAGE]
    return max(1, int(written)) if written.isascii() and written.isdigit() else 1
