"""No text is slow to read, and no text gets past the gate in which a rule holds.

Work is counted in lines of Python that run, not in seconds: what the automata do in one
pass is linear by construction, and each match that they find is such a line.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

import pytest

from bench import _texts
from nlp.assess import Assessor
from nlp.normalize import plain
from nlp.rule import Rulebook

if TYPE_CHECKING:
    from _typeshed import TraceFunction

LENGTH = 4_000
TWICE = 2.3
SLACK = 2_000  # lines that run once however long the text is
MOST_A_CHARACTER = 400  # lines; longer texts cost less, since the places tried are counted
SEED = 11


def steps(work: Callable[[], object]) -> int:
    """Return how many lines of Python ``work`` runs."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> TraceFunction:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def test_twice_the_text_is_at_most_about_twice_the_work(book: Rulebook, stable: Assessor) -> None:
    """Nested words, floods of cues, broken-up words: the work grows with the length only."""
    grown = {}
    for name, text in _texts.hostile(book, LENGTH):
        stable.assess(text * 2)  # what is made at first use is made
        once = steps(lambda text=text: stable.assess(text))  # type: ignore[misc]
        twice = steps(lambda text=text: stable.assess(text * 2))  # type: ignore[misc]
        if twice > TWICE * once + SLACK:
            grown[name] = (once, twice)
    assert not grown


def test_no_text_costs_more_than_some_lines_a_character(book: Rulebook, stable: Assessor) -> None:
    """Even where every character is a word of a rule, a character costs a bounded number."""
    dear = {}
    for name, text in _texts.hostile(book, LENGTH):
        stable.assess(text)
        spent = steps(lambda text=text: stable.assess(text))  # type: ignore[misc]
        if spent > MOST_A_CHARACTER * len(text):
            dear[name] = spent / len(text)
    assert not dear


def test_a_danger_after_a_flood_of_cues_is_still_found(stable: Assessor) -> None:
    """Caps on the work leave what was written last."""
    last = "有个阿姨坐在9楼空调外机顶上，怎么喊都不答"
    assert stable.assess("没有跳楼，" * 4_000 + "\n" + last).evidence


def test_half_characters_do_not_stop_the_reading(stable: Assessor) -> None:
    """A lone half of a surrogate pair, as broken clients send it, is read over."""
    assert stable.assess("阿婆喊住要从阳\ud83d台跳落去").evidence


DISGUISES: dict[str, Callable[[str, random.Random], str]] = {
    "as it is": lambda text, _: text,
    "separators": lambda text, chance: "".join(
        one + chance.choice(["", "", "|", " "]) for one in text
    ),
    "spaced out": lambda text, _: " ".join(text),
    "zero width": lambda text, _: "\u200b".join(text),
    "emoji inside": lambda text, chance: "".join(
        one + chance.choice(["", "", "", "😀"]) for one in text
    ),
    "long runs": lambda text, chance: "".join(one * chance.choice([1, 1, 1, 2, 5]) for one in text),
    "capitals and full width": lambda text, _: text.upper().replace("0", "０"),
    "among everyday words": lambda text, chance: _texts.everyday(chance) + text,
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES.keys())
def test_the_gate_lets_by_only_what_no_rule_holds_for(
    disguise: Callable[[str, random.Random], str], book: Rulebook, stable: Assessor
) -> None:
    """With and without the gate each example in each disguise gives the same assessment."""
    chance = random.Random(SEED)
    ungated = stable.trying([rule for rule in book.rules if rule.status == "stable"])
    lines = [line.text for rule in book.rules for line in (*rule.match, *rule.no_match)]
    for line in lines:
        text = disguise(line, chance)
        assert stable.assess(text) == ungated.assess(text), plain(text)


def test_the_gate_lets_most_everyday_messages_by(stable: Assessor) -> None:
    """Else each would cost as much as a report of danger."""
    chance = random.Random(SEED)
    texts = [_texts.everyday(chance) for _ in range(500)]
    assert stable._gate is not None
    assert sum(stable._gate.lets_by(text) for text in texts) > 0.8 * len(texts)
