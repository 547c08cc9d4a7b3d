"""Entering a seat: codes, cookies, who may see what, and from where a post may come."""

from __future__ import annotations

import re
import stat
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from desk import application
from desk.sign_in import GUESSES, SignIn, read_secret
from domain.duty import Person, Role
from domain.errors import PersonCanFix, SetupError
from storage.live import LocalLive
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING

CODES = {"GOOD-1": Role.GRID_WORKER, "GOOD-2": Role.AUDITOR}
Client = TestClient[web.Request, web.Application]


@pytest.fixture
def store(sqlite_file: str) -> Iterator[Store]:
    """Give an empty store."""
    opened = Store(sqlite_file, keyring=KEYRING)
    yield opened
    opened.close()


def redeem(uow: UnitOfWork, code: str, name: str) -> Person:
    """Stand in for enrolment: two codes are good."""
    if code not in CODES:
        raise PersonCanFix("没有这个邀请码")
    role = CODES[code]
    return uow.people.add(name=name, role=role, town="大石街道" if role.needs_town else None)


def sign_in_of(store: Store, *, demo: bool = False, public_url: str = "") -> SignIn:
    """Return a sign-in with a fixed key."""
    seats = None
    if demo:
        seats = {
            name: store.write(
                lambda uow, name=name, role=role: uow.people.add(  # type: ignore[misc]
                    name=name, role=role, town="大石街道" if role.needs_town else None, demo=True
                )
            )
            for name, role in (
                ("reporter", Role.GRID_WORKER),
                ("officer", Role.TOWN_OFFICER),
                ("officer2", Role.TOWN_OFFICER),
                ("desk", Role.DISTRICT_OFFICER),
            )
        }
    return SignIn(
        store,
        secret=b"k" * 32,
        redeem=redeem,
        secure=public_url.startswith("https://"),
        lasts=timedelta(days=30),
        demo_seats=seats,
    )


async def serve(store: Store, sign_in: SignIn, public_url: str = "") -> Client:
    """Serve the application to a browser that keeps cookies."""
    app = application.build(
        store=store,
        live=LocalLive(),
        sign_in=sign_in,
        office="番禺区信访局",
        zone="Asia/Shanghai",
        files=Path("nowhere"),
        public_url=public_url,
    )
    client = TestClient(TestServer(app), cookie_jar=CookieJar(unsafe=True))
    await client.start_server()
    return client


@pytest.fixture
async def client(store: Store) -> AsyncIterator[Client]:
    """Serve the office as it is outside the demo."""
    client = await serve(store, sign_in_of(store))
    yield client
    await client.close()


@pytest.fixture
async def demo(store: Store) -> AsyncIterator[Client]:
    """Serve the demo."""
    client = await serve(store, sign_in_of(store, demo=True))
    yield client
    await client.close()


async def enter(client: Client, code: str, name: str = "小陈") -> tuple[int, str]:
    """Post a code as the form does; returns status and page."""
    async with client.post(
        "/chat/enter", data={"code": code, "name": name}, allow_redirects=False
    ) as answer:
        return answer.status, await answer.text()


async def page(client: Client, path: str, **headers: str) -> tuple[int, str]:
    """Get a page without following where it leads."""
    async with client.get(path, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


def cookie(client: Client) -> str:
    """Return the value of the seat's cookie."""
    jar = client.session.cookie_jar.filter_cookies(client.make_url("/"))
    return jar["huxin"].value


async def test_a_code_opens_a_seat_once_and_the_cookie_keeps_it(client: Client) -> None:
    """Before the code a page asks for it; after it the chat opens."""
    status, text = await page(client, "/chat")
    assert status == 401
    assert "邀请码" in text
    assert (await enter(client, "GOOD-1"))[0] == 303
    status, text = await page(client, "/chat")
    assert status == 200
    assert "大石街道网格员 小陈" in text


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: Client) -> None:
    """HttpOnly and SameSite stand on it; the table holds neither it nor its token."""
    async with client.post(
        "/chat/enter", data={"code": "GOOD-1", "name": "小陈"}, allow_redirects=False
    ) as answer:
        header = answer.headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header


