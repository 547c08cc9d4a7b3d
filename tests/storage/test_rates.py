"""Rate buckets: one contract for those of a process and those that all share in Redis."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from domain.channel import Rate
from storage.rates import Bucket, LocalRates, Rates, open_rates
from storage.redis_rates import SHARE_ALONE, RedisRates
from tests.fakes import PushedClock
from tests.servers import free_port, run_redis

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
NEVER = timedelta(0)
# So slow that no bucket of the contract fills by one while a test runs.
SLOW = Rate(3, timedelta(hours=3), burst=3)


@pytest.fixture(params=["local", "redis"])
def rates(request: pytest.FixtureRequest) -> Iterator[Rates]:
    """Give each kind of buckets."""
    url = "" if request.param == "local" else request.getfixturevalue("redis_url")
    opened = open_rates(url, PushedClock(NOON))
    yield opened
    opened.close()


def test_a_burst_passes_and_then_somebody_waits(rates: Rates) -> None:
    """As many as the burst go at once; the next hears how long, and takes nothing."""
    bucket = Bucket("wire:a", SLOW)
    for _ in range(3):
        assert rates.ask([bucket], patience=NEVER).granted
    for _ in range(2):
        late = rates.ask([bucket], patience=NEVER)
        assert not late.granted
        assert late.short == 0
        assert timedelta(hours=2.9) < late.wait <= SLOW.interval


def test_one_chat_does_not_use_up_another(rates: Rates) -> None:
    """Buckets are apart by their names."""
    for chat in "abcd":
        assert rates.ask(
            [Bucket(f"wire:{chat}", Rate(1, timedelta(hours=1)))], patience=NEVER
        ).granted


def test_all_or_none_is_taken(rates: Rates) -> None:
    """Where the second bucket is empty, the first keeps what it has."""
    whole, chat = Bucket("wire:", SLOW), Bucket("wire:a", Rate(1, timedelta(hours=1)))
    assert rates.ask([whole, chat], patience=NEVER).granted
    for _ in range(5):
        late = rates.ask([whole, chat], patience=NEVER)
        assert (late.granted, late.short) == (False, 1)
    assert rates.ask([whole], patience=NEVER).granted
    assert rates.ask([whole], patience=NEVER).granted
    assert not rates.ask([whole], patience=NEVER).granted


def test_what_is_kept_for_red_only_red_gets(rates: Rates) -> None:
    """The others find the bucket empty one earlier; red takes the last."""
    others, red = Bucket("wire:", SLOW, left=1), Bucket("wire:", SLOW)
    assert [rates.ask([others], patience=NEVER).granted for _ in range(3)] == [True, True, False]
    assert [rates.ask([red], patience=NEVER).granted for _ in range(2)] == [True, False]


def test_a_bucket_of_one_has_nothing_to_keep(rates: Rates) -> None:
    """Once a second is once a second, for a receipt as well."""
    assert rates.ask(
        [Bucket("wire:a", Rate(1, timedelta(hours=1)), left=1)], patience=NEVER
    ).granted


def test_a_short_wait_is_booked(rates: Rates) -> None:
    """Within one's patience the place is kept, and the next waits for longer."""
    bucket, hours = Bucket("wire:a", Rate(1, timedelta(hours=1))), timedelta(hours=1.5)
    first, second, third = (rates.ask([bucket], patience=hours) for _ in range(3))
    assert (first.granted, first.wait) == (True, NEVER)
    assert second.granted
    assert timedelta(minutes=59) < second.wait <= timedelta(hours=1)
    assert not third.granted
    assert third.wait > timedelta(minutes=119)


def test_keys_expire_and_name_no_chat(redis_url: str) -> None:
    """A full bucket needs no key; who looks into Redis reads no chat's id."""
    rates = open_rates(redis_url, PushedClock(NOON))
    rates.ask([Bucket("wire:0:room-dashi-7", Rate(20, timedelta(minutes=1)))], patience=NEVER)
    rates.close()
    with redis.Redis.from_url(redis_url) as looking:
        (key,) = looking.keys("*")
        assert b"room" not in key
        assert 0 < looking.pttl(key) <= 4000


