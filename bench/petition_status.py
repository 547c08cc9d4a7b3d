"""How long does 状态 take with a whole province's ledger: from stored message to answer sent?

A ledger of invented people is filled in (SQLite 50,000 matters, PostgreSQL 1,000,000), its
common names as common as in life. Then a town's officer and a clerk ask by name, phone and
number, for what is there, what is theirs and what is not: message stored, heard, answered,
sent, each committed. Beside each the time of one commit of one row in the same run.

    .venv/bin/python bench/petition_status.py [--engine sqlite] [--matters 50000] [--asks 200]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from alerts.dispatcher import Dispatcher
from alerts.pacing import Pacer
from alerts.sending import DispatchTimes
from app.office_settings import Reads, build_ledger, build_office
from app.settings import load
from bench._databases import POSTGRESQL, SQLITE, new_database, postgresql_is_there
from bench._ending import end_tidily
from bench._keys import KEYRING
from bench._wire import WIRE, Wire, packed_message
from bot.dialogue import Dialogue
from bot.reader import Reader
from domain.access import DISTRICT_ALONE, open_to
from domain.channel import Address
from domain.duty import Role
from petitions.near_names import spellings
from storage.clocks import machine_clock
from storage.live import LocalLive
from storage.notices import Priority
from storage.rates import LocalRates
from storage.store import Store
from storage.tables import matter_steps, matters, name_slips, petitioners
from storage.unit_of_work import UnitOfWork
from storage.upsert import insert

SEED = 6
SIZES = {SQLITE: 50_000, POSTGRESQL: 1_000_000}
WITHIN_MS = 200.0
ROWS_A_COMMIT = 5_000
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余杜"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛霞燕玲英华玉萍刚辉鹏飞超波斌宇浩凯健俊帆雪琳倩婷雯莉蓉"


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody's question, and what it stands for in the table."""

    what: str
    chat: str
    text: str


def name_of(chance: random.Random) -> str:
    """Return an invented name; the first letters come far more often, as in life."""
    surname = SURNAMES[min(int(chance.expovariate(0.12)), len(SURNAMES) - 1)]
    given = "".join(
        GIVEN[min(int(chance.expovariate(0.06)), len(GIVEN) - 1)]
        for _ in range(chance.choice((1, 2, 2, 2)))
    )
    return surname + given


def phone_of(number: int) -> str:
    """Return the phone of a matter's petitioner."""
    return f"13{number:09d}"


def number_of(number: int) -> str:
    """Return a matter's number."""
    return f"2026-{number:07d}"


def fill(store: Store, towns: tuple[str, ...], count: int) -> None:
    """Write the ledger, some thousand matters a commit."""
    chance = random.Random(SEED)
    for start in range(1, count + 1, ROWS_A_COMMIT):
        span = range(start, min(start + ROWS_A_COMMIT, count + 1))
        store.write(partial(_write, chance=chance, towns=towns, span=span))


def _write(uow: UnitOfWork, *, chance: random.Random, towns: tuple[str, ...], span: range) -> None:
    heads, people, slips, steps = [], [], {}, []
    for number in span:
        town, name = chance.choice(towns), name_of(chance)
        lodged = date(2026, 1, 1) - timedelta(days=chance.randrange(1500))
        about = (town,) if chance.random() < 0.02 else ()
        may_see = open_to(town, about, accusation=chance.random() < 0.03)
        heads.append(_head(number, town, may_see, lodged))
        people.append(_petitioner(number, name, may_see))
        steps += [_step(number, kind, lodged + timedelta(days=after)) for kind, after in _STEPS]
        for spelling in spellings(name):
            slips[spelling, may_see, name] = {
                "spelling_mark": spelling,
                "open_to": may_see,
                "name_mark": name,
                "spelling": spelling,
                "name": name,
            }
    uow.connection.execute(sa.insert(matters), heads)
    uow.connection.execute(sa.insert(petitioners), people)
    uow.connection.execute(sa.insert(matter_steps), steps)
    add_slips = insert(uow.connection, name_slips).on_conflict_do_nothing()
    uow.connection.execute(add_slips, list(slips.values()))


