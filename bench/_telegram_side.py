"""An emulated Telegram beside the web chat: people who write and press there, and its moods.

The emulator runs in the bench and keeps Telegram's own limits. It is told now and then to
answer 429 or 5xx, to deliver and let the answer be lost or late, and to make a supergroup
of a group. What Telegram has taken from a person counts as accepted.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench._found import Accepted
from bench._reports import Report
from bot.enrolment import NewInvite
from domain.channel import Address
from domain.duty import Role, Scope
from storage.store import Store
from tests.telegram_methods import Failed
from tests.telegram_server import TOKEN, Fault, TelegramServer
from tests.telegram_world import Json, Room, User

NAME = "telegram"
MOST_REPORTS = 8  # of a town: a group there takes 20 messages a minute
WORKERS_A_TOWN = 4
OFFICERS_A_TOWN = 2
EAGER = 0.9
CLOSED = 0.6
LOOK_SECONDS = 0.25
THINK_SECONDS = 2.0
BETWEEN_MOODS = (2.0, 7.0)
LATE_SECONDS = 9.0  # longer than the office waits for an answer
GREETED_SECONDS = 60.0

Invite = Callable[[str, Role, int], Awaitable[list[NewInvite]]]


@dataclass(frozen=True, slots=True)
class TelegramPress:
    """A press that Telegram took from somebody; ``query`` is its id there."""

    user: int
    query: str
    data: str


@dataclass(slots=True)
class _Officer:
    user: User
    town: str
    rng: random.Random
    asked: set[str] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


def share_of(reports: int, others: int, on_telegram: int) -> float:
    """Return what a town on Telegram has of another town's reports."""
    left = reports - MOST_REPORTS * on_telegram
    return min(1.0, MOST_REPORTS * others / max(1, left))


