"""Words on a card: every marked wording can be read, however long the report."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from alerts.clipping import WORDS_ON_CARD, marked
from domain.channel import Style


def places_of(word: str, text: str) -> list[tuple[int, int]]:
    """Return where a word stands."""
    return [found.span() for found in re.finditer(re.escape(word), text)]


def test_a_short_text_stays_whole_with_its_marks() -> None:
    """The spans join to the text; only the place is marked."""
    spans = marked("阿伯要跳楼了", [(2, 5)])
    assert [(span.text, span.style) for span in spans] == [
        ("阿伯", Style.PLAIN),
        ("要跳楼", Style.MARK),
        ("了", Style.PLAIN),
    ]


def test_a_long_text_keeps_every_mark() -> None:
    """Thirty different words of danger in 100,000 characters are all on the card."""
    words = [f"危险{number:02d}号" for number in range(30)]
    text = "".join("平" * 3300 + word for word in words)
    spans = marked(text, [place for word in words for place in places_of(word, text)])
    shown = [span.text for span in spans if span.style is Style.MARK]
    assert shown == words
    assert len("".join(span.text for span in spans)) < WORDS_ON_CARD * 3


def test_the_same_words_ten_thousand_times_do_not_flood_the_card() -> None:
    """A wording that was shown is not shown without end."""
    text = "他要跳楼。天气很好，平平安安。" * 10_000
    spans = marked(text, places_of("要跳楼", text))
    assert any(span.style is Style.MARK for span in spans)
    assert len("".join(span.text for span in spans)) < WORDS_ON_CARD * 2


def test_marks_that_lie_over_each_other_and_beyond_the_end() -> None:
    """Two rules on one place are one mark; an offset beyond the end harms nothing."""
    spans = marked("要跳楼", [(0, 3), (1, 2), (2, 99)])
    assert [(span.text, span.style) for span in spans] == [("要跳楼", Style.MARK)]
    assert marked("", [(0, 4)]) == []


@given(st.text(max_size=900), st.lists(st.tuples(st.integers(0, 900), st.integers(1, 30))))
def test_whatever_is_shown_stands_in_the_text_in_order(
    text: str, places: list[tuple[int, int]]
) -> None:
    """Clipping never invents, reorders or doubles a character."""
    spans = marked(text, [(start, start + length) for start, length in places])
    position = 0
    for span in spans:
        if span.style is Style.QUIET:
            continue
        position = text.index(span.text, position) + len(span.text)
