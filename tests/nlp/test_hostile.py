"""No input is slow: the work grows with the text and with nothing else. No wall clock here."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from nlp.assess import Assessor

SIZE = 20_000
HOSTILE = {
    "one character": "的",
    "rare characters": "龘靐齉爩",
    "a danger word": "跳楼",
    "danger words that straddle": "人质疑跳楼价",
    "denials": "没有跳楼",
    "combining marks": "\u0301\u0327",
    "separators": "自|杀·",
    "spaces": "跳 楼 ",
    "quotes": "《“(<",
    "pieces of gapped terms": "从把带",
    "numbers": "12点3号",
    "emoji": "🔪💣",
}


def steps(work: Callable[[], object]) -> int:
    """Return how many lines of Python ``work`` runs."""
    count = 0

    def trace(_frame: object, event: str, _argument: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_twice_the_text_is_at_most_about_twice_the_work(piece: str, stable: Assessor) -> None:
    """Counted in steps, not seconds: no hostile text makes the work grow faster than itself."""
    text = piece * (SIZE // len(piece))
    stable.assess(text)
    once = steps(lambda: stable.assess(text))
    twice = steps(lambda: stable.assess(text * 2))
    assert twice <= 2.6 * once + 5_000


def test_a_danger_at_the_end_of_a_flood_is_still_found(stable: Assessor) -> None:
    """Caps on the work do not hide what a person wrote last."""
    flood = "没有跳楼，" * 5_000
    assert stable.assess(flood + "\n十楼窗外坐着个阿姨，快来，她坐在栏杆外").evidence