async def test_over_https_the_cookie_is_bound_to_the_host(store: Store) -> None:
    """Secure, and a name that no other host or path can set."""
    client = await serve(
        store, sign_in_of(store, public_url="https://huxin.example"), "https://huxin.example"
    )
    async with client.post(
        "/chat/enter",
        data={"code": "GOOD-1", "name": "小陈"},
        headers={"Origin": "https://huxin.example"},
        allow_redirects=False,
    ) as answer:
        header = answer.headers["Set-Cookie"]
    assert header.startswith("__Host-huxin=")
    assert "Secure" in header
    await client.close()


async def test_the_table_of_sessions_opens_no_seat(client: Client, store: Store) -> None:
    """Whoever reads the database finds only a hash of the token."""
    await enter(client, "GOOD-1")
    token = cookie(client).partition(".")[0]
    with store.engine.connect() as connection, connection.begin():
        (kept,) = connection.exec_driver_sql("SELECT token_hash FROM web_sessions").scalars()
    assert token not in kept
    assert await seat_opens(client, f"{kept}.{'0' * 64}") is False


async def seat_opens(client: Client, value: str) -> bool:
    """Whether a cookie opens a seat."""
    client.session.cookie_jar.clear()
    status, text = await page(client, "/chat", Cookie=f"huxin={value}")
    return status == 200 and "用邀请码进入" not in text


async def test_a_forged_cookie_opens_nothing(client: Client) -> None:
    """One changed character, a missing or a foreign signature: nobody sits there."""
    await enter(client, "GOOD-1")
    good = cookie(client)
    token, _, signature = good.partition(".")
    assert await seat_opens(client, good)
    for forged in (
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        token,
        token + ".",
        "x" + good,
        f"{token}.{signature.upper()}" if signature.upper() != signature else "",
        "." + signature,
        ".",
        "",
        "\u00e9.\u00e9",
    ):
        assert not await seat_opens(client, forged)


async def test_leaving_ends_the_seat_everywhere_the_cookie_was_copied_to(client: Client) -> None:
    """A cookie that was revoked stays revoked."""
    await enter(client, "GOOD-1")
    good = cookie(client)
    async with client.post("/chat/leave", allow_redirects=False) as answer:
        assert answer.status == 303
    assert not await seat_opens(client, good)


async def test_a_person_who_was_revoked_sits_nowhere(client: Client, store: Store) -> None:
    """Ending the enrolment ends every browser's seat."""
    await enter(client, "GOOD-1")
    store.write(lambda uow: uow.people.revoke(1))
    assert not await seat_opens(client, cookie(client))


async def test_who_posts_is_told_by_the_transaction_that_stores_it(
    client: Client, store: Store
) -> None:
    """A person who is revoked while a message is on its way has no seat any more."""
    await enter(client, "GOOD-1")
    sign_in, headers = sign_in_of(store), {"Cookie": f"huxin={cookie(client)}"}
    seated = sign_in.seated(make_mocked_request("POST", "/", headers=headers))
    assert seated is not None
    assert [person.name for person in store.write(seated)] == ["小陈"]
    store.write(lambda uow: uow.people.revoke(1))
    assert store.write(seated) == ()
    assert sign_in.seated(make_mocked_request("POST", "/")) is None


async def test_wrong_codes_are_slowed_and_even_a_right_one_then_waits(client: Client) -> None:
    """After some wrong codes none is looked at for a while, and the page says so."""
    for _ in range(GUESSES):
        status, text = await enter(client, "WRONG")
        assert status == 422
        assert "没有这个邀请码" in text
    status, text = await enter(client, "GOOD-1")
    assert status == 422
    assert "10 分钟" in text


async def test_behind_a_proxy_one_guesser_does_not_lock_out_the_others(client: Client) -> None:
    """The address that a proxy on this machine names counts, and the last of a list."""
    for _ in range(GUESSES + 1):
        async with client.post(
            "/chat/enter",
            data={"code": "WRONG", "name": ""},
            headers={"X-Forwarded-For": "10.0.0.9, 203.0.113.7"},
        ) as answer:
            text = await answer.text()
    assert "10 分钟" in text
    assert (await enter(client, "GOOD-1"))[0] == 303


async def test_what_was_typed_comes_back_as_text(client: Client) -> None:
    """A code full of markup is shown, not run."""
    _, text = await enter(client, '"><script>alert(1)</script>')
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 303),
    ],
)
async def test_a_post_from_another_site_is_refused(
    client: Client, headers: dict[str, str], status: int
) -> None:
    """Browsers say where a post comes from; what is no browser has no cookie to abuse."""
    async with client.post("/chat/leave", headers=headers, allow_redirects=False) as answer:
        assert answer.status == status


