"""Proofs of a rulebook: every example holds, no part is idle, no harmless line is found.

What the tests of this repository hold rules to, for whoever writes rules of their own.
Refuses: loading; see `nlp.rulebook`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from nlp.assess import Assessor
from nlp.rule import Rule


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule does not hold: ``what`` is Chinese, ``text`` the sentence or part."""

    rule: str
    what: str
    text: str


def places(assessor: Assessor, rule_id: str, text: str) -> list[tuple[int, int]]:
    """Return the places that a rule shows in a text, as offsets of the text."""
    found = assessor.assess(text).evidence
    return [(one.start, one.end) for one in found if one.rule == rule_id]


def wrong_examples(assessor: Assessor, rule: Rule) -> Iterator[Fault]:
    """Yield the examples of a rule that it does not hold to."""
    for example in rule.match:
        found = places(assessor, rule.id, example.text)
        if (example.start, example.end) not in found:
            what = "应当命中标出的地方" if not found else "命中的不是标出的地方"
            yield Fault(rule.id, what, example.text)
    for example in rule.no_match:
        if places(assessor, rule.id, example.text):
            yield Fault(rule.id, "不应命中", example.text)


def thinner(rule: Rule) -> Iterator[tuple[str, tuple[Rule, ...]]]:
    """Yield each part of a rule by name, with what the rule could be without it."""
    if rule.any:
        yield "any", (replace(rule, any=()),)
    for name in rule.all:
        rest = tuple(other for other in rule.all if other != name)
        if rest:
            yield f"all {name}", (replace(rule, all=rest),)
        elif rule.any:
            yield f"all {name}", tuple(replace(rule, all=(one,), any=()) for one in rule.any)
    for name in rule.own_unless:
        kept = tuple(other for other in rule.unless if other != name)
        yield f"unless {name}", (replace(rule, unless=kept),)


def idle_parts(assessor: Assessor, rule: Rule) -> Iterator[Fault]:
    """Yield the parts of a rule without which none of its no_match lines is found."""
    rules = assessor.rulebook.rules
    for part, thin_rules in thinner(rule):
        for thin in thin_rules:
            other = assessor.trying([thin if one.id == rule.id else one for one in rules])
            if any(places(other, rule.id, example.text) for example in rule.no_match):
                break
        else:
            yield Fault(rule.id, "去掉这一部分也没有分别，请加一条 no_match 说明它", part)


def found_harmless(assessor: Assessor, lines: Iterable[str]) -> Iterator[Fault]:
    """Yield the harmless lines in which some rule finds a danger."""
    for line in lines:
        for found in assessor.assess(line).evidence:
            yield Fault(found.rule, f"不应命中「{found.text}」", line)


def harmless_lines(written: str) -> list[str]:
    """Return the lines of a baseline file; empty ones and those with ``#`` first are none."""
    lines = (line.strip() for line in written.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
