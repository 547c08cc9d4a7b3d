"""Does the office keep its word when everything around it fails?

Grid workers send reports through the web chat's own HTTP interface (what got no 202 is sent
again with the same id) and by an emulated Telegram, officers answer by 接收 and 办结 on both,
while faults befall the office at random moments. Once all is settled the rows and what stands
in the chats are held against what was accepted. Ends with 1 when a promise is broken.

SQLite: `huxin run` gets `kill -9`, some of it while it starts, is frozen (SIGSTOP), finds its
disk full (a small tmpfs) and its clock moved by up to two hours, either way. PostgreSQL: 2 web,
2 bot and 3 dispatcher processes, each started again when it ends; about every second one is
killed; the others are frozen for longer than their lease, or their clock is moved, or Redis or
PostgreSQL is stopped and started, or PostgreSQL finds no room for tables or log. Telegram
answers 429 and 5xx, delivers and lets the answer be lost or late, and makes supergroups.

    .venv/bin/python bench/crash.py [--engine sqlite|postgresql] [--runs N] [--reports 2000]
        [--faults kill,freeze,disk,clock,channel | kill,redis,postgres,freeze,disk,clock,channel]
        [--times 24] [--pace SECONDS] [--seed S] [--keep FOLDER]

The clock moves where libfaketime is (Debian package faketime), the disk is small where this
machine lets us mount one; the table says what was not tried. A killed process loses what it
had in memory, not what it had given to the kernel: this proves the order of commits, leases
and retries, not the disk under a power cut.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import random
import sys
import tempfile
from pathlib import Path

from bench import _many_processes, _one_process
from bench._crash_run import Run
from bench._crash_table import print_run, print_runs
from bench._databases import POSTGRESQL, SQLITE
from bench._ending import end_tidily
from bench._found import Findings

CHANNEL = "channel"
KINDS = {
    SQLITE: (*_one_process.KINDS, CHANNEL),
    POSTGRESQL: (*_many_processes.KINDS, CHANNEL),
}
# One process has to come up again before it can be killed again; of seven, as many are killed
# as two processors can start.
PACE = {SQLITE: 1.5, POSTGRESQL: 2.0}


def main() -> int:
    """Run, print the tables and return 1 when a promise was broken."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", choices=(SQLITE, POSTGRESQL), default=SQLITE)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--reports", type=int, default=2000)
    parser.add_argument("--times", type=int, default=24, help="how many faults")
    parser.add_argument("--pace", type=float, help="seconds between two faults")
    parser.add_argument("--faults", help="of which kinds, with commas; all if left out")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--keep", type=Path, help="keep the office's folder here")
    asked = parser.parse_args()
    # The emulated Telegram's calls end in the middle whenever the office is killed.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    possible = KINDS[asked.engine]
    kinds = frozenset(asked.faults.split(",") if asked.faults else possible)
    if not kinds <= set(possible):
        parser.error(f"--faults for {asked.engine}: {','.join(possible)}")
    found: dict[int, Findings] = {}
    with contextlib.suppress(KeyboardInterrupt):  # what was found so far is worth its table
        for seed in range(asked.seed, asked.seed + asked.runs):
            found[seed] = _run(asked, kinds, seed)
            print_run(f"{asked.engine}, seed {seed}", found[seed])
    if found:
        print_runs(f"{asked.engine}, {asked.reports} reports and {asked.times} faults a run", found)
    return 1 if not found or any(one.broken for one in found.values()) else 0


def _run(asked: argparse.Namespace, kinds: frozenset[str], seed: int) -> Findings:
    with tempfile.TemporaryDirectory(prefix="huxin-crash-") as temporary:
        folder = Path(temporary) if asked.keep is None else asked.keep / str(seed)
        folder.mkdir(parents=True, exist_ok=True)
        return _one_run(
            asked.engine,
            folder,
            seed=seed,
            times=asked.times,
            kinds=kinds,
            reports=asked.reports,
            pace=asked.pace or PACE[asked.engine],
        )


def _one_run(
    engine: str,
    folder: Path,
    *,
    seed: int,
    times: int,
    kinds: frozenset[str],
    reports: int,
    pace: float,
) -> Findings:
    rng = random.Random(seed)
    make = _one_process.OneProcess if engine == SQLITE else _many_processes.ManyProcesses
    office = make(folder, rng, faults=times, kinds=kinds - {CHANNEL}, pace=pace)
    try:
        return asyncio.run(Run(office, rng, reports=reports, channel=CHANNEL in kinds).go())
    finally:
        office.leave()


if __name__ == "__main__":
    sys.exit(main())
