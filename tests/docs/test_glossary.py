"""The glossary's words are the code's words, and its forbidden ones are not."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import cache

import pytest

from domain.alert import AlertState, Outcome
from domain.danger import Category, Level
from domain.duty import Role
from tests.docs.reading import page, rows, sources

GLOSSARY = page("docs/glossary.md")
LINES = rows(GLOSSARY.text)
CODE_WORDS = sorted({word for _, cell, _ in LINES for word in re.findall(r"`(\w+)`", cell)})
NOT_USED = ("ticket", "incident", "manager", "helper", "util")


@cache
def identifiers() -> frozenset[str]:
    """Return every name that the house's code uses, and its modules' names."""
    found = {path.stem for path in sources()}
    for path in sources():
        for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
            if token.type == tokenize.NAME:
                found.add(token.string)
            elif token.type == tokenize.STRING and token.string[:1] in "\"'":
                found.add(str(ast.literal_eval(token.string)))
    return frozenset(found)


def test_every_line_is_whole() -> None:
    """Chinese, the word in code, the meaning."""
    assert all(len(cells) == 3 and all(cells) for cells in LINES)
    assert all(re.search("[\u4e00-\u9fff]", cells[0]) for cells in LINES)


def test_no_word_means_two_things() -> None:
    """A Chinese term has one line."""
    terms = [cells[0] for cells in LINES]
    assert sorted(terms) == sorted(set(terms))


@pytest.mark.parametrize("word", CODE_WORDS)
def test_every_word_is_in_the_code(word: str) -> None:
    """As a name, a member, a module or a table."""
    assert word in identifiers()


def test_labels_of_the_domain_are_explained() -> None:
    """What the code calls roles, categories, levels and outcomes in Chinese."""
    labels = {one.label for kind in (Role, Category) for one in kind}
    labels |= {level.label for level in Level if level is not Level.NONE}
    labels |= {outcome.label for outcome in Outcome if outcome is not Outcome.MERGED}
    assert {label for label in labels if label not in GLOSSARY.text} == set()
    assert {state.label.strip("待已中") for state in AlertState} <= {cells[0] for cells in LINES}


@pytest.mark.parametrize("word", NOT_USED)
def test_words_that_are_not_used(word: str) -> None:
    """No module, function or class of the house is named so."""
    assert word in GLOSSARY.text
    named = {name for path in sources() for name in definitions(path.read_text("utf-8"))}
    named |= {path.stem for path in sources()}
    assert {name for name in named if word in re.split(r"_|(?<=[a-z])(?=[A-Z])", name.lower())} == (
        set()
    )


def definitions(code: str) -> set[str]:
    """Return the names of functions and classes that a module defines."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(ast.parse(code)) if isinstance(node, kinds)}
