"""Dockerfile, docker-compose.yml and Procfile name what there is, and open nothing wide."""

from __future__ import annotations

import re
import tomllib

import pytest

from alerts.pulse import Loop
from app import alive
from app.__main__ import main
from storage.store import Store
from tests.docs.reading import ROOT
from tests.keys import KEYRING

COMPOSE = (ROOT / "docker-compose.yml").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
PROCFILE = (ROOT / "Procfile").read_text("utf-8")


def test_the_three_processes_are_commands() -> None:
    """Containers and Procfile start web, bot and dispatcher."""
    three = {"web", "bot", "dispatcher"}
    assert set(re.findall(r'command: \["huxin", "(\w+)"\]', COMPOSE)) == three
    assert set(re.findall(r"^(\w+): \.venv/bin/python -m app \1$", PROCFILE, re.MULTILINE)) == three
    assert three <= set(main.commands)


def test_every_variable_is_a_setting() -> None:
    """A setting that was renamed would be refused at the start."""
    settings = tomllib.loads((ROOT / "settings.toml").read_text("utf-8"))
    named = set(re.findall(r"HUXIN_[A-Z_]+[A-Z]", COMPOSE + DOCKERFILE))
    assert len(named) > 4
    for name in named:
        section, _, key = name.removeprefix("HUXIN_").lower().partition("__")
        assert key in settings[section], name


def test_nothing_is_open_to_other_machines() -> None:
    """The page listens on loopback, the database and Redis on no port of the machine."""
    published = re.findall(r'^ +- "([\d.:]+)"$', COMPOSE, re.MULTILINE)
    assert published == ["127.0.0.1:8080:8080"]
    assert COMPOSE.count("ports:") == 1


def test_containers_have_no_rights_and_the_demo_is_off() -> None:
    """An own user; nobody sits anywhere without a code; the password is nobody's default."""
    lines = DOCKERFILE.splitlines()
    assert lines.index("USER huxin") > max(
        number for number, line in enumerate(lines) if line.startswith(("RUN", "COPY"))
    )
    assert 'HUXIN_WEB__DEMO: "false"' in COMPOSE
    assert set(re.findall(r"\$\{DB_PASSWORD(.*?)\}", COMPOSE)) == {":?write it into .env"}


def test_every_service_has_its_health() -> None:
    """PostgreSQL, Redis and the three; loops are named as the program names them.

    The auditor runs in each of them, one at a time, and looks after the others itself.
    """
    assert COMPOSE.count("healthcheck:") == 5
    asked = re.findall(r'"app\.alive"((?:, "\w+")+)', COMPOSE)
    assert sorted(re.findall(r"\w+", " ".join(asked))) == sorted(set(Loop) - {Loop.AUDITOR})


def test_whether_loops_are_alive(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A heartbeat is good, none is not; a loop nobody knows is said to be unknown."""
    monkeypatch.setenv("HUXIN_STORAGE__URL", database)
    store = Store(database, keyring=KEYRING, connections=1)
    assert alive.look(["reader"]) == "no pass lately: reader"
    store.write(lambda uow: uow.audit.beat("reader"))
    store.close()
    assert alive.look(["reader"]) is None
    assert "timers" in (alive.look(["reader", "timers"]) or "")
    assert (alive.look(["readr"]) or "").startswith("name loops of")
    assert (alive.look([]) or "").startswith("name loops of")
