"""How a term in a rule file is written, and the plain words that it stands for.

A term is a word with four shorthands: ``(a|b)`` for either, ``(a)?`` for with or without,
``#`` for a number, ``…`` for at most six characters that may stand between (``……`` for
at most twelve). Refuses: regular expressions, which nobody reads aloud and whose time nobody knows.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.normalize import plain

NUMBERS = "0123456789一二两三四五六七八九十半几"
SHORT_GAP = 6
LONG_GAP = 12
_MOST = 5000  # spellings of one piece; more is a slip of the pen
_OPTIONAL = re.compile(r"\(([^()]*)\)\?")
_CHOICE = re.compile(r"\(([^()]*)\)")
_SHORTHAND = re.compile(r"[()?#…]")
_STRAY = re.compile(r"(?<!\))\?")


@dataclass(frozen=True, slots=True)
class Term:
    """A term made plain: its pieces in order, each with the ways to say it.

    At most ``gap`` characters stand between two pieces.
    """

    pieces: tuple[tuple[str, ...], ...]
    gap: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """The piece that says most; without it the term need not be looked for."""
        if len(self.pieces) == 1:
            return self.pieces[0]
        return max(self.pieces, key=lambda ways: min(map(len, ways)))

    @property
    def said(self) -> str:
        """The term in one of its ways, for a message."""
        return "…".join(ways[0] for ways in self.pieces)


def expand(written: str) -> tuple[Term, ...]:
    """Return the terms that ``written`` stands for.

    Raises `ValueError` with a sentence for the writer of the rule.
    """
    if not _SHORTHAND.search(written):
        return (Term(((_sound(plain(written)),),)),)
    if _STRAY.search(written):
        raise ValueError("? 只能紧跟在括号后面：(甲)?")
    _check_brackets(written)
    written = _OPTIONAL.sub(r"(\1|)", written)
    if any("…" in choice for choice in _CHOICE.findall(written)):
        raise ValueError("… 不能写在括号里")
    pieces = tuple(tuple(dict.fromkeys(_ways(piece))) for piece in re.split("…+", written))
    for ways in pieces:
        for way in ways:
            _sound(way)
    if len(pieces) == 1:
        return tuple(Term(((way,),)) for way in pieces[0])
    return (Term(pieces, LONG_GAP if "……" in written else SHORT_GAP),)


def _sound(way: str) -> str:
    if not way.strip():
        raise ValueError("有空的部分")
    return way


def _check_brackets(written: str) -> None:
    """Refuse brackets that do not pair, and a choice inside a choice."""
    inside = False
    for character in written:
        if character == "(" and inside:
            raise ValueError("括号里不能再有括号")
        if character == ")" and not inside:
            break
        inside = character == "(" or (inside and character != ")")
    else:
        if not inside:
            return
    raise ValueError("括号要成对")


def _ways(piece: str) -> Iterator[str]:
    parts = [part.split("|") if inside else [part] for inside, part in _split(piece)]
    if math.prod(map(len, parts)) > _MOST:
        raise ValueError(f"展开后超过 {_MOST} 种写法，请分成几条")
    if "#" in piece:
        spelt = map("".join, itertools.product(*parts))
        return (plain(word) for word in itertools.chain.from_iterable(map(_numbers, spelt)))
    # Made plain before they are put together: there are far fewer parts than words.
    return map("".join, itertools.product(*(map(plain, ways) for ways in parts)))


def _split(piece: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts of a piece in order, and whether each stood in brackets."""
    return zip(itertools.cycle((False, True)), _CHOICE.split(piece), strict=False)


def _numbers(word: str) -> Iterator[str]:
    if "#" not in word:
        yield word
        return
    if word.count("#") > 1:
        raise ValueError("一段里只写一个 #")
    for number in NUMBERS:
        yield word.replace("#", number)
