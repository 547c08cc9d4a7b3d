"""Every rule holds what its file promises: its examples, and no part that does nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nlp import proving
from nlp.assess import Assessor
from nlp.rule import Family, Rule, Rulebook
from tests import rules

BOOK = rules.shipped()
RULES = [pytest.param(rule, id=rule.id) for rule in BOOK.rules]


def fires(assessor: Assessor, rule_id: str, text: str) -> list[tuple[int, int]]:
    """Return the places that the rule shows in the text."""
    evidence = assessor.assess(text).evidence
    return [(one.start, one.end) for one in evidence if one.rule == rule_id]


@pytest.mark.parametrize("rule", RULES)
def test_each_match_example_is_found_at_the_marked_place(rule: Rule, assessor: Assessor) -> None:
    """A rule finds what its file says, where its file says."""
    for example in rule.match:
        places = fires(assessor, rule.id, example.text)
        assert (example.start, example.end) in places, explained(assessor, rule, example.text)


@pytest.mark.parametrize("rule", RULES)
def test_no_no_match_example_is_found(rule: Rule, assessor: Assessor) -> None:
    """A rule leaves alone what its file says it leaves alone."""
    for example in rule.no_match:
        assert not fires(assessor, rule.id, example.text), explained(assessor, rule, example.text)


def explained(assessor: Assessor, rule: Rule, text: str) -> str:
    """Return the words of the text and what was found, for whoever wrote the rule."""
    explanation = assessor.explain(text)
    words = " ".join(token.text for token in explanation.tokens)
    return f"{rule.id} {text}\n{words}\n{explanation.assessment}"


@pytest.mark.parametrize("rule", RULES)
def test_no_part_of_a_rule_is_idle(rule: Rule, assessor: Assessor) -> None:
    """Without any one of its parts the rule would find one of its no_match lines."""
    assert not list(proving.idle_parts(assessor, rule))


@pytest.mark.parametrize(
    ("family", "name"),
    [
        pytest.param(family, name, id=f"{family.name}-{name}")
        for family in BOOK.families
        for name in family.unless
    ],
)
def test_no_context_of_a_family_is_idle(
    family: Family, name: str, book: Rulebook, assessor: Assessor
) -> None:
    """Without a context that holds for a file, a rule of the file would find a harmless line."""
    lines = [
        *family.no_match,
        *(line.text for rule in book.rules if rule.file == family.file for line in rule.no_match),
    ]
    ours = {rule.id for rule in book.rules if rule.file == family.file}
    before = {line: found(assessor, line) & ours for line in lines}
    tried = [
        replace(rule, unless=tuple(other for other in rule.unless if other != name))
        if rule.id in ours
        else rule
        for rule in book.rules
    ]
    other = assessor.trying(tried)
    assert any((found(other, line) & ours) - before[line] for line in lines)


def found(assessor: Assessor, text: str) -> set[str]:
    """Return the ids of the rules that find something in the text."""
    return {one.rule for one in assessor.assess(text).evidence}


@pytest.mark.parametrize("family", [pytest.param(one, id=one.name) for one in BOOK.families])
def test_no_rule_of_a_family_finds_its_harmless_lines(
    family: Family, book: Rulebook, assessor: Assessor
) -> None:
    """The no_match lines at the head of a file hold for every rule of the file."""
    ours = {rule.id for rule in book.rules if rule.file == family.file}
    wrong = {line: found(assessor, line) & ours for line in family.no_match}
    assert not {line: ids for line, ids in wrong.items() if ids}


def test_ids_are_unique_over_all_files(book: Rulebook) -> None:
    """An id names one rule for ever; alerts keep it as evidence."""
    ids = [rule.id for rule in book.rules]
    assert len(ids) == len(set(ids))


def test_every_rule_has_a_category_and_a_chinese_reason(book: Rulebook) -> None:
    """The officer reads the reason; it is short and in Chinese."""
    for rule in book.rules:
        assert rule.category
        assert len(rule.reason) <= 30, rule.id
        assert any("\u4e00" <= character <= "\u9fff" for character in rule.reason)
