"""Commands for the administrator: drills, the people."""

from __future__ import annotations

import click

from alerts.drills import raise_drill
from app.invite_command import known_town
from app.settings import Settings
from app.wiring import build_office, open_store
from domain.alert import Alert
from domain.duty import Person, Role
from domain.errors import PersonCanFix
from storage.store import Store
from storage.unit_of_work import UnitOfWork

EVERY_TOWN = "all"


def drill(settings: Settings, town: str) -> None:
    """Raise a drill for one town or all; the running dispatcher sends it."""
    office = build_office(settings)
    towns = office.town_names if town == EVERY_TOWN else (known_town(settings, town),)
    store = open_store(settings)

    def raise_all(uow: UnitOfWork) -> list[Alert]:
        return [raise_drill(uow, office, one) for one in towns]

    try:
        for alert in store.write(raise_all):
            click.echo(f"【演练】{alert.number}　{alert.town}")
    finally:
        store.close()


def list_people(settings: Settings) -> None:
    """Print everybody enrolled."""
    store = open_store(settings)
    try:
        found = store.read(lambda uow: uow.people.serving(*Role))
    finally:
        store.close()
    for person in found:
        click.echo(f"{person.id}　{person.title}")


def revoke(settings: Settings, number: int) -> None:
    """End somebody's enrolment; their seats in browsers end with it."""
    store = open_store(settings)
    try:
        person = find_person(store, str(number))
        store.write(lambda uow: uow.people.revoke(person.id))
    finally:
        store.close()
    click.echo(f"已收回：{person.title}")


def find_person(store: Store, written: str) -> Person:
    """Return who is meant by a number or a name; `PersonCanFix` when that is not one person."""

    def look(uow: UnitOfWork) -> list[Person]:
        everybody = uow.people.serving(*Role)
        if written.isascii() and written.isdigit():
            return [person for person in everybody if person.id == int(written)]
        return [person for person in everybody if person.name == written]

    found = store.read(look)
    if len(found) == 1:
        return found[0]
    message = (
        f"没有登记过「{written}」。用 huxin people list 看名单。"
        if not found
        else f"有 {len(found)} 个「{written}」，请写编号（huxin people list）。"
    )
    raise PersonCanFix(message)
