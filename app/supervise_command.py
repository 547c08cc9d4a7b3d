"""``huxin matters supervise``: the lists of the three levels, on the screen or as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from app.asking_person import asker_at_terminal
from app.office_settings import Reads, build_ledger, build_office
from app.settings import Settings
from app.sheet_files import require_new, write_sheets
from app.wiring import open_store
from domain.access import Asker, Topic
from petitions import asking
from petitions.due_list import LIST, listed
from petitions.supervision import Due, SupervisionLevel
from petitions.supervision_sheet import level_sheet
from petitions.supervision_words import line_of
from storage.store import Store
from storage.unit_of_work import UnitOfWork

NOTHING = "没有临近期限或超期的事项。"
LOOKS_AT_ONCE = 200


def supervise(
    settings: Settings, *, level: int | None, file: Path | None, as_person: int | None
) -> None:
    """Print or write what stands on a level or above; None: on any."""
    if file is not None:
        require_new(file)
    wanted = None if level is None else SupervisionLevel(level)
    ledger = build_ledger(settings, build_office(settings, reads=Reads.NEVER))
    times = settings.petitions.supervision.times()
    store = open_store(settings)
    try:
        asker = asker_at_terminal(store, as_person, Topic.LEDGER)
        found = store.read(lambda uow: listed(uow, ledger, times, asker, level=wanted))
        _leave_lines(store, asker, [due for due, _ in found])
        today = ledger.today(store.clock())
    finally:
        store.close()
    if file is not None:
        write_sheets(file, level_sheet(ledger, found, wanted, today))
        click.echo(f"已写好：{file}（{len(found)} 件）")
        return
    for due, _ in found:
        click.echo(line_of(due))
    late = sum(1 for due, _ in found if due.is_late)
    click.echo(f"合计 {len(found)} 件，其中超期 {late} 件。" if found else NOTHING)


def _leave_lines(store: Store, asker: Asker, found: Sequence[Due]) -> None:
    """Leave a line in the access log for each matter that was listed, some at a time."""
    numbers = list(dict.fromkeys(due.number for due in found))
    for first in range(0, len(numbers), LOOKS_AT_ONCE):
        some = numbers[first : first + LOOKS_AT_ONCE]

        def leave(uow: UnitOfWork, some: list[str] = some) -> None:
            for number in some:
                asking.looked(uow, asker, LIST, number)

        store.write(leave)
