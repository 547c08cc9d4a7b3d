"""A unit of work that has done its part and is not committed while others go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from storage.store import Store
from storage.unit_of_work import UnitOfWork

LONGEST_SECONDS = 20.0


@contextmanager
def held(store: Store, work: Callable[[UnitOfWork], object]) -> Iterator[None]:
    """Do ``work`` in a transaction that lasts as long as the block."""
    begun, go_on = threading.Event(), threading.Event()

    def hold(uow: UnitOfWork) -> None:
        work(uow)
        begun.set()
        go_on.wait(LONGEST_SECONDS)

    ended = store.submit(hold)
    try:
        assert begun.wait(LONGEST_SECONDS)
        yield
    finally:
        go_on.set()
        ended.result()
