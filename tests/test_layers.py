"""The layers contract knows every folder: one that it does not know escapes it."""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
NOT_THE_PRODUCT = {"bench", "docs", "tests", "var"}


def test_every_folder_of_code_stands_in_the_layers() -> None:
    """The folders on disk are the linter's list, and the layers name each of them once."""
    on_disk = sorted(
        folder.name
        for folder in ROOT.iterdir()
        if folder.is_dir()
        and not folder.name.startswith(".")
        and folder.name not in NOT_THE_PRODUCT
        and any(folder.rglob("*.py"))
    )
    layers = next(c for c in LINTER["contracts"] if c["type"] == "layers")["layers"]
    in_layers = sorted(name.strip() for layer in layers for name in layer.split("|"))
    assert LINTER["root_packages"] == on_disk
    assert in_layers == on_disk


def test_every_folder_of_code_is_a_package() -> None:
    """A folder without __init__.py would be passed over by the linter."""
    code = (path for name in LINTER["root_packages"] for path in (ROOT / name).rglob("*.py"))
    without = {
        path.parent.relative_to(ROOT)
        for path in code
        if not (path.parent / "__init__.py").exists() and "migrations" not in path.parts
    }
    assert without == set()


def test_the_domain_needs_the_standard_library_only() -> None:
    """What the office talks about imports nothing that was installed."""
    foreign = {
        (path.name, name)
        for path in (ROOT / "domain").rglob("*.py")
        for name in _imported(path)
        if name != "domain" and name not in sys.stdlib_module_names
    }
    assert foreign == set()


def _imported(path: Path) -> set[str]:
    """Return the top-level names that a source file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}
