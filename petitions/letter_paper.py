"""What stands on a reminder letter's paper, as plain values for a template.

Refuses: fonts and files (`app.letter_paper`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from domain.letter import Letter
from petitions.ledger import Ledger
from petitions.letter_words import chinese_day

_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_NO_XML = frozenset({"\ufffe", "\uffff"})


@dataclass(frozen=True, slots=True)
class LetterPaper:
    """The parts of an official letter (函, GB/T 9704-2012): 标题 文号 主送 正文 落款 日期."""

    office: str
    number: str
    title: str
    unit: str
    paragraphs: tuple[str, ...]
    date: str


def paper(letter: Letter, ledger: Ledger, *, prefix: str) -> LetterPaper:
    """Return what a letter's paper says; it is the same whenever it is printed."""
    return LetterPaper(
        office=printable(ledger.office),
        number=printable(f"{prefix}{letter.number}"),
        title=printable(letter.head.title),
        unit=printable(letter.head.unit),
        paragraphs=tuple(printable(line) for line in letter.head.words.splitlines()),
        date=chinese_day(letter.made_on),
    )


def printable(text: str) -> str:
    """Return a text in one line without characters that no paper shows.

    Control characters are not allowed in the file's XML at all; invisible ones, which turn
    the direction of writing or hide words, have no place in a letter.
    """
    shown = (" " if letter.isspace() else letter for letter in text if _is_shown(letter))
    return "".join(shown).strip()


def _is_shown(letter: str) -> bool:
    if letter.isspace():
        return True
    return unicodedata.category(letter) not in _UNSEEN and letter not in _NO_XML
