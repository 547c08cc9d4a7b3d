"""The ledger as a sheet: every matter of a span that the asker may see, one a row.

Its heads are those that an import knows, so that a sheet may be filled in and read again.
Phones are masked unless they are asked for and granted; an ID number is never whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from domain import access
from domain.access import Asker, Topic
from domain.petition import Matter, Petitioner, Step, StepKind
from domain.sheet import Column, Look, Sheet, Written
from petitions import asking
from petitions.deadlines import clocks, next_due
from petitions.ledger import Ledger
from petitions.stages import due, stage
from petitions.status import masked
from storage.matter_pages import Span
from storage.unit_of_work import UnitOfWork

SIGNED = (
    "填表人：　　　　　　　　审核人：　　　　　　　　负责人：　　　　　　　　　　　　年　　月　　日"
)
NONE = "无"
ID_SHOWN = 4  # digits

_STEPS = (
    ("转送日期", StepKind.FORWARDED),
    ("受理日期", StepKind.ACCEPTED),
    ("不予受理日期", StepKind.NOT_ACCEPTED),
    ("不再受理日期", StepKind.NO_LONGER_ACCEPTED),
    ("延期日期", StepKind.EXTENDED),
    ("办结日期", StepKind.REPLIED),
    ("评价日期", StepKind.SATISFACTION),
    ("二次接访日期", StepKind.SECOND_RECEPTION),
    ("申请复查日期", StepKind.REVIEW_ASKED),
    ("复查意见日期", StepKind.REVIEWED),
    ("申请复核日期", StepKind.RECHECK_ASKED),
    ("复核意见日期", StepKind.RECHECKED),
)
_COLUMNS = (
    Column("序号", 6, Look.NUMBER),
    Column("信访件编号", 18),
    Column("登记日期", 12, Look.DAY),
    Column("信访形式", 10),
    Column("登记机构级别", 10),
    Column("信访人", 16),
    Column("联系电话", 15),
    Column("证件号码", 12),
    Column("村居", 14),
    Column("住址", 22, Look.TEXT),
    Column("人数", 6, Look.NUMBER),
    Column("问题属地", 12),
    Column("信访目的", 24),
    Column("内容分类", 20),
    Column("概况", 44, Look.TEXT),
    Column("具体地点", 20, Look.TEXT),
    Column("责任单位", 20),
    Column("被反映单位", 20),
    Column("初次/重复", 8),
    *(Column(head, 12, Look.DAY) for head, _ in _STEPS),
    Column("转送文号", 20),
    Column("答复文号", 20),
    Column("延期天数", 8, Look.NUMBER),
    Column("延期至", 12, Look.DAY),
    Column("满意度", 10),
    Column("包案领导", 10),
    Column("目前进度", 26, Look.TEXT),
    Column("下一期限", 34, Look.TEXT),
)


def ledger_sheet(
    uow: UnitOfWork, ledger: Ledger, asker: Asker, span: Span, *, phones: bool
) -> Sheet:
    """Return the ledger of a span; rows are read as they are taken."""
    return Sheet(
        name="台账",
        title=f"{ledger.district}信访事项台账",
        columns=_COLUMNS,
        rows=_rows(uow, ledger, asker, span, phones=phones),
        under_title=under_title(uow, ledger, asker, f"登记日期 {span.since} 至 {span.until}"),
        signature=SIGNED,
        frozen=2,
    )


def seen(
    uow: UnitOfWork, asker: Asker, found: Callable[[access.Area], Iterator[Matter]]
) -> Iterator[Matter]:
    """Give those of a list that the asker may see in the ledger; `PersonCanFix`: none at all."""
    asking.require_role(asker, Topic.LEDGER)
    area = access.area(asker)
    if area is not None:
        for matter in found(area):
            if asking.ruling_on(uow, asker, matter, Topic.LEDGER).allows:
                yield matter


def under_title(uow: UnitOfWork, ledger: Ledger, asker: Asker, what: str) -> str:
    """Return the line under a title: whose sheet it is, of what, who took it and when."""
    who = "" if asker.person is None else asker.person.name
    return f"填报单位：{ledger.office}　　{what}　　导出：{ledger.today(uow.now)} {who}"


def first_of(steps: Sequence[Step], kind: StepKind) -> date | None:
    """Return the day of the first standing step of a kind."""
    return next((step.on for step in steps if step.kind is kind), None)


def names(people: Sequence[Petitioner]) -> str:
    """Return the names of people in a cell."""
    return "、".join(one.name for one in people)


def _rows(
    uow: UnitOfWork, ledger: Ledger, asker: Asker, span: Span, *, phones: bool
) -> Iterator[tuple[Written, ...]]:
    today = ledger.today(uow.now)
    found = seen(uow, asker, lambda area: uow.matter_pages.registered(area, span))
    for place, matter in enumerate(found, 1):
        head, steps = matter.head, matter.steps
        whole = phones and asking.ruling_on(uow, asker, matter, Topic.PETITIONER).allows
        clock = next_due(clocks(head.kind, steps, today, ledger.counting))
        extended = next((step for step in steps if step.kind is StepKind.EXTENDED), None)
        yield (
            place,
            head.number,
            head.registered_on,
            head.lodging.label,
            head.tier.label,
            names(matter.petitioners),
            _each(matter.petitioners, _whole_phone if whole else _masked_phone),
            _each(matter.petitioners, _id_number),
            next((one.village for one in matter.petitioners if one.village), ""),
            next((one.address for one in matter.petitioners if one.address), ""),
            head.group_size,
            head.town or ledger.district,
            head.kind.label,
            head.subject,
            head.words,
            head.place,
            head.unit,
            "、".join(head.about_units),
            "重复" if head.repeated else "初次",
            *(first_of(steps, kind) for _, kind in _STEPS),
            _paper(steps, StepKind.FORWARDED),
            _paper(steps, StepKind.REPLIED),
            None if extended is None else extended.days,
            None if extended is None else extended.until,
            "" if head.satisfaction is None else head.satisfaction.label,
            head.lead,
            stage(head.kind, steps),
            due(clock),
        )


def _each(people: Sequence[Petitioner], how: Callable[[Petitioner], str]) -> str:
    """Write something of each person; where one of several has none, the place is kept."""
    told = [how(one) for one in people]
    return "、".join(one or NONE for one in told) if any(told) else ""


def _whole_phone(one: Petitioner) -> str:
    return one.phone


def _masked_phone(one: Petitioner) -> str:
    return masked(one.phone)


def _id_number(one: Petitioner) -> str:
    return f"****{one.id_number[-ID_SHOWN:]}" if one.id_number else ""


def _paper(steps: Sequence[Step], kind: StepKind) -> str:
    return next((step.document for step in steps if step.kind is kind and step.document), "")
