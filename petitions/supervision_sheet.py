"""The list of a level of supervision as a sheet, for the unit's, the office's or leaders' table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.sheet import Column, Look, Sheet, Written
from petitions.ledger import Ledger
from petitions.supervision import Due, SupervisionLevel
from petitions.supervision_words import far

Listed = tuple[Due, date | None]
"""Something due, and since when it is said that it stands on its level."""

_COLUMNS = (
    Column("序号", 6, Look.NUMBER),
    Column("编号", 18),
    Column("登记日期", 12, Look.DAY),
    Column("事项", 30, Look.TEXT),
    Column("类别", 20),
    Column("信访形式", 10),
    Column("问题属地", 14),
    Column("责任单位", 20),
    Column("包案领导", 12),
    Column("待办", 18),
    Column("期限", 12, Look.DAY),
    Column("剩余或超期", 14),
    Column("督办级别", 18),
    Column("列入日期", 12, Look.DAY),
)


def level_sheet(
    ledger: Ledger, found: Sequence[Listed], level: SupervisionLevel | None, today: date
) -> Sheet:
    """Return what stands on a level or above as a sheet; None: on any."""
    late = sum(1 for due, _ in found if due.is_late)
    which = "全部级别" if level is None else f"{level.label}及以上"
    return Sheet(
        name="督办清单" if level is None else f"{level.value}级督办",
        title=f"{ledger.district}信访事项督办清单",
        columns=_COLUMNS,
        rows=[_row(place, due, said) for place, (due, said) in enumerate(found, start=1)],
        under_title=f"截至 {today}，{which}，共 {len(found)} 件，其中超期 {late} 件",
        frozen=2,
    )


def _row(place: int, due: Due, said: date | None) -> tuple[Written, ...]:
    head = None if due.matter is None else due.matter.head
    number = due.number
    if due.letter is not None:
        about = f"（{due.letter.head.about}）" if due.letter.head.about else ""
        number = f"提醒函{number}{about}"
    return (
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
    )
