"""``huxin matters import``: a sheet into the ledger, batch by batch, and what became of it.

Each batch is on disk before the next one is read, and the office goes on in between. An import
that is killed leaves whole batches, and the same command finishes it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import click

from app.asking_person import asker_at_terminal
from app.csv_rows import open_csv
from app.excel_rows import open_sheet
from app.excel_sheets import Book
from app.office_settings import Reads, build_ledger, build_office
from app.settings import Settings
from app.wiring import open_store
from domain.access import Asker, Topic
from domain.errors import PersonCanFix
from domain.sheet import SheetRow
from petitions.heads import HEAD_WITHIN, HIGHEST_HEAD, Heads, find_heads
from petitions.ledger import Ledger
from petitions.matter_rows import Line, Reader
from petitions.result_sheet import Tally, counts_sheet, remark_rows, remarks_sheet
from petitions.units import Units
from petitions.workbook import BATCH, Outcome, Result, look, put
from storage.store import StorageFailure, Store
from storage.unit_of_work import UnitOfWork

SHOWN = 10  # remarks on the terminal; all of them are in the result's workbook
_Work = Callable[[UnitOfWork, Ledger, Asker, Sequence[Line]], tuple[Result, ...]]


class Rows(Protocol):
    """A sheet that can be read again and again."""

    @property
    def length(self) -> int:
        """How many rows it has, roughly."""

    def rows(self) -> Iterator[SheetRow]:
        """Give its rows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    file: Path
    sheet: str | None
    dry_run: bool
    as_json: bool
    all_or_nothing: bool
    result: Path | None


@dataclass(frozen=True, slots=True)
class _Import:
    """One import: what it reads, and where it writes."""

    wanted: Wanted
    store: Store
    ledger: Ledger
    asker: Asker
    opened: Rows
    heads: Heads
    reader: Callable[[], Reader]

    def run(self, work: _Work, *, writes: bool, label: str) -> Iterator[tuple[Result, ...]]:
        """Give what becomes of each batch."""
        lines = self.reader().lines(self.opened.rows())
        hidden = self.wanted.as_json or not sys.stderr.isatty()
        with click.progressbar(
            length=self.opened.length, label=label, file=sys.stderr, hidden=hidden
        ) as bar:
            while batch := list(islice(lines, BATCH)):
                run = self.store.write if writes else self.store.read
                yield run(partial(self._work, work, batch))
                bar.update(len(batch))

    def _work(self, work: _Work, batch: Sequence[Line], uow: UnitOfWork) -> tuple[Result, ...]:
        return work(uow, self.ledger, self.asker, batch)


def import_matters(settings: Settings, wanted: Wanted, *, as_person: int | None) -> bool:
    """Import a sheet; True when no row is refused. `PersonCanFix` when nothing can be read."""
    store = open_store(settings)
    try:
        asker = asker_at_terminal(store, as_person, Topic.KEEPING)
        office = build_office(settings, reads=Reads.NEVER)
        with _opened(wanted) as opened:
            first = islice(opened.rows(), HEAD_WITHIN + HIGHEST_HEAD)
            heads = find_heads(list(first), settings.petitions.heads())
            units = Units(office.gazetteer)
            one = _Import(
                wanted=wanted,
                store=store,
                ledger=build_ledger(settings, office),
                asker=asker,
                opened=opened,
                heads=heads,
                reader=lambda: Reader(heads, units, appeals=settings.petitions.appeals()),
            )
            return _import(one)
    finally:
        store.close()


def _import(one: _Import) -> bool:
    wanted = one.wanted
    writes = not wanted.dry_run
    if writes and wanted.all_or_nothing:
        refused = Tally()
        for results in one.run(look, writes=False, label="检查"):
            refused.count(results)
        writes = not refused.refused
    tally = Tally()
    result = wanted.result or wanted.file.with_name(f"{wanted.file.stem}-导入结果.xlsx")
    with Book() as book:
        _write(one, tally, book, writes=writes)
        book.write([counts_sheet(tally, one.heads, wrote=writes)])
        book.save(result)
    say = _as_json if wanted.as_json else _as_words
    click.echo(say(one, tally, writes=writes, result=result))
    return bool(tally.rows) and not tally.refused


def _write(one: _Import, tally: Tally, book: Book, *, writes: bool) -> None:
    """Import, or look at, every batch; what there is to say goes into the book as it comes."""
    when = one.ledger.today(one.store.clock()).isoformat()
    page = book.page(remarks_sheet(one.wanted.file.name, when))
    work, label = (put, "导入") if writes else (look, "试导入")
    try:
        for results in one.run(work, writes=writes, label=label):
            tally.count(results)
            for row in remark_rows(results):
                page.append(row)
    except StorageFailure:
        raise PersonCanFix(
            f"数据库写不进去。前 {tally.rows} 行已经导入；修好以后再运行一次同样的命令就接着导。"
        ) from None
    page.end()


def _as_words(one: _Import, tally: Tally, *, writes: bool, result: Path) -> str:
    if writes:
        head = "已导入。"
    else:
        head = "试一试，没有改。" if one.wanted.dry_run else "有不能导入的行，什么都没有导入。"
    if not tally.rows:
        head = "表头下面一件也没有读到。"
    unread = "、".join(one.heads.unread)
    lines = [head + tally.words(), f"没有读的列：{unread}" if unread else "", f"详细结果：{result}"]
    shown = [f"{remark.cell}　{remark.words}" for _, remark in tally.listed[:SHOWN]]
    return "\n".join([*filter(None, lines), *shown])


def _as_json(one: _Import, tally: Tally, *, writes: bool, result: Path) -> str:
    told: dict[str, Any] = {
        "file": str(one.wanted.file),
        "dry_run": one.wanted.dry_run,
        "wrote": writes,
        "rows": tally.rows,
        **{outcome.value: tally.outcomes[outcome] for outcome in Outcome},
        "noted": tally.noted,
        "columns": {what.value: one.heads.words[at] for what, at in one.heads.columns.items()},
        "unread": list(one.heads.unread),
        "result": str(result),
        "remarks": [
            {
                "row": remark.row,
                "number": outcome.number,
                "cell": remark.cell,
                "head": remark.head,
                "refuses": remark.refuses,
                "reason": remark.words,
            }
            for outcome, remark in tally.listed
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _opened(wanted: Wanted) -> AbstractContextManager[Rows]:
    if wanted.file.suffix.lower() == ".csv":
        return _csv(wanted.file)
    return open_sheet(wanted.file, wanted.sheet)


@contextmanager
def _csv(file: Path) -> Iterator[Rows]:
    yield open_csv(file)
