"""初次信访事项办理情况进度表: each first petition of a span, its limits, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from domain.access import Asker
from domain.petition import StepKind
from domain.sheet import Column, Look, Sheet, Written
from petitions.deadlines import Clock, ClockKind, ClockState, clocks, next_due
from petitions.ledger import Ledger
from petitions.ledger_sheet import SIGNED, first_of, names, seen, under_title
from petitions.stages import stage
from storage.matter_pages import Span
from storage.unit_of_work import UnitOfWork

_COLUMNS = (
    Column("序号", 6, Look.NUMBER),
    Column("信访件编号", 18),
    Column("登记日期", 12, Look.DAY),
    Column("登记机构级别", 8),
    Column("信访形式", 9),
    Column("信访人", 14),
    Column("问题属地", 12),
    Column("主要诉求", 40, Look.TEXT),
    Column("责任单位", 20),
    Column("包案领导", 10),
    Column("转送日期", 12, Look.DAY),
    Column("告知期限", 12, Look.DAY),
    Column("受理日期", 12, Look.DAY),
    Column("是否及时受理", 10),
    Column("办理期限", 12, Look.DAY),
    Column("延期至", 12, Look.DAY),
    Column("办结日期", 12, Look.DAY),
    Column("是否按期办结", 10),
    Column("目前进度", 24, Look.TEXT),
    Column("剩余天数", 8, Look.NUMBER),
    Column("满意度", 9),
    Column("二次接访日期", 12, Look.DAY),
    Column("备注", 16, Look.TEXT),
)
_KEPT = {
    ClockState.MET: "是",
    ClockState.MET_LATE: "否",
    ClockState.RUNNING: "未到期",
    ClockState.LATE: "超期未办",
}


def progress_sheet(uow: UnitOfWork, ledger: Ledger, asker: Asker, span: Span) -> Sheet:
    """Return the progress of the first petitions of a span; rows are read as they are taken.

    剩余天数 counts to the limit that ends first, whatever it is for; below 0 it is late.
    """
    return Sheet(
        name="进度表",
        title=f"{ledger.district}初次信访事项办理情况进度表",
        columns=_COLUMNS,
        rows=_rows(uow, ledger, asker, replace(span, first_only=True)),
        under_title=under_title(uow, ledger, asker, f"登记日期 {span.since} 至 {span.until}"),
        signature=SIGNED,
        frozen=2,
    )


def _rows(
    uow: UnitOfWork, ledger: Ledger, asker: Asker, span: Span
) -> Iterator[tuple[Written, ...]]:
    today = ledger.today(uow.now)
    found = seen(uow, asker, lambda area: uow.matter_pages.registered(area, span))
    for place, matter in enumerate(found, 1):
        head, steps = matter.head, matter.steps
        running = clocks(head.kind, steps, today, ledger.counting)
        told, replied = _first(running, ClockKind.NOTICE), _first(running, ClockKind.REPLY)
        coming = next_due(running)
        extended = next((step for step in steps if step.kind is StepKind.EXTENDED), None)
        yield (
            place,
            head.number,
            head.registered_on,
            head.tier.label,
            head.lodging.label,
            names(matter.petitioners),
            head.town or ledger.district,
            head.words or head.subject,
            head.unit,
            head.lead,
            first_of(steps, StepKind.FORWARDED),
            None if told is None else told.due_on,
            first_of(steps, StepKind.ACCEPTED),
            kept(told),
            None if replied is None else replied.due_on,
            None if extended is None else extended.until,
            first_of(steps, StepKind.REPLIED),
            kept(replied),
            stage(head.kind, steps),
            None if coming is None else coming.days_left,
            "" if head.satisfaction is None else head.satisfaction.label,
            first_of(steps, StepKind.SECOND_RECEPTION),
            "",
        )


def kept(clock: Clock | None) -> str:
    """Return whether a limit was kept, in a word; empty where there is none."""
    return "" if clock is None else _KEPT.get(clock.state, "")


def _first(running: Iterable[Clock], what: ClockKind) -> Clock | None:
    return next((clock for clock in running if clock.what is what), None)
