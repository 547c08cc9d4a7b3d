"""Reminder letters as sheets: the register of a year, and its return rate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.letter import Letter, LetterStepKind
from domain.sheet import Column, Look, Sheet, Written
from petitions import letter_register
from petitions.ledger import Ledger
from petitions.letter_register import Rate, standing
from petitions.supervision import reply_due_on

TOTAL = "合计"
_REGISTER = (
    Column("文号", 20),
    Column("主送单位", 20),
    Column("标题", 30, Look.TEXT),
    Column("关于", 14),
    Column("制发", 12, Look.DAY),
    Column("发出", 12, Look.DAY),
    Column("发出方式", 12),
    Column("签收", 12, Look.DAY),
    Column("回函期限", 12, Look.DAY),
    Column("回函", 12, Look.DAY),
    Column("回函文号", 18),
    Column("状态", 12),
)
_RATE = (
    Column("单位", 24, Look.TEXT),
    *(
        Column(head, 10, Look.NUMBER)
        for head in ("制发", "发出", "签收", "回函", "按时回函", "超期未回", "回函率%")
    ),
)


def register_sheet(
    ledger: Ledger, found: Sequence[Letter], year: int, today: date, *, prefix: str
) -> Sheet:
    """Return the register of a year as a sheet."""
    return Sheet(
        name="提醒函台账",
        title=f"{ledger.office}{year}年提醒函台账",
        columns=_REGISTER,
        rows=[register_row(ledger, letter, today, prefix=prefix) for letter in found],
        under_title=f"截至 {today}，共 {len(found)} 封",
        frozen=2,
    )


def rate_sheet(ledger: Ledger, found: Sequence[Letter], year: int, today: date) -> Sheet:
    """Return the return rate of a year as a sheet: in all, then each unit."""
    counting = ledger.counting
    lines = [
        (TOTAL, letter_register.rate(found, today, counting)),
        *letter_register.rates(found, today, counting),
    ]
    return Sheet(
        name="回函率",
        title=f"{ledger.office}{year}年提醒函回函率",
        columns=_RATE,
        rows=[_rate_row(name, line) for name, line in lines],
        under_title=f"{year} 年，截至 {today}；回函率 = 已回函 / 已发出，作废的不计",
    )


def register_row(
    ledger: Ledger, letter: Letter, today: date, *, prefix: str
) -> tuple[Written, ...]:
    """Return how one letter stands, column by column."""
    sent, received, replied = (
        letter.last(kind)
        for kind in (LetterStepKind.SENT, LetterStepKind.RECEIVED, LetterStepKind.REPLIED)
    )
    return (
        f"{prefix}{letter.number}",
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
    )


def rate_line(row: Sequence[Written]) -> str:
    """Return a line of the rate's sheet as a person reads it on the screen."""
    unit, *counts, share = row
    heads = (column.head for column in _RATE[1:-1])
    counted = "　".join(f"{head} {count}" for head, count in zip(heads, counts, strict=True))
    return f"{unit}　{counted}　回函率 {'—' if share is None else f'{share}%'}"


def _rate_row(name: str, line: Rate) -> tuple[Written, ...]:
    counts = (line.made, line.sent, line.received, line.replied, line.in_time, line.overdue)
    return (name, *counts, None if line.share is None else round(100 * line.share, 1))
