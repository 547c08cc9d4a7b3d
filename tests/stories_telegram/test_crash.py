"""`kill -9` with updates pending: each becomes one report, by polling and by webhook."""

from __future__ import annotations

import pytest

from bench.telegram_bot import crash


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_kill_loses_nothing_and_doubles_nothing(mode: str) -> None:
    """Killed once while sixty updates come in; the next start goes on."""
    assert await crash(mode, kills=1, pending=60)
