"""How much do more dispatchers send, and what does a claim cost beside a million old notices?

First: PostgreSQL (with fsync) and Redis on loopback, 1, 2, 4 and 10 processes that send. All
are up before the notices are committed at once; from then until the last is recorded. Each
send is written into a file as well, so that one sent twice is seen even where the channel
drops it. `instant` is a channel that answers without doing anything, `remote` one that
answers after 100 ms as a service elsewhere does, `webchat` writes as the product's own does,
but as a channel like any other, whose send is one more commit: what the product spares there
(`alerts.own_chats`) is left out, so that each send is seen. One chat is sent to in order, so
the busiest chat alone sets how fast `remote` can be.

Then: the query that claims, on PostgreSQL and on SQLite, beside 1,000,000 notices that were
sent long ago: version 0.1's query with its indexes, and the whole claim as it is, locks and
leases too.

    .venv/bin/python bench/dispatch.py [--notices 2000] [--senders 1 2 4 10] [--old 1000000]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from alerts.dispatcher import Dispatcher  # noqa: E402
from alerts.sending import DispatchTimes  # noqa: E402
from bench._claims import Plans, measure_claims  # noqa: E402
from bench._ending import end_tidily  # noqa: E402
from bench._keys import KEYRING  # noqa: E402
from bench._noted import Noted  # noqa: E402
from bot.channels.webchat.channel import Webchat  # noqa: E402
from domain.channel import Address, Channel, plain  # noqa: E402
from storage import migrate  # noqa: E402
from storage.live import NOTICES, open_live  # noqa: E402
from storage.notices import NoticeKind, Priority  # noqa: E402
from storage.store import Store  # noqa: E402
from storage.tables import notices  # noqa: E402
from storage.unit_of_work import UnitOfWork  # noqa: E402
from tests import servers  # noqa: E402
from tests.office_people import office_of_panyu  # noqa: E402

CHATS = 200
SEED = 20260304
ANSWERS_AFTER_SECONDS = 0.1
LONGEST_SECONDS = 120.0
# The tests' options, but a commit means on disk here.
OPTIONS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=120"


def be_a_sender(keys: Path) -> None:
    """Run the dispatcher of an office, and nothing else, until killed."""
    store = Store(os.environ["BENCH_STORAGE"], keyring=KEYRING)
    live = open_live(os.environ["BENCH_REDIS"])
    file = os.open(keys, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    channels: dict[str, Channel] = {
        "webchat": Noted("webchat", file, Webchat(store, live)),
        "instant": Noted("instant", file),
        "remote": Noted("remote", file, seconds=ANSWERS_AFTER_SECONDS),
    }
    times = DispatchTimes(timedelta(seconds=30), timedelta(seconds=1), {})
    dispatcher = Dispatcher(store, office_of_panyu(), channels, live, times)
    print("ready", flush=True)
    asyncio.run(dispatcher.run())


def _put(uow: UnitOfWork, channel: str, count: int) -> None:
    """Put notices of every urgency into the outbox, spread unevenly over the chats."""
    rng = random.Random(SEED)
    for number in range(CHATS):
        uow.webchat.keep_chat(f"bench-{number}", kind="private", title="")
    for number in range(count):
        chat = min(rng.randrange(CHATS), rng.randrange(CHATS))
        uow.notices.add(
            Address(channel, f"bench-{chat}"),
            key=f"bench:{number}",
            kind=NoticeKind.MESSAGE,
            priority=Priority(rng.randrange(1, 7)),
            body=plain(f"第 {number} 条"),
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one run."""

    channel: str
    senders: int
    seconds: float
    count: int
    lost: int
    double: int
    share_of_busiest: float
    out_of_order: int


@contextmanager
def _senders(url: str, redis: str, keys: Path, count: int) -> Iterator[None]:
    environment = {
        **os.environ,
        "BENCH_STORAGE": url,
        "BENCH_REDIS": redis,
    }
    command = [sys.executable, str(Path(__file__)), "--as-sender", str(keys)]
    running = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(count)
    ]
    try:
        for one in running:
            assert one.stdout is not None  # noqa: S101 - for the type checker
            if one.stdout.readline() != b"ready\n":
                raise SystemExit("a sender did not start")
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()


