"""`huxin run` as the real process: one report from post to page, its end, and why it stops."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bench._running import EndedEarly, RunningOffice
from bench._seats import Door, Seat, buttons_of
from domain.channel import Address, plain
from storage.notices import NoticeKind, Priority
from storage.store import Store
from storage.unit_of_work import UnitOfWork

PATIENCE = 60.0  # a machine at work on other things
RULES = """
[family]
name = "小试"
category = ["public_danger"]

[terms]
petrol = ["泼汽油"]
light = ["要点火"]

[[rule]]
id = "TRY-01"
level = "red"
reason = "正在泼油点火"
all = ["petrol", "light"]
within = 20
match = ["他<泼汽油说要点火>"]
no_match = ["有人泼汽油", "炉子要点火"]
false_positives = "排练。"
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Return a rule file, alone in its folder."""
    file = tmp_path / "rules" / "small.toml"
    file.parent.mkdir()
    file.write_text(RULES, "utf-8")
    return file


@pytest.fixture
async def office(tmp_path: Path, rules: Path) -> AsyncIterator[RunningOffice]:
    """Return a demo office that is not started; it is gone after the test in any case."""
    made = RunningOffice(tmp_path, demo=True, more={"HUXIN_RULES__FOLDER": str(rules.parent)})
    yield made
    await made.kill()


@pytest.fixture
def taken_port() -> Iterator[int]:
    """Return a port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        yield port


async def alert_of(door: Door, text: str) -> Any:
    """Post ``text`` as the reporter and return the card that the officer's page gets live."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE):
        reporter = Seat(door, session, query={"seat": "reporter"})
        officer = Seat(door, session, query={"seat": "officer"})
        async for _ in reporter.events():
            break
        async for name, _ in officer.events():
            if name == "ready":
                break
        await reporter.post(
            "messages", {"chat": reporter.private, "message_id": "first", "text": text}
        )
        async for name, event in officer.events():
            if name == "chat" and any(data.endswith(":take") for data in buttons_of(event)):
                return event
    return None


def opened(address: str) -> Door:
    """Return the way to an office that is up."""
    door = Door(address)
    door.up.set()
    return door


def leave_leased(uow: UnitOfWork) -> None:
    """Leave a notice as a killed process does: leased for a long time, not sent."""
    room = Address("webchat", "town:大石街道")
    uow.notices.add(
        room, key="left", kind=NoticeKind.MESSAGE, priority=Priority.RED, body=plain("留下的一条")
    )
    uow.notices.lease(limit=10, lease=timedelta(days=1))


def break_rule(file: Path) -> None:
    """Leave a rule without what it needs."""
    file.write_text('[[rule]]\nid = "TRY-01"\n', "utf-8")


async def why_it_ended(office: RunningOffice) -> tuple[int | None, list[str]]:
    """Start an office that cannot run; returns its exit code and what it said."""
    with pytest.raises(EndedEarly):
        await office.start()
    assert office.process is not None
    return office.process.returncode, office.log.read_text("utf-8").splitlines()


async def test_a_red_report_reaches_the_page_and_sigterm_ends_it(office: RunningOffice) -> None:
    """From the ready line to the alert over the live stream, and a clean end."""
    address = await office.start()
    card = await alert_of(opened(address), "村口有人泼汽油，说要点火")
    assert card["level"] == "red"
    assert "正在泼油点火" in "".join(words for words, _ in card["body"])
    assert await office.stop() == 0
    assert "Traceback" not in office.log.read_text("utf-8")


async def test_sigterm_does_not_wait_for_pages_that_are_open(office: RunningOffice) -> None:
    """A browser that reads the live stream is let go, not waited for."""
    address = await office.start()
    async with aiohttp.ClientSession() as session:
        officer = Seat(opened(address), session, query={"seat": "officer"})
        async with asyncio.timeout(PATIENCE):
            async for name, _ in officer.events():
                if name == "ready":
                    assert office.process is not None
                    office.process.terminate()
    assert await office.stop() == 0


async def test_after_a_kill_the_next_start_goes_on_at_once(office: RunningOffice) -> None:
    """What was leased when the process was killed does not wait for its lease to end."""
    await office.start()
    await office.kill()
    store = Store(office.environment()["HUXIN_STORAGE__URL"], keyring=office.keyring)
    store.write(leave_leased)
    store.close()
    address = await office.start()
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE):
        officer = Seat(opened(address), session, query={"seat": "officer"})
        async for name, event in officer.events():
            if name == "chat" and event["kind"] == "message":
                assert event["body"] == [["留下的一条", "plain"]]
                break


async def test_a_port_in_use_is_said_in_one_line(office: RunningOffice, taken_port: int) -> None:
    """Nothing runs, and the line names the setting; the rest of the office is good."""
    office.port = taken_port
    code, said = await why_it_ended(office)
    assert code == 2
    assert len(said) == 1
    assert "web.port" in said[0]
    assert str(taken_port) in said[0]
    code, out, _ = await office.huxin("check")
    assert code == 0, out


async def test_a_broken_rule_file_is_said_in_one_line(office: RunningOffice, rules: Path) -> None:
    """The line names the file; `huxin check` says the same and looks at the rest."""
    break_rule(rules)
    code, said = await why_it_ended(office)
    assert code == 2
    assert len(said) == 1
    assert "small.toml" in said[0]
    code, out, _ = await office.huxin("check")
    assert code == 2
    assert [line for line in out.splitlines() if line.startswith("✗") and "small.toml" in line]
    assert "✓ 数据库" in out


@pytest.mark.parametrize("where", ["cookie.key/huxin.db", "rules", "/proc/huxin/huxin.db"])
async def test_a_database_that_cannot_be_written_is_said_in_one_line(
    office: RunningOffice, where: str
) -> None:
    """Below a file, a folder, a place where nothing can be made: the line names the setting."""
    (office.folder / "cookie.key").write_text("00" * 32, "ascii")
    office.more["HUXIN_STORAGE__URL"] = f"sqlite:///{office.folder / where}"
    code, said = await why_it_ended(office)
    assert code == 2
    assert len(said) == 1
    assert "storage.url" in said[0]
    code, out, err = await office.huxin("check")
    assert code == 2
    assert [line for line in out.splitlines() if line.startswith("✗ 数据库")]
    assert "Traceback" not in err
