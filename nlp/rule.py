"""What a rule, a context and a book of rules are, as the rule files state them.

Refuses: reading files and matching; see `nlp.rulebook` and `nlp.matching`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from domain.danger import Category, Level
from nlp.normalize import Spelling
from nlp.terms import Term


class Status(enum.StrEnum):
    """The life of a rule: tried out, in force, or kept only because alerts name its id."""

    EXPERIMENTAL = "experimental"
    STABLE = "stable"
    RETIRED = "retired"


class Direction(enum.StrEnum):
    """Where the cue of a context stands, seen from the words it sets aside."""

    BEFORE = "before"
    AFTER = "after"
    AROUND = "around"
    COVERS = "covers"
    SENTENCE = "sentence"
    REPORT = "report"


class Across(enum.StrEnum):
    """What the parts of a rule may not cross."""

    CLAUSE = "clause"
    SENTENCE = "sentence"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Context:
    """Words that take the danger out of other words; ``label`` is shown to the officer."""

    name: str
    label: str
    direction: Direction
    gap: int
    across: Across
    cues: tuple[Term, ...]
    pseudo: tuple[Term, ...]
    stops: tuple[Term, ...]
    also: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence of a rule file; ``start`` and ``end`` mark the place that must be found."""

    text: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to raise a report, as the rule file states it.

    Each list of ``all`` and one list of ``any`` must be heard, at most ``within``
    characters from the first. ``gives`` names the sign that other rules may build on;
    ``lowers`` caps what was found in the same report at this rule's level.
    """

    id: str
    level: Level
    category: tuple[Category, ...]
    status: Status
    reason: str
    all: tuple[str, ...]
    any: tuple[str, ...]
    within: int
    across: Across
    ordered: bool
    unless: tuple[str, ...]
    own_unless: tuple[str, ...]
    gives: str
    lowers: bool
    match: tuple[Example, ...]
    no_match: tuple[Example, ...]
    false_positives: str
    file: str


@dataclass(frozen=True, slots=True)
class Family:
    """One rule file: its name, and the contexts that hold for all its rules.

    No rule of the file may find anything in its ``no_match`` lines.
    """

    file: str
    name: str
    unless: tuple[str, ...]
    category: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything that was written in one folder of rule files.

    The lists named in ``anywhere`` hold little words that count inside other words too.
    """

    folder: str
    rules: tuple[Rule, ...]
    contexts: Mapping[str, Context]
    terms: Mapping[str, tuple[Term, ...]]
    spellings: tuple[Spelling, ...] = ()
    petition_words: tuple[str, ...] = ()
    families: tuple[Family, ...] = ()
    anywhere: frozenset[str] = frozenset()

    def rule(self, rule_id: str) -> Rule | None:
        """Return the rule that has this id, or None."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)
