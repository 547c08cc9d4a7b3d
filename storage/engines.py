"""Database engines, set up so that a commit means on disk.

SQLite runs in WAL with full sync; every write transaction begins IMMEDIATE, so that two
processes wait for each other instead of failing half-way
(https://www.sqlite.org/lang_transaction.html). PostgreSQL runs as it is.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from domain.errors import SetupError
from storage.columns import bind_keyring
from storage.later import end, forget, settle
from storage.prepared import say
from storage.sealing import Keyring

BUSY_TIMEOUT_MS = 15_000
_BEFORE_AGAIN = 0.01
# A unit of work waits for nothing but the database, so a session that is silent in the middle
# of one is of a process that is frozen or a machine that is gone, and everybody waits for what
# it has locked. Without these PostgreSQL would believe in it for two hours.
SILENT_SECONDS = 20
IDLE_SECONDS = 1.0
_LEFT_AT = "left_at"
_SERVER_GIVES_UP = (
    f"-c idle_in_transaction_session_timeout={SILENT_SECONDS}s"
    f" -c tcp_keepalives_idle={SILENT_SECONDS // 2}"
    " -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)
_WE_GIVE_UP = {
    "keepalives_idle": SILENT_SECONDS // 2,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


def is_sqlite(url: str) -> bool:
    """Whether a storage URL names an SQLite file."""
    return _backend(url) == "sqlite"


def open_engine(
    url: str, *, keyring: Keyring | None = None, read_only: bool = False, connections: int = 8
) -> sa.Engine:
    """Return an engine for ``url`` whose sealed columns are opened by ``keyring``.

    Without a keyring a sealed column can be neither read nor written. ``read_only`` gives
    SQLite connections that begin DEFERRED and refuse to write. Raises `SetupError` when the
    URL is not one that Huxin can use.
    """
    engine = _open(url, read_only=read_only, connections=connections)
    bind_keyring(engine, keyring)
    event.listen(engine, "before_cursor_execute", _settle_for)
    event.listen(engine, "commit", end)
    event.listen(engine, "rollback", forget)
    return engine


def _settle_for(connection: sa.Connection, _cursor: object, text: str, *_: object) -> None:
    settle(connection, text)


def _open(url: str, *, read_only: bool, connections: int) -> sa.Engine:
    backend = _backend(url)
    if backend == "sqlite":
        return _open_sqlite(url, read_only=read_only, connections=connections)
    if backend == "postgresql":
        engine = sa.create_engine(
            url,
            hide_parameters=True,
            pool_size=connections,
            max_overflow=0,
            connect_args={
                "options": f"-c timezone=UTC {_SERVER_GIVES_UP}",
                "connect_timeout": 10,
                **_WE_GIVE_UP,
            },
        )
        _ask_the_idle(engine)
        return engine
    raise SetupError(
        where="settings.toml",
        key="storage.url",
        found=backend,
        write="写 sqlite:///var/huxin.db 或 postgresql+psycopg://用户:密码@主机/库",
    )


def _ask_the_idle(engine: sa.Engine) -> None:
    """Ask connections that were not used for a while whether they live, before they are used.

    To ask each time costs more than a small transaction. One that went just now fails what it
    was used for, which `storage.store.Store` runs again.
    """

    def left(_connection: Any, record: Any) -> None:
        record.info[_LEFT_AT] = time.monotonic()

    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get(_LEFT_AT)
        if since is None or time.monotonic() - since < IDLE_SECONDS:
            return
        dialect = engine.dialect
        try:
            lives = dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error:
            lives = False
        if not lives:
            raise sa.exc.InvalidatePoolError

    event.listen(engine, "checkin", left)
    event.listen(engine, "checkout", taken)


def _backend(url: str) -> str:
    try:
        return sa.make_url(url).get_backend_name()
    except sa.exc.ArgumentError:
        return "?"


def _make_ours_alone(file: Path) -> None:
    """Make a database file that only we can read; one that is there keeps its mode."""
    with contextlib.suppress(OSError):  # SQLite says what is wrong when it opens the file
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Bring a file into WAL mode, as several processes may do with a new one at once.

    SQLite does not wait for the lock that the change takes, whatever the busy timeout
    (https://www.sqlite.org/pragma.html#pragma_journal_mode); a file that is in WAL already
    takes none. Raises `sqlite3.OperationalError` when the timeout has passed.
    """
    gives_up = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            busy = (error.sqlite_errorcode & 0xFF) == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > gives_up:
                raise
            time.sleep(_BEFORE_AGAIN)
        else:
            return


def _open_sqlite(url: str, *, read_only: bool, connections: int) -> sa.Engine:
    database = sa.make_url(url).database
    if not database or database == ":memory:":
        raise SetupError(
            where="settings.toml",
            key="storage.url",
            found=url,
            write="数据要存在文件里，写 sqlite:///var/huxin.db",
        )
    folder = Path(database).resolve().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(
            where="settings.toml",
            key="storage.url",
            found=str(folder),
            write=f"这个文件夹建不了（{error.strerror}），请换一个能写的地方",
        ) from error
    _make_ours_alone(Path(database))
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=connections,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )
    begin = "BEGIN DEFERRED" if read_only else "BEGIN IMMEDIATE"

    def set_up(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own transaction control would begin too late and break savepoints.
        connection.isolation_level = None
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        if read_only:
            connection.execute("PRAGMA query_only=ON")

    def start(connection: sa.Connection) -> None:
        say(connection, begin)  # SQLAlchemy's own way costs several statements

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", start)
    return engine
