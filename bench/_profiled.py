"""Where the time of units of work goes."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from storage.store import Store
from storage.unit_of_work import UnitOfWork

LINES = 60


@contextmanager
def profiled(store: Store, *, wanted: bool = True) -> Iterator[None]:
    """Profile the units of work alone, in whichever thread they run, and print it at the end."""
    if not wanted:
        yield
        return
    profiler = cProfile.Profile()
    submit = store.submit

    def measured(work: Callable[[UnitOfWork], object]) -> object:
        def run(uow: UnitOfWork) -> object:
            profiler.enable()
            try:
                return work(uow)
            finally:
                profiler.disable()

        return submit(run)

    store.submit = measured  # type: ignore[method-assign,assignment]
    yield
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(LINES)
