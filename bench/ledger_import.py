"""How long does a sheet of 10,000 and of 100,000 matters take into the ledger, and what memory?

A made-up year's messy sheet is imported by ``huxin matters import`` in a process of its own,
into an empty database, then once more (nothing changes), then exported; meanwhile another
process of the office writes a row ten times a second and its waits are taken. Time, processor
time and peak memory of each process; growth is the ratio of the largest to the smallest, per row.

    .venv/bin/python bench/ledger_import.py [--rows 10000 100000] [--engine sqlite] [--what import]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench._databases import POSTGRESQL, SQLITE, new_database, postgresql_is_there
from bench._ending import end_tidily
from domain.duty import Role
from storage.store import Store
from tests.keys import KEYRING, VARIABLE
from tests.petitions.made_up_sheet import write_year
from tests.petitions.made_up_year import make_year

ROOT = Path(__file__).resolve().parent.parent
WHAT = ("import", "again", "export")
EVERY = 0.1  # seconds
LEADER_SHARE = 314 / 5381
SPAN = ("--from", "2025-01-01", "--to", "2025-12-31")


@dataclass(frozen=True, slots=True)
class Run:
    """What one command came to: times in seconds, memory in bytes, waits in seconds."""

    what: str
    rows: int
    elapsed: float
    processor: float
    memory: int
    waits: tuple[float, ...]


def main() -> None:
    """Measure and print the table."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engine", choices=[SQLITE, POSTGRESQL])
    parser.add_argument("--what", choices=WHAT, nargs="+", default=WHAT)
    asked = parser.parse_args()
    engines = [asked.engine] if asked.engine else [SQLITE, POSTGRESQL]
    for engine in engines:
        if engine == POSTGRESQL and not postgresql_is_there():
            print("PostgreSQL is not on this machine; left out")
            continue
        print(f"\n{engine}")
        growth(
            list(shown(run for rows in asked.rows for run in measured(engine, rows, asked.what)))
        )


def measured(engine: str, rows: int, whats: Sequence[str]) -> Iterator[Run]:
    """Import a sheet of so many matters, import it again, export the ledger, as asked."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sheet = folder / "year.xlsx"
        leaders = round(rows * LEADER_SHARE)
        write_year(make_year(matters=rows, leader_messages=leaders), sheet)
        with new_database(engine, folder) as url:
            store = Store(url, keyring=KEYRING)
            clerk = store.write(lambda uow: uow.people.add(name="王芳", role=Role.CLERK, town=None))
            by = ("--as", str(clerk.id))
            words = {
                "import": ("import", str(sheet), *by),
                "again": ("import", str(sheet), *by),
                "export": ("export", str(folder / "out.xlsx"), *SPAN, *by),
            }
            try:
                for what in whats:
                    yield commanded(store, url, what, rows, words[what])
            finally:
                store.close()


def commanded(store: Store, url: str, what: str, rows: int, words: Sequence[str]) -> Run:
    """Run a command of ``huxin matters`` in a process, beside an office that writes."""
    environment = {**os.environ, "HUXIN_STORAGE__URL": url, "HUXIN_SEALING__KEYS": VARIABLE}
    begun = time.monotonic()
    with writing_beside(store) as beside:
        command = subprocess.Popen(
            [sys.executable, "-m", "app", "matters", *words],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        beside.watches = command.pid
        said = command.stdout.read() if command.stdout else ""
        _, code, used = os.wait4(command.pid, 0)
        command.returncode = os.waitstatus_to_exitcode(code)
    if command.returncode:
        sys.exit(f"{what} of {rows} rows ended with {command.returncode}: {said}")
    return Run(
        what,
        rows,
        elapsed=time.monotonic() - begun,
        processor=used.ru_utime + used.ru_stime,
        memory=beside.memory,
        waits=tuple(beside.waits),
    )


@dataclass(slots=True)
class Beside:
    """What the office beside a command saw: its own waits, and the command's peak memory.

    The kernel's own figure for a child that has ended counts its parent's memory as well.
    """

    watches: int = 0
    memory: int = 0
    waits: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Take the peak memory of the command as it is now."""
        try:
            status = Path(f"/proc/{self.watches}/status").read_text("ascii")
        except OSError:
            return
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM 0")
        self.memory = max(self.memory, int(peak.split()[1]) * 1024)


@contextmanager
def writing_beside(store: Store) -> Iterator[Beside]:
    """Write a row again and again, as an office does, and gather how long each took."""
    beside = Beside()
    over = threading.Event()

    def write() -> None:
        while not over.wait(EVERY):
            begun = time.monotonic()
            store.write(lambda uow: uow.audit.beat("bench"))
            beside.waits.append(time.monotonic() - begun)
            beside.look()

    office = threading.Thread(target=write)
    office.start()
    try:
        yield beside
    finally:
        over.set()
        office.join()


def shown(runs: Iterator[Run]) -> Iterator[Run]:
    """Print each run as soon as it is over."""
    print(
        "command        rows   seconds  processor  rows/s  peak MiB  a write beside: median, worst"
    )
    for run in runs:
        waits = run.waits or (0.0,)
        print(
            f"{run.what:8} {run.rows:10,} {run.elapsed:9.1f} {run.processor:10.1f} "
            f"{run.rows / run.elapsed:7.0f} {run.memory / 2**20:9.0f} "
            f"{statistics.median(waits) * 1000:15.0f} ms {max(waits) * 1000:8.0f} ms",
            flush=True,
        )
        yield run


def growth(runs: Sequence[Run]) -> None:
    """Print how time and memory grow with the rows."""
    for what in dict.fromkeys(run.what for run in runs):
        own = sorted((run for run in runs if run.what == what), key=lambda run: run.rows)
        small, large = own[0], own[-1]
        if large.rows > small.rows:
            slower = large.processor / large.rows / (small.processor / small.rows)
            print(
                f"{what}: {large.rows / small.rows:.0f} times the rows, "
                f"{slower:.2f} times the processor time a row, "
                f"{large.memory / small.memory:.2f} times the memory"
            )


if __name__ == "__main__":
    main()
