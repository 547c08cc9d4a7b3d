"""``huxin interests``: who renounced what, kept by the clerks (《信访工作条例》 Art. 28(3))."""

from __future__ import annotations

import click

from app.asking_person import person_asking
from app.office_commands import find_person
from app.office_settings import Reads, build_office
from app.settings import Settings
from app.wiring import open_store
from domain.access import Asker, Topic, Way
from domain.errors import PersonCanFix
from petitions import asking
from petitions.opening import renounce
from storage.interests import Interest
from storage.unit_of_work import UnitOfWork

NONE = "没有登记回避。"
DECLARED = "{who}　已登记回避：{label}"
ENDED = "{who}　已取消回避：{label}"
NO_SUCH = "没有这一条，或已经取消了（huxin interests list 可看）。"
NOT_YOUR_OWN = "自己的回避要请别的同事来取消。"


def show(settings: Settings, *, as_person: int | None) -> None:
    """Print the interests that hold; the look leaves a line."""
    store = open_store(settings)

    def look(uow: UnitOfWork) -> list[str]:
        asker = keeper(uow, as_person)
        asking.looked(uow, asker, "interests", "")
        return [_line(uow, settings, one) for one in uow.interests.declared()]

    try:
        lines = store.write(look)
    finally:
        store.close()
    click.echo("\n".join(lines) or NONE)


def declare(settings: Settings, *, as_person: int | None, person: str, about: str) -> None:
    """Bar somebody from what concerns a unit, a matter or a person."""
    towns = build_office(settings, reads=Reads.NEVER).town_names
    store = open_store(settings)
    try:
        who = find_person(store, person)
        label = store.write(
            lambda uow: renounce(
                uow, keeper(uow, as_person), about.strip(), person_id=who.id, towns=towns
            )
        )
    finally:
        store.close()
    click.echo(DECLARED.format(who=who.title, label=label))


def end(settings: Settings, *, as_person: int | None, number: int) -> None:
    """End an interest; nobody ends their own."""
    store = open_store(settings)

    def write(uow: UnitOfWork) -> tuple[str, str]:
        asker = keeper(uow, as_person)
        one = next((one for one in uow.interests.declared() if one.id == number), None)
        if one is None:
            raise PersonCanFix(NO_SUCH)
        if asker.person is not None and asker.person.id == one.person_id:
            raise PersonCanFix(NOT_YOUR_OWN)
        uow.interests.end(number)
        asking.looked(uow, asker, "interest_ended", one.key)
        return uow.people.name_of(one.person_id), one.label

    try:
        who, label = store.write(write)
    finally:
        store.close()
    click.echo(ENDED.format(who=who, label=label))


def keeper(uow: UnitOfWork, as_person: int | None) -> Asker:
    """Return who keeps the ledger; `PersonCanFix` for anybody else."""
    asker = uow.interests.asker(person_asking(uow, as_person), Way.COMMAND)
    asking.require(asker, Topic.KEEPING)
    return asker


def _line(uow: UnitOfWork, settings: Settings, one: Interest) -> str:
    since = one.declared_at.astimezone(settings.office.time_zone)
    return f"{one.id}　{uow.people.name_of(one.person_id)}　回避 {one.label}　{since:%Y-%m-%d} 起"
