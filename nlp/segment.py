"""Words of a sentence, by jieba with the rule words in its dictionary.

A hit counts only where words begin and end: 人质 in 遭人质疑 is no hostage. Refuses: the
hidden Markov model, which is quadratic on long unknown runs, and pieces over 200
characters; and it never segments a sentence in which nothing was found.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import jieba

jieba.setLogLevel(logging.WARNING)

WINDOW = 200
_LONGEST_WORD = 8
_OUR_FREQUENCY = 500  # as common as an everyday compound; enough to stay whole


class Segmenter:
    """jieba with its own dictionary; safe to use from several threads once made."""

    def __init__(self, words: Iterable[str]) -> None:
        """Load jieba's dictionary and add those ``words`` that it does not know."""
        self._jieba = jieba.Tokenizer()
        # Not initialize(): that trusts a cache in the shared temporary folder.
        self._jieba.FREQ, self._jieba.total = self._jieba.gen_pfdict(self._jieba.get_dict_file())
        self._jieba.initialized = True
        self._known: dict[str, int] = self._jieba.FREQ
        self._ours: set[str] = set()
        for word in words:
            if len(word) > 1 and not self._known.get(word):
                self._ours.add(word)
        for word in self._ours:
            self._jieba.add_word(word, _OUR_FREQUENCY)

    def words(self, text: str) -> list[tuple[str, int, int]]:
        """Return the words of ``text`` with their places."""
        found = []
        at = 0
        for start in range(0, len(text), WINDOW):
            for word in self._jieba.lcut(text[start : start + WINDOW], HMM=False):
                found.append((word, at, at + len(word)))
                at += len(word)
        return found

    def may_straddle(self, text: str, place: int) -> bool:
        """Whether a dictionary word of ours or jieba's could lie across ``place``."""
        known = self._known.get
        for start in range(max(0, place - _LONGEST_WORD + 1), place):
            end = place + 1
            word = text[start:end]
            frequency = known(word)
            while frequency is not None:
                if frequency and word not in self._ours:
                    return True
                end += 1
                if end > len(text) or end > start + _LONGEST_WORD:
                    break
                word = text[start:end]
                frequency = known(word)
        return False

    def is_ours(self, word: str) -> bool:
        """Whether ``word`` is in the dictionary only because a rule file names it."""
        return word in self._ours
