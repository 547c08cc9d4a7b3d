"""``huxin matters status``: how somebody's matters stand, as the chat answers it."""

from __future__ import annotations

import click

from alerts.status import live_naming
from app.asking_person import asker_at_terminal
from app.office_settings import Reads, build_ledger, build_office
from app.settings import Settings
from app.wiring import open_store
from bot import petition_replies
from domain.access import Topic
from domain.errors import PersonCanFix
from petitions.status import look_up, question
from storage.unit_of_work import UnitOfWork


def status(settings: Settings, wanted: str, *, as_person: int | None) -> None:
    """Print it; what is not there and what is not theirs end in the same `PersonCanFix`."""
    ledger = build_ledger(settings, build_office(settings, reads=Reads.NEVER))
    store = open_store(settings)
    try:
        asker = asker_at_terminal(store, as_person, Topic.MATTER)

        def look(uow: UnitOfWork) -> tuple[bool, str]:
            found = look_up(uow, ledger, asker, question(wanted))
            numbers = live_naming(uow, asker, names=found.names, phones=found.phones)
            return bool(found.matters), petition_replies.status(found, numbers)

        there, words = store.write(look)
    finally:
        store.close()
    if not there:
        raise PersonCanFix(words)
    click.echo(words)
