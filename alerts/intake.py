"""Filing a report: one transaction from the words to the first notices.

Report, assessment, responsible town, alert or supplement to a live one, notices, the next
escalation and the timeline stand or fall together. Called again for the same message it
changes nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from alerts import outbox
from alerts.escalation import climb, freeze_chain, restart
from alerts.notices import Why, supplement_words
from alerts.office import Office
from alerts.routing import district_desk
from alerts.sameness import EventWords, Sameness, compare, event_words
from alerts.view import view
from domain.alert import Alert, LogKind
from domain.channel import Address, Attachment, Location
from domain.danger import Assessment, Category, Level
from domain.duty import Person
from domain.report import Report, TownBy, VersionKind
from nlp.places import Responsibility, responsible_town, units_complained_about
from storage.unit_of_work import UnitOfWork


class FiledAs(enum.StrEnum):
    """What became of a report."""

    QUIET = "quiet"
    RAISED = "raised"
    SUPPLEMENT = "supplement"
    CORROBORATION = "corroboration"
    REPEATED = "repeated"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Filing:
    """Somebody's words, on their way to becoming a report. ``person`` None: not enrolled."""

    person: Person | None
    address: Address
    sender: str
    message_id: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    inbox_id: int | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """What the reporter is to be told.

    ``ask_towns`` are the towns to choose from when the responsible one is not sure;
    ``perhaps`` is a live alert that may be the same event.
    """

    report: Report
    became: FiledAs
    alert: Alert | None
    ask_towns: tuple[str, ...] = ()
    perhaps: Alert | None = None


def file_report(uow: UnitOfWork, office: Office, filing: Filing) -> Filed:
    """File a report and raise or feed an alert if it tells of a danger.

    The same message filed twice gives ``KNOWN`` and the report that is there.
    """
    known = uow.reports.at_message(filing.address, filing.message_id)
    if known is not None:
        alert = None if known.alert_id is None else uow.alerts.get(known.alert_id)
        return Filed(report=known, became=FiledAs.KNOWN, alert=alert)
    assessment = office.assess(filing.text)
    town = _town_of(office, filing)
    report = uow.reports.add(
        person_id=None if filing.person is None else filing.person.id,
        address=filing.address,
        sender=filing.sender,
        message_id=filing.message_id,
        town=town.town,
        town_by=TownBy(town.by),
        level=assessment.level,
    )
    report = uow.reports.add_version(
        report.id,
        VersionKind.FILED,
        filing.text,
        assessment,
        level=assessment.level,
        attachments=filing.attachments,
        location=filing.location,
        inbox_id=filing.inbox_id,
    )
    if not assessment.level.is_danger:
        return Filed(report=report, became=FiledAs.QUIET, alert=None)
    ask_towns = () if town.sure else town.candidates
    return _raise_or_feed(uow, office, report, assessment, text=filing.text, ask_towns=ask_towns)


def raise_alert(
    uow: UnitOfWork,
    office: Office,
    report: Report,
    assessment: Assessment,
    *,
    about_units: frozenset[str] = frozenset(),
    sure_of_town: bool = True,
    drill: bool = False,
) -> Alert:
    """Raise an alert from a report, with its first notices and its next time.

    A report of somebody who is not enrolled goes to the district desk as unverified. When
    the town is not sure, the district desk is told of a red one too.
    """
    alert = uow.alerts.add(
        town=report.town if report.verified else None,
        level=assessment.level,
        categories=assessment.categories,
        chain=freeze_chain(office.times[assessment.level], uow.now, office.hours),
        verified=report.verified,
        about_units=about_units,
        drill=drill,
    )
    uow.reports.attach(report.id, alert.id)
    uow.alerts.log(
        alert.id, LogKind.RAISED, person_id=report.person_id, detail=_level_words(alert, report)
    )
    alert = climb(uow, office, alert, Why.RAISED)
    if not sure_of_town and alert.level is Level.RED:
        outbox.send_cards(uow, alert, district_desk(uow, alert), Why.RAISED)
    return alert


def add_to_alert(
    uow: UnitOfWork,
    office: Office,
    alert: Alert,
    report: Report,
    assessment: Assessment,
    *,
    text: str,
    kind: LogKind,
) -> Alert:
    """Let a report's words belong to a live alert; a higher level calls everybody anew."""
    uow.reports.attach(report.id, alert.id)
    uow.alerts.hear(alert.id)
    uow.alerts.log(alert.id, kind, person_id=report.person_id, detail=report.number)
    categories = tuple(
        category for category in Category if category in {*alert.categories, *assessment.categories}
    )
    if assessment.level.rank > alert.level.rank:
        return raise_level(uow, office, alert, assessment.level, categories)
    changed = uow.alerts.change(alert, categories=categories)
    outbox.edit_cards(uow, changed)
    if kind is not LogKind.CORROBORATED or text:
        outbox.say_in_groups(
            uow,
            changed,
            f"more:{report.id}:{report.version}",
            supplement_words(changed, text, uow.people.name_of(report.person_id)),
        )
    return changed