_STEPS = (("registered", 0), ("forwarded", 3), ("accepted", 9), ("replied", 50))


def _head(number: int, town: str, may_see: str, lodged: date) -> dict[str, Any]:
    return {
        "id": number,
        "number": number_of(number),
        "kind": "accusation" if may_see == "#accusation" else "appeal_six",
        "lodging": "visit",
        "tier": "district",
        "registered_on": lodged,
        "subject": f"征地补偿第{number}件",
        "words": "承包地被征用，补偿款没有付清，要求尽快支付",
        "place": "村口",
        "town": town,
        "open_to": may_see,
        "unit": town,
        "lead": "",
        "about_units": [town] if may_see == DISTRICT_ALONE else [],
        "repeated": False,
        "group_size": 1,
        "version": 1,
        "changed_at": machine_clock(),
    }


def _petitioner(number: int, name: str, may_see: str) -> dict[str, Any]:
    return {
        "matter_id": number,
        "position": 0,
        "name": name,
        "name_mark": name,
        "phone": phone_of(number),
        "phone_mark": phone_of(number),
        "id_number": "",
        "id_mark": None,
        "village": "植村",
        "address": "",
        "open_to": may_see,
    }


def _step(number: int, kind: str, on: date) -> dict[str, Any]:
    return {
        "matter_id": number,
        "kind": kind,
        "on_day": on,
        "document": "",
        "unit": "",
        "note": "",
        "void": False,
        "recorded_at": machine_clock(),
        "source": "bench",
    }


def questions(store: Store, town: str, count: int, asks: int) -> list[Ask]:
    """Return the questions, shuffled; what an officer asks in vain is another town's."""
    chance = random.Random(SEED + 1)
    some = chance.sample(range(1, count), min(count - 1, 6000))
    columns = (petitioners.c.matter_id, petitioners.c.name, petitioners.c.open_to)
    with store.engine.connect() as connection:
        query = sa.select(*columns).where(petitioners.c.matter_id.in_(some))
        rows = connection.execute(query).all()
    own = [row for row in rows if row.open_to == town]
    others = [row for row in rows if row.open_to not in {town, DISTRICT_ALONE, "#accusation"}]
    found: list[Ask] = []
    for turn in range(asks):
        mine, theirs = own[turn % len(own)], others[turn % len(others)]
        found += [
            Ask("officer, number, theirs", "officer", f"状态 {number_of(mine.matter_id)}"),
            Ask("officer, phone, theirs", "officer", f"状态 {phone_of(mine.matter_id)}"),
            Ask("officer, name, theirs", "officer", f"状态 {mine.name}"),
            Ask("officer, phone, another town's", "officer", f"状态 {phone_of(theirs.matter_id)}"),
            Ask("officer, phone, nobody's", "officer", f"状态 {phone_of(count + 1 + turn)}"),
            Ask("officer, name, nobody's", "officer", f"状态 欧阳{chance.choice(GIVEN)}龘"),
            Ask("clerk, name", "clerk", f"状态 {theirs.name}"),
            Ask("clerk, commonest name", "clerk", f"状态 {SURNAMES[0]}{GIVEN[0]}"),
            Ask("clerk, name, a slip", "clerk", f"状态 {theirs.name[:-1]}龘"),
        ]
    chance.shuffle(found)
    return found


def furnish(uow: UnitOfWork, town: str) -> None:
    """Let an officer and a clerk in."""
    for chat, role, place in (("officer", Role.TOWN_OFFICER, town), ("clerk", Role.CLERK, None)):
        person = uow.people.add(name=f"某{chat}", role=role, town=place)
        uow.people.identify(person, WIRE, chat)
        uow.groups.keep_address(Address(WIRE, chat), person_id=person.id)


