"""Whether a notice may be sent now, by what its channel says that it takes.

Asked before each send. A short wait is waited for; a longer one puts the chat off, which is
no failed try. Refuses: to judge what a channel answers; that comes after the send.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from datetime import timedelta

from domain.channel import Channel, Rate
from storage.notices import Notice, NoticeKind, Priority
from storage.rates import Bucket, Rates

# A send that may go soon keeps its place. What is red waits longer for it, since nothing
# overtakes it; the others leave the bucket to what is more urgent.
PATIENCE = timedelta(milliseconds=200)
PATIENCE_OF_RED = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Slow:
    """A notice has to wait this long, alone with its chat or with its whole channel."""

    wait: timedelta
    whole_channel: bool


@dataclass(frozen=True, slots=True)
class Pacer:
    """Asks the buckets of a channel. ``patience`` by urgency: red, the others."""

    rates: Rates
    patience: tuple[timedelta, timedelta] = (PATIENCE_OF_RED, PATIENCE)

    async def ask(self, channel: Channel, notice: Notice) -> Slow | None:
        """Return once a notice may be sent, or at once how long it has to wait."""
        limits = channel.limits(notice.address.chat)
        if limits is None:
            return None
        urgent = notice.priority <= Priority.RED

        def bucket(name: str, rate: Rate) -> Bucket:
            left = 0 if urgent else math.ceil(rate.burst * limits.reserve)
            return Bucket(f"{notice.address.channel}:{name}", rate, left)

        whole = [] if limits.channel is None else [bucket("", limits.channel)]
        # A short answer to a press is no message of the chat.
        of_chat = () if notice.kind is NoticeKind.TOAST else limits.chat
        buckets = whole + [
            bucket(f"{number}:{notice.address.chat}", rate) for number, rate in enumerate(of_chat)
        ]
        if notice.kind is NoticeKind.EDIT and limits.edit is not None:
            # What waits here is overtaken by later changes and shows them all.
            buckets.append(bucket(f"edit:{notice.address.chat}:{notice.target}", limits.edit))
        if not buckets:
            return None
        red, others = self.patience
        answer = await asyncio.to_thread(
            self.rates.ask, buckets, patience=red if urgent else others
        )
        if not answer.granted:
            short = 0 if answer.short is None else answer.short
            return Slow(answer.wait, whole_channel=short < len(whole))
        if answer.wait:
            await asyncio.sleep(answer.wait.total_seconds())
        return None
