"""Percentiles by nearest rank, and times as people say them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.digest_words import span_words
from alerts.figures import nearest_rank


def seconds(*values: int) -> list[timedelta]:
    """Return times."""
    return [timedelta(seconds=value) for value in values]


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ((15, 20, 35, 40, 50), 30, 20),
        ((15, 20, 35, 40, 50), 40, 20),
        ((15, 20, 35, 40, 50), 50, 35),
        ((15, 20, 35, 40, 50), 100, 50),
        ((50, 15), 50, 15),
        ((7,), 90, 7),
        (tuple(range(1, 11)), 90, 9),
        (tuple(range(1, 12)), 90, 10),
    ],
)
def test_nearest_rank(values: tuple[int, ...], percent: int, expected: int) -> None:
    """The smallest value that at least so many percent do not exceed; never one in between."""
    assert nearest_rank(seconds(*values), percent) == timedelta(seconds=expected)


def test_of_nothing_there_is_no_percentile() -> None:
    """None, not zero."""
    assert nearest_rank([], 50) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (timedelta(seconds=9.6), "10秒"),
        (timedelta(seconds=125), "2分5秒"),
        (timedelta(minutes=12, seconds=5), "12分钟"),
        (timedelta(hours=2), "2小时"),
        (timedelta(hours=25, minutes=7), "25小时7分"),
    ],
)
def test_times_as_people_say_them(given: timedelta, words: str) -> None:
    """Seconds while they matter, minutes, hours."""
    assert span_words(given) == words