class TelegramSide:
    """The groups of some towns, their people, and what befalls the channel."""

    def __init__(self, rng: random.Random, towns: list[str]) -> None:
        """Make a group for each town; nobody has joined yet."""
        self.server = TelegramServer(limited=True)
        self.world = self.server.world
        self.befell: Counter[str] = Counter()
        self.presses: list[TelegramPress] = []
        self.towns = towns
        self.rooms: dict[str, Room] = {}
        self._rng = rng
        self._workers: dict[str, list[User]] = {}
        self._officers: list[_Officer] = []
        self._withholding: list[Fault] = []
        self._withheld = 0
        self._watching: list[asyncio.Task[None]] = []
        self._moods = (self._slow, self._broken, self._withhold, self._withhold, self._move)

    async def start(self) -> None:
        """Let Telegram be there."""
        await self.server.start()

    def settings(self) -> dict[str, str]:
        """Return the settings that point an office at it."""
        return {
            "HUXIN_CHANNELS__TELEGRAM__BASE_URL": self.server.base_url,
            "HUXIN_CHANNELS__TELEGRAM__TOKEN": TOKEN,
        }

    # People ----------------------------------------------------------------------------

    async def enrol(self, invite: Invite, open_store: Callable[[], Store]) -> None:
        """Let workers and officers of each town enrol, and bind its group."""
        await asyncio.gather(*(self._enrol(town, invite) for town in self.towns))
        await asyncio.to_thread(self._bind, open_store)

    async def _enrol(self, town: str, invite: Invite) -> None:
        workers, officers = await asyncio.gather(
            self._people(town, Role.GRID_WORKER, WORKERS_A_TOWN, invite),
            self._people(town, Role.TOWN_OFFICER, OFFICERS_A_TOWN, invite),
        )
        self._workers[town] = workers
        self._officers += [
            _Officer(user, town, random.Random(self._rng.random())) for user in officers
        ]
        room = self.world.group(f"{town}值班群", *officers, kind="group")
        room.bot = "member"
        self.rooms[town] = room

    async def _people(self, town: str, role: Role, count: int, invite: Invite) -> list[User]:
        users = []
        for number, one in enumerate(await invite(town, role, count), start=1):
            user = self.world.user(f"{town}{role.label}{number}")
            self.world.says(user, f"/start {one.code}")
            users.append(user)
        async with asyncio.timeout(GREETED_SECONDS):
            await self.server.until(
                lambda: all(
                    any("登记好了" in said.get("text", "") for said in self.world.private(u).of_bot)
                    for u in users
                )
            )
        return users

    def _bind(self, open_store: Callable[[], Store]) -> None:
        store = open_store()
        for town, room in self.rooms.items():
            store.write(
                lambda uow, town=town, room=room: uow.groups.bind(  # type: ignore[misc]
                    Address(NAME, str(room.id)), scope=Scope.TOWN, town=town, title=room.title
                )
            )
        store.close()

    def report(self, report: Report) -> Accepted:
        """Let somebody of the report's town write it to the bot."""
        user = self._rng.choice(self._workers[report.town])
        message_id = self.world.says(user, report.text)
        return Accepted(str(user.id), str(message_id), report.town, report.level.value, NAME)

    def watch(self) -> None:
        """Let the officers look at their chats and press what asks for it."""
        self._watching = [asyncio.create_task(self._look(one)) for one in self._officers]

    async def _look(self, one: _Officer) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for room in (self.rooms[one.town], self.world.private(one.user)):
                for message in room.of_bot:
                    for data in buttons_of(message):
                        self._consider(one, message, data)

    def _consider(self, one: _Officer, message: Json, data: str) -> None:
        kind, _, verb = data.partition(":")[0], *data.split(":", 2)[1:]
        eager = {"take": EAGER, "close": CLOSED, "close:safe": 1.0}
        if kind != "a" or verb not in eager or data in one.asked:
            return
        one.asked.add(data)
        if one.rng.random() < eager[verb]:
            task = asyncio.create_task(self._press(one, message, data))
            one.tasks.add(task)
            task.add_done_callback(one.tasks.discard)

    async def _press(self, one: _Officer, message: Json, data: str) -> None:
        await asyncio.sleep(one.rng.uniform(0, THINK_SECONDS))
        query = self.world.presses(one.user, message, data=data)
        self.presses.append(TelegramPress(one.user.id, query, data))

    def busy(self) -> bool:
        """Whether somebody is about to press, or the office has not fetched everything."""
        for watching in self._watching:
            if watching.done():  # it looks for ever, unless it failed
                watching.result()
        return bool(self.world.updates) or any(one.tasks for one in self._officers)

    # Moods -----------------------------------------------------------------------------

    async def suffer(self) -> None:
        """Let the channel misbehave in one way after the other, until cancelled."""
        while True:
            await asyncio.sleep(self._rng.uniform(*BETWEEN_MOODS))
            self._rng.choice(self._moods)()

    def _slow(self) -> None:
        wait = self._rng.randint(1, 5)
        whole = self._rng.random() < 0.3
        chat = None if whole else self._rng.choice(list(self.rooms.values())).id
        self.befell["Telegram 429"] += 1
        self.server.fail(
            429, f"Too Many Requests: retry after {wait}",
            retry_after=wait, chat=chat, method="sendMessage", times=self._rng.randint(1, 4),
        )  # fmt: skip

    def _broken(self) -> None:
        self.befell["Telegram 5xx"] += 1
        method = self._rng.choice(("sendMessage", "editMessageText", "getUpdates", None))
        status = self._rng.choice((500, 502, 503))
        self.server.fail(status, "Bad Gateway", method=method, times=self._rng.randint(1, 5))

    def _withhold(self) -> None:
        """The next message to a group is delivered, but its answer is lost or too late."""
        method = self._rng.choice(("sendMessage", "editMessageText"))
        chat = self._rng.choice(list(self.rooms.values())).id
        hang = self._rng.choice((0.0, LATE_SECONDS))
        fault = Fault(
            Failed(500, "too late"), method=method, chat=chat,
            after=True, drop=not hang, hang=hang,
        )  # fmt: skip
        self._withholding.append(fault)
        self.server.faults.append(fault)

    def _move(self) -> None:
        old = [room for room in self.rooms.values() if room.kind == "group"]
        if not old:
            return
        room = self._rng.choice(old)
        town = next(town for town, one in self.rooms.items() if one is room)
        self.befell["group migrated"] += 1
        self.rooms[town] = self.world.migrates(room, told=self._rng.random() < 0.5)

    def calm_down(self) -> None:
        """Let the channel work again, but for its limits."""
        for fault in self._withholding:
            if not fault.times:
                self.befell[f"Telegram answer withheld ({fault.method})"] += 1
                self._withheld += fault.method == "sendMessage"
        self.server.faults.clear()

    def figures(self) -> dict[str, str]:
        """Return what befell it, for the table."""
        return {name: str(number) for name, number in sorted(self.befell.items())}

    @property
    def withheld(self) -> int:
        """How many messages were delivered with their answer lost or too late."""
        return self._withheld

    async def stop(self) -> None:
        """Let everybody go."""
        for watching in self._watching:
            watching.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        await self.server.stop()


def buttons_of(message: Json) -> tuple[str, ...]:
    """Return the data of every button under a message."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return tuple(button["callback_data"] for row in rows for button in row)
