"""Commands for the administrator: drills, the people."""

from __future__ import annotations

import click

from alerts.digest_words import span_words
from alerts.drills import latest_results, raise_drill
from alerts.proof_words import who_words
from app.invite_command import known_town
from app.office_settings import build_office
from app.settings import Settings
from app.wiring import open_store
from domain.access import Way
from domain.alert import Alert
from domain.duty import Person, Role
from domain.errors import PersonCanFix
from storage.store import Store
from storage.unit_of_work import UnitOfWork

EVERY_TOWN = "all"
RESULT = "result"


def drill(settings: Settings, town: str) -> None:
    """Raise a drill for one town or all; the running dispatcher sends it.

    A town with a live red alert is left out and named; `PersonCanFix` when it was the only one.
    """
    if town == RESULT:
        drill_result(settings)
        return
    office = build_office(settings)
    towns = office.town_names if town == EVERY_TOWN else (known_town(settings, town),)
    plan = settings.drill.plan()
    store = open_store(settings)

    def raise_one(uow: UnitOfWork, one: str) -> Alert:
        return raise_drill(uow, office, one, plan)

    def raise_all(uow: UnitOfWork) -> list[Alert | str]:
        raised: list[Alert | str] = []
        for one in towns:
            try:
                raised.append(raise_one(uow, one))
            except PersonCanFix as error:
                raised.append(error.reply)
        return raised

    try:
        if len(towns) == 1:
            raised: list[Alert | str] = [store.write(lambda uow: raise_one(uow, towns[0]))]
        else:
            raised = store.write(raise_all)
    finally:
        store.close()
    for one in raised:
        click.echo(one if isinstance(one, str) else f"【演练】{one.number}　{one.town}")


def drill_result(settings: Settings) -> None:
    """Print what came of the latest drills: who answered when, and who did not."""
    store = open_store(settings)
    try:
        results = store.read(latest_results)
    finally:
        store.close()
    if not results:
        click.echo("7 天内没有演练。")
    for one in results:
        raised = one.raised_at.astimezone(settings.office.time_zone)
        if one.open:
            outcome = "还没有人接收"
        elif one.by_town and one.answered_at is not None:
            outcome = f"{span_words(one.answered_at - one.raised_at)}后接收　{one.answered_by}"
        else:
            outcome = f"没有接收：{who_words(one)}"
        click.echo(f"{raised:%m-%d %H:%M}　{one.number}　{one.town}　{outcome}")


def list_people(settings: Settings) -> None:
    """Print everybody enrolled; the look leaves a line, by whomever it was."""

    def look(uow: UnitOfWork) -> tuple[Person, ...]:
        uow.audit.looked(person_id=None, what="people", whose="", channel=Way.COMMAND.value)
        return uow.people.serving(*Role)

    store = open_store(settings)
    try:
        found = store.write(look)
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
