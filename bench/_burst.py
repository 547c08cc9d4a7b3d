"""A burst of real alerts on the emulated Telegram, while its paces hold and it says 429 at times.

Reporters write, the office reads, files, raises and sends; what came is held against the
rows. Refuses: notices put into the outbox by hand.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa

from app.settings import load
from domain.danger import Level
from domain.duty import Role
from nlp import places
from storage.notices import NoticeKind
from storage.store import Store
from storage.tables import alerts, notices
from tests.telegram_office import TelegramOffice
from tests.telegram_world import Room

REPORTERS = 60
RED_EVERY = 5
REDS = ("有人站在楼顶说要跳下去", "有人拿着菜刀追着老婆砍", "有人泼汽油说要点火烧房子")
ORANGES = (
    "有人因为工资的事扬言再不解决就死给你们看",
    "有人扬言要炸了居委会",
    "男子扬言要带汽油来烧村委会",
)
SLOW_DOWNS = 2  # said to chats of their own, so that the channel as a whole goes on
SLOW_DOWN_SECONDS = 2
SETTLE_SECONDS = 300.0
# A notice that is claimed already is not overtaken by a red one that comes meanwhile.
CLAIMED = timedelta(seconds=2)


@dataclass(frozen=True)
class Sent:
    """One alert's first message to one chat, as its row has it."""

    chat: str
    alert: int
    is_red: bool
    created_at: datetime
    sent_at: datetime | None
    message: int

    @property
    def waited(self) -> float:
        """Seconds between the alert and its message."""
        return (self.sent_at - self.created_at).total_seconds() if self.sent_at else 0.0


def dangers(count: int) -> Iterator[str]:
    """Give so many reports of events of their own: each in another village, or of another kind."""
    towns = places.load(load().office.towns_file).towns
    deepest = max(len(town.villages) for town in towns)
    spots = [
        f"{town.name}{town.villages[row].name}"
        for row in range(deepest)
        for town in towns
        if row < len(town.villages)
    ]
    for number in range(count):
        kinds = REDS if number % RED_EVERY == 0 else ORANGES
        turn = number // len(spots)
        yield f"{spots[number % len(spots)]}{kinds[(number + turn) % len(kinds)]}"


async def burst(office: TelegramOffice, rooms: dict[str, Room], count: int) -> bool:
    """Let reporters write at once, and say whether what came is all, in order, red first."""
    server = office.server
    town = places.load(load().office.towns_file).towns[0].name
    people = await office.enrols(
        **{f"p{n}": (Role.GRID_WORKER, town, f"网格员{n}") for n in range(REPORTERS)}
    )
    server.limited = True
    slowed = list(rooms.values())[:SLOW_DOWNS]
    for room in slowed:
        server.fail(
            429, "Too Many Requests", method="sendMessage", chat=room.id,
            retry_after=SLOW_DOWN_SECONDS,
        )  # fmt: skip
    server.calls.clear()
    began = time.monotonic()
    for number, text in enumerate(dangers(count)):
        office.world.says(people[number % len(people)], text)
    store = Store(f"sqlite:///{office.process.database}", keyring=office.process.keyring)
    try:
        sent = await _settled(store, count)
        raised = store.read(
            lambda uow: uow.connection.scalar(sa.select(sa.func.count()).select_from(alerts))
        )
    finally:
        store.close()
    took = time.monotonic() - began
    return _print(office, rooms, sent, raised=raised or 0, wanted=count, took=took)


def _print(
    office: TelegramOffice,
    rooms: dict[str, Room],
    sent: list[Sent],
    *,
    raised: int,
    wanted: int,
    took: float,
) -> bool:
    calls = [one for one in office.server.calls if one.method in {"sendMessage", "editMessageText"}]
    declined = [one for one in calls if one.status == 429]
    shown = sum(
        any(f"A-{one.alert:04d}" in str(text.get("text", "")) for text in rooms_by_id.of_bot)
        for one in sent
        for rooms_by_id in [office.world.rooms[int(one.chat)]]
    )
    red = sorted(one.waited for one in sent if one.is_red)
    rest = sorted(one.waited for one in sent if not one.is_red)
    overtaken = _overtaken(sent)
    ordered = _ordered(sent)
    obeyed = _obeyed(office)
    print(
        f"reports {wanted}, alerts {raised}, to {len(rooms)} groups: {shown} of {len(sent)} first "
        f"messages stand there, in {took:.0f} s; red waited {red[len(red) // 2]:.1f} s "
        f"(most {red[-1]:.1f}), the rest {rest[len(rest) // 2]:.1f} s (most {rest[-1]:.1f}); "
        f"sent before a red one that was waiting in the chat: {overtaken}; "
        f"order kept a chat and level: {ordered}; "
        f"429: {len(declined)} of {len(calls)} calls ({100 * len(declined) / len(calls):.2f} %, "
        f"{SLOW_DOWNS} of them said on purpose), pauses kept: {obeyed}"
    )
    return (
        raised == wanted
        and shown == len(sent)
        and ordered
        and obeyed
        and not overtaken
        and len(declined) <= len(calls) / 100
    )


async def _settled(store: Store, count: int) -> list[Sent]:
    """Wait until every report is an alert whose messages have arrived."""
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until:
        sent = await asyncio.to_thread(_cards, store)
        if len({one.alert for one in sent}) >= count and all(one.sent_at for one in sent):
            return sent
        await asyncio.sleep(0.5)
    return await asyncio.to_thread(_cards, store)


def _cards(store: Store) -> list[Sent]:
    first = sa.select(
        notices.c.chat,
        notices.c.alert_id,
        alerts.c.level,
        notices.c.created_at,
        notices.c.sent_at,
        notices.c.message_id,
    ).where(
        notices.c.alert_id == alerts.c.id,
        notices.c.kind == NoticeKind.CARD.value,
        notices.c.channel == "telegram",
        notices.c.why == "raised",
    )
    rows = store.read(lambda uow: uow.connection.execute(first.order_by(notices.c.id)).all())
    return [
        Sent(
            row.chat,
            row.alert_id,
            row.level == Level.RED.value,
            row.created_at,
            row.sent_at,
            int(row.message_id or 0),
        )
        for row in rows
    ]


def _overtaken(sent: list[Sent]) -> int:
    """Count messages that were sent while a red one was waiting in the same chat."""
    by_chat = defaultdict(list)
    for one in sent:
        by_chat[one.chat].append(one)
    return sum(
        any(
            red.created_at + CLAIMED < one.sent_at < red.sent_at
            for red in chat
            if red.is_red and red.sent_at
        )
        for chat in by_chat.values()
        for one in chat
        if not one.is_red and one.sent_at
    )


def _ordered(sent: list[Sent]) -> bool:
    """Whether the alerts of one level stand in each chat as they were raised."""
    by_chat = defaultdict(list)
    for one in sent:
        by_chat[one.chat, one.is_red].append((one.message, one.alert))
    return all(
        earlier[1] < later[1]
        for found in by_chat.values()
        for earlier, later in pairwise(sorted(found))
    )


def _obeyed(office: TelegramOffice) -> bool:
    """Whether a chat that said 429 was left alone for as long as it said."""
    calls = [one for one in office.server.calls if one.method == "sendMessage"]
    return all(
        later.at - told.at >= told.retry_after
        for told in calls
        if told.status == 429
        for later in calls
        if later.chat == told.chat and later.at > told.at
    )
