"""Who writes in a simulated province and who answers: a day's curve, a storm, tired officers."""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from bench._limits import GROUP_PREFIX
from bench._reports import DANGEROUS, HARMLESS
from bench._wire import packed_message, packed_press
from domain.channel import Address, OutgoingMessage
from domain.duty import Post, Role, Scope
from storage.tables import addresses, identities, people
from storage.unit_of_work import UnitOfWork

# How much of a day's reports falls into each hour of it: quiet nights, two busy stretches.
DAY = (1, 1, 1, 1, 1, 1, 2, 4, 7, 9, 9, 7, 5, 5, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1)
ANSWERS = 0.85  # of the cards that ring, by the one who is rung
ANSWER_MEDIAN, ANSWER_SIGMA = 45.0, 0.9  # seconds, lognormal
OUTCOME_MEDIAN, OUTCOME_SIGMA = 1200.0, 0.7
DESK = f"{GROUP_PREFIX}desk"
AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Plan:
    """What a province is and writes. ``a_day`` is reports a reporter and day."""

    towns: tuple[str, ...]
    villages: tuple[tuple[str, ...], ...]
    reporters: int
    a_day: float
    dangerous: float
    begins: datetime
    ends: datetime
    storm_at: datetime
    storm_seconds: float
    storm_rate: float
    limited: float

    def channel_of(self, town: int) -> str:
        """Return the channel that a town uses; a share of ``limited`` has limits."""
        whole = round(self.limited * 100)
        return "limited" if town * 37 % 100 < whole else "free"

    def rate(self, hour: int) -> float:
        """Return the everyday reports a second in an hour of the day."""
        return self.reporters * self.a_day * DAY[hour % 24] / sum(DAY) / 3600


@dataclass(slots=True)
class Crowd:
    """What is about to be said and pressed, in order of time."""

    plan: Plan
    rng: random.Random
    accepted: dict[str, datetime] = field(default_factory=dict)
    _waiting: list[tuple[datetime, int, str, str, str, str]] = field(default_factory=list)
    _count: int = 0

    def foresee(self, zone_hours: int) -> int:
        """Draw every report of the stretch; returns how many."""
        plan, at = self.plan, self.plan.begins
        while at < plan.ends:
            rate = plan.rate((at + timedelta(hours=zone_hours)).hour)
            at += timedelta(seconds=self.rng.expovariate(rate) if rate else 3600)
            self._report(at)
        for _ in range(round(plan.storm_rate * plan.storm_seconds)):
            self._report(plan.storm_at + timedelta(seconds=self.rng.uniform(0, plan.storm_seconds)))
        return self._count

    def _report(self, at: datetime) -> None:
        if at >= self.plan.ends:
            return
        self._count += 1
        who = self.rng.randrange(self.plan.reporters)
        town = who % len(self.plan.towns)
        words = self.rng.choice(DANGEROUS if self.rng.random() < self.plan.dangerous else HARMLESS)
        village = self.rng.choice(self.plan.villages[town])
        name = f"王{self.rng.choice('伟芳娜敏静丽强磊')}{self.rng.choice('军洋勇艳杰娟涛霞')}"
        text = (
            f"{self.plan.towns[town]}{village}{self._count % 9999 + 1}号，{words.format(who=name)}"
        )
        message_id = f"m{self._count}"
        chat, sender = f"c{who}", f"s{who}"
        raw = packed_message(chat, sender, message_id, text, at)
        self._push(at, self.plan.channel_of(town), chat, message_id, raw)

    def see(self, now: datetime, channel: str, chat: str, message: OutgoingMessage) -> None:
        """Let whoever reads a chat answer what rings there, later or never."""
        take = [b.data for row in message.buttons for b in row if b.data.endswith(":take")]
        if not take or not message.rings or self.rng.random() >= ANSWERS:
            return
        if chat == DESK:
            sender = "desk0"
        else:
            sender = f"o{chat.removeprefix(GROUP_PREFIX).removeprefix('o')}"
        taken = now + _drawn(self.rng, ANSWER_MEDIAN, ANSWER_SIGMA)
        closed = taken + _drawn(self.rng, OUTCOME_MEDIAN, OUTCOME_SIGMA)
        self._press(taken, channel, chat, sender, take[0])
        self._press(closed, channel, chat, sender, take[0].replace(":take", ":close:safe"))

    def _press(self, at: datetime, channel: str, chat: str, sender: str, data: str) -> None:
        self._count += 1
        press_id = f"p{self._count}"
        self._push(at, channel, chat, press_id, packed_press(chat, sender, press_id, "0", data))

    def _push(self, at: datetime, channel: str, chat: str, key: str, raw: str) -> None:
        heapq.heappush(self._waiting, (at, len(self._waiting), channel, chat, key, raw))

    @property
    def next_at(self) -> datetime | None:
        """When something is said or pressed next."""
        return self._waiting[0][0] if self._waiting else None

    def speak(self, uow: UnitOfWork) -> int:
        """Store everything whose time has come in the inbox; returns how much that was."""
        spoken = 0
        while self._waiting and self._waiting[0][0] <= uow.now:
            at, _, channel, chat, key, raw = heapq.heappop(self._waiting)
            uow.inbox.put(channel=channel, chat=chat, message_key=key, raw=raw)
            self.accepted[key] = at
            spoken += 1
        return spoken


