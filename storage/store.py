"""The store: runs units of work and returns their results once they are on disk.

On SQLite one writer thread gathers the units that wait into one commit, each in its own
savepoint, so that one that fails takes nothing with it. On PostgreSQL a pool of threads
runs one transaction each and tries again what a deadlock or a serialization failure undid.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog

from storage.alerts import ChangedMeanwhile
from storage.clocks import ServerClock, machine_clock
from storage.engines import is_sqlite, open_engine
from storage.sealing import Keyring
from storage.told import KeptTold
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")
Work = Callable[[UnitOfWork], T]
Clock = Callable[[], datetime]

MOST_UNITS_A_COMMIT = 64
TRIES_AFTER_CONFLICT = 5
# What a caller at the edge may catch: the disk is full, the file or the server is away.
StorageFailure = sa.exc.SQLAlchemyError
# Of these, what may pass by itself: no room, no server, no connection.
StorageAway = sa.exc.OperationalError
_CONFLICTS = {"40001", "40P01"}  # serialization_failure, deadlock_detected

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Waiting:
    work: Work[Any]
    result: Future[Any]


class Store:
    """Runs units of work. Close it when done; what was submitted before is still committed.

    ``keyring`` seals and opens what is sealed; with None nothing of that can be read or written
    (`storage.sealing.CannotOpen`), and the rest can. ``clock`` None: the machine's time on
    SQLite, the server's on PostgreSQL.
    """

    def __init__(
        self,
        url: str,
        *,
        keyring: Keyring | None,
        clock: Clock | None = None,
        connections: int = 8,
    ) -> None:
        """Open the engines; nothing is read or written yet."""
        self.url = url
        self.sqlite = is_sqlite(url)
        self.clock: Clock = clock or (machine_clock if self.sqlite else ServerClock())
        self._closed = False
        self._told = KeptTold()
        self.engine = open_engine(
            url, keyring=keyring, connections=1 if self.sqlite else connections
        )
        self._readers = (
            open_engine(url, keyring=keyring, read_only=True, connections=connections)
            if self.sqlite
            else self.engine
        )
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        if self.sqlite:
            self._writer = threading.Thread(target=self._write_on, name="writer", daemon=True)
            self._writer.start()
        else:
            self._pool = ThreadPoolExecutor(connections, thread_name_prefix="writer")

    def submit(self, work: Work[T]) -> Future[T]:
        """Queue a unit of work; the future ends once it is on disk, or with its error.

        By then its hints were given. A future that is cancelled while it waits is left out;
        once begun, it is finished. Raises `RuntimeError` after `close`.
        """
        if self._closed:
            raise RuntimeError("the store is closed")
        result: Future[T] = Future()
        if self._pool is not None:
            self._pool.submit(self._write_alone, work, result)
        else:
            self._waiting.put(_Waiting(work, result))
        return result

    def write(self, work: Work[T]) -> T:
        """Run a unit of work and return its result once it is on disk."""
        return self.submit(work).result()

    def read(self, work: Work[T]) -> T:
        """Run a unit of work that only reads, in the caller's thread, on one snapshot.

        One that the server cut off is run again.
        """
        try:
            return self._read(work)
        except sa.exc.DBAPIError as error:
            if not _was_cut_off(error):
                raise
        return self._read(work)

    def _read(self, work: Work[T]) -> T:
        with self._readers.connect() as connection:
            if not self.sqlite:
                connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():  # one snapshot, whoever runs the statements
                self._look_at_clock(connection)
                return work(UnitOfWork(connection, self.clock(), self._told))

    def _look_at_clock(self, connection: sa.Connection) -> None:
        if isinstance(self.clock, ServerClock):
            self.clock.look(connection)

    def close(self) -> None:
        """Finish what waits and close every connection; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._writer is not None:
            self._waiting.put(None)
            self._writer.join()
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        self.engine.dispose()
        self._readers.dispose()

    def _write_on(self) -> None:
        """Gather what waits into one commit, again and again, until told to stop."""
        open_for_business = True
        while open_for_business:
            first = self._waiting.get()
            if first is None:
                return
            batch = [first]
            while len(batch) < MOST_UNITS_A_COMMIT:
                try:
                    following = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    open_for_business = False
                    break
                batch.append(following)
            # From here on nobody can cancel: what was begun is finished and answered.
            begun = [one for one in batch if one.result.set_running_or_notify_cancel()]
            if begun:
                self._commit_together(begun)

    def _commit_together(self, batch: list[_Waiting]) -> None:
        done: list[tuple[_Waiting, UnitOfWork, Any]] = []
        try:
            with self.engine.connect() as connection, connection.begin():
                now = self.clock()
                for waiting in batch:
                    unit = UnitOfWork(connection, now, self._told)
                    try:
                        with unit.apart():
                            outcome = waiting.work(unit)
                            unit.settle()
                    except Exception as error:
                        if not unit.stands:
                            raise
                        waiting.result.set_exception(error)
                    else:
                        done.append((waiting, unit, outcome))
        except Exception as error:
            # The commit itself failed (disk full, file gone): nothing of the batch is kept.
            for waiting in batch:
                if not waiting.result.done():
                    waiting.result.set_exception(error)
            log.exception("commit_failed", units=len(batch))
            return
        _call_hints(unit for _, unit, _ in done)
        for waiting, _, outcome in done:
            waiting.result.set_result(outcome)

    def _write_alone(self, work: Work[T], result: Future[T]) -> None:
        if not result.set_running_or_notify_cancel():
            return
        for attempt in range(1, TRIES_AFTER_CONFLICT + 1):
            worked = False
            try:
                with self.engine.connect() as connection, connection.begin():
                    self._look_at_clock(connection)
                    unit = UnitOfWork(connection, self.clock(), self._told)
                    outcome = work(unit)
                    unit.settle()
                    worked = True
            except (sa.exc.DBAPIError, ChangedMeanwhile) as error:
                undone = _is_conflict(error) or (not worked and _was_cut_off(error))
                if undone and attempt < TRIES_AFTER_CONFLICT:
                    continue
                result.set_exception(error)
                return
            except BaseException as error:  # noqa: BLE001 - the caller gets it
                result.set_exception(error)
                return
            _call_hints([unit])
            result.set_result(outcome)
            return


def _is_conflict(error: Exception) -> bool:
    """Whether the same work may well succeed on fresh rows."""
    if isinstance(error, sa.exc.DBAPIError):
        return getattr(error.orig, "sqlstate", None) in _CONFLICTS
    return isinstance(error, ChangedMeanwhile)


def _was_cut_off(error: Exception) -> bool:
    """Whether the server ended the session: it restarted, or took us for dead.

    Before the commit nothing of the unit is kept; after it was sent nobody knows.
    """
    return isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated


def _call_hints(units: Iterable[UnitOfWork]) -> None:
    """Call what the units of one commit left to be called, each once."""
    for hint, values in dict.fromkeys(hint for unit in units for hint in unit.hints):
        try:
            hint(*values)
        except Exception as error:  # noqa: BLE001 - a hint may be lost, the work is on disk
            log.warning("hint_lost", error=type(error).__name__)
