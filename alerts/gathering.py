"""What is asked for at the same moment, gathered and done together.

Many chats are sent to at once, and each send is recorded: together they cost a commit, not
one each (`Gathering`). What fails for a batch is undone, and each of it then stands or falls
alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from storage.store import Store
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
MOST_AT_ONCE = 32
BATCHES_IN_FLIGHT = 2


class Together(Generic[Asked, Answer]):
    """Answers what is asked in one event loop in batches, a few of them under way at a time.

    Whoever asks while one is under way is answered by a later one. ``answer`` gives an answer
    for each of a batch, in order; what it raises is asked for each alone, unless it is one of
    ``shared``, which all of the batch are told.
    """

    def __init__(
        self,
        answer: Callable[[list[Asked]], Awaitable[Sequence[Answer]]],
        *,
        at_once: int,
        in_flight: int,
        shared: tuple[type[Exception], ...] = (),
    ) -> None:
        """Begin with nothing waiting."""
        self._answer = answer
        self._at_once = at_once
        self._most_in_flight = in_flight
        self._shared = shared
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._in_flight = 0
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself holds them weakly

    async def ask(self, asked: Asked) -> Answer:
        """Return the answer, or raise what came instead."""
        result: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, result))
        if self._in_flight < self._most_in_flight:
            self._in_flight += 1
            task = asyncio.create_task(self._go_on())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await result

    async def _go_on(self) -> None:
        try:
            while self._waiting:
                batch = self._waiting[: self._at_once]
                del self._waiting[: self._at_once]
                await self._do(batch)
        finally:
            # In the same step as the last look at what waits: a task's own end is told a step
            # later, and what came in between would wait for a batch that is no more.
            self._in_flight -= 1

    async def _do(self, batch: list[tuple[Asked, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._answer([asked for asked, _ in batch])
        except Exception as error:  # noqa: BLE001 - whoever asked gets it
            if len(batch) > 1 and not isinstance(error, self._shared):
                await asyncio.gather(*(self._do([one]) for one in batch))
                return
            for _, result in batch:
                if not result.done():  # somebody who was cancelled waits no more
                    result.set_exception(error)
            return
        for (_, result), answer in zip(batch, answers, strict=True):
            if not result.done():
                result.set_result(answer)


def in_one_unit(
    store: Store, work: Callable[[UnitOfWork, list[Asked]], Sequence[Answer]]
) -> Together[Asked, Answer]:
    """Return what has everything that is asked together done by one unit of work.

    It answers once that is on disk; a unit may run more than once, as everywhere.
    """

    async def commit(batch: list[Asked]) -> Sequence[Answer]:
        return await asyncio.wrap_future(store.submit(lambda uow: work(uow, batch)))

    return Together(commit, at_once=MOST_AT_ONCE, in_flight=BATCHES_IN_FLIGHT)


class Gathering:
    """Runs units of work together; a unit may run more than once, as everywhere."""

    def __init__(self, store: Store) -> None:
        """Begin with nothing waiting."""
        self._together = in_one_unit(store, _run_each)

    async def do(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run a unit with whatever else waits; returns once it is on disk, or raises."""
        result: T = await self._together.ask(work)
        return result


def _run_each(uow: UnitOfWork, units: list[Callable[[UnitOfWork], Any]]) -> list[Any]:
    return [work(uow) for work in units]
