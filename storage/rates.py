"""Rate buckets that every process shares, and a careful bucket of our own without them.

A bucket is one number: when it would be full again (the generic cell rate algorithm, which
is a token bucket). Redis keeps it, by its own clock, in a key that expires; a script asks
all buckets of a send at once and takes from all or from none. While Redis is away each
process spends a quarter of every rate by itself. Refuses: names of chats; keys are hashes.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from domain.channel import Rate

SHARE_ALONE = 0.25
AWAY_SECONDS = 2.0  # how long a Redis that did not answer is left alone
ANSWER_SECONDS = 0.5
MOST_BUCKETS = 10_000
PREFIX = "huxin:rate:"
_MOST_PATIENCE = timedelta(seconds=2)

log = structlog.get_logger()

# For each key: the interval, how far ahead of the clock the bucket may stand before and
# after this send, all in microseconds. Returns 0 or more: taken, after that wait; below 0:
# not taken, and as long as that. The second number says which key made it wait.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local patience = tonumber(ARGV[1])
local longest, which, full = 0, 0, {}
for i, key in ipairs(KEYS) do
  local interval = tonumber(ARGV[3 * i - 1])
  local ahead, most = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  local at = tonumber(redis.call('GET', key) or '0')
  if at < now then at = now end
  if at > now + most then
    at = now + most
    local last = math.ceil(most / 1000) + 1000
    redis.call('SET', key, string.format('%.0f', at), 'PX', string.format('%.0f', last))
  end
  full[i] = at + interval
  if at - ahead - now > longest then
    longest = at - ahead - now
    which = i
  end
end
if longest > patience then
  return {string.format('%.0f', -longest), which}
end
for i, key in ipairs(KEYS) do
  local left = math.ceil((full[i] - now) / 1000) + 1000
  redis.call('SET', key, string.format('%.0f', full[i]), 'PX', string.format('%.0f', left))
end
return {string.format('%.0f', longest), which}
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket to take from. ``left`` of its burst has to stay for others, more urgent."""

    name: str
    rate: Rate
    left: int = 0

    @property
    def key(self) -> str:
        """Its name where others see it."""
        channel, _, _ = self.name.partition(":")
        digest = hashlib.blake2b(self.name.encode(), digest_size=12).hexdigest()
        return f"{PREFIX}{{{channel}}}:{digest}"


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a send may go, and after which wait.

    Not ``granted``: nothing was taken, and ``wait`` is how long the bucket ``short`` needs.
    """

    granted: bool
    wait: timedelta
    short: int | None = None


class Rates(Protocol):
    """What both kinds of buckets can do."""

    def ask(self, buckets: Sequence[Bucket], *, patience: timedelta) -> Answer:
        """Take one from every bucket, or from none where one needs longer than ``patience``.

        Blocks for as long as an answer takes; call it in a thread.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class LocalRates:
    """Buckets of one process, which spends a ``share`` of each rate."""

    def __init__(self, clock: Callable[[], datetime], *, share: float = 1.0) -> None:
        """Begin with full buckets."""
        self._clock = clock
        self._share = share
        self._lock = threading.Lock()
        self._full_at: dict[str, datetime] = {}

    def ask(self, buckets: Sequence[Bucket], *, patience: timedelta) -> Answer:
        """Take one from every bucket, or from none where one needs longer than ``patience``."""
        with self._lock:
            now = self._clock()
            longest, short = timedelta(0), None
            full = []
            for index, bucket in enumerate(buckets):
                interval, ahead, most = _measures(bucket, self._share, patience)
                at = max(self._full_at.get(bucket.name, now), now)
                if at > now + most:  # of a clock that was ahead: kept, or it would last as long
                    at = self._full_at[bucket.name] = now + most
                full.append(at + interval)
                if at - ahead - now > longest:
                    longest, short = at - ahead - now, index
            if longest > patience:
                return Answer(granted=False, wait=longest, short=short)
            if len(self._full_at) > MOST_BUCKETS:
                self._full_at = {name: at for name, at in self._full_at.items() if at > now}
            for bucket, at in zip(buckets, full, strict=True):
                self._full_at[bucket.name] = at
            return Answer(granted=True, wait=longest, short=short)

    def close(self) -> None:
        """Forget every bucket."""
        with self._lock:
            self._full_at.clear()


class RedisRates:
    """Buckets that all processes share; while Redis is away, a careful share of our own."""

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        """Connect when the first send asks."""
        self._redis = redis.Redis.from_url(
            url,
            socket_connect_timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._script = self._redis.register_script(_SCRIPT)
        self._alone = LocalRates(clock, share=SHARE_ALONE)
        self._away_until = 0.0

    def ask(self, buckets: Sequence[Bucket], *, patience: timedelta) -> Answer:
        """Take one from every bucket, or from none where one needs longer than ``patience``."""
        if time.monotonic() >= self._away_until:
            try:
                return self._ask_redis(buckets, patience)
            except redis.RedisError:
                log.warning("redis_away")
                self._away_until = time.monotonic() + AWAY_SECONDS
        return self._alone.ask(buckets, patience=patience)

    def close(self) -> None:
        """Close the connections."""
        with contextlib.suppress(redis.RedisError):
            self._redis.close()

    def _ask_redis(self, buckets: Sequence[Bucket], patience: timedelta) -> Answer:
        numbers = [_micros(patience)]
        for bucket in buckets:
            numbers += [_micros(span) for span in _measures(bucket, 1.0, patience)]
        keys = [bucket.key for bucket in buckets]
        said, which = self._script(keys=keys, args=numbers)
        wait = timedelta(microseconds=abs(int(said)))
        granted = not said.startswith(b"-") or not wait
        return Answer(granted=granted, wait=wait, short=int(which) - 1 if which else None)


def open_rates(url: str, clock: Callable[[], datetime]) -> Rates:
    """Return buckets in Redis when ``url`` names one, of this process alone otherwise."""
    return RedisRates(url, clock) if url else LocalRates(clock)


def _measures(
    bucket: Bucket, share: float, patience: timedelta
) -> tuple[timedelta, timedelta, timedelta]:
    """Return the interval, how far ahead this send may find the bucket, how far it can stand."""
    interval = bucket.rate.interval / share
    burst = max(1, math.floor(bucket.rate.burst * share))
    left = min(bucket.left, burst - 1)
    return interval, interval * (burst - left - 1), interval * burst + max(patience, _MOST_PATIENCE)


def _micros(span: timedelta) -> int:
    return round(span / timedelta(microseconds=1))
