"""One reading for many spellings, with a way back to the text as it was sent.

Full and half width, traditional and simplified, Cantonese characters, letters' case,
invisible characters, separators inside a word (自|杀, 跳 楼), spaced-out sentences and the
spellings of the rule files (紫砂, zisha) become one form that rules match. Refuses: Unicode
normalisation of whole strings, which is quadratic on runs of combining marks; every step
here is linear.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import ahocorasick_rs
import opencc

INVISIBLE = "\x00"  # stands for what is cut out: controls, zero-width and bidi, marks
MARKS = ',。!?;:\n、"“”「」'  # they end what they stand in; no word goes on behind them
GAP = f"[^\u4e00-\u9fff0-9a-z{MARKS}]"  # what may stand between the characters of a word
_BMP = 0x10000
_HAN = (*range(0x3400, 0xD800), *range(0xF900, 0xFB00))  # without surrogates, private use

# Cantonese characters that stand for exactly one Mandarin word wherever they occur, and
# traditional forms that OpenCC keeps because they are words of their own too.
_ONE_FOR_ONE = str.maketrans(
    "佢喺唔冇嚟咗畀俾哋嘅嗰搵瞓攞睇著妳啲咁噉揸郁冚唞嘥嚿裏衹擱",
    "他在不没来了给给们的那找睡拿看着你些这这拿动盖歇费块里只搁",
)
_KEPT = frozenset("\n\t\r")
_SPACED_OUT = re.compile(r"(?:[\u4e00-\u9fff][ .·\-_*~/|]{1,2}){3,}[\u4e00-\u9fff]")
_INSIDE_A_WORD = re.compile(rf"[\u4e00-\u9fffa-z]{GAP}{{1,3}}[\u4e00-\u9fffa-z]")
_CUT = re.compile(rf"{GAP}{{1,3}}")
_TAGS = re.compile("[\U000e0000-\U000e01ef]")
_ALIKE = re.compile(r"(?s)(.)\1\1\1")  # says the same of most texts in a quarter of the time
LONG_RUN = re.compile(r"([^0-9\s])\1{3,}")  # read as two
_LETTER = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Spelling:
    """Another way to write a word: ``written`` is read as ``read``.

    It is left alone beside any of the words in ``not_before`` (what follows) or
    ``not_after`` (what stands in front): 紫砂 is read as 自杀, but not before 壶.
    """

    written: str
    read: str
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Normalized:
    """A text in the form that rules match, and where each character came from.

    ``starts`` and ``ends`` give, for each character of ``text``, its place in
    ``original``; both are None where nothing moved.
    """

    original: str
    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the original of ``text[start:end]``; the span is not empty."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


@functools.cache
def character_list() -> list[str]:
    """Return what each character of the basic plane becomes: one for one, so places stay."""
    characters = [chr(code) for code in range(_BMP)]
    wide = [_fold(character) for character in characters]
    simplified = opencc.OpenCC("t2s").convert("\n".join(wide[code] for code in _HAN)).split("\n")
    for code, character in zip(_HAN, simplified, strict=True):
        if len(character) == 1:
            wide[code] = character
    for code, character in _ONE_FOR_ONE.items():
        wide[code] = chr(character)
    return wide


def _fold(character: str) -> str:
    category = unicodedata.category(character)
    if character in _KEPT:
        return "\n" if character == "\r" else character
    if category in {"Cc", "Cf", "Mn", "Me"}:
        return INVISIBLE
    if category in {"Zs", "Zl", "Zp"}:
        return "\n" if category != "Zs" else " "
    if category == "Cs":  # half a character, which no automaton takes
        return INVISIBLE
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


def plain(text: str) -> str:
    """Return ``text`` character by character in one form, of the same length."""
    return text.translate(character_list())


class _Cuts:
    """A text that is being rewritten, with the place of each character kept beside it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] | None = None
        self.ends: list[int] | None = None

    def replace(self, edits: Iterable[tuple[int, int, str]]) -> None:
        """Put new words at the given places; edits are in order and do not overlap."""
        starts = self.starts if self.starts is not None else list(range(len(self.text)))
        ends = self.ends if self.ends is not None else list(range(1, len(self.text) + 1))
        pieces: list[str] = []
        new_starts: list[int] = []
        new_ends: list[int] = []
        done = 0
        for start, end, word in edits:
            pieces += (self.text[done:start], word)
            new_starts += starts[done:start]
            new_ends += ends[done:start]
            new_starts += [starts[start]] * len(word)
            new_ends += [ends[end - 1]] * len(word)
            done = end
        pieces.append(self.text[done:])
        self.starts = new_starts + starts[done:]
        self.ends = new_ends + ends[done:]
        self.text = "".join(pieces)