def raise_level(
    uow: UnitOfWork,
    office: Office,
    alert: Alert,
    level: Level,
    categories: tuple[Category, ...],
) -> Alert:
    """Give an alert a higher level; whoever had it is asked to take it again.

    An acknowledgement of a yellow alert says nothing about a red one, so the alert is open
    again and climbs by the new level's times.
    """
    uow.alerts.log(alert.id, LogKind.LEVEL_RAISED, detail=f"{alert.level.label} → {level.label}")
    return restart(
        uow,
        office,
        alert,
        Why.LEVEL_RAISED,
        times=office.times[level],
        level=level,
        categories=categories,
    )


def _raise_or_feed(
    uow: UnitOfWork,
    office: Office,
    report: Report,
    assessment: Assessment,
    *,
    text: str,
    ask_towns: tuple[str, ...],
) -> Filed:
    words = event_words(text, assessment.categories, office.gazetteer)
    alert, sameness = _most_alike(uow, office, report, words)
    if alert is not None and sameness is Sameness.REPEATED:
        return _feed_repeated(uow, office, alert, report, assessment)
    if alert is not None and sameness is Sameness.SAME:
        other = all(one.person_id != report.person_id for one in uow.reports.of_alert(alert.id))
        kind = LogKind.CORROBORATED if other else LogKind.SUPPLEMENTED
        fed = add_to_alert(uow, office, alert, report, assessment, text=text, kind=kind)
        became = FiledAs.CORROBORATION if other else FiledAs.SUPPLEMENT
        return Filed(report=_fresh(uow, report), became=became, alert=fed)
    raised = raise_alert(
        uow,
        office,
        report,
        assessment,
        about_units=units_complained_about(text, office.gazetteer, own=report.town),
        sure_of_town=not ask_towns,
    )
    return Filed(
        report=_fresh(uow, report),
        became=FiledAs.RAISED,
        alert=raised,
        ask_towns=ask_towns,
        perhaps=alert if sameness is Sameness.UNSURE else None,
    )


def _feed_repeated(
    uow: UnitOfWork, office: Office, alert: Alert, report: Report, assessment: Assessment
) -> Filed:
    """The same words again: from another person they corroborate, from the same they don't."""
    mine = any(
        one.person_id == report.person_id and one.sender == report.sender
        for one in uow.reports.of_alert(alert.id)
    )
    if mine:
        uow.reports.attach(report.id, alert.id)
        return Filed(report=_fresh(uow, report), became=FiledAs.REPEATED, alert=alert)
    fed = add_to_alert(uow, office, alert, report, assessment, text="", kind=LogKind.CORROBORATED)
    return Filed(report=_fresh(uow, report), became=FiledAs.CORROBORATION, alert=fed)


def _most_alike(
    uow: UnitOfWork, office: Office, report: Report, words: EventWords
) -> tuple[Alert | None, Sameness]:
    """Return the live alert of the town that is most alike, and how alike it is."""
    order = (Sameness.REPEATED, Sameness.SAME, Sameness.UNSURE)
    found: dict[Sameness, Alert] = {}
    town = report.town if report.verified else None
    for alert in uow.alerts.live_in(town, heard_since=uow.now - office.merge_within):
        if alert.drill or alert.verified != report.verified:
            continue
        for seen in view(uow, alert).reports:
            if seen.report.id == report.id:
                continue
            for version in seen.versions:
                theirs = event_words(version.text, alert.categories, office.gazetteer)
                found.setdefault(compare(words, theirs), alert)
    for sameness in order:
        if sameness in found:
            return found[sameness], sameness
    return None, Sameness.DIFFERENT


def _town_of(office: Office, filing: Filing) -> Responsibility:
    pin = None
    if filing.location is not None:
        pin = office.gazetteer.nearest(filing.location.latitude, filing.location.longitude)
    own = None if filing.person is None else filing.person.town
    return responsible_town(office.gazetteer.find(filing.text), pin=pin, own=own)


def _level_words(alert: Alert, report: Report) -> str:
    kinds = "、".join(category.label for category in alert.categories)
    return f"{alert.level.label}·{kinds}，{report.number}"


def _fresh(uow: UnitOfWork, report: Report) -> Report:
    return uow.reports.get(report.id) or report
