"""Spellings near a name, by which a slip of the pen or of the ear still finds it.

Pure. Two names are near when they share a spelling: each character left open once (张□, □三),
or the sound of the whole, without tones (~zhangsan).
"""

from __future__ import annotations

import unicodedata

OPEN = "□"
SOUND = "~"
LONGEST_NAME = 40


def tidy_name(name: str) -> str:
    """Return a name as it is compared: full-width forms folded, no spaces, one middle dot."""
    folded = unicodedata.normalize("NFKC", name)
    return "".join("·" if one in "•・‧∙." else one for one in folded if not one.isspace())


def spellings(name: str) -> tuple[str, ...]:
    """Return the spellings near a name, each once; none for a single character."""
    tidy = tidy_name(name)[:LONGEST_NAME]
    if len(tidy) < 2:  # noqa: PLR2004 - one character left open is every name
        return ()
    left_open = (tidy[:place] + OPEN + tidy[place + 1 :] for place in range(len(tidy)))
    return tuple(dict.fromkeys((*left_open, SOUND + _sound(tidy))))


def _sound(tidy: str) -> str:
    # Its dictionary takes longer to read than all else a process needs to know of petitions.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return "".join(lazy_pinyin(tidy)).lower()
