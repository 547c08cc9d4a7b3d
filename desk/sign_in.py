"""Who sits in a browser: invite code once, then a signed cookie that can be revoked.

The cookie holds a random token and its HMAC-SHA256; the table holds only the token's hash,
so neither a stolen database nor a guessed token opens a seat. In demo mode, and only then,
a seat is named in the query. Refuses: passwords, any cookie without a live row.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from desk.texts import CODE_MISSING, TOO_MANY_GUESSES
from domain.duty import Person
from domain.errors import PersonCanFix, SetupError
from storage.store import Store
from storage.unit_of_work import UnitOfWork

GUESSES = 5
GUESSES_WITHIN = timedelta(minutes=10)
SECRET_BYTES = 32
LONGEST_CODE = 100
LONGEST_NAME = 40

Seated = Callable[[UnitOfWork], tuple[Person, ...]]
Redeem = Callable[[UnitOfWork, str, str], Person]


def read_secret(path: Path) -> bytes:
    """Return the key that signs cookies, made (readable by us alone) if it is not there yet."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(SECRET_BYTES))
    except FileExistsError:
        pass
    except OSError as error:
        raise SetupError(
            where="settings.toml",
            key="web.cookie_secret_file",
            found=str(path),
            write=f"这个文件写不了（{error.strerror}），请换一个能写的地方",
        ) from error
    try:
        secret = bytes.fromhex(path.read_text("ascii"))
    except (OSError, ValueError):
        secret = b""
    if len(secret) < SECRET_BYTES:
        raise SetupError(
            where="settings.toml",
            key="web.cookie_secret_file",
            found=str(path),
            write="这个文件读不了；删掉它，启动时会重新生成（大家要重新进入）",
        )
    return secret


@dataclass(frozen=True, slots=True)
class Entry:
    """A cookie to set, for a person who has just entered."""

    person: Person
    cookie: str


class SignIn:
    """Tells who sits in a browser, lets people in and out."""

    def __init__(
        self,
        store: Store,
        *,
        secret: bytes,
        redeem: Redeem,
        secure: bool,
        lasts: timedelta,
        demo_seats: Mapping[str, Person] | None = None,
    ) -> None:
        """Bind to the sessions.

        ``redeem`` turns a code into a person with a seat, or raises `PersonCanFix`.
        ``secure`` says that the page is served over https. ``lasts`` is how long a seat is
        kept without a new code. ``demo_seats`` are the demo's people by the name of their
        seat in a query; None outside the demo.
        """
        self._store = store
        self._secret = secret
        self._redeem = redeem
        self._secure = secure
        self._lasts = lasts
        self._demo_seats = demo_seats
        # A browser takes a __Host- cookie from https only, and from no other host or path.
        self.cookie_name = "__Host-huxin" if secure else "huxin"

    @property
    def demo_seats(self) -> Mapping[str, Person] | None:
        """The demo's people by the name of their seat; None outside the demo."""
        return self._demo_seats

    async def who(self, request: web.Request) -> tuple[Person, ...]:
        """Return who sits in the browser that asks; () when nobody does."""
        seated = self.seated(request)
        return () if seated is None else await asyncio.to_thread(self._store.read, seated)

    def seated(self, request: web.Request) -> Seated | None:
        """Return what tells, within a transaction, who sits in the browser that asks.

        None when nobody can: it has no cookie that we signed. A session that was revoked or
        ran out is found in the transaction.
        """
        if self._demo_seats is not None:
            named = dict.fromkeys(request.query.getall("seat", []))
            seats = tuple(self._demo_seats[name] for name in named if name in self._demo_seats)
            if seats:
                return lambda _: seats
        token = self._token(request)
        if token is None:
            return None
        kept = _hash(token)

        def look(uow: UnitOfWork) -> tuple[Person, ...]:
            person = uow.webchat.session(kept)
            return () if person is None else (person,)

        return look

    async def enter(self, code: str, name: str, *, guesser: str) -> Entry:
        """Take a code and open a session; `PersonCanFix` says why not.

        ``guesser`` is where the request came from; after `GUESSES` wrong codes from there
        none is looked at for `GUESSES_WITHIN`.
        """
        code, name = code.strip()[:LONGEST_CODE], name.strip()[:LONGEST_NAME]
        if not code:
            raise PersonCanFix(CODE_MISSING)
        guesser = _hash(guesser)
        token = secrets.token_urlsafe(SECRET_BYTES)

        def let_in(uow: UnitOfWork) -> Person:
            wrong = uow.invites.wrong_guesses("web", guesser, within=GUESSES_WITHIN)
            if wrong >= GUESSES:
                raise _Slowed(TOO_MANY_GUESSES)
            person = self._redeem(uow, code, name)
            uow.webchat.open_session(_hash(token), person, lasts=self._lasts)
            return person

        try:
            person = await asyncio.wrap_future(self._store.submit(let_in))
        except _Slowed:
            raise
        except PersonCanFix:
            # That unit was undone with the error, so the guess is counted in one of its own.
            await asyncio.wrap_future(
                self._store.submit(
                    lambda uow: uow.invites.note_wrong_guess("web", guesser, within=GUESSES_WITHIN)
                )
            )
            raise
        return Entry(person=person, cookie=f"{token}.{self._sign(token)}")

    async def leave(self, request: web.Request) -> None:
        """End the session of the browser that asks, if it has one."""
        token = self._token(request)
        if token is not None:
            await asyncio.wrap_future(
                self._store.submit(lambda uow: uow.webchat.end_session(_hash(token)))
            )

    def set_cookie(self, response: web.StreamResponse, entry: Entry) -> None:
        """Hand the seat's cookie to the browser; no script can read it."""
        response.set_cookie(
            self.cookie_name,
            entry.cookie,
            max_age=int(self._lasts.total_seconds()),
            httponly=True,
            secure=self._secure,
            samesite="Lax",
            path="/",
        )

    def drop_cookie(self, response: web.StreamResponse) -> None:
        """Take the cookie back."""
        response.del_cookie(self.cookie_name, path="/", secure=self._secure, httponly=True)

    def _token(self, request: web.Request) -> str | None:
        """Return the token of a cookie that we signed; None for any other."""
        token, _, signature = request.cookies.get(self.cookie_name, "").partition(".")
        if not token or not signature.isascii():
            return None
        return token if hmac.compare_digest(self._sign(token), signature) else None

    def _sign(self, token: str) -> str:
        return hmac.new(self._secret, token.encode(), hashlib.sha256).hexdigest()


class _Slowed(PersonCanFix):
    """Too many wrong codes; this one was not looked at."""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
