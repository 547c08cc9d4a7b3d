"""Reports heard by the product's own reader, for what is measured of hearing and sending."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import sqlalchemy as sa

from alerts.office import Office
from app.office_settings import build_ledger
from app.settings import load
from bench._counting import Counted, count
from bench._keys import KEYRING
from bench._profiled import profiled
from bench._raw import REPORT_OF, Speed, timed
from bench._readers import hear_by
from bench._reports import Report
from bench._wire import WIRE, Wire, packed_message
from bot.channels.webchat.rooms import NAME
from bot.dialogue import Dialogue
from bot.reader import Reader
from domain.channel import Address
from domain.duty import Post, Role, Scope
from storage.live import LocalLive
from storage.store import Store
from storage.tables import addresses, metadata
from storage.unit_of_work import UnitOfWork

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a run came to."""

    speed: Speed
    counted: Counted
    rows: int


def furnish(uow: UnitOfWork, reports: Sequence[Report], channel: str) -> None:
    """Let every reporter in on a channel, and an officer and a room for each town."""
    now = uow.now
    for number, report in enumerate(reports):
        person = uow.people.add(name=f"上报人{number}", role=Role.GRID_WORKER, town=report.town)
        uow.people.identify(person, channel, f"s{number}")
        uow.groups.keep_address(Address(channel, f"c{number}"), person_id=person.id)
    for number, town in enumerate(sorted({report.town for report in reports})):
        room = Address(channel, f"room-{number}")
        uow.groups.bind(room, scope=Scope.TOWN, town=town, title=f"{town}值班群")
        officer = uow.people.add(name=f"值班员{number}", role=Role.TOWN_OFFICER, town=town)
        uow.groups.keep_address(Address(channel, f"officer-{number}"), person_id=officer.id)
        ends = now + timedelta(days=30)
        uow.duty.add(officer, Post.TOWN_DUTY, town=town, starts_at=now, ends_at=ends)
    uow.groups.bind(Address(channel, "desk"), scope=Scope.DISTRICT, town=None, title="区值班室")
    if channel == NAME:  # its chats are rows of ours
        for chat in uow.connection.scalars(sa.select(addresses.c.chat)).all():
            uow.webchat.keep_chat(chat, kind="private", title="")


def accept(uow: UnitOfWork, reports: Sequence[Report], channel: str) -> None:
    """Store every report as a raw message."""
    for number, report in enumerate(reports):
        chat, message_id = f"c{number}", f"m{number}"
        raw = packed_message(chat, f"s{number}", message_id, report.text, uow.now)
        uow.inbox.put(channel=channel, chat=chat, message_key=message_id, raw=raw)


async def _read_all(reader: Reader) -> None:
    while await reader.read_due():
        pass


def _open_reader(url: str, office: Office, channel: str) -> Reader:
    return Reader(
        store=Store(url, keyring=KEYRING),
        dialogue=Dialogue(office, build_ledger(load(None), office)),
        channels={channel: Wire(channel)},
        live=LocalLive(),
    )


def hear(
    url: str,
    office: Office,
    reports: Sequence[Report],
    *,
    channel: str = WIRE,
    processes: int = 1,
    profile: bool = False,
) -> Heard:
    """Have the product's reader hear every report on a channel; returns how long it took."""
    _in_store(url, lambda uow: furnish(uow, reports, channel))
    _in_store(url, lambda uow: accept(uow, reports, channel))
    if profile:
        reader = _open_reader(url, office, channel)
        with count(reader.store.engine) as counted, timed() as speed, profiled(reader.store):
            asyncio.run(_read_all(reader))
        reader.store.close()
    else:
        speed, counted = hear_by(processes, lambda: _open_reader(url, office, channel))
    return Heard(speed, counted, _in_store(url, _rows))


def _in_store(url: str, work: Callable[[UnitOfWork], _T]) -> _T:
    store = Store(url, keyring=KEYRING)
    try:
        return store.write(work)
    finally:
        store.close()


def _rows(uow: UnitOfWork) -> int:
    """Count the rows of the tables that grow."""
    return sum(
        uow.connection.execute(
            sa.select(sa.func.count()).select_from(metadata.tables[name])
        ).scalar_one()
        for name in REPORT_OF
    )
