"""Tells an outside address that all is well, the way healthchecks.io and its like expect.

One request, no content, no more than a few seconds: whoever watches there rings when the
requests stay away (https://healthchecks.io/docs/http_api/).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import aiohttp

PING_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class OutsidePing:
    """Pings ``url``, which is a secret: whoever knows it can say that we live."""

    url: str = field(repr=False)
    method: str = "GET"

    async def __call__(self) -> None:
        """Send one request; raises when the answer is not a good one or does not come."""
        timeout = aiohttp.ClientTimeout(total=PING_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
            session.request(self.method, self.url) as answer,
        ):
            answer.raise_for_status()
