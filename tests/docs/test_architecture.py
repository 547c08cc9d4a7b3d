"""docs/architecture.md names what is there, and all of it."""

from __future__ import annotations

import importlib
import re
import tomllib

import pytest

from storage.tables import metadata
from tests.docs.reading import HOUSE, ROOT, page, rows, sources

ARCHITECTURE = page("docs/architecture.md")
_DOTTED = re.compile(rf"(?:{'|'.join(HOUSE)})(?:\.\w+)+")


def listed(folder: str) -> set[str]:
    """Return the module files that the page lists for a folder."""
    return {cells[0].strip("`") for cells in rows(ARCHITECTURE.section(f"{folder}/"))}


@pytest.mark.parametrize("folder", HOUSE)
def test_every_module_has_its_line(folder: str) -> None:
    """A module that the page does not name, or a name without a module."""
    there = {
        str(path.relative_to(ROOT / folder))
        for path in sources()
        if path.is_relative_to(ROOT / folder)
        and path.name != "__init__.py"
        and "migrations" not in path.parts
    }
    assert listed(folder) == there, "docs/architecture.md has one line a module"


def test_no_module_is_longer_than_it_may_be() -> None:
    """CONTRIBUTING.md has the number; measurements keep to it as well."""
    [most] = re.findall(r"has fewer than (\d+) lines", page("CONTRIBUTING.md").text)
    modules = [*sources(), *(ROOT / "bench").glob("*.py")]
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in modules}
    written = {path: length for path, length in lengths.items() if "migrations" not in path.parts}
    assert not [str(path) for path, length in written.items() if length >= int(most)]


def test_each_line_says_what_the_module_owns() -> None:
    """No line is empty."""
    lines = [cells for folder in HOUSE for cells in rows(ARCHITECTURE.section(f"{folder}/"))]
    assert all(len(cells) == 2 and cells[1] for cells in lines)


def test_every_table_has_its_line() -> None:
    """The tables of the page are those of the code."""
    named = [cells[0].strip("`") for cells in rows(ARCHITECTURE.section("Where state lives"))]
    assert sorted(named) == sorted(metadata.tables), "docs/architecture.md has one line a table"


def test_the_layers_are_the_linters() -> None:
    """The picture of who imports whom is the contract that is checked."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    contract = next(one for one in linter["contracts"] if one["type"] == "layers")
    drawn = next(block.text for block in ARCHITECTURE.blocks if block.language == "text")
    assert drawn.split("\n")[:-1] == contract["layers"]


NAMES = sorted(
    {
        word
        for word in ARCHITECTURE.words_of_code
        if _DOTTED.fullmatch(word) and not word.endswith(".py")
    }
)


def test_names_are_mentioned() -> None:
    """The page speaks of the code by its names."""
    assert len(NAMES) > 10


@pytest.mark.parametrize("name", NAMES)
def test_every_name_exists(name: str) -> None:
    """A function, class or module that the page speaks of."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return
    pytest.fail(f"no module of {name}")


def test_every_path_exists() -> None:
    """A file or folder that the page names by its path from the root."""
    paths = {
        word for word in ARCHITECTURE.words_of_code if re.fullmatch(r"[\w.-]+/(?:[\w.-]+/?)*", word)
    }
    there = {path for path in paths if (ROOT / path).exists()}
    of_a_folder = {
        path for path in paths - there if any((ROOT / folder / path).exists() for folder in HOUSE)
    }
    assert paths - there - of_a_folder == {"files/"}
