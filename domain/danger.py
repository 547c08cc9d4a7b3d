"""Levels, categories and the assessment of one report.

The definitions are those of the office's codebook: a level says how far a life is in
danger, never how awkward a petitioner is. Refuses: any score or ranking of a person.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Level(enum.StrEnum):
    """The office's internal grade of one report or alert (内部风险等级).

    These are not the statutory warning colours of 突发事件应对法 (2024) Art. 63; no text
    shown to people may call them so. ``BLUE`` is given by people only, never by a text.
    """

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"
    NONE = "none"

    @property
    def rank(self) -> int:
        """How urgent the level is: 4 for red down to 0 for none."""
        return _RANK[self]

    @property
    def label(self) -> str:
        """The level in one Chinese character, as officers say it."""
        return _LABEL[self]

    @property
    def is_danger(self) -> bool:
        """Whether a report of this level raises an alert."""
        return self in {Level.RED, Level.ORANGE, Level.YELLOW}


_RANK = {Level.RED: 4, Level.ORANGE: 3, Level.YELLOW: 2, Level.BLUE: 1, Level.NONE: 0}
_LABEL = {
    Level.RED: "红",
    Level.ORANGE: "橙",
    Level.YELLOW: "黄",
    Level.BLUE: "蓝",
    Level.NONE: "无",
}


class Category(enum.StrEnum):
    """What kind of danger is reported; more than one may hold."""

    SELF_HARM = "self_harm"
    HARM_OTHERS = "harm_others"
    PUBLIC_DANGER = "public_danger"

    @property
    def label(self) -> str:
        """The category in Chinese."""
        return _CATEGORY_LABEL[self]


_CATEGORY_LABEL = {
    Category.SELF_HARM: "自伤自杀",
    Category.HARM_OTHERS: "伤人",
    Category.PUBLIC_DANGER: "危害公共安全",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place in a report that a rule counts as a sign of danger (命中依据).

    ``start`` and ``end`` are offsets in characters of the text as it was sent
    (``text == original[start:end]``).
    """

    rule: str
    level: Level
    category: Category
    start: int
    end: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Muted:
    """A place that a rule found and a context set aside; offsets as in `Evidence`."""

    rule: str
    start: int
    end: int
    context: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules read in one text. It reads 疑似，待人工核实 until a person decides."""

    level: Level
    categories: tuple[Category, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    muted: tuple[Muted, ...] = ()

    @classmethod
    def harmless(cls) -> Assessment:
        """Return the assessment of a text in which nothing was found."""
        return cls(level=Level.NONE)
