"""Rate buckets: what they are, and those of one process (`storage.redis_rates`: of all).

A bucket is one number: when it would be full again (the generic cell rate algorithm, which
is a token bucket). Refuses: names of chats; keys are hashes.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.channel import Rate

MOST_BUCKETS = 10_000
PREFIX = "huxin:rate:"
_MOST_PATIENCE = timedelta(seconds=2)


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
                interval, ahead, most = measures(bucket, self._share, patience)
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


def open_rates(url: str, clock: Callable[[], datetime]) -> Rates:
    """Return buckets in Redis when ``url`` names one, of this process alone otherwise."""
    if not url:
        return LocalRates(clock)
    # An office without Redis starts sooner without its library.
    from storage.redis_rates import RedisRates  # noqa: PLC0415

    return RedisRates(url, clock)


def measures(
    bucket: Bucket, share: float, patience: timedelta
) -> tuple[timedelta, timedelta, timedelta]:
    """Return the interval, how far ahead this send may find the bucket, how far it can stand."""
    interval = bucket.rate.interval / share
    burst = max(1, math.floor(bucket.rate.burst * share))
    left = min(bucket.left, burst - 1)
    return interval, interval * (burst - left - 1), interval * burst + max(patience, _MOST_PATIENCE)
