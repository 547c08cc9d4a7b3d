"""Reminder letters as sheets: the register of a year, and its return rate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.list_workbook import ListSheet, Value
from app.settings import Settings
from domain.letter import Letter, LetterStepKind
from petitions import letter_register
from petitions.ledger import Ledger
from petitions.letter_register import Rate, standing
from petitions.supervision import reply_due_on

TOTAL = "合计"

REGISTER_COLUMNS = (
    ("文号", 18),
    ("主送单位", 20),
    ("标题", 30),
    ("关于", 14),
    ("制发", 12),
    ("发出", 12),
    ("发出方式", 12),
    ("签收", 12),
    ("回函期限", 12),
    ("回函", 12),
    ("回函文号", 18),
    ("状态", 12),
)
RATE_COLUMNS = (
    ("单位", 24),
    ("制发", 8),
    ("发出", 8),
    ("签收", 8),
    ("回函", 8),
    ("按时回函", 10),
    ("超期未回", 10),
    ("回函率", 10),
)


def register_sheet(
    settings: Settings, ledger: Ledger, found: Sequence[Letter], year: int, today: date
) -> ListSheet:
    """Return the register of a year as a sheet."""
    return ListSheet(
        name="提醒函台账",
        title=f"{settings.office.name}{year}年提醒函台账",
        note=f"截至 {today}，共 {len(found)} 封",
        columns=REGISTER_COLUMNS,
        rows=[register_row(settings, ledger, letter, today) for letter in found],
    )


def rate_sheet(
    settings: Settings, ledger: Ledger, found: Sequence[Letter], year: int, today: date
) -> ListSheet:
    """Return the return rate of a year as a sheet: in all, then each unit."""
    counting = ledger.counting
    lines = [
        (TOTAL, letter_register.rate(found, today, counting)),
        *letter_register.rates(found, today, counting),
    ]
    return ListSheet(
        name="回函率",
        title=f"{settings.office.name}{year}年提醒函回函率",
        note=f"{year} 年，截至 {today}；回函率 = 已回函 / 已发出，作废的不计",
        columns=RATE_COLUMNS,
        rows=[_rate_row(name, line) for name, line in lines],
    )


def register_row(settings: Settings, ledger: Ledger, letter: Letter, today: date) -> list[Value]:
    """Return how one letter stands, column by column."""
    sent, received, replied = (
        letter.last(kind)
        for kind in (LetterStepKind.SENT, LetterStepKind.RECEIVED, LetterStepKind.REPLIED)
    )
    return [
        f"{settings.petitions.letters.prefix}{letter.number}",
        letter.head.unit,
        letter.head.title,
        letter.head.about,
        letter.made_on,
        None if sent is None else sent.on,
        None if sent is None else sent.way,
        None if received is None else received.on,
        reply_due_on(letter, ledger.counting),
        None if replied is None else replied.on,
        None if replied is None else replied.document,
        standing(letter, today, ledger.counting).label,
    ]


def _rate_row(name: str, line: Rate) -> list[Value]:
    counts = (line.made, line.sent, line.received, line.replied, line.in_time, line.overdue)
    return [name, *counts, line.share]
