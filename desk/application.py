"""The web application: one aiohttp application with every route and its guards.

Nothing is fetched from another host, nothing of ours is framed by another page, and a post
is taken only from our own pages. Errors are answered with a sentence, never a traceback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from desk.routes import board_routes
from desk.sign_in import SignIn
from desk.texts import NOT_FOUND, NOT_FROM_HERE, NOT_THIS_HOST, STORE_AWAY, WRONG_SOMEWHERE
from desk.views import LOOPBACK, Pages
from storage.live import Live
from storage.store import StorageFailure, Store

STATIC = Path(__file__).parent / "static"
LARGEST_FORM = 16 * 1024

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' data: blob:; media-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger()


def build(
    *,
    store: Store,
    live: Live,
    sign_in: SignIn,
    office: str,
    zone: str,
    files: Path,
    more_routes: Iterable[web.AbstractRouteDef] = (),
    public_url: str = "",
    closing: asyncio.Event | None = None,
) -> web.Application:
    """Return the application.

    ``office`` and ``zone`` are the office's name and its time zone (IANA), for the pages.
    ``files`` is the folder of photos and other files of reports.
    ``more_routes`` are those of channels and of health. ``public_url`` is the address that
    people type when a proxy stands before us. ``closing`` is set when the application shuts
    down, so that live streams end.
    """
    closing = closing or asyncio.Event()
    app = web.Application(
        middlewares=[_guard(sign_in, public_url), _answer_errors], client_max_size=LARGEST_FORM
    )
    app.router.add_routes(Pages(sign_in, office=office, zone=zone).routes())
    app.router.add_routes(
        board_routes(store=store, live=live, sign_in=sign_in, folder=files, closing=closing.is_set)
    )
    app.router.add_routes(more_routes)
    app.router.add_static("/static", STATIC)
    app.on_response_prepare.append(_add_headers)

    async def close(_: web.Application) -> None:
        closing.set()

    app.on_shutdown.append(close)
    return app


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    kept = "no-cache" if request.path.startswith("/static/") else "no-store"
    response.headers.setdefault("Cache-Control", kept)
    response.headers["Server"] = "huxin"


def _guard(sign_in: SignIn, public_url: str) -> Callable[..., Awaitable[web.StreamResponse]]:
    ours = urlsplit(public_url).netloc

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        # The demo asks nobody who they are, so no foreign name may lead to it (DNS rebinding).
        if sign_in.demo_seats is not None and request.url.host not in LOOPBACK:
            raise web.HTTPMisdirectedRequest(text=NOT_THIS_HOST)
        if request.method not in {"GET", "HEAD"} and not _is_from_here(request, ours):
            raise web.HTTPForbidden(text=NOT_FROM_HERE)
        return await handler(request)

    return guard


def _is_from_here(request: web.Request, ours: str) -> bool:
    """Whether a post comes from our own page, or from no browser at all.

    Every browser sends Sec-Fetch-Site or, to a post, Origin
    (https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site).
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc in {request.host, ours} - {""}


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what went wrong in the asker's form: JSON to a script, a sentence to a person."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if (
            error.status < web.HTTPBadRequest.status_code
            or error.content_type == "application/json"
        ):
            raise
        status = error.status
        sentence = (
            NOT_FOUND if status == web.HTTPNotFound.status_code else error.text or error.reason
        )
    except StorageFailure as error:
        log.warning("store_away", error=type(error).__name__)
        status, sentence = web.HTTPServiceUnavailable.status_code, STORE_AWAY
    except Exception as error:  # noqa: BLE001 - one request, answered; the next goes on
        resource = request.match_info.route.resource
        route = resource.canonical if resource is not None else "?"
        log.warning("request_failed", route=route, error=type(error).__name__)
        status, sentence = web.HTTPInternalServerError.status_code, WRONG_SOMEWHERE
    if request.path.startswith("/api/"):
        return web.json_response({"error": sentence}, status=status)
    return web.Response(text=sentence, status=status)
