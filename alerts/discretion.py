"""What a group on a public channel does not read: who reported, people's names and numbers.

The whole is one press away (查看详情), in private, for those who may see it.
"""

from __future__ import annotations

from dataclasses import replace

from alerts import outbox
from alerts.group_words import supplement_words
from alerts.office import Office
from alerts.view import AlertView, ReportView
from domain.alert import Alert
from domain.channel import Address, OutgoingMessage
from domain.report import Report
from nlp.people_words import mask_people
from storage.unit_of_work import UnitOfWork


def applies(uow: UnitOfWork, masked_channels: frozenset[str], address: Address) -> bool:
    """Whether a chat is a group of a channel on which names are not written out."""
    return address.channel in masked_channels and uow.groups.at(address) is not None


def masked_view(seen: AlertView) -> AlertView:
    """Return what a card shows, with names and numbers starred and reporters by their post."""
    return replace(seen, reports=tuple(_masked(report) for report in seen.reports))


def say_supplement(
    uow: UnitOfWork, office: Office, alert: Alert, report: Report, text: str
) -> None:
    """Say in every chat that has a card of an alert what more is reported about it."""
    who = uow.people.name_of(report.person_id)
    outbox.say_in_groups(
        uow,
        alert,
        f"more:{report.id}:{report.version}",
        supplement_words(alert, text, who),
        discreet=supplement_words(alert, mask_people(text), _post(who)),
        discreet_on=office.masked_channels,
    )


def with_details(message: OutgoingMessage) -> OutgoingMessage:
    """Return a message with its way to the whole as its last button."""
    if message.details is None:
        return message
    return replace(message, buttons=(*message.buttons, (message.details,)))


def _masked(report: ReportView) -> ReportView:
    # A starred text is as long as it was, so that what was found stays where it is.
    versions = tuple(replace(one, text=mask_people(one.text)) for one in report.versions)
    return replace(report, reporter=_post(report.reporter), versions=versions)


def _post(title: str) -> str:
    """Return somebody's post without their name, which stands behind it."""
    return title.partition(" ")[0]
