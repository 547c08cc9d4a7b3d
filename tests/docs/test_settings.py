"""Every setting is explained where it stands, and every setting in a document exists."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.docs.reading import ROOT, page, pages

TEXT = (ROOT / "settings.toml").read_text("utf-8")
SETTINGS = tomllib.loads(TEXT)
# Read by the command line: which file to take, who asks.
NOT_SETTINGS = {"HUXIN_SETTINGS", "HUXIN_AS"}
_VARIABLE = re.compile(r"\bHUXIN_[A-Z_]+[A-Z]")
_HEAD = re.compile(r"^\[+([\w.]+)\]+$")
_KEY = re.compile(r"^(\w+) = ")


def paths(table: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[str]:
    """Give every key and section of a table with its path."""
    for name, value in table.items():
        yield ".".join((*above, name))
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            yield from paths(inner, (*above, name))


KNOWN = set(paths(SETTINGS))


def explained() -> Iterator[tuple[str, bool]]:
    """Give every setting, and whether a comment explains it.

    The comment stands directly above it, above the key of its kind before it
    (max_wait_red, max_wait_orange), or above its family of sections ([levels.…]).
    """
    section = family = kind = ""
    families: dict[str, bool] = {}
    said = False
    for line in TEXT.splitlines():
        if head := _HEAD.match(line):
            section = head[1]
            family = section.partition(".")[0]
            families[family] = said or families.get(family, False)
            kind, said = "", False
        elif key := _KEY.match(line):
            this_kind = key[1].rpartition("_")[0]
            is_explained = said or (this_kind != "" and this_kind == kind) or families[family]
            yield f"{section}.{key[1]}", is_explained
            kind, said = this_kind if is_explained else "", False
        elif line.startswith("#"):
            said = True


@pytest.mark.parametrize(("setting", "is_explained"), sorted(dict(explained()).items()), ids=str)
def test_every_setting_has_a_comment(setting: str, is_explained: bool) -> None:  # noqa: FBT001
    """A clerk finds out in settings.toml itself what a setting does."""
    assert setting in KNOWN
    assert is_explained


def test_every_variable_in_a_document_is_a_setting() -> None:
    """HUXIN_SECTION__KEY, in the documents and in settings.toml itself."""
    texts = [one.text for one in pages()] + [TEXT]
    named = {name for text in texts for name in _VARIABLE.findall(text)} - NOT_SETTINGS
    wanted = {name.removeprefix("HUXIN_").lower().replace("__", ".") for name in named}
    assert wanted - {"section.key"} - KNOWN == set()
    assert len(named) > 5


def test_every_setting_in_a_document_exists() -> None:
    """`section.key` and `[section]` in backticks."""
    sections = set(SETTINGS)
    for one in pages():
        if one.path.name == "rules.md":  # its [sections] are those of rule files
            continue
        for word in one.words_of_code:
            if re.fullmatch(r"\[\w+(\.\w+)*\]", word):
                assert word.strip("[]") in KNOWN, f"{one.name}: {word}"
            elif re.fullmatch(r"\w+(\.\w+)+", word) and word.partition(".")[0] in sections:
                assert word in KNOWN or not is_like_a_setting(word), f"{one.name}: {word}"


def is_like_a_setting(word: str) -> bool:
    """Tell a setting from a module of a folder that has a section's name."""
    is_file = word.rpartition(".")[2] in {"md", "py", "toml"}
    return not is_file and not (ROOT / word.partition(".")[0]).is_dir()


def test_settings_in_blocks_exist() -> None:
    """The TOML that an office may copy from the README."""
    blocks = [block for block in page("README.md").blocks if block.language == "toml"]
    assert blocks
    for block in blocks:
        assert set(paths(tomllib.loads(block.text))) <= KNOWN
