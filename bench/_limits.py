"""A simulated chat channel that limits and fails as a bot's does, by a clock that is pushed.

Limited: 30 messages a second in all, one a second in a chat, 20 a minute in a group
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this); what is
over is refused with a whole number of seconds to wait. Answers to presses are free.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench._wire import Wire
from domain.channel import Limits, OutgoingMessage, Rate
from domain.errors import RetryLater

WHOLE, CHAT, GROUP = "30/s in all", "1/s a chat", "20/min a group"
_TAKES = {WHOLE: (30, 1.0), CHAT: (1, 1.0), GROUP: (20, 60.0)}
GROUP_PREFIX = "g"

Clock = Callable[[], datetime]
Seen = Callable[[str, str, str, OutgoingMessage], None]


@dataclass
class SimulatedChannel(Wire):
    """A channel under a clock; ``seen`` is told of every message that a chat shows.

    ``fails`` is the share of calls that break off; in half of those the message had arrived
    all the same. ``refused`` counts refusals by (limit, level).
    """

    clock: Clock = datetime.now
    seen: Seen | None = None
    limited: bool = False
    fails: float = 0.0
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    _lately: dict[tuple[str, str], deque[datetime]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def limits(self, chat: str) -> Limits | None:
        """Say how fast it takes messages, as the product's channels do."""
        if not self.limited:
            return None
        rates = [Rate(1, timedelta(seconds=1))]
        if chat.startswith(GROUP_PREFIX):
            rates.append(Rate(20, timedelta(minutes=1), burst=4))
        return Limits(channel=Rate(30, timedelta(seconds=1), burst=10), chat=tuple(rates))

    async def send(self, chat: str, message: OutgoingMessage, *, key: str) -> str:
        """Show a message, refuse it, or break off."""
        self._pass(chat, message)
        message_id = await super().send(chat, message, key=key)
        if self.seen is not None:
            self.seen(self.name, chat, message_id, message)
        return message_id

    async def edit(self, chat: str, message_id: str, message: OutgoingMessage, *, key: str) -> None:
        """Show an edit, refuse it, or break off."""
        del message_id, key
        self._pass(chat, message)

    def _pass(self, chat: str, message: OutgoingMessage) -> None:
        level = message.level or "none"
        if self.limited:
            self._keep_limits(chat, level)
        self.taken[level] += 1
        if self.rng.random() < self.fails:
            self.failed += 1
            raise RetryLater("对方出错", may_have_arrived=self.rng.random() < 0.5)

    def _keep_limits(self, chat: str, level: str) -> None:
        now = self.clock()
        asked = [(WHOLE, ""), (CHAT, chat)]
        if chat.startswith(GROUP_PREFIX):
            asked.append((GROUP, chat))
        for limit, where in asked:
            most, seconds = _TAKES[limit]
            lately = self._lately[limit, where]
            while lately and (now - lately[0]).total_seconds() >= seconds:
                lately.popleft()
            if len(lately) >= most:
                self.refused[limit, level] += 1
                left = seconds - (now - lately[0]).total_seconds()
                until = now + timedelta(seconds=max(1, math.ceil(left)))
                raise RetryLater("对方限流", not_before=until, whole_channel=limit == WHOLE)
        for limit, where in asked:
            self._lately[limit, where].append(now)
