"""Servers for measurements: an SQLite file, or a PostgreSQL cluster and a Redis of one's own.

Both write as they do in an office: SQLite with full sync, PostgreSQL with fsync. Refuses:
any server that was running before.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench._running import free_port
from bench._small_disks import SmallDisk
from storage import migrate

SQLITE, POSTGRESQL = "sqlite", "postgresql"
SMALL_MEGABYTES = 384


@contextmanager
def new_database(kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of a migrated, empty database of a kind; it ends with the block."""
    if kind == SQLITE:
        url = f"sqlite:///{folder / 'huxin.db'}"
        migrate.upgrade(url)
        yield url
        return
    with run_cluster() as cluster:
        migrate.upgrade(cluster.url)
        yield cluster.url


def postgresql_is_there() -> bool:
    """Whether Debian's PostgreSQL is on this machine."""
    return _programs() is not None


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Cluster:
    """A PostgreSQL cluster on loopback that can be stopped and started again."""

    def __init__(self, programs: Path, folder: Path, *, small: bool = False) -> None:
        """Make the cluster in a folder of its own; it does not run yet.

        ``small``: tables and log stand on small disks of their own, if this machine lets us.
        """
        self._programs = programs
        self._folder = folder
        self.disks: tuple[SmallDisk, ...] = ()
        # initdb refuses root; Debian's package brings the account.
        self._owner = pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None
        if self._owner is not None:
            shutil.chown(folder, self._owner)
        self._port = free_port()
        more = self._small_disks() if small else ()
        self._run("initdb", "--username=huxin", "--auth=trust", "--encoding=UTF8", *more)

    def _small_disks(self) -> tuple[str, ...]:
        names = ("data", "wal")
        self.disks = tuple(
            SmallDisk(self._folder / name, megabytes=SMALL_MEGABYTES) for name in names
        )
        for disk in self.disks:
            if self._owner is not None:
                shutil.chown(disk.folder, self._owner, self._owner)
            disk.folder.chmod(0o700)
        return (f"--waldir={self._folder / 'wal'}",)

    @property
    def url(self) -> str:
        """Where it is, as SQLAlchemy writes it."""
        return f"postgresql+psycopg://huxin@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = (
            f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
            " -c max_connections=200"
        )
        if self.disks:
            options += " -c max_wal_size=96MB"
        log = f"--log={self._folder / 'server.log'}"
        self._run("pg_ctl", "start", "--wait", log, f"--options={options}")

    @property
    def pid(self) -> int:
        """The process that started all others of the server."""
        return int((self._folder / "data" / "postmaster.pid").read_text("ascii").split()[0])

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: ``fast`` ends what runs, ``immediate`` is as good as a crash."""
        self._run("pg_ctl", "stop", "--wait", f"--mode={mode}")

    def runs(self) -> bool:
        """Whether the server runs; one whose log finds no room ends itself."""
        return (self._folder / "data" / "postmaster.pid").exists() and self._status() == 0

    def _status(self) -> int:
        try:
            self._run("pg_ctl", "status")
        except subprocess.CalledProcessError as error:
            return error.returncode
        return 0

    def _run(self, program: str, *arguments: str) -> None:
        with (self._folder / "log.txt").open("ab") as log:
            subprocess.run(
                [self._programs / program, "-D", self._folder / "data", *arguments],
                check=True,
                user=self._owner,
                group=self._owner,
                extra_groups=[] if self._owner else None,
                cwd=self._folder,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )


@contextmanager
def run_cluster(*, small: bool = False) -> Iterator[Cluster]:
    """Run a cluster from initdb to the removal of its folder; ``small``: on small disks."""
    programs = _programs()
    if programs is None:
        raise FileNotFoundError("PostgreSQL is not on this machine (Debian package postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="huxin-bench-postgres-"))
    try:
        cluster = Cluster(programs, folder, small=small)
        try:
            cluster.start()
            yield cluster
        finally:
            if cluster.runs():
                cluster.stop("immediate")
            for disk in cluster.disks:
                disk.leave()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class RedisServer:
    """A Redis on loopback that keeps nothing on disk, and can be stopped and started again."""

    def __init__(self) -> None:
        """Choose a port; nothing runs yet."""
        self._port = free_port()
        self.process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start it, if it does not run."""
        if self.process is not None and self.process.returncode is None:
            return
        program = shutil.which("redis-server")
        if program is None:
            raise FileNotFoundError("Redis is not on this machine (Debian package redis-server)")
        self.process = await asyncio.create_subprocess_exec(
            *(program, "--port", str(self._port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no"),
            stdout=asyncio.subprocess.DEVNULL,
        )

    async def stop(self) -> None:
        """End it as a power cut would; nothing happens when it does not run."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


def those_there(asked: list[str] | None) -> list[str]:
    """Return the engines asked for, or both, but PostgreSQL where there is none; says so."""
    engines = asked or [SQLITE, POSTGRESQL]
    if POSTGRESQL in engines and not postgresql_is_there():
        print("PostgreSQL is not on this machine (Debian package postgresql): left out")
        engines.remove(POSTGRESQL)
    return engines
