"""The whole product in its own process, and pages of it in Chromium.

A page that asks another host for anything, breaks the page's own policy or throws an error
fails its test.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.servers import free_port

expect.set_options(timeout=20_000)  # on a busy machine; a page that is right waits for none of it

ROOT = Path(__file__).resolve().parents[2]
QUICK = """
[levels.red]
steps = [
  { after = "0s", to = ["town_group", "town_on_duty"] },
  { after = "2s", to = ["district_desk", "leader_on_duty"] },
  { after = "4s", to = ["everyone"] },
]
repeat_every = "3s"
"""


@dataclass
class Running:
    """`huxin run` on a port of its own, with a fresh folder; ended with kill -9 and begun anew."""

    folder: Path
    port: int
    settings: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> list[str]:
        """The command with the settings of this folder."""
        own = self.folder / "settings.toml"
        own.write_text(self.settings, "utf-8")
        return [sys.executable, "-m", "app", "--settings", str(own)]

    @property
    def environment(self) -> dict[str, str]:
        """The environment with this folder's database, key and port."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HUXIN_")}
        return kept | {
            "HUXIN_STORAGE__URL": f"sqlite:///{self.folder / 'huxin.db'}",
            "HUXIN_WEB__COOKIE_SECRET_FILE": str(self.folder / "cookie.key"),
            "HUXIN_SEALING__KEY_FILE": str(self.folder / "seal.key"),
            "HUXIN_WEB__PORT": str(self.port),
            "HUXIN_WEB__HOST": "127.0.0.1",
            # Read in a fraction of the time; tests/app/test_run.py starts with all of them.
            "HUXIN_RULES__FOLDER": str(ROOT / "tests" / "few_rules"),
            "HUXIN_SECOND_READER__ENABLED": "false",
        }

    def huxin(self, *arguments: str) -> Any:
        """Run another command of the same office and return the JSON it printed."""
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return json.loads(done.stdout)

    def start(self) -> None:
        """Start it and wait for the line that says that it is ready."""
        log = (self.folder / "log").open("a")
        self.process = subprocess.Popen(
            [*self.command, "run"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        log.close()
        said = iter(self.process.stdout or ())
        if not any(self.address in line for line in said):
            pytest.fail(f"it did not start:\n{(self.folder / 'log').read_text()}")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.communicate()
            self.process = None


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Give a way to start the product, with settings of one's own."""
    started: list[Running] = []

    def start(settings: str = "") -> Running:
        running = Running(tmp_path, free_port(), settings)
        started.append(running)
        running.start()
        return running

    yield start
    for running in started:
        running.kill()


@dataclass
class Visitors:
    """People with a browser each; what went wrong in a page is kept."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    async def open(
        self, address: str, *, width: int = 1440, height: int = 900, dark: bool = False
    ) -> Page:
        """Open a page in a browser that nobody used before."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="zh-CN",
            device_scale_factor=1,
        )
        self.contexts.append(context)
        page = await context.new_page()
        home = re.match(r"https?://[^/]+", address)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on(
            "console",
            lambda message: (
                self.problems.append(f"console: {message.text}")
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                None
                if home and request.url.startswith((home[0], "blob:", "data:"))
                else self.problems.append(f"foreign: {request.url}")
            ),
        )
        await page.goto(address)
        return page


@pytest.fixture
async def visitors(chromium: Browser) -> AsyncIterator[Visitors]:
    """Give people with browsers, and fail where a page went wrong."""
    people = Visitors(chromium)
    yield people
    for context in people.contexts:
        await context.close()
    assert people.problems == []
