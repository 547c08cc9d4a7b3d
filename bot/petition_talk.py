"""状态 by a petitioner's name, phone or number: asked anywhere, answered in private alone.

Here alerts and matters meet: an answer about a matter names the alerts that are open about the
same people, if they are the asker's to see. Neither writes anything into the other.
"""

from __future__ import annotations

from alerts import outbox
from alerts.status import live_naming
from bot import petition_replies
from bot.hearing import Hearing
from domain.access import Asker, Way
from domain.alert import Alert
from domain.channel import plain
from domain.duty import Person
from petitions.ledger import Ledger
from petitions.meeting import Met, matters_met
from petitions.status import look_up, question
from storage.unit_of_work import UnitOfWork


def answer(hearing: Hearing, ledger: Ledger, person: Person, wanted: str) -> None:
    """Answer how somebody's matters stand; a group reads only that it went to a private chat.

    Whoever may see no matters gets the very answer that a name nobody has gets.
    """
    if hearing.is_private:
        hearing.answer(_words(hearing, ledger, person, wanted))
        return
    private = hearing.private_address(person)
    if private is None:
        hearing.answer(petition_replies.NEEDS_PRIVATE)
        return
    words = plain(_words(hearing, ledger, person, wanted))
    outbox.say(hearing.uow, private, words, key=f"status:{hearing.inbox_id}")
    hearing.answer(petition_replies.SENT_IN_PRIVATE)


def met(uow: UnitOfWork, asker: Asker, alert: Alert) -> tuple[Met, ...]:
    """Return the open matters of whom an alert's reports name, for whoever reads its details."""
    texts = [
        version.text
        for report in uow.reports.of_alert(alert.id)
        for version in uow.reports.standing(report.id)
    ]
    return matters_met(uow, asker, texts, alert.town)


def _words(hearing: Hearing, ledger: Ledger, person: Person, wanted: str) -> str:
    uow = hearing.uow
    asker = uow.interests.asker(person, Way.PRIVATE, hearing.address.channel)
    found = look_up(uow, ledger, asker, question(wanted))
    numbers = live_naming(uow, asker, names=found.names, phones=found.phones)
    return petition_replies.status(found, numbers)
