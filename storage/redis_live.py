"""Wake-ups between processes through Redis; read only where the settings name one.

Losing Redis delays, never loses. Refuses: any data but a topic's name.
"""

from __future__ import annotations

import contextlib
import threading

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from storage.live import LocalLive

REDIS_PREFIX = "huxin:"
RECONNECT_SECONDS = 1.0

log = structlog.get_logger()


class RedisLive(LocalLive):
    """Wake-ups within this process at once, and to the others through Redis pub/sub."""

    def __init__(self, url: str) -> None:
        """Connect in the background; a Redis that is away is tried again and again."""
        super().__init__()
        self._redis = redis.Redis.from_url(
            url,
            socket_connect_timeout=2,
            socket_timeout=2,
            health_check_interval=15,
            retry=Retry(NoBackoff(), 0),  # both threads try again by themselves
        )
        self._stop = threading.Event()
        self._outgoing: set[str] = set()
        self._something_to_send = threading.Event()
        self._threads = [
            threading.Thread(target=self._send_on, name="live-send", daemon=True),
            threading.Thread(target=self._hear_on, name="live-hear", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def wake(self, topic: str) -> None:
        """Hint here at once; the other processes hear it when Redis is there."""
        super().wake(topic)
        with self._lock:
            self._outgoing.add(topic)
        self._something_to_send.set()

    def close(self) -> None:
        """Stop both threads."""
        self._stop.set()
        self._something_to_send.set()
        for thread in self._threads:
            thread.join(timeout=5)
        self._redis.close()
        super().close()

    def _send_on(self) -> None:
        away = False
        while not self._stop.is_set():
            self._something_to_send.wait()
            self._something_to_send.clear()
            with self._lock:
                topics, self._outgoing = self._outgoing, set()
            try:
                for topic in topics:
                    self._redis.publish(REDIS_PREFIX + topic, "")
                away = False
            except redis.RedisError:
                if not away:
                    log.warning("redis_away")
                away = True
                # Said twice does no harm; what is kept is said once Redis is back.
                with self._lock:
                    self._outgoing |= topics
                self._something_to_send.set()
                self._stop.wait(RECONNECT_SECONDS)

    def _hear_on(self) -> None:
        away = False
        while not self._stop.is_set():
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as heard:  # type: ignore[no-untyped-call]
                    heard.psubscribe(REDIS_PREFIX + "*")
                    if away:
                        self._wake_all()
                    away = False
                    while not self._stop.is_set():
                        message = heard.get_message(timeout=1.0)
                        if message is not None:
                            channel: bytes = message["channel"]
                            super().wake(channel.decode().removeprefix(REDIS_PREFIX))
            except redis.RedisError:
                if not away:
                    log.warning("redis_away")
                away = True
                self._stop.wait(RECONNECT_SECONDS)

    def _wake_all(self) -> None:
        """Nobody knows what was said while nobody heard: let everybody look."""
        with self._lock:
            topics = tuple(self._listeners)
        for topic in topics:
            super().wake(topic)


def redis_answers(url: str) -> str | None:
    """Return what is wrong with a Redis, or None when it answers."""
    try:
        with contextlib.closing(
            redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        return type(error).__name__
    return None