@given(
    count=st.integers(1, 12),
    burst=st.integers(1, 12),
    asked=st.lists(st.integers(0, 40), max_size=80),
)
def test_no_stretch_of_time_sees_more_than_was_promised(
    count: int, burst: int, asked: list[int]
) -> None:
    """However one asks: never more than ``count`` within ``per``, from any moment on."""
    rate = Rate(count, timedelta(seconds=10), min(burst, count))
    clock = PushedClock(NOON)
    rates = LocalRates(clock)
    sent = []
    for tenths in asked:
        clock.push(timedelta(seconds=tenths / 10))
        if rates.ask([Bucket("wire:", rate)], patience=NEVER).granted:
            sent.append(clock.now)
    for first in sent:
        assert len([at for at in sent if first <= at < first + rate.per]) <= count


def test_what_is_no_rate_is_refused() -> None:
    """More at once than in all, none at all, or in no time."""
    for count, seconds, burst in ((1, 1, 2), (0, 1, 0), (3, 0, 1)):
        with pytest.raises(ValueError, match="no such rate"):
            Rate(count, timedelta(seconds=seconds), burst)


def test_a_bucket_of_a_clock_that_was_ahead_fills_in_its_own_time() -> None:
    """Who asks again and again after it was set back is let through as soon as anybody."""
    clock = PushedClock(NOON)
    rates = LocalRates(clock)
    bucket = Bucket("wire:a", Rate(1, timedelta(seconds=1)))
    assert rates.ask([bucket], patience=NEVER).granted
    clock.push(timedelta(minutes=-10))
    waited = 0
    while not rates.ask([bucket], patience=NEVER).granted:
        clock.push(timedelta(seconds=1))
        waited += 1
    assert waited <= 3


def test_a_bucket_of_a_server_that_was_ahead_fills_in_its_own_time(redis_url: str) -> None:
    """The same for buckets in Redis: what stands too far ahead is written down as it can be."""
    rates = RedisRates(redis_url, PushedClock(NOON))
    bucket = Bucket("wire:a", Rate(1, timedelta(seconds=1)))
    server = redis.Redis.from_url(redis_url)
    seconds, _ = server.time()
    server.set(bucket.key, (seconds + 600) * 10**6)
    assert not rates.ask([bucket], patience=NEVER).granted
    assert int(server.get(bucket.key) or 0) < (seconds + 60) * 10**6
    rates.close()
    server.close()


def test_a_clock_that_falls_back_stops_nobody_for_long() -> None:
    """The bucket never seems emptier than it can be."""
    clock = PushedClock(NOON)
    rates = LocalRates(clock)
    bucket = Bucket("wire:a", Rate(1, timedelta(seconds=1)))
    assert rates.ask([bucket], patience=NEVER).granted
    clock.push(-timedelta(days=1))
    assert rates.ask([bucket], patience=NEVER).wait <= timedelta(seconds=4)


def test_while_redis_is_away_each_process_spends_a_quarter() -> None:
    """Nobody knows what the others send, so everybody is careful; sending goes on."""
    clock = PushedClock(NOON)
    rates = open_rates("redis://127.0.0.1:1", clock)
    bucket = Bucket("wire:", Rate(8, timedelta(seconds=1), burst=8))
    granted = [rates.ask([bucket], patience=NEVER).granted for _ in range(8)]
    assert sum(granted) == 8 * SHARE_ALONE
    rates.close()


def test_redis_goes_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes share one bucket again as soon as Redis answers."""
    monkeypatch.setattr("storage.redis_rates.AWAY_SECONDS", 0.0)
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not on this machine (Debian package redis-server)")
    port, alone = free_port(), Rate(4, timedelta(hours=4), burst=4)
    bucket = Bucket("wire:", alone)
    with ExitStack() as redis_runs:
        url = redis_runs.enter_context(run_redis(program, port))
        here, there = (RedisRates(url, PushedClock(NOON)) for _ in range(2))
        assert [one.ask([bucket], patience=NEVER).granted for one in (here, there) * 3] == [
            *[True] * 4,
            *[False] * 2,
        ]
    assert [one.ask([bucket], patience=NEVER).granted for one in (here, there) * 2] == [
        *[True] * 2,
        *[False] * 2,
    ]
    with run_redis(program, port):
        assert [one.ask([bucket], patience=NEVER).granted for one in (here, there) * 3] == [
            *[True] * 4,
            *[False] * 2,
        ]
    here.close()
    there.close()
