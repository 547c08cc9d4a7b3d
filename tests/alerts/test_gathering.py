"""Units that wait together are committed together, and each fails alone."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

import pytest

from alerts.gathering import MOST_AT_ONCE, Gathering
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING


class NotThatError(Exception):
    """What one unit raises."""


async def test_each_gets_its_own_result_and_one_that_fails_takes_nothing_with_it(
    database: str,
) -> None:
    """A hundred at once; the third of each ten is undone, the others are on disk."""
    store = Store(database, keyring=KEYRING, connections=4)
    gathering = Gathering(store)
    runs = 0

    def work(uow: UnitOfWork, number: int) -> int:
        nonlocal runs
        runs += 1
        uow.audit.beat(f"loop-{number}")
        if number % 10 == 3:
            raise NotThatError
        return number

    results = await asyncio.gather(
        *(gathering.do(lambda uow, n=number: work(uow, n)) for number in range(100)),  # type: ignore[misc]
        return_exceptions=True,
    )
    for number, result in enumerate(results):
        beaten = store.read(lambda uow, n=number: uow.audit.last_beat(f"loop-{n}"))  # type: ignore[misc]
        if number % 10 == 3:
            assert isinstance(result, NotThatError)
            assert beaten is None
        else:
            assert result == number
            assert beaten is not None
    assert runs >= 100
    store.close()


async def test_many_cost_few_commits(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits while others are written goes together."""
    store = Store(database, keyring=KEYRING, connections=4)
    submitted = 0
    real = store.submit

    def submit(work: object) -> object:
        nonlocal submitted
        submitted += 1
        return real(work)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "submit", submit)
    gathering = Gathering(store)
    await asyncio.gather(
        *(gathering.do(lambda uow: uow.audit.beat("loop")) for _ in range(MOST_AT_ONCE * 3))
    )
    assert submitted <= 4
    store.close()


async def test_who_no_longer_waits_harms_nobody(database: str) -> None:
    """Somebody is cancelled while the commit goes on; the others have their results."""
    store = Store(database, keyring=KEYRING, connections=4)
    gathering = Gathering(store)
    leaving = asyncio.create_task(gathering.do(lambda uow: uow.audit.beat("left")))
    staying = asyncio.create_task(gathering.do(lambda uow: uow.audit.beat("stayed")))
    await asyncio.sleep(0)
    leaving.cancel()
    await staying
    assert leaving.cancelled()
    assert store.read(lambda uow: uow.audit.last_beat("stayed")) is not None
    store.close()


async def test_what_comes_as_two_batches_end_together_is_taken(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody goes on in the moment in which both batches have just ended."""
    store = Store(database, keyring=KEYRING, connections=4)
    submitted: asyncio.Queue[Future[object]] = asyncio.Queue()
    real = store.submit

    def submit(work: object) -> Future[object]:
        future: Future[object] = real(work)  # type: ignore[arg-type]
        submitted.put_nowait(future)
        return future

    monkeypatch.setattr(store, "submit", submit)
    gathering = Gathering(store)
    go_on, told = threading.Event(), threading.Semaphore(0)

    async def first_and_another() -> None:
        await gathering.do(lambda _: go_on.wait())
        await gathering.do(lambda uow: uow.audit.beat("another"))

    going_on = asyncio.create_task(first_and_another())
    begun = [await submitted.get()]
    alone = asyncio.create_task(gathering.do(lambda _: go_on.wait()))
    begun.append(await submitted.get())
    for future in begun:
        future.add_done_callback(lambda _: told.release())
    go_on.set()
    for _ in begun:  # the loop stands still meanwhile, and hears of both at once
        told.acquire()
    await alone
    await asyncio.wait_for(going_on, timeout=20)
    assert store.read(lambda uow: uow.audit.last_beat("another")) is not None
    store.close()
