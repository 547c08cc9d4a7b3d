"""What is said to the desk and is no report: signs alone, a trial, a greeting."""

from __future__ import annotations

import re
import unicodedata

from bot import replies

REPLACED = "\ufffd"  # what stands where a character could not be stored

_WORDS = re.compile(r"\w")
_TEST = re.compile(r"^(?:测试|试一下|试试|试发)[一下]*[\s,，。.!！~～]*$")
_PLEASANTRY = re.compile(
    r"^(?:你好|您好|在吗|在么|有人吗|收到|好的?|谢谢您?|多谢|辛苦了?|ok|hi|hello|早|早上好|晚安|嗯+|哦+)[\s,，。.!！~～?？]*$",
    re.IGNORECASE,
)


def answer(text: str, *, bare: bool) -> str | None:
    """Return what to answer; None where it may be a report. ``bare``: nothing is with it."""
    if bare and not has_words(text):
        return replies.ONLY_SIGNS if _visible(text) else replies.NO_WORDS
    if _TEST.match(text):
        return replies.TESTED
    return replies.PLEASED if _PLEASANTRY.match(text) else None


def has_words(text: str) -> bool:
    """Whether a text has a letter or a digit of any script."""
    return _WORDS.search(text) is not None


def _visible(text: str) -> bool:
    return any(
        letter != REPLACED and unicodedata.category(letter)[0] not in "CZ" for letter in text
    )
