"""A ledger with a clerk, to whom rows of a sheet are brought as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from typing import Any, TypeVar

from app.office_settings import Reads, build_ledger, build_office
from app.settings import load
from domain.access import Asker, Way
from domain.duty import Role
from domain.petition import MatterKind, Step
from domain.sheet import CellValue, SheetRow
from petitions.heads import Accepted, find_heads
from petitions.ledger import Ledger
from petitions.matter_rows import Reader
from petitions.units import Units
from petitions.workbook import Result, put
from storage.matter_batches import Kept
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.fakes import PushedClock
from tests.keys import KEYRING

NOW = datetime(2026, 11, 28, 2, tzinfo=UTC)
T = TypeVar("T")
Row = Mapping[str, CellValue]
PLAIN: Row = {
    "编号": "2026-0042",
    "登记日期": date(2026, 11, 2),
    "信访形式": "来访",
    "信访目的": "申诉求决（三十一条六项）",
    "姓名": "何秀珍",
    "联系电话": "13800001234",
    "问题属地": "大石街道",
    "概况": "反映植村一处挡土墙开裂。",
    "责任单位": "大石街道办事处",
}
"""A row that can be imported, as the office's own clerks write it."""


@cache
def panyu() -> tuple[Ledger, Units, Accepted]:
    """Return the ledger of the product's own settings, its units and its heads."""
    settings = load(None, {})
    office = build_office(settings, reads=Reads.NEVER)
    return build_ledger(settings, office), Units(office.gazetteer), settings.petitions.heads()


class LedgerDesk:
    """A store with people in it, and the clerk 王芳 at the terminal."""

    def __init__(self, url: str) -> None:
        """Open the store and enrol people."""
        self.clock = PushedClock(NOW)
        self.store = Store(url, keyring=KEYRING, clock=self.clock, connections=2)
        self.ledger, self.units, self.accepted = panyu()
        self.clerk = self.asker("王芳", Role.CLERK)

    def asker(self, name: str, role: Role, town: str | None = None) -> Asker:
        """Enrol somebody and let them sit down at the terminal."""
        person = self.store.write(lambda uow: uow.people.add(name=name, role=role, town=town))
        return self.store.read(lambda uow: uow.interests.asker(person, Way.COMMAND))

    def bring(
        self,
        *rows: Row,
        asker: Asker | None = None,
        appeals: MatterKind | None = MatterKind.APPEAL_SIX,
        work: Callable[..., tuple[Result, ...]] = put,
    ) -> tuple[Result, ...]:
        """Import rows in one batch; every row may have heads of its own."""
        reader_rows = sheet_of(*rows)
        reader = Reader(find_heads(reader_rows, self.accepted), self.units, appeals=appeals)
        lines = list(reader.lines(reader_rows))
        run = self.store.write if work is put else self.store.read
        return run(lambda uow: work(uow, self.ledger, asker or self.clerk, lines))

    def do(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run a unit of work."""
        return self.store.write(work)

    def kept(self, number: str = "2026-0042") -> Kept:
        """Return a matter with its history."""
        return self.store.read(lambda uow: uow.matter_batches.kept([number]))[number]

    def steps(self, number: str = "2026-0042") -> tuple[Step, ...]:
        """Return a matter's standing steps."""
        return self.kept(number).matter.steps

    def counts(self) -> dict[str, int]:
        """Return how many rows the ledger's tables have."""
        tables = ("matters", "petitioners", "matter_steps", "matter_changes", "access_log")

        def look(uow: UnitOfWork) -> dict[str, int]:
            run: Any = uow.connection.exec_driver_sql
            return {name: run(f"SELECT count(*) FROM {name}").scalar_one() for name in tables}  # noqa: S608

        return self.store.read(look)


@contextmanager
def ledger_desk(url: str) -> Iterator[LedgerDesk]:
    """Open a desk and close it."""
    desk = LedgerDesk(url)
    try:
        yield desk
    finally:
        desk.store.close()


def sheet_of(*rows: Row) -> Sequence[SheetRow]:
    """Return a sheet of these rows: a title, the heads, the rows."""
    heads = list(dict.fromkeys(head for row in rows for head in row))
    numbers = count(3)
    return [
        SheetRow(1, {1: "信访事项登记表"}),
        SheetRow(2, dict(enumerate(heads, 1))),
        *(
            SheetRow(next(numbers), {at: row.get(head) for at, head in enumerate(heads, 1)})
            for row in rows
        ),
    ]
