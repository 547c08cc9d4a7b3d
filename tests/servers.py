"""Throwaway PostgreSQL, Redis and Chromium for the tests, on loopback and in temp folders.

Each is the real program from Debian's packages, started once a test run and ended with it.
Where one is missing, the tests that need it are left out and say so; CI leaves none out.
Refuses: any server that was running before, any data that stays.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from playwright.async_api import Browser, async_playwright
from psycopg import sql

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What a crash could lose does not matter here, and without it each commit is far cheaper.
POSTGRES_OPTIONS = (
    "-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off "
    "-c synchronous_commit=off -c full_page_writes=off -c max_connections=100"
)
_database_numbers = itertools.count(1)
# Each database is a thousand small files, which cost ten times as much to copy on a disk.
MEMORY = Path("/dev/shm")  # noqa: S108 - each run makes a folder of its own in it
ROOM_IN_MEMORY = 4 * 1024**3


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listened just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def roomy_memory() -> Path | None:
    """Return the folder that is kept in memory, where there is one with room for all."""
    if not MEMORY.is_mount() or not os.access(MEMORY, os.W_OK):
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= ROOM_IN_MEMORY else None


FILE_COPY_SINCE = 150000


def new_postgres_database(url: str, template: str = "template0") -> str:
    """Make a database in the cluster of ``url`` and return its own URL.

    ``template`` is the name of a database to copy, with which nobody is connected: a
    migrated one is cheaper to copy than to migrate again.
    """
    name = f"test_{os.getpid()}_{next(_database_numbers)}"
    with psycopg.connect(_plain(url), autocommit=True) as admin:
        # Copied as files, which costs half of copying through the log; new in PostgreSQL 15.
        how = "STRATEGY FILE_COPY" if admin.info.server_version >= FILE_COPY_SINCE else ""
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(
                sql.Identifier(name), sql.Identifier(template), sql.SQL(how)
            )
        )
    return url.rpartition("/")[0] + "/" + name


def drop_postgres_database(url: str) -> None:
    """Remove a database that `new_postgres_database` made, whoever is still connected."""
    head, _, name = url.rpartition("/")
    with psycopg.connect(_plain(head + "/postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start a throwaway PostgreSQL cluster and give the URL of its empty first database."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        pytest.skip("PostgreSQL is not on this machine (Debian package postgresql)")
    with run_postgres(binaries[-1].parent, within=roomy_memory()) as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """Give the URL of a new, empty PostgreSQL database for one test."""
    url = new_postgres_database(postgres_url)
    yield url
    drop_postgres_database(url)


@pytest.fixture(scope="session")
def redis_server_url() -> Iterator[str]:
    """Start a throwaway Redis and give its URL."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not on this machine (Debian package redis-server)")
    with run_redis(program) as url:
        yield url


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """Give the URL of a Redis that holds nothing."""
    port = int(redis_server_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        assert connection.recv(64) == b"+OK\r\n"
    return redis_server_url


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Give a running headless Chromium, in the test's own event loop."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not on this machine (Debian package chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=list(CHROMIUM_FLAGS)
        )
        yield browser
        await browser.close()


@contextmanager
def run_postgres(
    binaries: Path, options: str = POSTGRES_OPTIONS, *, within: Path | None = None
) -> Iterator[str]:
    """Run a cluster from initdb to the removal of its folder, which is made in ``within``."""
    folder = Path(tempfile.mkdtemp(prefix="huxin-postgres-", dir=within))
    # initdb refuses root; Debian's package brings the account.
    owner = pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None
    if owner is not None:
        shutil.chown(folder, owner)
    data, port = folder / "data", free_port()

    def run(program: str, *arguments: str) -> None:
        with (folder / f"{program}.log").open("ab") as log:
            finished = subprocess.run(
                [binaries / program, "-D", data, *arguments],
                check=False,
                user=owner,
                group=owner,
                extra_groups=[] if owner else None,
                cwd=folder,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        if finished.returncode:
            said = "\n".join(file.read_text() for file in sorted(folder.glob("*.log")))
            pytest.fail(f"{program} failed:\n{said}")

    try:
        run("initdb", "--username=huxin", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = f"-p {port} {options}"
        run("pg_ctl", "start", "--wait", f"--log={folder / 'server.log'}", f"--options={options}")
        try:
            yield f"postgresql+psycopg://huxin@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "--wait", "--mode=immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def run_redis(program: str, port: int = 0) -> Iterator[str]:
    """Run a Redis that writes nothing to disk, on ``port`` or a free one."""
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="huxin-redis-") as folder:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder]
        command += ["--save", "", "--appendonly", "no"]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        ) as server:
            said = iter(server.stdout or ())
            if not any("Ready to accept connections" in line for line in said):
                pytest.fail(f"redis-server did not start on port {port}")
            try:
                yield f"redis://127.0.0.1:{port}"
            finally:
                server.terminate()


def _plain(url: str) -> str:
    """Return a SQLAlchemy URL as libpq reads it."""
    return url.replace("+psycopg", "", 1)
