"""What every test may ask for; nothing is left out where CI=true."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator

import pytest

from app import logs

# Each of the many processes that tests start would compile the whole product anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

pytest_plugins = [
    "tests.servers",
    "tests.engines",
    "tests.story",
    "tests.supervised",
    "tests.rules",
]


@pytest.fixture(autouse=True, scope="session")
def _strict_log() -> None:
    """Fail a test that logs a key which is not on the list of `app.logs`."""
    logs.set_up(strict=True)


def pytest_xdist_auto_num_workers() -> int:
    """Have one worker more than there are processors: a story of whole processes mostly waits."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with stories of whole processes: each takes long, and at the end all would wait."""
    items.sort(key=lambda item: not item.path.parent.name.startswith("stories_"))


def pytest_collection_finish() -> None:
    """Let the garbage collector look no more at what stays to the end: modules and tests."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a test that was left out as failed where CI=true."""
    report = yield
    left_out = report.skipped and not hasattr(report, "wasxfail")
    if left_out and os.environ.get("CI") == "true":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"CI=true leaves no test out, but: {reason}"
    return report
