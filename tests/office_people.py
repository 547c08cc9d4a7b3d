"""Who is in a story's office: people with their chats, rooms, a roster, invite codes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from alerts.clock import WorkingHours
from alerts.office import Office
from app import settings
from app.office_settings import build_ledger
from bot.enrolment import invite
from domain.access import Asker, Way
from domain.channel import Address, ChatKind
from domain.duty import Person, Post, Role, Scope
from nlp import places
from petitions.ledger import Ledger
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.fakes import PushedClock, Shown, plain_reading

T = TypeVar("T")

DASHI, SHIQI = "大石街道", "石碁镇"
PANYU = Path(__file__).parents[1] / "districts" / "panyu.toml"


@dataclass(frozen=True)
class Chat:
    """A chat: somebody's private one, or a duty group's room."""

    channel: str
    chat: str
    kind: ChatKind = ChatKind.PRIVATE

    @property
    def address(self) -> Address:
        """The chat as notices know it."""
        return Address(channel=self.channel, chat=self.chat)


@dataclass(frozen=True)
class Somebody:
    """Somebody in the stories; ``person`` None: not enrolled."""

    name: str
    sender: str
    private: Chat
    person: Person | None = None

    @property
    def known(self) -> Person:
        """Who they are to the office."""
        assert self.person is not None, f"{self.name} is not enrolled"
        return self.person


@dataclass(frozen=True)
class Said:
    """A message that somebody wrote."""

    by: Somebody
    where: Chat
    message_id: str


Where = Somebody | Chat | Shown


@cache
def panyu() -> places.Gazetteer:
    """Read the towns once for all stories."""
    return places.load(PANYU)


@cache
def office_of_panyu() -> Office:
    """Return the office as the product's own settings make it, with plain readings."""
    own = settings.load(environ={})
    return Office(
        name=own.office.name,
        district=own.office.district,
        assess=plain_reading,
        gazetteer=panyu(),
        times=own.level_times(),
        hours=WorkingHours(
            zone=own.office.time_zone,
            days=frozenset(own.office.working_days),
            spans=own.office.working_hours,
        ),
        support=own.supports(),
        amend_within=own.dialogue.amend_within,
        merge_within=own.dialogue.merge_within,
        question_lasts=own.dialogue.question_expires,
        invite_lasts=own.dialogue.invite_expires,
        burst_per_minute=own.dialogue.burst_per_minute,
        silence=own.silence.limits(),
    )


@cache
def ledger_of_panyu() -> Ledger:
    """Return the ledger as the product's own settings make it."""
    own = settings.load(environ={})
    return build_ledger(own, office_of_panyu())


@dataclass
class OfficePeople:
    """An office's store and who is in it; ``secrets`` must never be in a log."""

    url: str
    office: Office
    clock: PushedClock
    restless: bool = False
    store: Store = field(init=False)
    secrets: set[str] = field(default_factory=set)
    people: dict[str, Somebody] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _furnishing: UnitOfWork | None = None

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Write to the store; while the office is furnished, all in one transaction."""
        return work(self._furnishing) if self._furnishing else self.store.write(work)

    def furnish(self, uow: UnitOfWork) -> None:
        """Let the usual people in."""
        self._furnishing = uow
        self.chen = self.enrols("陈小燕", Role.GRID_WORKER, DASHI)
        self.he = self.enrols("何文静", Role.SOCIAL_WORKER, DASHI)
        self.li = self.enrols("李国明", Role.TOWN_OFFICER, DASHI)
        self.wang = self.enrols("王秀芳", Role.TOWN_OFFICER, DASHI)
        self.zhao = self.enrols("赵建军", Role.TOWN_OFFICER, SHIQI)
        self.zhou = self.enrols("周志强", Role.DISTRICT_OFFICER, None)
        self.deng = self.enrols("邓永康", Role.LEADER, None)
        self.outsider = self.stranger("路过的人")
        self.room_dashi = self.binds("room-4711-a", Scope.TOWN, DASHI)
        self.room_shiqi = self.binds("room-4712-b", Scope.TOWN, SHIQI)
        self.room_district = self.binds("room-4713-c", Scope.DISTRICT, None)
        self.on_duty(self.deng, Post.LEADER_DUTY)
        self._furnishing = None

    def enrols(self, name: str, role: Role, town: str | None, *, channel: str = "wire") -> Somebody:
        """Enrol somebody with a private chat."""
        person = self.write(lambda uow: uow.people.add(name=name, role=role, town=town))
        return self.meets(replace(self.stranger(name, channel=channel), person=person))

    def meets(self, somebody: Somebody) -> Somebody:
        """Let the office know a sender and private chat of an enrolled person."""
        person, private = somebody.known, somebody.private

        def know(uow: UnitOfWork) -> None:
            uow.people.identify(person, private.channel, somebody.sender)
            uow.groups.keep_address(private.address, person_id=person.id)

        self.write(know)
        return somebody

    def stranger(self, name: str, *, channel: str = "wire") -> Somebody:
        """Somebody with a chat whom the office does not know."""
        number = next(self._numbers)
        somebody = Somebody(name, f"sender-88{number}", Chat(channel, f"private-77{number}"))
        self.secrets |= {name, somebody.sender, somebody.private.chat}
        self.people[somebody.sender] = somebody
        return somebody

    def enrols_elsewhere(self, name: str) -> Somebody:
        """Enrol a grid worker of 大石 who uses the other channel."""
        return self.enrols(name, Role.GRID_WORKER, DASHI, channel="pigeon")

    def also_at(self, somebody: Somebody, channel: str) -> Chat:
        """Let somebody have a second, newer private chat on another channel."""
        return self.meets(
            replace(self.stranger(somebody.name, channel=channel), person=somebody.known)
        ).private

    def binds(self, chat: str, scope: Scope, town: str | None, *, channel: str = "wire") -> Chat:
        """Make a room a duty group."""
        room = Chat(channel, chat, ChatKind.GROUP)
        self.secrets.add(chat)
        title = f"{town or '区'}值班群"
        self.write(lambda uow: uow.groups.bind(room.address, scope=scope, town=town, title=title))
        return room

    def on_duty(self, somebody: Somebody, post: Post, *, hours: int = 240) -> None:
        """Put somebody on the roster from now on."""
        person = somebody.known
        now = self.clock.now
        self.write(
            lambda uow: uow.duty.add(
                person,
                post,
                town=person.town,
                starts_at=now,
                ends_at=now + timedelta(hours=hours),
            )
        )

    def invites(self, **what: Any) -> str:
        """Return a new invite code."""
        made = self.write(lambda uow: invite(uow, **{"lasts": self.office.invite_lasts, **what}))
        self.secrets.add(made.code)
        return made.code


def at_the_desk(somebody: Somebody) -> Asker:
    """Return somebody as the policy knows them at the web desk."""
    return Asker(somebody.known, Way.WEB)
