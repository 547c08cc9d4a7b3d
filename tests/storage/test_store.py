"""The store: what is answered is on disk, and one that fails takes nothing with it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from domain.errors import SetupError
from storage.engines import SILENT_SECONDS
from storage.store import TRIES_AFTER_CONFLICT, Store
from storage.tables import heartbeats
from storage.unit_of_work import UnitOfWork
from tests.fakes import PushedClock
from tests.keys import KEYRING

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """Give a store on each engine."""
    opened = Store(database, keyring=KEYRING, clock=PushedClock(NOON), connections=4)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_file: str) -> Iterator[Store]:
    """Give a store on SQLite."""
    opened = Store(sqlite_file, keyring=KEYRING, clock=PushedClock(NOON))
    yield opened
    opened.close()


def beat(name: str) -> Callable[[UnitOfWork], str]:
    """Return a unit of work that leaves a trace under a name."""

    def work(uow: UnitOfWork) -> str:
        uow.audit.beat(name)
        return name

    return work


def fail(_uow: UnitOfWork) -> str:
    """Leave a trace and fail."""
    beat("failed")(_uow)
    raise LookupError("no")


def beats(store: Store) -> set[str]:
    """Return which traces are on disk."""
    return store.read(lambda uow: set(uow.connection.scalars(sa.select(heartbeats.c.name))))


def together(store: Store, *works: Callable[[UnitOfWork], str]) -> list[Future[str]]:
    """Submit units so that SQLite's writer finds them all waiting at once."""
    gate = threading.Event()
    store.submit(lambda _uow: gate.wait(10))
    futures = [store.submit(work) for work in works]
    gate.set()
    return futures


def test_what_was_written_is_read_back(store: Store) -> None:
    """A unit returns its result once its rows are on disk."""
    assert store.write(beat("one")) == "one"
    assert beats(store) == {"one"}
    assert store.read(lambda uow: uow.audit.last_beat("one")) == NOON


def test_one_failing_unit_takes_nothing_with_it(store: Store) -> None:
    """Of three units of one commit the middle one fails; the others are kept."""
    first, failed, last = together(store, beat("first"), fail, beat("last"))
    assert (first.result(), last.result()) == ("first", "last")
    with pytest.raises(LookupError):
        failed.result()
    assert beats(store) == {"first", "last"}


