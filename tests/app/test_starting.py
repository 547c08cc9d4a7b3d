"""A process that starts reads no more than it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench._running import ROOT

# What is dear to read, and who needs it.
DEAR = {
    "telegram": "an office on Telegram",
    "alembic": "a database of another version",
    "redis": "an office of several machines",
    "pypinyin": "somebody who asks for a name by its sound",
    "openpyxl": "a sheet as an Excel file",
    "docx": "a letter",
    "app.matters_group": "a command of that name",
}


@pytest.fixture(scope="module")
def read() -> set[str]:
    """Return every module that a process of an office without Telegram and Redis has read."""
    asked = "import sys, app.__main__, app.running; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("name", DEAR)
def test_what_nobody_asked_for_is_not_read(read: set[str], name: str) -> None:
    """A crash costs the desk as many seconds as the next start takes."""
    assert name not in read, f"only for {DEAR[name]}"
