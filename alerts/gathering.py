"""Units of work that wait at the same moment, gathered into one commit.

Many chats are sent to at once, and each send is recorded: together they cost a commit, not
one each. A batch that fails is undone, and each of its units then stands or falls alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from storage.store import Store
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")
MOST_AT_ONCE = 32
BATCHES_IN_FLIGHT = 2

_Waiting = tuple[Callable[[UnitOfWork], Any], asyncio.Future[Any]]


class Gathering:
    """Runs units for one event loop; a unit may run more than once, as everywhere."""

    def __init__(self, store: Store) -> None:
        """Begin with nothing waiting."""
        self._store = store
        self._waiting: list[_Waiting] = []
        self._in_flight = 0
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself holds them weakly

    async def do(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run a unit with whatever else waits; returns once it is on disk, or raises."""
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, result))
        if self._in_flight < BATCHES_IN_FLIGHT:
            self._in_flight += 1
            task = asyncio.create_task(self._go_on())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await result

    async def _go_on(self) -> None:
        try:
            await self._until_nothing_waits()
        finally:
            # In the same step as the last look at what waits: a task's own end is told a step
            # later, and what came in between would wait for a batch that is no more.
            self._in_flight -= 1

    async def _until_nothing_waits(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            try:
                done = await asyncio.wrap_future(
                    self._store.submit(lambda uow, batch=batch: [work(uow) for work, _ in batch])  # type: ignore[misc]
                )
            except Exception as error:  # noqa: BLE001 - the units below get their own
                if len(batch) == 1:
                    _answer(batch[0][1], error)
                    continue
                await asyncio.gather(*(self._alone(*one) for one in batch))
                continue
            for (_, result), value in zip(batch, done, strict=True):
                _answer(result, value)

    async def _alone(self, work: Callable[[UnitOfWork], Any], result: asyncio.Future[Any]) -> None:
        try:
            _answer(result, await asyncio.wrap_future(self._store.submit(work)))
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            _answer(result, error)


def _answer(result: asyncio.Future[Any], value: Any) -> None:
    """Give whoever waits the value or the error; somebody who was cancelled waits no more."""
    if result.done():
        return
    if isinstance(value, Exception):
        result.set_exception(value)
    else:
        result.set_result(value)
