"""Mutated updates: types changed, fields missing, deep nesting, huge numbers, half characters."""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.channels.telegram import Telegram, Watch, open_account
from bot.channels.telegram.intake import look, split
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.updates import parse
from bot.dialogue import Dialogue
from bot.reader import Reader
from domain.channel import ButtonPress, ChatChange, IncomingMessage, Unreadable
from storage.live import LocalLive
from storage.store import Store
from storage.tables import inbox
from tests.fakes import PushedClock
from tests.keys import KEYRING
from tests.office_people import ledger_of_panyu, office_of_panyu
from tests.telegram_server import TOKEN, TelegramServer
from tests.telegram_world import User, World

MUTATED = 20_000
# So many in the suite; all of them with FUZZ_UPDATES=20000, which takes minutes.
THROUGH_THE_OFFICE = int(os.environ.get("FUZZ_UPDATES", "300"))
ODD: list[Any] = [
    None, True, -1, 0, 2**31, 2**63, 10**30, 1e308, "", "x", "\ud83d", "\x00", "﷽" * 50, [], {},
    [[[[]]]], {"id": {}}, "9" * 30, -(2**63), [None], {"file_id": 3},
]  # fmt: skip


def seeds() -> list[dict[str, Any]]:
    """Return one good update of each kind."""
    world = World()
    world.privacy = False
    chen = world.user("陈小燕")
    group = world.group("大石群", chen)
    world.adds_bot(chen, group)
    card = world.bot_says(group, None)
    card["reply_markup"] = {"inline_keyboard": [[{"text": "接收", "callback_data": "a:1:take"}]]}
    file = {"file_id": "F", "file_unique_id": "u"}
    first = world.says(chen, "楼上有人喊", where=group, reply_to=card["message_id"])
    world.says(chen, "", photo=[file, file], caption="看", media_group_id="3")
    world.says(chen, "", venue={"location": {"latitude": 1.5, "longitude": 2.5}, "title": "桥"})
    world.says(chen, "", contact={"phone_number": "1", "first_name": "梁"}, voice=file)
    world.edits(chen, first, "改了", where=group)
    world.presses(chen, card, "接收")
    world.blocks(chen)
    world.migrates(group)
    return [json.loads(raw) for _, raw in world.updates]


def mutated(chance: random.Random, seed: dict[str, Any]) -> str:
    """Return an update with some of its parts replaced, dropped or doubled."""
    update = copy.deepcopy(seed)
    for _ in range(chance.randint(1, 3)):
        parts = list(places(update))
        holder, name = chance.choice(parts)
        if chance.random() < 0.3:
            del holder[name]
            if not update:
                break
        else:
            holder[name] = copy.deepcopy(chance.choice(ODD))
    raw = json.dumps(update)
    how = chance.random()
    if how < 0.02:
        return raw[: chance.randint(0, len(raw))]
    if how < 0.04:
        depth = chance.choice([10, 500, 3000])
        return raw[:-1] + ', "deep": ' + "[" * depth + "]" * depth + "}"
    if how < 0.06:
        return raw.replace("5000000001", "9" * chance.choice([19, 5000]))
    return raw


def places(part: Any) -> Iterator[tuple[Any, Any]]:
    """Give every place in a payload as (what holds it, its name there)."""
    if isinstance(part, dict | list):
        for name, item in list(part.items() if isinstance(part, dict) else enumerate(part)):
            yield part, name
            yield from places(item)


def test_each_is_understood_or_unreadable() -> None:
    """No mutated update raises; each is found apart and has a place in the inbox."""
    chance = random.Random(20260304)
    good = seeds()
    kinds = {IncomingMessage: 0, ButtonPress: 0, ChatChange: 0, Unreadable: 0}
    for _ in range(MUTATED):
        raw = mutated(chance, chance.choice(good))
        update = look(raw)
        assert update.key
        update.raw.encode()
        kinds[type(parse(update.raw))] += 1
    assert all(count > MUTATED / 200 for count in kinds.values()), kinds


def test_an_answer_full_of_them_is_found_apart() -> None:
    """Every update that is JSON stands by itself, whatever is in it."""
    chance = random.Random(7)
    good = seeds()
    raws = [raw for raw in (mutated(chance, chance.choice(good)) for _ in range(500)) if raw]
    whole = [raw for raw in raws if raw.count("{") == raw.count("}") and raw.endswith("}")]
    assert split('{"ok":true,"result":[' + ",".join(whole) + "]}") == whole


async def test_none_stalls_the_office(
    sqlite_file: str, server: TelegramServer, telegram: Telegram, clock: PushedClock, chen: User
) -> None:
    """Each has its one end, and what comes behind them is heard."""
    store = Store(sqlite_file, keyring=KEYRING, clock=clock)
    live = LocalLive()
    account = open_account(TOKEN, base_url=server.base_url)
    poller = Poller(account, store, live, Watch(store, live))
    reader = Reader(
        store, Dialogue(office_of_panyu(), ledger_of_panyu()), {"telegram": telegram}, live
    )
    chance = random.Random(11)
    good = seeds()
    for _ in range(THROUGH_THE_OFFICE):
        raw = mutated(chance, {**chance.choice(good), "update_id": 0})
        if raw.count("{") == raw.count("}") and raw.endswith("}"):  # else no server sends it
            server.world.put(raw.replace('"update_id": 0', '"update_id": UPDATE_ID'))
    server.world.says(chen, "/help")
    while await poller.fetch(seconds=0):
        pass
    while await reader.read_due():
        pass
    clock.push(timedelta(minutes=5))  # what failed is tried again, three times in all
    for _ in range(3):
        while await reader.read_due():
            clock.push(timedelta(minutes=5))
    ends = store.read(
        lambda uow: uow.connection.execute(
            sa.select(inbox.c.outcome, sa.func.count()).group_by(inbox.c.outcome)
        ).all()
    )
    store.close()
    await account.close()
    assert None not in {outcome for outcome, _ in ends}, ends
    assert ("answer" in dict(ends)) or ("command" in dict(ends)), ends
    assert server.world.updates == []