def _accept(uow: UnitOfWork, *, chat: str, message_id: str, raw: str) -> None:
    uow.inbox.put(channel=WIRE, chat=chat, message_key=message_id, raw=raw)


async def measure(store: Store, town: str, asked: list[Ask]) -> dict[str, list[float]]:
    """Ask one question after the other; returns milliseconds by kind of question."""
    settings = load(None)
    office = build_office(settings, reads=Reads.NEVER)
    live, wire = LocalLive(), Wire()
    channels = {WIRE: wire}
    dialogue = Dialogue(office, build_ledger(settings, office))
    reader = Reader(store=store, dialogue=dialogue, channels=channels, live=live)
    waits = dict.fromkeys((Priority.RED, Priority.ORANGE, Priority.YELLOW), timedelta(seconds=30))
    times = DispatchTimes(timedelta(seconds=30), timedelta(seconds=1), waits)
    pacer = Pacer(LocalRates(store.clock))
    dispatcher = Dispatcher(store, office, channels, live, times, pacer)
    store.write(lambda uow: furnish(uow, town))
    took: dict[str, list[float]] = {"one commit of one row": []}
    for turn, ask in enumerate(asked):
        began = time.perf_counter()
        raw = packed_message(ask.chat, ask.chat, f"m{turn}", ask.text, store.clock())
        store.write(partial(_accept, chat=ask.chat, message_id=f"m{turn}", raw=raw))
        while not await reader.read_due():
            pass
        while not await dispatcher.send_due():
            pass
        took.setdefault(ask.what, []).append((time.perf_counter() - began) * 1000)
        if turn % 5 == 0:
            began = time.perf_counter()
            store.write(lambda uow: uow.audit.beat("bench"))
            took["one commit of one row"].append((time.perf_counter() - began) * 1000)
    return took


def run(engine: str, count: int, asks: int) -> bool:
    """Fill, ask, print the table; returns whether every answer came within the limit at p99."""
    towns = tuple(build_office(load(None), reads=Reads.NEVER).town_names)
    with (
        tempfile.TemporaryDirectory(prefix="huxin-status-") as folder,
        new_database(engine, Path(folder)) as url,
        closing(Store(url, keyring=KEYRING)) as store,
    ):
        began = time.perf_counter()
        fill(store, towns, count)
        if not store.sqlite:
            with store.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                    sa.text("ANALYZE")
                )
        print(f"\n{engine}: {count} matters, filled in {time.perf_counter() - began:.0f} s")
        asked = questions(store, towns[0], count, asks)
        took = asyncio.run(measure(store, towns[0], asked))
    return _print(took)


def _print(took: dict[str, list[float]]) -> bool:
    whole = True
    print(f"  {'':<34}{'asked':>7}{'median ms':>11}{'p99 ms':>9}{'most ms':>9}")
    for what, times in took.items():
        p99 = sorted(times)[int(len(times) * 0.99) - 1]
        middle = statistics.median(times)
        print(f"  {what:<34}{len(times):>7}{middle:>11.1f}{p99:>9.1f}{max(times):>9.1f}")
        whole = whole and (p99 < WITHIN_MS or what.startswith("one commit"))
    return whole


def main() -> int:
    """Run and return 1 when an answer took longer than it may."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", choices=(SQLITE, POSTGRESQL))
    parser.add_argument("--matters", type=int)
    parser.add_argument("--asks", type=int, default=100, help="of each kind")
    given = parser.parse_args()
    whole = True
    for engine in [given.engine] if given.engine else [SQLITE, POSTGRESQL]:
        if engine == POSTGRESQL and not postgresql_is_there():
            print("PostgreSQL is not on this machine", file=sys.stderr)
            continue
        whole = run(engine, given.matters or SIZES[engine], given.asks) and whole
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