async def test_the_demo_is_closed_to_foreign_host_names(demo: Client) -> None:
    """A name that was pointed at this machine does not reach the seats that ask nobody."""
    assert (await page(demo, "/", Host="evil.example"))[0] == 421
    assert (await page(demo, "/", Host="localhost:8080"))[0] == 200


async def test_a_seat_is_named_in_the_query_in_the_demo_only(client: Client, demo: Client) -> None:
    """Outside the demo the name of a seat means nothing."""
    assert "用邀请码进入" in (await page(client, "/chat?seat=reporter"))[1]
    assert "大石街道网格员 reporter" in (await page(demo, "/chat?seat=reporter"))[1]
    for path in ("/chat?seat=nobody", "/chat", "/desk?seat=nobody"):
        assert "选一个位置" in (await page(demo, path))[1]
    assert "您的姓名" in (await page(demo, "/chat/enter"))[1]


async def test_the_board_is_for_the_district_only(demo: Client) -> None:
    """To a grid worker and a town officer it is not there: page, snapshot, stream, alerts."""
    for path in ("/desk", "/api/desk/board", "/api/desk/events", "/api/desk/alerts/1"):
        for seat in ("reporter", "officer", "officer&seat=desk" if path != "/desk" else "officer"):
            assert (await page(demo, f"{path}?seat={seat}"))[0] == 404
    assert (await page(demo, "/desk?seat=desk"))[0] == 200
    assert (await page(demo, "/api/desk/board?seat=desk"))[0] == 200
    assert (await page(demo, "/api/desk/alerts/1?seat=desk"))[0] == 404
    assert (await page(demo, f"/api/desk/alerts/{'9' * 40}?seat=desk"))[0] == 404


async def test_after_the_code_one_comes_to_ones_own_page(client: Client) -> None:
    """An auditor to the board, a grid worker to the chat."""
    for code, lead in (("GOOD-1", "/chat"), ("GOOD-2", "/desk")):
        await enter(client, code)
        async with client.get("/", allow_redirects=False) as answer:
            assert answer.headers["Location"] == lead


async def test_no_page_asks_another_host_for_anything(client: Client, demo: Client) -> None:
    """Every address in pages, styles and scripts is ours; the policy says it as well."""
    texts = [(await page(demo, path))[1] for path in ("/", "/chat?seat=officer", "/desk?seat=desk")]
    texts.append((await page(client, "/"))[1])
    texts += [file.read_text("utf-8") for file in application.STATIC.iterdir()]
    foreign = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+", "\n".join(texts)))
    assert foreign <= {"http://www.w3.org"}  # the name of SVG, which nothing fetches
    async with client.get("/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"


async def test_every_page_is_free_of_inline_script_and_style(demo: Client) -> None:
    """The policy would stop them; so none is written."""
    for path in ("/", "/chat?seat=officer", "/desk?seat=desk", "/chat", "/chat/enter"):
        _, text = await page(demo, path)
        assert "style=" not in text
        assert not re.search(r"<script(?![^>]*\bsrc=)", text)
        assert not re.search(r"\son\w+=", text)


async def test_an_unknown_page_is_answered_in_words(client: Client) -> None:
    """A sentence to a person, JSON to a script."""
    assert (await page(client, "/nothing"))[1] == "没有这个页面。"
    async with client.get("/api/nothing") as answer:
        assert (answer.status, (await answer.json())["error"]) == (404, "没有这个页面。")


def test_the_cookies_key_is_made_once_and_readable_by_us_alone(tmp_path: Path) -> None:
    """The same key is read at the next start."""
    path = tmp_path / "var" / "cookie.key"
    secret = read_secret(path)
    assert len(secret) >= 32
    assert read_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "short", "abcd", "密钥"])
def test_a_damaged_key_stops_the_start_and_says_what_to_do(tmp_path: Path, content: str) -> None:
    """A weak key would let everybody in; so nothing starts."""
    path = tmp_path / "cookie.key"
    path.write_text(content, "utf-8")
    with pytest.raises(SetupError, match="删掉它"):
        read_secret(path)
