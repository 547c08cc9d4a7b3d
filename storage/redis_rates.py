"""Rate buckets that every process shares in Redis; read only where the settings name one.

Redis keeps a bucket, by its own clock, in a key that expires; a script asks all buckets of a
send at once and takes from all or from none. While Redis is away each process spends a
quarter of every rate by itself.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from storage.rates import Answer, Bucket, LocalRates, measures

SHARE_ALONE = 0.25
AWAY_SECONDS = 2.0  # how long a Redis that did not answer is left alone
ANSWER_SECONDS = 0.5

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
            numbers += [_micros(span) for span in measures(bucket, 1.0, patience)]
        keys = [bucket.key for bucket in buckets]
        said, which = self._script(keys=keys, args=numbers)
        wait = timedelta(microseconds=abs(int(said)))
        granted = not said.startswith(b"-") or not wait
        return Answer(granted=granted, wait=wait, short=int(which) - 1 if which else None)


def _micros(span: timedelta) -> int:
    return round(span / timedelta(microseconds=1))