def _drawn(rng: random.Random, median: float, sigma: float) -> timedelta:
    return timedelta(seconds=median * rng.lognormvariate(0.0, sigma))


def furnish(uow: UnitOfWork, plan: Plan) -> None:
    """Let everybody in: reporters, an officer on duty and a room a town, the district."""
    uow.groups.keep_towns((town, f"99{n:07d}") for n, town in enumerate(plan.towns, start=1))
    until = plan.ends + timedelta(days=30)
    for number, town in enumerate(plan.towns):
        channel = plan.channel_of(number)
        officer = uow.people.add(name=f"值班员{number}", role=Role.TOWN_OFFICER, town=town)
        uow.people.identify(officer, channel, f"o{number}")
        uow.groups.keep_address(Address(channel, f"o{number}"), person_id=officer.id)
        room = Address(channel, f"{GROUP_PREFIX}{number}")
        uow.groups.bind(room, scope=Scope.TOWN, town=town, title=f"{town}值班群")
        uow.duty.add(officer, Post.TOWN_DUTY, town=town, starts_at=uow.now, ends_at=until)
    desk = uow.people.add(name="区值班员", role=Role.DISTRICT_OFFICER, town=None)
    leader = uow.people.add(name="带班领导", role=Role.LEADER, town=None)
    uow.duty.add(desk, Post.DISTRICT_DUTY, town=None, starts_at=uow.now, ends_at=until)
    uow.duty.add(leader, Post.LEADER_DUTY, town=None, starts_at=uow.now, ends_at=until)
    for channel in ("limited", "free"):
        uow.people.identify(desk, channel, "desk0")
    uow.groups.bind(Address("free", DESK), scope=Scope.DISTRICT, town=None, title="区值班室")
    for start in range(0, plan.reporters, AT_ONCE):
        _let_in(uow, plan, range(start, min(start + AT_ONCE, plan.reporters)))


def _let_in(uow: UnitOfWork, plan: Plan, numbers: Sequence[int]) -> None:
    """Enrol reporters in bulk, as importing a list would."""
    add = sa.insert(people).returning(people.c.id, sort_by_parameter_order=True)
    towns = [number % len(plan.towns) for number in numbers]
    ids = uow.connection.scalars(
        add,
        [
            {
                "name": f"上报人{number}",
                "role": Role.GRID_WORKER.value,
                "town": plan.towns[town],
                "enrolled_at": uow.now,
                "demo": False,
            }
            for number, town in zip(numbers, towns, strict=True)
        ],
    ).all()
    known = [
        {"number": number, "person_id": one, "channel": plan.channel_of(town)}
        for number, town, one in zip(numbers, towns, ids, strict=True)
    ]
    uow.connection.execute(
        sa.insert(identities),
        [
            {
                "channel": one["channel"],
                "sender": f"s{one['number']}",
                "person_id": one["person_id"],
                "since": uow.now,
            }
            for one in known
        ],
    )
    uow.connection.execute(
        sa.insert(addresses),
        [
            {
                "channel": one["channel"],
                "chat": f"c{one['number']}",
                "person_id": one["person_id"],
            }
            for one in known
        ],
    )
