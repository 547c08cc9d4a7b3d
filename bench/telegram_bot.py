"""Telegram against the emulated Bot API: latency, kills, a burst.

    .venv/bin/python bench/telegram_bot.py latency [--reports 48]
    .venv/bin/python bench/telegram_bot.py crash [--kills 20] [--pending 200] [--mode polling]
    .venv/bin/python bench/telegram_bot.py takeover
    .venv/bin/python bench/telegram_bot.py burst [--alerts 300] [--groups 20]

Everything is on loopback: what Telegram's own network adds is not measured.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from app.settings import load
from bench import _burst
from bench._ending import end_tidily
from domain.channel import Address
from domain.duty import Role, Scope
from nlp import places
from storage.store import Store
from storage.tables import inbox, reports
from tests.telegram_office import TelegramOffice, telegram_office
from tests.telegram_world import Room, User

REPORTERS = 10
SETTLE_SECONDS = 300.0
DANGERS = ("有人站在楼顶说要跳下去", "有人泼汽油说要点火烧房子", "有人拿着菜刀追着老婆砍")


def towns() -> list[str]:
    """Return the names of the district's towns."""
    return [town.name for town in places.load(load().office.towns_file).towns]


def bound(office: TelegramOffice, titles: dict[str, str | None]) -> dict[str, Room]:
    """Make groups of these titles duty groups of their towns; None is the district."""
    rooms = {title: office.world.group(title, office.world.user("人")) for title in titles}
    store = Store(f"sqlite:///{office.process.database}", keyring=office.process.keyring)
    for title, room in rooms.items():
        room.bot = "member"
        town = titles[title]
        scope = Scope.DISTRICT if town is None else Scope.TOWN
        address = Address("telegram", str(room.id))
        store.write(
            lambda uow, address=address, scope=scope, town=town, title=title: uow.groups.bind(  # type: ignore[misc]
                address, scope=scope, town=town, title=title
            )
        )
    store.close()
    return rooms


async def latency(count: int) -> bool:
    """Print from update received by the server to alert visible in the group."""
    names = towns()
    count = min(count, len(names) * len(DANGERS))  # the same again would be no new alert
    took = []
    with tempfile.TemporaryDirectory(prefix="huxin-telegram-") as folder:
        async with telegram_office(Path(folder), "polling") as office:
            rooms = bound(office, {name: name for name in names})
            (chen,) = await office.enrols(chen=(Role.GRID_WORKER, names[0], "陈小燕"))
            for number in range(count):
                town = names[number % len(names)]
                text = f"{town}{DANGERS[number // len(names) % len(DANGERS)]}"
                room, before = rooms[town], len(rooms[town].of_bot)
                began = time.monotonic()
                office.world.says(chen, text)
                async with asyncio.timeout(30):
                    await office.server.until(
                        lambda room=room, before=before: len(room.of_bot) > before  # type: ignore[misc]
                    )
                took.append(1000 * (office.server.made("sendMessage", room.id)[-1].at - began))
                await asyncio.sleep(0.3)
    ordered = sorted(took)
    print(f"alerts {len(took)}: median {statistics.median(took):.0f} ms, "
          f"90 % {ordered[int(len(took) * 0.9)]:.0f} ms, most {ordered[-1]:.0f} ms")  # fmt: skip
    return True


async def crash(mode: str, kills: int, pending: int) -> bool:
    """Kill the process with updates pending, again and again; print what was lost or doubled."""
    chance = random.Random(20261122)
    with tempfile.TemporaryDirectory(prefix="huxin-telegram-") as folder:
        async with telegram_office(Path(folder), mode) as office:
            people = await office.enrols(
                **{f"p{n}": (Role.GRID_WORKER, towns()[0], f"网格员{n}") for n in range(REPORTERS)}
            )
            said: set[tuple[str, str]] = set()
            for round_number in range(kills):
                await office.process.kill()
                said |= write(office, people, round_number, pending)
                await office.process.spawn()
                # Somewhere between the start and the end of the work.
                await asyncio.sleep(chance.uniform(1.5, 6.0))
            await office.process.kill()
            await office.process.start()
            filed = await settled(office, said)
            receipts = Counter(
                line.split("。")[0]
                for user in people
                for one in office.world.private(user).of_bot
                for line in [one.get("text", "")]
                if line.startswith("已收到，编号")
            )
    doubled = sum(count - 1 for count in filed.values())
    lost = len(said - set(filed))
    print(f"{mode}: kills {kills}, updates {len(said)}, lost {lost}, reports doubled {doubled}, "
          f"receipts seen twice {sum(n - 1 for n in receipts.values())}")  # fmt: skip
    return not lost and not doubled