def _run(url: str, redis: str, folder: Path, *, channel: str, senders: int, count: int) -> Sent:
    keys = folder / f"keys-{channel}-{senders}"
    keys.unlink(missing_ok=True)  # of a run before with as many
    store = Store(url, keyring=KEYRING, connections=2)
    live = open_live(redis)
    with _senders(url, redis, keys, senders):
        store.write(lambda uow: _put(uow, channel, count))
        live.wake(NOTICES)
        began = time.perf_counter()
        left = count
        while left and time.perf_counter() - began < LONGEST_SECONDS:
            time.sleep(0.02)
            left = store.read(lambda uow: uow.deliveries.waiting()[0])
        seconds = time.perf_counter() - began
    sent = [key for key in keys.read_text().split("\n") if key]
    wrong, busiest = store.read(_look)
    live.close()
    store.close()
    return Sent(
        channel=channel,
        senders=senders,
        seconds=seconds,
        count=count,
        lost=left + count - len(set(sent)),
        double=len(sent) - len(set(sent)),
        share_of_busiest=busiest,
        out_of_order=wrong,
    )


def _look(uow: UnitOfWork) -> tuple[int, float]:
    """Return how many were sent before a more urgent or earlier one of their chat."""
    rows = uow.connection.execute(
        sa.select(notices.c.chat, notices.c.priority, notices.c.id).order_by(
            notices.c.sent_at, notices.c.id
        )
    ).all()
    last: dict[str, tuple[int, int]] = {}
    wrong = 0
    for row in rows:
        place = (row.priority, row.id)
        wrong += place < last.get(row.chat, place)
        last[row.chat] = place
    count: dict[str, int] = {}
    for row in rows:
        count[row.chat] = count.get(row.chat, 0) + 1
    return wrong, max(count.values()) / len(rows)


def measure_senders(folder: Path, redis: str, postgres: str, asked: argparse.Namespace) -> bool:
    """Print a line a run; False when a notice was lost, sent twice or out of order."""
    template = servers.new_postgres_database(postgres)
    migrate.upgrade(template)
    name = template.rpartition("/")[2]
    print(f"\n{asked.notices} notices in {CHATS} chats, PostgreSQL with fsync, Redis")
    print(
        f"  {'channel':<9} {'senders':>7} {'seconds':>8} {'a second':>9} {'times':>6}"
        f" {'lost':>5} {'double':>7} {'out of order':>13}"
    )
    good = True
    for channel in asked.channels:
        alone = 0.0
        for senders in asked.senders:
            url = servers.new_postgres_database(postgres, name)
            one = _run(url, redis, folder, channel=channel, senders=senders, count=asked.notices)
            servers.drop_postgres_database(url)
            speed = one.count / one.seconds
            alone = alone or speed
            print(
                f"  {channel:<9} {senders:>7} {one.seconds:>8.2f} {speed:>9.0f}"
                f" {speed / alone:>6.2f} {one.lost:>5} {one.double:>7} {one.out_of_order:>13}",
                flush=True,
            )
            good = good and not one.lost and not one.double and not one.out_of_order
    return good


def show_claims(engine: str, old: int, plans: Sequence[Plans]) -> bool:
    """Print how long a claim takes and how it finds its rows."""
    print(f"\n{engine}: the claim beside {old} old notices")
    for plan in plans:
        print(
            f"  {plan.name:<24} median {statistics.median(plan.ms):8.2f} ms"
            f"  most {max(plan.ms):8.2f} ms"
        )
        for line in plan.scans:
            print(f"          {line}")
    return plans[-1].only_indexes


def main() -> int:
    """Measure, print the tables and return 1 when a promise is broken."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--notices", type=int, default=2000)
    parser.add_argument("--senders", type=int, nargs="*", default=[1, 2, 4, 10])
    parser.add_argument("--channels", nargs="*", default=["instant", "remote", "webchat"])
    parser.add_argument("--old", type=int, default=1_000_000)
    parser.add_argument("--as-sender", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.as_sender:
        be_a_sender(asked.as_sender)
        return 0
    began = time.perf_counter()
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    redis_server = shutil.which("redis-server")
    if not binaries or redis_server is None:
        print("PostgreSQL or Redis is not on this machine: make servers")
        return 0
    good = True
    with (
        tempfile.TemporaryDirectory(prefix="huxin-dispatch-") as name,
        servers.run_postgres(binaries[-1].parent, OPTIONS) as postgres,
        servers.run_redis(redis_server) as redis,
    ):
        folder = Path(name)
        if asked.senders:
            good = measure_senders(folder, redis, postgres, asked)
        if asked.old:
            for engine, url in (
                ("PostgreSQL", servers.new_postgres_database(postgres)),
                ("SQLite", f"sqlite:///{folder / 'old.db'}"),
            ):
                migrate.upgrade(url)
                plans = measure_claims(url, asked.old)
                good = show_claims(engine, asked.old, plans) and good
    print(
        f"\n{timedelta(seconds=round(time.perf_counter() - began))} in all,",
        "every promise kept" if good else "A PROMISE IS BROKEN",
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
