"""Metrics, log events, make targets and snippets of the documents are those of the code."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.docs.reading import ROOT, page, pages, rows, sources

OPERATIONS = page("docs/operations.md")
_METRIC = re.compile(r"\bhuxin_[a-z_]+\b")
_MAKE = re.compile(r"\bmake ([a-z]+(?:-[a-z]+)*)\b")


def test_every_metric_is_documented() -> None:
    """Names in the code and names in the documents are the same."""
    code = (ROOT / "app" / "health.py").read_text("utf-8")
    table = {cells[0].strip("`") for cells in rows(OPERATIONS.section("Health"))}
    assert {name for name in table if name.startswith("huxin_")} == set(_METRIC.findall(code))
    written = {name for one in pages() for name in _METRIC.findall(one.text)}
    assert written <= set(_METRIC.findall(code))


def test_every_log_event_is_documented() -> None:
    """Names of events in the code and in the table are the same."""
    logged = {event for path in sources() for event in events(path)}
    named = {
        word
        for cells in rows(OPERATIONS.section("Logs"))
        for word in re.findall(r"`([a-z_]+)`", cells[0])
    }
    assert named == logged, "docs/operations.md, Logs: one line an event"


def events(path: Path) -> Iterator[str]:
    """Give the events that a module logs."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "log"
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value)


def test_addresses_of_health_are_those_of_the_code() -> None:
    """`/healthz`, `/readyz`, `/metrics`."""
    code = (ROOT / "app" / "health.py").read_text("utf-8")
    routes = set(re.findall(r'web\.get\("(/\w+)"', code))
    named = {cells[0].strip("`") for cells in rows(OPERATIONS.section("Health"))}
    assert {name for name in named if name.startswith("/")} == routes


def test_every_make_target_exists_and_is_documented() -> None:
    """Targets that a page names are in the Makefile; CONTRIBUTING.md names them all."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    for one in pages():
        shown = "\n".join([*(block.text for block in one.blocks), *one.words_of_code])
        assert set(_MAKE.findall(shown)) <= targets, one.name
    contributing = page("CONTRIBUTING.md").text
    assert {target for target in targets if f"`make {target}`" not in contributing} == set()


def test_every_measurement_is_documented() -> None:
    """CONTRIBUTING.md names each script of bench/, and no other."""
    there = {path.name for path in (ROOT / "bench").glob("[!_]*.py")}
    named = set(re.findall(r"bench/(\w+\.py)", page("CONTRIBUTING.md").text))
    assert named == there, "CONTRIBUTING.md, Tests: one line a measurement"


def snippets() -> list[str]:
    """Return the lines of docs/operations.md that call Python."""
    return [
        line
        for block in OPERATIONS.blocks
        for line in block.text.splitlines()
        if line.startswith(".venv/bin/python ")
    ]


def test_the_backup_holds_what_the_database_held(sqlite_file: str, tmp_path: Path) -> None:
    """The snippets run as they are written, and the backup is a whole database."""
    (tmp_path / "var").mkdir()
    shutil.copyfile(sqlite_file.removeprefix("sqlite:///"), tmp_path / "var" / "huxin.db")
    writing = sqlite3.connect(tmp_path / "var" / "huxin.db", isolation_level=None)
    writing.execute("PRAGMA journal_mode=WAL")
    writing.execute("INSERT INTO heartbeats (name, at) VALUES ('timers', '2026-11-22 08:00:00')")
    assert len(snippets()) > 1
    for line in snippets():
        command = shlex.split(line)
        subprocess.run([sys.executable, *command[1:]], cwd=tmp_path, check=True)
    writing.close()
    copy = sqlite3.connect(tmp_path / "backup.db")
    assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert copy.execute("SELECT name FROM heartbeats").fetchall() == [("timers",)]
    copy.close()
