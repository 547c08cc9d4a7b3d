"""Commands for reminder letters: drawn up and printed, their steps, the register, the rate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from app import letter_paper
from app.asking_person import asker_at_terminal
from app.office_settings import Reads, build_ledger, build_office
from app.roster_files import read_day
from app.settings import Settings
from app.sheet_files import require_new, write_sheets
from app.wiring import open_store
from domain.access import Asker, Topic
from domain.errors import PersonCanFix
from domain.letter import Letter, LetterStep, LetterStepKind
from petitions import letters
from petitions.ledger import Ledger
from petitions.letter_paper import paper
from petitions.letter_register import standing
from petitions.letter_sheets import rate_line, rate_sheet, register_row, register_sheet
from petitions.supervision import reply_due_on
from storage.store import Store

NOT_DOCX = "文件名要以 .docx 结尾。"
ONE_OF_TWO = "--matter 和 --alert 只写一个。"
NO_ALERT_NUMBER = "预警编号「{}」看不懂，请写成 A-0132。"
NONE_YET = "{} 年还没有提醒函。"
STANDS = "文号 {number} 已经登记，但没有写成文件。改好后用 huxin letters print {short} 再写。"
_ALERT = re.compile(r"(?:[Aa]-?)?0*(\d{1,9})")


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where somebody works on letters from the command line."""

    settings: Settings
    ledger: Ledger
    store: Store
    asker: Asker

    @property
    def today(self) -> date:
        """The office's day."""
        return self.ledger.today(self.store.clock())


@contextmanager
def _at_desk(settings: Settings, as_person: int | None) -> Iterator[_Desk]:
    """Open the store for somebody who keeps the ledger; `PersonCanFix` for anybody else."""
    ledger = build_ledger(settings, build_office(settings, reads=Reads.NEVER))
    store = open_store(settings)
    try:
        yield _Desk(settings, ledger, store, asker_at_terminal(store, as_person, Topic.KEEPING))
    finally:
        store.close()


def new(
    settings: Settings,
    *,
    unit: str,
    matter: str,
    alert: str,
    title: str,
    words: str,
    reply_days: int | None,
    file: Path | None,
    as_person: int | None,
) -> None:
    """Draw a letter up and write it. The template is tried first: a number costs a letter."""
    if matter and alert:
        raise PersonCanFix(ONE_OF_TWO)
    letter_paper.check(settings.petitions.letters.template)
    if file is not None:
        _require_file(file)
    wanted = letters.Wanted(
        unit=unit,
        reply_days=reply_days or settings.petitions.letters.reply_days,
        matter=matter.strip(),
        alert_id=_alert_id(alert) if alert else None,
        title=title,
        words=words,
    )
    with _at_desk(settings, as_person) as desk:
        letter = desk.store.write(lambda uow: letters.draw_up(uow, desk.ledger, desk.asker, wanted))
    try:
        _write(desk, letter, file)
    except PersonCanFix:
        click.echo(STANDS.format(number=letter.number, short=_short(letter)), err=True)
        raise


def print_again(
    settings: Settings, number: str, *, file: Path | None, as_person: int | None
) -> None:
    """Write a letter's file anew, as it was."""
    with _at_desk(settings, as_person) as desk:
        letter = desk.store.write(lambda uow: letters.look_up(uow, desk.ledger, desk.asker, number))
    _write(desk, letter, file)


def record(
    settings: Settings,
    kind: LetterStepKind,
    *,
    number: str,
    as_person: int | None,
    day: str | None = None,
    way: str = "",
    document: str = "",
    note: str = "",
) -> None:
    """Write a step of a letter down, today if no day is named."""
    with _at_desk(settings, as_person) as desk:
        on = read_day(day) if day else desk.today
        step = LetterStep(kind, on, way=way, document=document, note=note)
        letter = desk.store.write(
            lambda uow: letters.record(
                uow,
                desk.ledger,
                desk.asker,
                letters.find(uow, desk.ledger, desk.asker, number),
                step,
            )
        )
        due_on = reply_due_on(letter, desk.ledger.counting)
    until = f"，{due_on} 前回函" if due_on is not None and letter.waits_for_reply else ""
    click.echo(f"{letter.number}　{letter.head.unit}　{kind.label} {on}{until}")


def show(
    settings: Settings,
    *,
    year: int | None,
    only_open: bool,
    file: Path | None,
    as_person: int | None,
) -> None:
    """Print or write the register of a year."""
    if file is not None:
        require_new(file)
    with _at_desk(settings, as_person) as desk:
        of = year or desk.today.year
        found = _register(desk, of)
    if only_open:
        stands = {one.id: standing(one, desk.today, desk.ledger.counting) for one in found}
        found = tuple(one for one in found if not stands[one.id].is_over)
    prefix = settings.petitions.letters.prefix
    if file is not None:
        write_sheets(file, register_sheet(desk.ledger, found, of, desk.today, prefix=prefix))
        click.echo(f"已写好：{file}（{len(found)} 封）")
        return
    for letter in found:
        row = register_row(desk.ledger, letter, desk.today, prefix=prefix)
        click.echo("　".join(str(value) for value in (*row[:2], *row[3:]) if value))
    if not found:
        click.echo(NONE_YET.format(of))


def rate(settings: Settings, *, year: int | None, file: Path | None, as_person: int | None) -> None:
    """Print or write the return rate of a year, in all and for each unit."""
    if file is not None:
        require_new(file)
    with _at_desk(settings, as_person) as desk:
        of = year or desk.today.year
        found = _register(desk, of)
    sheet = rate_sheet(desk.ledger, found, of, desk.today)
    if file is not None:
        prefix = settings.petitions.letters.prefix
        whole = register_sheet(desk.ledger, found, of, desk.today, prefix=prefix)
        write_sheets(file, sheet, whole)
        click.echo(f"已写好：{file}")
        return
    click.echo(sheet.under_title)
    for row in sheet.rows:
        click.echo(rate_line(row))


def _register(desk: _Desk, year: int) -> tuple[Letter, ...]:
    return desk.store.write(lambda uow: letters.register_of(uow, desk.asker, year))


def _write(desk: _Desk, letter: Letter, file: Path | None) -> None:
    own = desk.settings.petitions.letters
    to = file if file is not None else Path(f"提醒函-{_short(letter)}.docx")
    _require_file(to)
    letter_paper.write(own.template, paper(letter, desk.ledger, prefix=own.prefix), to)
    click.echo(f"{own.prefix}{letter.number}　{letter.head.unit}　已写好：{to}")


def _require_file(file: Path) -> None:
    if file.suffix.lower() != ".docx":
        raise PersonCanFix(NOT_DOCX)
    if file.exists():
        raise PersonCanFix(letter_paper.IS_THERE.format(file=file))


def _short(letter: Letter) -> str:
    return f"{letter.year}-{letter.serial}"


def _alert_id(written: str) -> int:
    found = _ALERT.fullmatch(written.strip())
    if found is None:
        raise PersonCanFix(NO_ALERT_NUMBER.format(written))
    return int(found[1])
