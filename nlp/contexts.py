"""What takes the danger out of words: denial, a drill, a price, a film, a time long past.

Each context is data (`nlp.rule.Context`); this module only decides whether one holds for
one place of one text. Refuses: deciding for a whole report because of one cue, unless the
context says so itself.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from nlp.matching import CLAUSE_MARKS, SENTENCE_MARKS, Span, Text
from nlp.rule import Across, Context, Direction

_LOOK_BACK = 8  # cues tried on each side; the nearest decide


class Surroundings:
    """The contexts of one text, each worked out at most once for each place."""

    def __init__(self, text: Text) -> None:
        """Look at ``text``, whose lists hold the cues under cue:, pseudo: and stop: names."""
        self._text = text
        self._known: dict[tuple[str, Span], bool] = {}
        self._cues: dict[str, list[Span]] = {}

    def holds(self, context: Context, span: Span) -> bool:
        """Whether ``context`` sets aside the words at ``span``."""
        known = self._known.get((context.name, span))
        if known is None:
            known = self._known[(context.name, span)] = self._decide(context, span)
        return known

    def _decide(self, context: Context, span: Span) -> bool:
        cues = self._real_cues(context)
        if not cues:
            return False
        match context.direction:
            case Direction.COVERS:
                holds = _covered(cues, span)
            case Direction.REPORT:
                holds = self._wide(context, cues, span, (0, len(self._text.text)))
            case Direction.SENTENCE:
                holds = self._wide(context, cues, span, self._text.sentence(span[0]))
            case Direction.BEFORE:
                holds = self._before(context, cues, span)
            case Direction.AFTER:
                holds = self._after(context, cues, span)
            case Direction.AROUND:
                holds = self._before(context, cues, span) or self._after(context, cues, span)
        return holds

    def _real_cues(self, context: Context) -> list[Span]:
        """Return the places of the cues that are not part of a pseudo-cue."""
        if context.name not in self._cues:
            cues = self._text.places.of("cue:" + context.name)
            pseudo = self._text.places.of("pseudo:" + context.name)
            self._cues[context.name] = [cue for cue in cues if not _covered(pseudo, cue)]
        return self._cues[context.name]

    def _wide(self, context: Context, cues: list[Span], span: Span, within: Span) -> bool:
        if context.gap:
            near = max(within[0], span[0] - context.gap), min(within[1], span[1] + context.gap)
        else:
            near = within
        if not _any_in(cues, near) or self._stopped(context, within):
            return False
        also = self._text.places.of("also:" + context.name)
        return not context.also or _any_in(also, within)

    def _before(self, context: Context, cues: list[Span], span: Span) -> bool:
        at = bisect_left(cues, (span[0], 0))
        for _, end in reversed(cues[max(0, at - _LOOK_BACK) : at]):
            if end < span[1] and span[0] - end <= context.gap:
                return self._free(context, (end, span[0]))
        return False

    def _after(self, context: Context, cues: list[Span], span: Span) -> bool:
        at = bisect_left(cues, (span[1], 0))
        for start, _ in cues[at : at + 1]:
            return start - span[1] <= context.gap and self._free(context, (span[1], start))
        return False

    def _free(self, context: Context, between: Span) -> bool:
        """Whether neither a stop word nor the end of a sentence (or clause) lies between."""
        text = self._text.text[between[0] : between[1]]
        marks = CLAUSE_MARKS if context.across is Across.CLAUSE else SENTENCE_MARKS
        return not any(mark in text for mark in marks) and not self._stopped(context, between)

    def _stopped(self, context: Context, within: Span) -> bool:
        return _any_in(self._text.places.of("stop:" + context.name), within)


def _any_in(places: list[Span], within: Span) -> bool:
    at = bisect_left(places, (within[0], 0))
    return at < len(places) and places[at][1] <= within[1]


def _covered(covers: list[Span], span: Span) -> bool:
    """Whether one of ``covers`` takes in an end of the span and is not just a part of it."""
    at = bisect_right(covers, (span[1], 0))
    return any(
        (start <= span[0] < end or start < span[1] <= end)
        and (start <= span[0] or end > span[1])
        and (end >= span[1] or start < span[0])
        for start, end in covers[max(0, at - _LOOK_BACK) : at]
    )
