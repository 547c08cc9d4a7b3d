"""Puts a made-up year into a ledger as an import would leave it, quickly.

    keep(store, make_year(matters=200, leader_messages=12))

Rows are written in one transaction by few statements, with all that the ledger keeps beside a
matter. ``times`` repeats the year under other numbers, for measurements.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa

from domain.access import open_to
from storage.store import Store
from storage.tables import matter_steps, matters, petitioners
from storage.unit_of_work import UnitOfWork
from tests.petitions.made_up_year import MadeUpYear, MatterTruth

BATCH = 2000


def keep(store: Store, year: MadeUpYear, *, times: int = 1) -> None:
    """Put every matter of a year into an empty ledger."""
    for turn in range(times):
        store.write(lambda uow, turn=turn: _keep(uow, year, turn))  # type: ignore[misc]


def _keep(uow: UnitOfWork, year: MadeUpYear, turn: int) -> None:
    first = turn * len(year.matters) + 1
    numbered = list(enumerate(year.matters, start=first))
    suffix = f"-{turn}" if turn else ""
    tables = (
        (matters, (_matter(uow, row, one, suffix) for row, one in numbered)),
        (petitioners, (person for row, one in numbered for person in _people(row, one))),
        (matter_steps, (step for row, one in numbered for step in _steps(uow, row, one))),
    )
    for table, rows in tables:
        while batch := list(islice(rows, BATCH)):
            uow.connection.execute(sa.insert(table), batch)


def _open_to(one: MatterTruth) -> str:
    accusation = one["kind"] == "accusation"
    return open_to(one["town"], tuple(one["about_units"]), accusation=accusation)


def _matter(uow: UnitOfWork, row: int, one: MatterTruth, suffix: str) -> dict[str, Any]:
    kept = {name: value for name, value in one.items() if name not in {"petitioners", "steps"}}
    more = {"id": row, "number": one["number"] + suffix, "open_to": _open_to(one), "version": 1}
    return {**kept, **more, "changed_at": uow.now}


def _people(row: int, one: MatterTruth) -> Iterator[dict[str, Any]]:
    for position, person in enumerate(one["petitioners"]):
        yield {
            **person,
            "matter_id": row,
            "position": position,
            "name_mark": person["name"],
            "phone_mark": person["phone"] or None,
            "id_mark": person["id_number"] or None,
            "open_to": _open_to(one),
        }


def _steps(uow: UnitOfWork, row: int, one: MatterTruth) -> Iterator[dict[str, Any]]:
    for step in one["steps"]:
        yield {
            "matter_id": row,
            "kind": step["kind"],
            "on_day": step["on"],
            "document": step["document"],
            "unit": step["unit"],
            "days": step["days"],
            "until_day": step["until"],
            "void": False,
            "recorded_at": uow.now,
            "source": "made up",
        }
