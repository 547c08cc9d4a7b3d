"""``huxin matters supervise``: the lists of the three levels, on the screen or as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from app.asking_person import asker_at_terminal
from app.list_workbook import ListSheet, Value, require_new, write_lists
from app.settings import Settings
from app.wiring import build_ledger, build_office, open_store
from domain.access import Asker, Topic
from petitions import asking
from petitions.due_list import LIST, listed
from petitions.supervision import Due, SupervisionLevel
from petitions.supervision_words import far, line_of
from storage.store import Store
from storage.unit_of_work import UnitOfWork

Listed = tuple[Due, date | None]

NOTHING = "没有临近期限或超期的事项。"
LOOKS_AT_ONCE = 200
COLUMNS = (
    ("序号", 6),
    ("编号", 16),
    ("登记日期", 12),
    ("事项", 30),
    ("类别", 20),
    ("信访方式", 10),
    ("属地", 14),
    ("责任单位", 20),
    ("包案领导", 12),
    ("待办", 18),
    ("期限", 12),
    ("剩余或超期", 14),
    ("督办级别", 18),
    ("列入日期", 12),
)


def supervise(
    settings: Settings, *, level: int | None, file: Path | None, as_person: int | None
) -> None:
    """Print or write what stands on a level or above; None: on any."""
    if file is not None:
        require_new(file)
    wanted = None if level is None else SupervisionLevel(level)
    ledger = build_ledger(settings, build_office(settings, reads=False))
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
        write_lists(file, sheet_of(found, wanted, today, settings.office.name))
        click.echo(f"已写好：{file}（{len(found)} 件）")
        return
    for due, _ in found:
        click.echo(line_of(due))
    late = sum(1 for due, _ in found if due.is_late)
    click.echo(f"合计 {len(found)} 件，其中超期 {late} 件。" if found else NOTHING)


def sheet_of(
    found: Sequence[Listed], level: SupervisionLevel | None, today: date, office: str
) -> ListSheet:
    """Return a level's list as a sheet."""
    name = "督办清单" if level is None else f"{level.value}级督办"
    late = sum(1 for due, _ in found if due.is_late)
    which = "全部级别" if level is None else f"{level.label}及以上"
    return ListSheet(
        name=name,
        title=f"{office}督办清单",
        note=f"截至 {today}，{which}，共 {len(found)} 件，其中超期 {late} 件",
        columns=COLUMNS,
        rows=[_row(place, due, said) for place, (due, said) in enumerate(found, start=1)],
    )


def _row(place: int, due: Due, said: date | None) -> list[Value]:
    head = None if due.matter is None else due.matter.head
    number = due.number
    if due.letter is not None:
        about = f"（{due.letter.head.about}）" if due.letter.head.about else ""
        number = f"提醒函{number}{about}"
    return [
        place,
        number,
        None if head is None else head.registered_on,
        None if head is None else head.subject,
        None if head is None else head.kind.label,
        None if head is None else head.lodging.label,
        None if head is None else head.town or "区",
        due.unit,
        None if head is None else head.lead,
        due.label,
        due.due_on,
        far(due),
        due.level.label,
        said,
    ]


def _leave_lines(store: Store, asker: Asker, found: Sequence[Due]) -> None:
    """Leave a line in the access log for each matter that was listed, some at a time."""
    numbers = list(dict.fromkeys(due.number for due in found))
    for first in range(0, len(numbers), LOOKS_AT_ONCE):
        some = numbers[first : first + LOOKS_AT_ONCE]

        def leave(uow: UnitOfWork, some: list[str] = some) -> None:
            for number in some:
                asking.looked(uow, asker, LIST, number)

        store.write(leave)
