"""How long does a month's indicators take, and how much memory, beside a large ledger?

Made-up years of one size and of ten times as many matters are put into a ledger. A process of
its own counts one month, lists the matters behind one figure, and says how long each took and
how much memory it held at the most; an empty month stands beside it. Counting may hold no more
in the large ledger than in the small one; a list holds its matters.

    .venv/bin/python bench/indicators.py [--engine sqlite] [--matters 100000]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from app.office_settings import Reads, build_ledger, build_office
from app.settings import load
from bench._databases import POSTGRESQL, SQLITE, new_database
from bench._ending import end_tidily
from bench._keys import KEYRING
from domain.access import Asker, Way
from domain.duty import Person, Role
from petitions.indicator_looks import Figure, behind, month_figures
from petitions.indicators import Indicator
from petitions.months import Month
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.petitions.kept_year import keep
from tests.petitions.made_up_year import make_year

ROOT = Path(__file__).resolve().parents[1]
A_YEAR = 5_000
AUGUST, LONG_AGO = Month(2025, 8), Month(2005, 8)
CLERK = Asker(Person(1, "clerk", Role.CLERK, None), Way.COMMAND)


def measure(url: str) -> dict[str, float]:
    """Count a month in this process and return seconds, MiB and matters."""
    settings = load(environ={})
    ledger = build_ledger(settings, build_office(settings, reads=Reads.NEVER))
    rules = settings.petitions.indicators.rules()
    store = Store(url, keyring=KEYRING)

    def figures(month: Month) -> Callable[[UnitOfWork], int]:
        def count(uow: UnitOfWork) -> int:
            found = month_figures(uow, ledger, rules, CLERK, month)
            return found.total.rate(Indicator.ACCEPTED).denominator

        return count

    def listed(uow: UnitOfWork) -> int:
        return len(behind(uow, ledger, rules, CLERK, Figure(AUGUST, Indicator.ACCEPTED)).listed)

    said: dict[str, float] = {}
    works = (("empty", figures(LONG_AGO)), ("figures", figures(AUGUST)), ("list", listed))
    for name, work in works:
        began, worked = time.perf_counter(), time.process_time()
        said[f"{name}_matters"] = store.read(work)
        said[f"{name}_seconds"] = time.perf_counter() - began
        said[f"{name}_cpu"] = time.process_time() - worked
        said[f"{name}_mib"] = _most_mib(lambda work=work: store.read(work))  # type: ignore[misc]
    store.close()
    return said


def _most_mib(work: Callable[[], object]) -> float:
    """Return the most that Python held at once while it did the same again."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1024**2


def fill(url: str, matters: int) -> None:
    """Put years of `A_YEAR` matters into a ledger, all of them made up for 2025."""
    size = min(A_YEAR, matters)
    store = Store(url, keyring=KEYRING)
    keep(store, make_year(matters=size, leader_messages=size // 17), times=matters // size)
    store.close()


def main() -> int:
    """Fill two ledgers, measure each, print the table."""
    end_tidily()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=[SQLITE, POSTGRESQL], default=SQLITE)
    parser.add_argument("--matters", type=int, default=100_000)
    parser.add_argument("--measure", metavar="URL", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.measure)))
        return 0
    print(f"{asked.engine}, a year's matters; the month is {AUGUST}; seconds are wall (processor)")
    for matters in (asked.matters // 10, asked.matters):
        with (
            tempfile.TemporaryDirectory() as folder,
            new_database(asked.engine, Path(folder)) as url,
        ):
            fill(url, matters)
            done = subprocess.run(
                [sys.executable, __file__, "--measure", url],
                cwd=ROOT,
                check=True,
                capture_output=True,
                text=True,
            )
        said = json.loads(done.stdout)
        for name in ("empty", "figures", "list"):
            print(
                f"{matters:>9} matters, {name:<8}{said[f'{name}_matters']:>7.0f} counted"
                f"{said[f'{name}_seconds']:>9.3f} s ({said[f'{name}_cpu']:.3f})"
                f"{said[f'{name}_mib']:>8.1f} MiB"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
