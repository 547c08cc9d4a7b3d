"""How long a failed notice waits for its next try."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alerts.undelivered import _wait
from domain.channel import Address
from storage.notices import Notice, NoticeKind, Priority

RED_LIMIT = timedelta(seconds=30)


def notice(attempts: int) -> Notice:
    """Return a red card that was tried so often."""
    return Notice(
        id=1,
        key="card:1",
        kind=NoticeKind.CARD,
        priority=Priority.RED,
        address=Address(channel="wire", chat="room"),
        alert_id=1,
        report_id=None,
        card_id=None,
        why="raised",
        target=None,
        body=None,
        created_at=datetime(2026, 3, 4, tzinfo=UTC),
        attempts=attempts,
        fence=1,
        may_have_arrived=False,
    )


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1), (1, 2), (3, 8), (4, 16)])
def test_waits_grow(attempts: int, seconds: int) -> None:
    """Twice as long each time, a little less by chance, never more."""
    waits = [_wait(notice(attempts), RED_LIMIT).total_seconds() for _ in range(200)]
    assert 0.75 * seconds <= min(waits) <= max(waits) <= seconds
    assert len(set(waits)) > 100


@pytest.mark.parametrize("attempts", [5, 12, 100_000])
def test_a_level_has_its_longest_wait_however_often_it_failed(attempts: int) -> None:
    """It is tried for ever, and never less often than the level allows."""
    waits = [_wait(notice(attempts), RED_LIMIT) for _ in range(50)]
    assert all(0.75 * RED_LIMIT <= wait <= RED_LIMIT for wait in waits)