def test_a_commit_that_fails_reaches_every_caller(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk refuses the commit nobody is told that it went well, and work goes on."""

    def refuse(_connection: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(sqlite_store.engine.dialect, "do_commit", refuse)
        futures = together(sqlite_store, beat("three"), fail, beat("four"))
        for future in futures:
            with pytest.raises((sa.exc.OperationalError, sqlite3.OperationalError, LookupError)):
                future.result()
    assert not beats(sqlite_store) & {"three", "four"}
    assert sqlite_store.write(beat("five")) == "five"


def test_when_sqlite_undoes_the_whole_transaction_no_unit_is_told_that_it_stands(
    sqlite_store: Store,
) -> None:
    """A full disk makes SQLite roll back by itself; the units before must not be answered."""

    def full(uow: UnitOfWork) -> str:
        raw: Any = uow.connection.connection.dbapi_connection
        raw.execute("ROLLBACK")
        raise sqlite3.OperationalError("database or disk is full")

    before, broken, after = together(sqlite_store, beat("before"), full, beat("after"))
    for future in (before, broken, after):
        with pytest.raises(Exception, match=r"full|savepoint|transaction"):
            future.result()
    assert beats(sqlite_store) == set()
    assert sqlite_store.write(beat("later")) == "later"
    assert beats(sqlite_store) == {"later"}


def test_a_caller_that_gives_up_does_not_stop_the_writer(store: Store) -> None:
    """A cancelled future is left out or finished; what comes after it is written."""
    gate = threading.Event()
    begun = threading.Event()

    def wait(uow: UnitOfWork) -> str:
        begun.set()
        gate.wait(10)
        return beat("waited")(uow)

    running = store.submit(wait)
    begun.wait(10)
    assert not running.cancel()
    waiting = [store.submit(beat(f"given up {number}")) for number in range(3)]
    cancelled = [future.cancel() for future in waiting]
    gate.set()
    assert running.result() == "waited"
    assert store.write(beat("after")) == "after"
    assert {"waited", "after"} <= beats(store)
    for future, gave_up in zip(waiting, cancelled, strict=True):
        assert future.cancelled() is gave_up


def test_hints_are_called_after_the_commit_and_only_then(store: Store) -> None:
    """A hint sees the rows on disk; a failed unit gives none; a failing hint harms nothing."""
    seen: list[set[str]] = []
    done = threading.Event()

    def work(uow: UnitOfWork) -> None:
        uow.after_commit(lambda: seen.append(beats(store)))
        uow.after_commit(lambda: 1 / 0)  # type: ignore[arg-type]
        uow.after_commit(done.set)
        uow.audit.beat("hinted")

    def fails(uow: UnitOfWork) -> None:
        uow.after_commit(lambda: seen.append({"never"}))
        raise LookupError

    with pytest.raises(LookupError):
        store.write(fails)
    store.write(work)
    assert done.wait(10)
    assert seen == [{"hinted"}]


def test_a_closed_store_says_so(store: Store) -> None:
    """What was submitted before is written; what comes after is refused, not left waiting."""
    before = store.submit(beat("before"))
    store.close()
    assert before.result() == "before"
    with pytest.raises(RuntimeError, match="closed"):
        store.submit(beat("after"))


def test_a_reader_looks_at_one_moment(store: Store) -> None:
    """What is committed while somebody reads is not seen half-way."""

    def look(uow: UnitOfWork) -> tuple[bool, bool]:
        first = uow.audit.last_beat("late") is None
        store.write(beat("late"))
        return first, uow.audit.last_beat("late") is None

    assert store.read(look) == (True, True)
    assert beats(store) == {"late"}


def test_a_reader_cannot_write(store: Store) -> None:
    """Reading never changes a row."""
    with pytest.raises(sa.exc.DBAPIError):
        store.read(beat("smuggled"))
    assert beats(store) == set()


def test_what_a_deadlock_undid_is_tried_again(postgres_database: str) -> None:
    """PostgreSQL may undo a transaction for another's sake; the unit runs again."""
    store = Store(postgres_database, keyring=KEYRING, clock=PushedClock(NOON))
    tries: list[int] = []

    def lose(times: int) -> Callable[[UnitOfWork], int]:
        def work(uow: UnitOfWork) -> int:
            tries.append(1)
            if len(tries) <= times:
                raise sa.exc.OperationalError("x", {}, psycopg.errors.DeadlockDetected())
            return len(tries)

        return work

    assert store.write(lose(2)) == 3
    tries.clear()
    with pytest.raises(sa.exc.OperationalError):
        store.write(lose(99))
    assert len(tries) == TRIES_AFTER_CONFLICT
    store.close()


def test_times_come_back_aware_and_in_utc(store: Store) -> None:
    """A time of any zone is stored as the same moment; a naive one is refused."""
    beijing = timezone(timedelta(hours=8))
    clock = store.clock
    assert isinstance(clock, PushedClock)
    clock.now = NOON.astimezone(beijing)
    store.write(beat("here"))
    found = store.read(lambda uow: uow.audit.last_beat("here"))
    assert found == NOON
    assert found is not None
    assert found.tzinfo is UTC
    clock.now = NOON.replace(tzinfo=None)
    with pytest.raises((ValueError, sa.exc.StatementError), match="time zone"):
        store.write(beat("naive"))


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_a_storage_url_that_cannot_work_stops_the_start(url: str) -> None:
    """The error names the setting and what to write."""
    with pytest.raises(SetupError, match=r"storage\.url"):
        Store(url, keyring=KEYRING)


def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(SetupError, match="文件夹"):
        Store(f"sqlite:///{tmp_path / 'taken' / 'deeper' / 'huxin.db'}", keyring=KEYRING)


def test_what_a_silent_process_has_locked_is_given_to_others(postgres_database: str) -> None:
    """Frozen in the middle of a unit, it loses its session; woken, it runs the unit again."""
    frozen, other = (Store(postgres_database, keyring=KEYRING, connections=2) for _ in range(2))
    locked = threading.Event()
    turns: list[str] = []

    def freeze(uow: UnitOfWork) -> None:
        uow.turns.wait("大石街道")
        turns.append("frozen")
        if len(turns) == 1:
            # So soon that the test need not wait; `engines` has the time that counts.
            uow.connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 50")
            locked.set()
            theirs.result(timeout=60)
        uow.connection.exec_driver_sql("SELECT 1")

    def take_turn(uow: UnitOfWork) -> None:
        assert locked.wait(60)
        uow.turns.wait("大石街道")
        turns.append("other")

    theirs = other.submit(take_turn)
    frozen.write(freeze)
    assert turns == ["frozen", "other", "frozen"]
    for store in (frozen, other):
        store.close()


def test_every_session_is_given_up_when_it_is_silent_in_a_unit(postgres_database: str) -> None:
    """The server waits so long, and no longer, for a unit that says nothing."""
    store = Store(postgres_database, keyring=KEYRING)
    silent = store.read(
        lambda uow: uow.connection.exec_driver_sql(
            "SHOW idle_in_transaction_session_timeout"
        ).scalar_one()
    )
    assert silent == f"{SILENT_SECONDS}s"
    store.close()


def test_a_unit_whose_session_the_server_ended_runs_again(postgres_database: str) -> None:
    """A restart of the server in the middle of a unit is no failure of the unit."""
    store = Store(postgres_database, keyring=KEYRING)
    tries: list[int] = []

    def work(uow: UnitOfWork) -> int:
        tries.append(uow.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
        if len(tries) == 1:
            with psycopg.connect(postgres_database.replace("+psycopg", "")) as admin:
                admin.execute("SELECT pg_terminate_backend(%s, 10000)", tries)
        uow.connection.exec_driver_sql("SELECT 1")
        return len(tries)

    assert store.write(work) == 2
    store.close()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("idle_seconds", [0.0, 3600.0], ids=["idle", "just used"])
def test_sessions_that_the_server_ended_are_not_noticed(
    store: Store, database: str, monkeypatch: pytest.MonkeyPatch, idle_seconds: float
) -> None:
    """Whether they were asked before they are used again, or fail what they are used for."""
    monkeypatch.setattr("storage.engines.IDLE_SECONDS", idle_seconds)

    def end_sessions() -> None:
        with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    store.write(beat("first"))
    end_sessions()
    assert beats(store) == {"first"}
    end_sessions()
    store.write(beat("second"))
    assert beats(store) == {"first", "second"}
