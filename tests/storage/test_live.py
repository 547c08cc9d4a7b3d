"""Wake-ups: one contract for those within a process and those through Redis."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator

import pytest

from storage.live import (
    BOARD,
    INBOX,
    NOTICES,
    Listener,
    Live,
    LocalLive,
    open_live,
)
from storage.redis_live import RedisLive, redis_answers
from tests.servers import free_port, run_redis

LONG = 10.0  # seconds that a test waits for what does come
SHORT = 0.02


@pytest.fixture(params=["local", "redis"])
def live(request: pytest.FixtureRequest) -> Iterator[Live]:
    """Give each kind of wake-up."""
    url = "" if request.param == "local" else request.getfixturevalue("redis_url")
    opened = open_live(url)
    yield opened
    opened.close()


async def test_a_hint_is_heard(live: Live) -> None:
    """Whoever listens to the topic wakes up."""
    with live.listen(INBOX) as listener:
        live.wake(INBOX)
        assert await listener.wait(LONG)


async def test_hints_before_the_wait_are_kept_as_one(live: Live) -> None:
    """Three hints while nobody waits wake once."""
    with live.listen(INBOX) as listener:
        for _ in range(3):
            live.wake(INBOX)
        assert await listener.wait(LONG)


async def test_another_topic_is_not_heard(live: Live) -> None:
    """A listener hears its own topics only, each of them."""
    with live.listen(INBOX, BOARD) as listener:
        live.wake(NOTICES)
        assert not await listener.wait(SHORT)
        live.wake(BOARD)
        assert await listener.wait(LONG)


async def test_every_listener_hears(live: Live) -> None:
    """One hint wakes all who listen."""
    with live.listen(INBOX) as one, live.listen(INBOX) as two:
        live.wake(INBOX)
        assert await one.wait(LONG)
        assert await two.wait(LONG)


async def test_a_hint_from_another_thread(live: Live) -> None:
    """The writer thread may hint to the loop that waits."""
    with live.listen(INBOX) as listener:
        thread = threading.Thread(target=live.wake, args=(INBOX,))
        waiting = asyncio.create_task(listener.wait(LONG))
        await asyncio.sleep(0)
        thread.start()
        assert await waiting
        thread.join()


async def test_who_stopped_listening_harms_nobody(live: Live) -> None:
    """A hint to nobody is lost, and a closed listener is silent."""
    listener = live.listen(INBOX)
    listener.close()
    live.wake(INBOX)
    assert not await listener.wait(SHORT)


async def test_another_process_hears_through_redis(redis_url: str) -> None:
    """Two objects stand for two processes; the hint is repeated since it may be lost."""
    here, there = RedisLive(redis_url), RedisLive(redis_url)
    try:
        with there.listen(INBOX) as listener:
            for _ in range(200):
                here.wake(INBOX)
                if await listener.wait(0.05):
                    break
            else:
                pytest.fail("no hint in 200 came through")
    finally:
        here.close()
        there.close()


async def test_without_redis_this_process_still_hears() -> None:
    """Losing Redis delays the others and loses nothing here."""
    alone = open_live("redis://127.0.0.1:1")
    try:
        with alone.listen(INBOX) as listener:
            alone.wake(INBOX)
            assert await listener.wait(LONG)
    finally:
        alone.close()
    assert isinstance(open_live(""), LocalLive)


def test_whether_redis_answers(redis_url: str) -> None:
    """The check says what is wrong, by name."""
    assert redis_answers(redis_url) is None
    assert redis_answers("redis://127.0.0.1:1") == "ConnectionError"
    assert redis_answers("nonsense") == "ValueError"


async def test_redis_goes_and_comes_back() -> None:
    """Nothing is lost here meanwhile, and the others hear again once it answers."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not on this machine (Debian package redis-server)")
    port = free_port()
    here, there = (RedisLive(f"redis://127.0.0.1:{port}") for _ in range(2))
    try:
        with there.listen(INBOX) as listener:
            for _ in range(2):
                with run_redis(program, port):
                    assert await heard(here, listener)
                here.wake(INBOX)  # nobody carries it now; it is kept
    finally:
        here.close()
        there.close()


async def test_who_hears_again_looks_for_what_was_missed() -> None:
    """While Redis was away others may have said something: each listener wakes once."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not on this machine (Debian package redis-server)")
    port = free_port()
    live = RedisLive(f"redis://127.0.0.1:{port}")
    try:
        with live.listen(BOARD) as listener:
            assert not await listener.wait(SHORT)
            with run_redis(program, port):
                assert await listener.wait(LONG)
    finally:
        live.close()


async def heard(live: Live, listener: Listener) -> bool:
    """Whether a hint, repeated since one may be lost, comes through."""
    for _ in range(200):
        live.wake(INBOX)
        if await listener.wait(0.05):
            return True
    return False
