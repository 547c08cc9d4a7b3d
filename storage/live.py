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

INBOX = "inbox"
NOTICES = "notices"
TIMERS = "timers"
BOARD = "board"


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


def open_live(url: str) -> Live:
    """Return wake-ups through Redis when ``url`` names one, within the process otherwise."""
    if not url:
        return LocalLive()
    # An office without Redis starts sooner without its library.
    from storage.redis_live import RedisLive  # noqa: PLC0415

    return RedisLive(url)
