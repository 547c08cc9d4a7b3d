"""Filing a report: one transaction from the words to the first notices.

Report, assessment, responsible town, alert or supplement to a live one, notices, the next
escalation and the timeline stand or fall together. Called again for the same message it
changes nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from alerts import discretion, outbox
from alerts.escalation import climb, freeze_chain
from alerts.learning import learn, units_in
from alerts.notices import Why
from alerts.office import Office
from alerts.routing import district_desk, holder
from alerts.sameness import EventWords, Sameness, compare, event_words
from domain.alert import Alert, LogKind
from domain.channel import Address, Attachment, Location
from domain.danger import Assessment, Level
from domain.duty import Person
from domain.report import Report, TownBy, VersionKind
from nlp.places import Responsibility, responsible_town
from storage.unit_of_work import UnitOfWork

ONLY_ATTACHED = "（附件）"


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
    ask_towns = () if town.sure else town.candidates or office.town_names
    return _raise_or_feed(uow, office, report, assessment, text=filing.text, ask_towns=ask_towns)


def raise_alert(
    uow: UnitOfWork,
    office: Office,
    report: Report,
    assessment: Assessment,
    *,
    sure_of_town: bool = True,
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
        about_units=units_in(uow, office, report),
    )
    uow.reports.attach(report.id, alert.id)
    uow.alerts.log(
        alert.id, LogKind.RAISED, person_id=report.person_id, detail=_level_words(alert, report)
    )
    alert = climb(uow, office, alert, Why.RAISED)
    # Where the district desk holds it, or the town's step was empty, the desk has been called.
    only_town_called = holder(alert) is not None and alert.step == 1
    if not sure_of_town and alert.level is Level.RED and only_town_called:
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
    changed, called_anew = learn(
        uow,
        office,
        alert,
        level=assessment.level,
        categories=assessment.categories,
        about_units=units_in(uow, office, report),
    )
    if (text or kind is not LogKind.CORROBORATED) and not called_anew:
        discretion.say_supplement(uow, office, changed, report, text or ONLY_ATTACHED)
    return changed


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
        return _feed_repeated(uow, office, alert, report, assessment, text=text)
    if alert is not None and sameness is Sameness.SAME:
        other = not any(_is_by_same(one, report) for one in uow.reports.of_alert(alert.id))
        kind = LogKind.CORROBORATED if other else LogKind.SUPPLEMENTED
        fed = add_to_alert(uow, office, alert, report, assessment, text=text, kind=kind)
        became = FiledAs.CORROBORATION if other else FiledAs.SUPPLEMENT
        return Filed(report=_fresh(uow, report), became=became, alert=fed)
    raised = raise_alert(uow, office, report, assessment, sure_of_town=not ask_towns)
    return Filed(
        report=_fresh(uow, report),
        became=FiledAs.RAISED,
        alert=raised,
        ask_towns=ask_towns,
        perhaps=alert if sameness is Sameness.UNSURE else None,
    )


def _feed_repeated(
    uow: UnitOfWork,
    office: Office,
    alert: Alert,
    report: Report,
    assessment: Assessment,
    *,
    text: str,
) -> Filed:
    """The same words again: from another person they corroborate, from the same they don't.

    Words that were taken back and are said again are news.
    """
    before = uow.reports.of_alert(alert.id)
    mine = [one for one in before if _is_by_same(one, report)]
    if any(one.withdrawn_at is None for one in mine):
        uow.reports.attach(report.id, alert.id)
        return Filed(report=_fresh(uow, report), became=FiledAs.REPEATED, alert=alert)
    kind = LogKind.SUPPLEMENTED if mine else LogKind.CORROBORATED
    said = text if mine else ""
    fed = add_to_alert(uow, office, alert, report, assessment, text=said, kind=kind)
    became = FiledAs.SUPPLEMENT if mine else FiledAs.CORROBORATION
    return Filed(report=_fresh(uow, report), became=became, alert=fed)


def _is_by_same(one: Report, other: Report) -> bool:
    """Whether two reports are somebody's own, whichever channel they wrote through."""
    if one.person_id is not None or other.person_id is not None:
        return one.person_id == other.person_id
    return (one.address.channel, one.sender) == (other.address.channel, other.sender)


def _most_alike(
    uow: UnitOfWork, office: Office, report: Report, words: EventWords
) -> tuple[Alert | None, Sameness]:
    """Return the live alert of the town that is most alike, and how alike it is."""
    order = (Sameness.REPEATED, Sameness.SAME, Sameness.UNSURE)
    found: dict[Sameness, Alert] = {}
    town = report.town if report.verified else None
    uow.wait_turn(f"alerts of {town}")  # two who report the same at once: the second sees the first
    for alert in uow.alerts.live_in(town, heard_since=uow.now - office.merge_within):
        if alert.drill or alert.verified != report.verified:
            continue
        for other in uow.reports.of_alert(alert.id):
            if other.id == report.id:
                continue
            texts = [version.text for version in uow.reports.standing(other.id)]
            whole = "\n".join(texts)
            for text in dict.fromkeys([*texts, whole]):
                theirs = event_words(text, alert.categories, office.gazetteer)
                sameness = compare(words, theirs)
                if text == whole or sameness is Sameness.REPEATED:
                    found.setdefault(sameness, alert)
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
