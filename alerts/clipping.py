"""A report's words on a card: marked where a rule found something, clipped when they are long."""

from __future__ import annotations

from collections.abc import Sequence

from domain.channel import Span, Style

WORDS_ON_CARD = 300
AROUND = 20


def marked(text: str, places: Sequence[tuple[int, int]]) -> Sequence[Span]:
    """Return a text with places marked, clipped around them when it is long.

    Every marked wording stays readable, each at least once; what is left out is shown as
    ``…``. Places are (start, end) offsets of ``text`` and may lie over each other.
    """
    flags = bytearray(len(text))
    for start, end in places:
        flags[start:end] = b"\x01" * len(flags[start:end])
    keep = _kept(text, flags)
    spans: list[Span] = []
    position = 0
    while position < len(text):
        if not keep[position]:
            following = keep.find(1, position)
            spans.append(Span("…", Style.QUIET))
            position = len(text) if following < 0 else following
            continue
        end = position
        while end < len(text) and keep[end] and flags[end] == flags[position]:
            end += 1
        spans.append(Span(text[position:end], Style.MARK if flags[position] else Style.PLAIN))
        position = end
    return spans


def _kept(text: str, flags: bytearray) -> bytearray:
    """Return which characters stay: the beginning, and each wording that is marked.

    The first marks keep what stands around them; when the card is full a wording that was
    not shown yet is kept alone, one that was shown is left out.
    """
    if len(flags) <= WORDS_ON_CARD:
        return bytearray(b"\x01") * len(flags)
    keep = bytearray(len(flags))
    keep[: WORDS_ON_CARD // 3] = b"\x01" * (WORDS_ON_CARD // 3)
    shown: set[str] = set()
    left = WORDS_ON_CARD
    start = flags.find(1)
    while start >= 0:
        end = flags.find(0, start)
        end = len(flags) if end < 0 else end
        around = AROUND if left > 0 else 0
        if left > 0 or text[start:end] not in shown:
            first, last = max(0, start - around), min(len(flags), end + around)
            keep[first:last] = b"\x01" * (last - first)
            left -= last - first
            shown.add(text[start:end])
        start = flags.find(1, end)
    return keep
