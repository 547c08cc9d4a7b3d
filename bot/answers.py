"""Answers to commands that only look something up: 帮助, 我的, 状态.

Each look at an alert or a matter leaves a line in the access log. What is not there and
what is not theirs to see are answered alike.
"""

from __future__ import annotations

import re

from alerts.knowing import is_renounced, looked, may_see
from alerts.notices import clock, state_words
from alerts.status import DeliveryLine, deliveries
from alerts.view import view
from bot import petition_talk, replies
from bot.commands import Asked, Command
from bot.hearing import Hearing
from domain.access import Reach, Topic, reach
from domain.duty import Person
from domain.errors import PersonCanFix
from petitions.ledger import Ledger

MOST_REPORTS = 8

_NUMBER = re.compile(r"^(?P<kind>[AaRr])[-－]?(?P<id>\d{1,9})$")


def answer(hearing: Hearing, ledger: Ledger, command: Asked) -> None:
    """Answer a look-up command."""
    if command.command is Command.HELP:
        hearing.answer(replies.help_text(hearing.person))
    elif not hearing.is_private and hearing.uow.groups.at(hearing.address) is None:
        hearing.answer(replies.NOT_FOR_GROUP)
    elif command.command is Command.MINE:
        hearing.answer(_mine(hearing))
    else:
        _answer_status(hearing, ledger, command.rest.strip())


def _answer_status(hearing: Hearing, ledger: Ledger, wanted: str) -> None:
    """Answer 状态: by an alert's or a report's number, else by whom a matter is of."""
    person = hearing.person
    if person is None:
        raise PersonCanFix(replies.WHICH_STATUS)
    keeps_to_reports = reach(person.role, Topic.MATTER) is Reach.NONE
    number = _NUMBER.match(wanted)
    if not wanted or (number is None and keeps_to_reports):
        raise PersonCanFix(replies.WHICH_STATUS if keeps_to_reports else replies.WHICH_MATTER)
    if number is None:
        petition_talk.answer(hearing, ledger, person, wanted)
    else:
        hearing.answer(_status(hearing, person, number["kind"], int(number["id"])))


def _mine(hearing: Hearing) -> str:
    if not hearing.is_private:
        return replies.NOT_FOR_GROUP
    person = hearing.person
    reports = () if person is None else hearing.uow.reports.of_person(person.id, limit=MOST_REPORTS)
    lines = [
        (report, None if report.alert_id is None else hearing.uow.alerts.get(report.alert_id))
        for report in reports
    ]
    return replies.mine(hearing.office, lines)


def _status(hearing: Hearing, person: Person, kind: str, row_id: int) -> str:
    uow = hearing.uow
    if kind in "Rr":
        report = uow.reports.get(row_id)
        if report is None or report.person_id != person.id or not hearing.is_private:
            raise PersonCanFix(replies.NO_SUCH_NUMBER)
        looked(uow, hearing.asker, "report", report.number)
        alert = None if report.alert_id is None else uow.alerts.get(report.alert_id)
        return f"{report.number}　{replies.fate(report, alert)}"
    alert = uow.alerts.get(row_id)
    if alert is None:
        raise PersonCanFix(replies.NO_SUCH_NUMBER)
    own = any(report.person_id == person.id for report in uow.reports.of_alert(alert.id))
    asker = hearing.asker
    sees = may_see(asker, alert)
    if not (sees or own):
        barred = is_renounced(asker, alert)
        raise PersonCanFix(replies.RENOUNCED_ALERT if barred else replies.NO_SUCH_NUMBER)
    looked(uow, asker, "status", alert.number)
    stands = state_words(view(uow, alert), hearing.office, uow.now)
    raised = clock(hearing.office, alert.raised_at, day=True)
    head = (
        f"{alert.number} {alert.level.label}　{alert.town or '区值班室'}　{raised} 发出\n{stands}"
    )
    if not sees:
        return head  # whom it was sent to is the officers' to know
    lines = [_delivery(hearing, one) for one in deliveries(uow, alert)]
    return "\n".join([head, *lines])


def _delivery(hearing: Hearing, line: DeliveryLine) -> str:
    """Return how an alert stands at one address: name, state, reason, time."""
    reason = f"（{line.reason}）" if line.reason else ""
    return f"{line.name}　{line.state}{reason}　{clock(hearing.office, line.at)}"
