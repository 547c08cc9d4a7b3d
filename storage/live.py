"""Wake-ups: hints that something is new, within a process and between processes.

A hint may be lost, doubled or late; whoever waits looks for itself when its own wait ends.
Losing Redis delays, never loses. Refuses: any data but a topic's name.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import defaultdict
from typing import Protocol, Self

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

INBOX = "inbox"
NOTICES = "notices"
TIMERS = "timers"
BOARD = "board"

REDIS_PREFIX = "huxin:"
RECONNECT_SECONDS = 1.0

log = structlog.get_logger()


def chat_topic(chat: str) -> str:
    """Return the topic that says a web chat has new events."""
    return f"chat:{chat}"


class Live(Protocol):
    """What both kinds of wake-up can do."""

    def wake(self, topic: str) -> None:
        """Hint, from any thread, that there is something new under ``topic``."""
        ...

    def listen(self, *topics: str) -> Listener:
        """Return a listener that hears every hint from now on; close it, or use `with`."""
        ...

    def close(self) -> None:
        """Stop."""
        ...


class Listener:
    """Waits for hints in one event loop. Hints between two waits are kept, as one."""

    def __init__(self, board: LocalLive, topics: tuple[str, ...]) -> None:
        """Begin to listen; call it in the event loop that will wait."""
        self._board = board
        self._topics = topics
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self._hinted = False
        board.add(topics, self)

    def hint(self) -> None:
        """Take a hint, from any thread; one that was not heard yet stands for those that follow."""
        if self._hinted:
            return
        self._hinted = True
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, seconds: float) -> bool:
        """Wait for a hint, at most ``seconds``; True when one came."""
        try:
            async with asyncio.timeout(seconds):  # wait_for would make a task of it each time
                await self._event.wait()
        except TimeoutError:
            return False
        # Both before whoever waited looks: what is hinted from here on is hinted anew.
        self._event.clear()
        self._hinted = False
        return True

    def close(self) -> None:
        """Stop listening."""
        self._board.remove(self._topics, self)

    def __enter__(self) -> Self:
        """Listen within a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening at its end."""
        self.close()


class LocalLive:
    """Wake-ups within one process."""

    def __init__(self) -> None:
        """Begin with nobody listening."""
        self._lock = threading.Lock()
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    def wake(self, topic: str) -> None:
        """Hint to every listener of ``topic`` in this process."""
        with self._lock:
            listeners = tuple(self._listeners.get(topic, ()))
        for listener in listeners:
            listener.hint()

    def listen(self, *topics: str) -> Listener:
        """Return a listener for ``topics``."""
        return Listener(self, topics)

    def add(self, topics: tuple[str, ...], listener: Listener) -> None:
        """Let a listener hear topics."""
        with self._lock:
            for topic in topics:
                self._listeners[topic].add(listener)

    def remove(self, topics: tuple[str, ...], listener: Listener) -> None:
        """Let a listener hear no more."""
        with self._lock:
            for topic in topics:
                self._listeners[topic].discard(listener)
                if not self._listeners[topic]:
                    del self._listeners[topic]

    def close(self) -> None:
        """Forget every listener."""
        with self._lock:
            self._listeners.clear()


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


def open_live(url: str) -> Live:
    """Return wake-ups through Redis when ``url`` names one, within the process otherwise."""
    return RedisLive(url) if url else LocalLive()


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
