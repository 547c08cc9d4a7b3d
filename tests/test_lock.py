"""The lock: every version with its hashes, and no word about where to fetch it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BUILD, CHECK, RUN, TRAINING = (
    ROOT / f"requirements/{name}.txt" for name in ("build", "check", "run", "training")
)
LOCKS = (BUILD, CHECK, RUN, TRAINING)


def locked(path: Path) -> dict[str, str]:
    """Return what stands in a lock file: for each pinned package its hashes."""
    text = re.sub(r"(?m)^\s*#.*\n?", "", path.read_text("utf-8")).replace("\\\n", " ")
    pinned = (line.partition("==") for line in text.splitlines() if line.strip())
    return {name: rest for name, _, rest in pinned}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_package_is_pinned_by_hash(path: Path) -> None:
    """Nothing but a name, a version and hashes stands in a lock."""
    packages = locked(path)
    assert packages
    for name, rest in packages.items():
        assert re.fullmatch(r"[a-z0-9-]+", name), name
        assert re.fullmatch(r"[\w.]+(\s+--hash=sha256:[0-9a-f]{64})+\s*", rest), name


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_names_no_host(path: Path) -> None:
    """Where packages come from is for each machine to say."""
    text = path.read_text("utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--trusted-host|--find-links", text)


def test_the_lock_holds_what_the_product_asks_for() -> None:
    """A dependency that is added without `make lock` is missed here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    run, check = locked(RUN), locked(CHECK)
    for wanted, lock in (
        (project["dependencies"], run),
        (project["optional-dependencies"]["check"], check),
    ):
        names = {re.split(r"[\[=<>~!; ]", line)[0] for line in wanted}
        assert names - set(lock) == set()


def test_tests_run_with_the_versions_that_the_product_runs_with() -> None:
    """The lock for the tests differs from the product's in what it adds only."""
    build, check, run = locked(BUILD), locked(CHECK), locked(RUN)
    for name, pin in (build | run).items():
        assert check[name].split()[0] == pin.split()[0], name