class Normalizer:
    """Brings texts into the form that rules match.

    ``spellings`` come from the rule files; ``words`` are the words that may have been
    pulled apart by a separator. Made once; reading is free of side effects.
    """

    def __init__(self, spellings: Sequence[Spelling], words: Sequence[str]) -> None:
        """Prepare the look-up of spellings and of words that are pulled apart."""
        self._spellings = {plain(spelling.written): spelling for spelling in spellings}
        self._written = list(self._spellings)
        self._spelt = _finder(self._written, ahocorasick_rs.MatchKind.LeftmostLongest)
        apart = sorted({word for word in words if len(word) > 1} | set(self._written))
        self._apart = _finder(apart, ahocorasick_rs.MatchKind.LeftmostLongest)

    def normalize(self, text: str) -> Normalized:
        """Return the reading of ``text``; time grows with its length and nothing else."""
        cuts = _Cuts(plain(text))
        if INVISIBLE in cuts.text:
            cuts.replace(_spans(re.finditer("\x00+", cuts.text)))
        if not text.isascii() and _TAGS.search(cuts.text):
            cuts.replace(_spans(_TAGS.finditer(cuts.text)))
        if _INSIDE_A_WORD.search(cuts.text):
            self._join(cuts)
        if _ALIKE.search(cuts.text) and LONG_RUN.search(cuts.text):
            cuts.replace((m.start() + 2, m.end(), "") for m in LONG_RUN.finditer(cuts.text))
        edits = self._respell(cuts.text)
        if edits:
            cuts.replace(edits)
        if cuts.starts is None or cuts.ends is None:
            return Normalized(text, cuts.text)
        return Normalized(text, cuts.text, tuple(cuts.starts), tuple(cuts.ends))

    def _join(self, cuts: _Cuts) -> None:
        """Take separators out of spaced-out sentences and of words that are pulled apart."""
        runs = list(_SPACED_OUT.finditer(cuts.text))
        if runs:
            cuts.replace(
                (run.start() + gap.start(), run.start() + gap.end(), "")
                for run in runs
                for gap in _CUT.finditer(run.group())
            )
        gaps = list(_CUT.finditer(cuts.text))
        closed = _CUT.sub("", cuts.text)
        inside = set(_gaps_inside(self._apart(closed), gaps))
        if inside:
            cuts.replace((gap.start(), gap.end(), "") for i, gap in enumerate(gaps) if i in inside)

    def _respell(self, text: str) -> list[tuple[int, int, str]]:
        edits = []
        for index, start, end in self._spelt(text):
            spelling = self._spellings[self._written[index]]
            if _LETTER.match(text[start]) and start and _LETTER.match(text[start - 1]):
                continue
            if _LETTER.match(text[end - 1]) and _LETTER.match(text[end : end + 1] or " "):
                continue
            if text.startswith(spelling.not_before, end):
                continue
            if any(text.endswith(word, 0, start) for word in spelling.not_after):
                continue
            edits.append((start, end, plain(spelling.read)))
        return edits


def _gaps_inside(
    found: Iterable[tuple[int, int, int]], gaps: Sequence[re.Match[str]]
) -> Iterable[int]:
    """Yield the gaps that fall inside a found word; places of ``found`` are without gaps."""
    removed = 0
    seats = []
    for gap in gaps:
        seats.append(gap.start() - removed)
        removed += gap.end() - gap.start()
    at = 0
    for _, start, end in found:
        while at < len(seats) and seats[at] <= start:
            at += 1
        while at < len(seats) and seats[at] < end:
            yield at
            at += 1


def _spans(matches: Iterable[re.Match[str]]) -> Iterable[tuple[int, int, str]]:
    return ((match.start(), match.end(), "") for match in matches)


def _finder(
    words: Sequence[str], kind: ahocorasick_rs.MatchKind
) -> Callable[[str], list[tuple[int, int, int]]]:
    if not words:
        return lambda _text: []
    return ahocorasick_rs.AhoCorasick(list(words), matchkind=kind).find_matches_as_indexes


def breaks(text: str, marks: str) -> list[int]:
    """Return the places in ``text`` after which a new part begins, given the ``marks``."""
    return [
        0,
        *(match.end() for match in re.finditer(f"[{re.escape(marks)}]+", text)),
        len(text) + 1,
    ]


def parts(text: str, marks: str) -> Iterable[tuple[int, int]]:
    """Yield the start and end of each part of ``text`` between the ``marks``."""
    return ((start, min(end, len(text))) for start, end in pairwise(breaks(text, marks)))
