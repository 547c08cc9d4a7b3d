"""日清日结: what came on a day, what was due by it, what was done on it, and what is left.

A line is 已清 when nothing of it was due by that day any longer: what came was passed on or
told the same day or has time left only for whoever has it now, what was due was done.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.access import Asker
from domain.petition import Matter, StepKind
from domain.sheet import Column, Look, Sheet, Written
from petitions.deadlines import Clock, clocks, next_due
from petitions.ledger import Ledger
from petitions.ledger_sheet import SIGNED, names, seen, under_title
from petitions.stages import due, stage
from storage.unit_of_work import UnitOfWork

CAME, DONE, DUE, LATE = "当日登记", "当日办理", "当日到期", "超期未办"
CLEARED, LEFT = "已清", "未清"
_COLUMNS = (
    Column("序号", 6, Look.NUMBER),
    Column("类别", 10),
    Column("信访件编号", 18),
    Column("登记日期", 12, Look.DAY),
    Column("信访形式", 9),
    Column("信访人", 14),
    Column("问题属地", 12),
    Column("主要诉求", 40, Look.TEXT),
    Column("责任单位", 20),
    Column("当日办理", 26, Look.TEXT),
    Column("目前进度", 24, Look.TEXT),
    Column("应办事项和期限", 34, Look.TEXT),
    Column("是否日清", 9),
    Column("经办人签名", 12),
    Column("备注", 14, Look.TEXT),
)


def daily_sheet(uow: UnitOfWork, ledger: Ledger, asker: Asker, day: date) -> Sheet:
    """Return the list of a day as it stood in its evening; later steps are not looked at."""
    return Sheet(
        name="日清日结",
        title=f"{ledger.district}信访事项日清日结表（{day.year}年{day.month}月{day.day}日）",
        columns=_COLUMNS,
        rows=_rows(uow, ledger, asker, day),
        under_title=under_title(uow, ledger, asker, f"日期 {day}"),
        signature=SIGNED,
        frozen=3,
    )


def _rows(
    uow: UnitOfWork, ledger: Ledger, asker: Asker, day: date
) -> Iterator[tuple[Written, ...]]:
    found = seen(uow, asker, lambda area: uow.matter_pages.of_day(area, day))
    place = 0
    for matter in found:
        head = matter.head
        steps = tuple(step for step in matter.steps if step.on <= day)
        coming = next_due(clocks(head.kind, steps, day, ledger.counting))
        category = _category(matter, coming, day)
        if category is None:
            continue
        place += 1
        today = [step.kind.label for step in steps if step.on == day]
        yield (
            place,
            category,
            head.number,
            head.registered_on,
            head.lodging.label,
            names(matter.petitioners),
            head.town or ledger.district,
            head.words or head.subject,
            head.unit,
            "、".join(today),
            stage(head.kind, steps),
            due(coming),
            LEFT if _is_left(matter, coming, day) else CLEARED,
            "",
            "",
        )


def _category(matter: Matter, coming: Clock | None, day: date) -> str | None:
    """Return why a matter stands on the day's list; None: it does not."""
    if matter.head.registered_on == day:
        return CAME
    if coming is not None and coming.due_on < day:
        return LATE
    if coming is not None and coming.due_on == day:
        return DUE
    return DONE if any(step.on == day for step in matter.steps) else None


def _is_left(matter: Matter, coming: Clock | None, day: date) -> bool:
    """Whether something is left of a day: still due by it, or come and not yet passed on."""
    if coming is not None and coming.due_on <= day:
        return True
    came = matter.head.registered_on == day
    moved = any(step.on == day and step.kind is not StepKind.REGISTERED for step in matter.steps)
    return came and not moved
