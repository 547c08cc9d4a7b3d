"""``huxin person``: a petitioner's own data, set out, corrected, removed."""

from __future__ import annotations

from pathlib import Path

import click

from app.asking_person import person_asking
from app.office_settings import Reads, build_ledger, build_office
from app.own_data_file import LARGEST_LOOKS, write_json, write_workbook
from app.removing import build_clearing
from app.settings import Settings
from app.wiring import open_store
from domain.access import Asker, Way
from domain.errors import PersonCanFix
from petitions import own_data
from petitions.own_data import Part, Who
from storage.unit_of_work import UnitOfWork

WRITTEN = "已写进 {file}，{count} 件。只交给本人；交了以后请把文件删掉。"
CORRECTED = "{number} 已更正。"
REMOVED = "已隐去：{numbers}。"
WHICH_KIND = "--out 要以 .xlsx 或 .json 结尾。"
EXISTS = "{file} 已经有了，请换一个名字。"
_WRITERS = {".xlsx": write_workbook, ".json": write_json}
_FIELDS = {
    "new_name": "name",
    "new_phone": "phone",
    "new_village": "village",
    "new_address": "address",
}


def export(
    settings: Settings,
    *,
    as_person: int | None,
    name: str,
    phone: str,
    id_number: str,
    why: str,
    out: Path,
) -> None:
    """Write somebody's own data to a file that only we can read; the log has the look first."""
    writer = _WRITERS.get(out.suffix.lower())
    if writer is None:
        raise PersonCanFix(WHICH_KIND)
    if out.exists():
        raise PersonCanFix(EXISTS.format(file=out))
    store = open_store(settings)

    def look(uow: UnitOfWork) -> tuple[tuple[Part, ...], dict[int | None, str]]:
        parts = own_data.set_out(uow, _asker(uow, as_person), Who(name, phone, id_number), why)
        looks = [one for part in parts for one in part.looks[-LARGEST_LOOKS:]]
        return parts, {one.person_id: _post(uow, one.person_id) for one in looks}

    try:
        parts, posts = store.write(look)
    finally:
        store.close()
    if not parts:
        raise PersonCanFix(own_data.NOTHING)
    out.touch(mode=0o600, exist_ok=False)
    writer(out, parts, posts, settings.office.time_zone)
    click.echo(WRITTEN.format(file=out, count=len(parts)))


def correct(
    settings: Settings,
    *,
    as_person: int | None,
    number: str,
    name: str,
    why: str,
    **new: str | None,
) -> None:
    """Correct one petitioner of one matter."""
    ledger = build_ledger(settings, build_office(settings, reads=Reads.NEVER))
    values = {_FIELDS[option]: value.strip() for option, value in new.items() if value is not None}
    store = open_store(settings)
    try:
        store.write(
            lambda uow: own_data.correct(
                uow, ledger, _asker(uow, as_person), number, name=name, new=values, why=why
            )
        )
    finally:
        store.close()
    click.echo(CORRECTED.format(number=number))


def remove(
    settings: Settings, *, as_person: int | None, name: str, phone: str, id_number: str, why: str
) -> None:
    """Remove somebody's data where its time is over."""
    ledger = build_ledger(settings, build_office(settings, reads=Reads.NEVER))
    clearing = build_clearing(settings, ledger)
    who = Who(name, phone, id_number)
    store = open_store(settings)
    try:
        numbers = store.write(
            lambda uow: own_data.remove(uow, clearing, _asker(uow, as_person), who, why)
        )
    finally:
        store.close()
    click.echo(REMOVED.format(numbers="、".join(numbers)))


def _asker(uow: UnitOfWork, as_person: int | None) -> Asker:
    return uow.interests.asker(person_asking(uow, as_person), Way.COMMAND)


def _post(uow: UnitOfWork, person_id: int | None) -> str:
    """Return the post of who looked: whose eyes they were is the office's to answer for."""
    if person_id is None:
        return ""
    try:
        one = uow.people.get(person_id)
    except KeyError:
        return ""
    return f"{one.town or ''}{one.role.label}"
