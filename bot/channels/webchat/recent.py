"""The newest events of the web chat in this process's memory, so that streams need not read them.

Events come here after their commit, and only those that this process wrote. A stream takes
what follows its cursor without a gap, and reads the rows for everything else. Few are kept:
what a slow reader has not taken stays in the rows.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import partial

from storage.live import Live, chat_topic
from storage.unit_of_work import UnitOfWork
from storage.webchat import WebchatEvent

MOST_KEPT = 500


class Recent:
    """The newest events of all chats; put by any thread, taken by streams."""

    def __init__(self, live: Live) -> None:
        """Begin with none; ``live`` tells the streams."""
        self._live = live
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], WebchatEvent] = OrderedDict()

    def tell(self, uow: UnitOfWork, event: WebchatEvent) -> None:
        """Let the streams of a chat have an event as soon as it is on disk."""
        uow.after_commit(partial(self._keep, event))  # by itself: an event's body has no hash
        uow.after_commit(self._live.wake, chat_topic(event.chat))

    def following(self, chat: str, after: int, *, limit: int) -> list[WebchatEvent]:
        """Return the events of a chat that follow number ``after`` without a gap, if kept."""
        found: list[WebchatEvent] = []
        with self._lock:
            while len(found) < limit:
                event = self._kept.get((chat, after + len(found) + 1))
                if event is None:
                    break
                found.append(event)
        return found

    def _keep(self, event: WebchatEvent) -> None:
        with self._lock:
            self._kept[event.chat, event.number] = event
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