def write(
    office: TelegramOffice, people: list[User], round_number: int, pending: int
) -> set[tuple[str, str]]:
    """Let people write so many reports; returns (chat, message id) of each."""
    said = set()
    for number in range(pending):
        user = people[number % len(people)]
        text = f"第{round_number}轮第{number}盏路灯坏了，编号{round_number * pending + number}"
        said.add((str(user.id), str(office.world.says(user, text))))
    return said


async def settled(office: TelegramOffice, said: set[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Wait until nothing is unread; returns how often each message is a report."""
    store = Store(f"sqlite:///{office.process.database}", keyring=office.process.keyring)
    unread = sa.select(sa.func.count()).select_from(inbox).where(inbox.c.done_at.is_(None))
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until:
        waits = store.read(lambda uow: uow.connection.execute(unread).scalar_one())
        if not waits and not office.world.updates:
            break
        await asyncio.sleep(0.5)
    query = sa.select(reports.c.chat, reports.c.message_id)
    filed = Counter(
        (row.chat, row.message_id)
        for row in store.read(lambda uow: uow.connection.execute(query).all())
    )
    store.close()
    return Counter({key: count for key, count in filed.items() if key in said})


async def takeover() -> bool:
    """Two bot processes: one fetches, the other waits; whichever is killed, the other goes on."""
    with tempfile.TemporaryDirectory(prefix="huxin-telegram-") as folder:
        parts = ("web", "dispatcher", "bot", "bot")
        async with telegram_office(Path(folder), "polling", parts=parts) as office:
            (chen,) = await office.enrols(chen=(Role.GRID_WORKER, towns()[0], "陈小燕"))
            took = []
            for number, bot in enumerate(office.beside[1:], start=1):
                await bot.kill()
                began = time.monotonic()
                office.world.says(chen, f"第{number}盏路灯坏了")
                await office.sees(chen, f"已收到，编号 R-{number:04d}")
                took.append(time.monotonic() - began)
                await bot.start()
            conflicts = sum(call.status == 409 for call in office.server.calls)
    print(f"two bots, each killed once: receipts after {took[0]:.1f} s and {took[1]:.1f} s, "
          f"409 answered {conflicts} times")  # fmt: skip
    return not conflicts


async def burst(count: int, groups: int) -> bool:
    """Let so many dangers be reported at once; a town may have two groups."""
    names = towns()
    with tempfile.TemporaryDirectory(prefix="huxin-telegram-") as folder:
        async with telegram_office(Path(folder), "polling") as office:
            rooms = bound(office, {f"群{n}": names[n % len(names)] for n in range(groups)})
            return await _burst.burst(office, rooms, count)


def main() -> int:
    """Run the measurement that is named, or all of them."""
    end_tidily()
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", nargs="?", choices=("latency", "crash", "takeover", "burst"))
    parser.add_argument("--reports", type=int, default=48)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pending", type=int, default=200)
    parser.add_argument("--mode", choices=("polling", "webhook"))
    parser.add_argument("--alerts", type=int, default=300)
    parser.add_argument("--groups", type=int, default=20)
    asked = parser.parse_args()
    good = True
    if asked.what in {None, "latency"}:
        good &= asyncio.run(latency(asked.reports))
    if asked.what in {None, "crash"}:
        for mode in (asked.mode,) if asked.mode else ("polling", "webhook"):
            good &= asyncio.run(crash(mode, asked.kills, asked.pending))
    if asked.what in {None, "takeover"}:
        good &= asyncio.run(takeover())
    if asked.what in {None, "burst"}:
        good &= asyncio.run(burst(asked.alerts, asked.groups))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
