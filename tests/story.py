"""The fixtures of a story: a whole office on each engine, and what is checked at its end."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest

from app import logs
from tests.fakes import PushedClock
from tests.office import WEDNESDAY_TEN, WholeOffice
from tests.office_people import office_of_panyu, panyu
from tests.unsealed import found_in, private

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def check_end(office: WholeOffice, logged: str) -> None:
    """Nothing came that the story did not expect, and nothing private was logged."""
    for channel in office.channels.values():
        left = [f"{one.chat}: {one.text}" for one in channel.shown if not one.read]
        assert not left, "nobody expected:\n" + "\n---\n".join(left)
    check_log(logged, office.secrets)
    if office.store.sqlite:  # on PostgreSQL: tests/stories/test_sealed.py
        open_to_all = found_in(office.url, office.store.engine, private(office.secrets))
        assert not open_to_all, f"in the file: {open_to_all}"


def check_log(logged: str, secrets: set[str]) -> None:
    """Fail when a log holds anything that people wrote or are called."""
    found = [secret for secret in secrets if len(secret) > 1 and secret in logged]
    assert not found, f"in the log: {found}"
    for town in panyu().towns:
        logged = logged.replace(town.name, "")
    assert not _CHINESE.findall(logged)


@pytest.fixture
def log_of_story() -> Iterator[io.StringIO]:
    """Keep the whole log of a story."""
    kept = io.StringIO()
    logs.set_up(strict=True, level="DEBUG", to=kept)
    yield kept
    logs.set_up(strict=True)


@pytest.fixture
def office(database: str, log_of_story: io.StringIO) -> Iterator[WholeOffice]:
    """Give a whole office, once on each engine, on a Wednesday at ten."""
    whole = WholeOffice(database, office_of_panyu(), PushedClock(WEDNESDAY_TEN))
    try:
        yield whole
        check_end(whole, log_of_story.getvalue())
    finally:
        whole.close()
