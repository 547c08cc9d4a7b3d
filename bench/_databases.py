"""Databases for measurements: an SQLite file, or a PostgreSQL cluster of one's own.

Both write as they do in an office: SQLite with full sync, PostgreSQL with fsync. Refuses:
any server that was running before.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench._running import free_port
from storage import migrate

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@contextmanager
def new_database(kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of a migrated, empty database of a kind; it ends with the block."""
    if kind == SQLITE:
        url = f"sqlite:///{folder / 'huxin.db'}"
        migrate.upgrade(url)
        yield url
        return
    with _cluster() as url:
        migrate.upgrade(url)
        yield url


def postgresql_is_there() -> bool:
    """Whether Debian's PostgreSQL is on this machine."""
    return _programs() is not None


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def _cluster() -> Iterator[str]:
    """Run a cluster on loopback from initdb to the removal of its folder."""
    programs = _programs()
    if programs is None:
        raise FileNotFoundError("PostgreSQL is not on this machine (Debian package postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="huxin-bench-postgres-"))
    # initdb refuses root; Debian's package brings the account.
    owner = pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None
    if owner is not None:
        shutil.chown(folder, owner)
    port = free_port()

    def run(program: str, *arguments: str) -> None:
        with (folder / "log.txt").open("ab") as log:
            subprocess.run(
                [programs / program, "-D", folder / "data", *arguments],
                check=True,
                user=owner,
                group=owner,
                extra_groups=[] if owner else None,
                cwd=folder,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    try:
        run("initdb", "--username=huxin", "--auth=trust", "--encoding=UTF8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        run("pg_ctl", "start", "--wait", f"--log={folder / 'server.log'}", f"--options={options}")
        try:
            yield f"postgresql+psycopg://huxin@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "--wait", "--mode=fast")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
