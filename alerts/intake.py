"""Filing a report: one transaction from the words to the first notices.

Report, assessment, responsible town, alert or supplement to a live one, notices, the next
escalation and the timeline stand or fall together. Called again for the same message it
changes nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from alerts import discretion, outbox
from alerts.escalation import freeze_chain, restart, start
from alerts.learning import learn, units_in
from alerts.likeness import Alike, alike, first_live, is_by_same, turn_of
from alerts.notices import Why
from alerts.office import Office
from alerts.routing import district_desk, holder, town_group
from alerts.sameness import Sameness, event_words
from alerts.storm import gather, is_news, is_storm, is_vague, storms_among
from domain.alert import Alert, AlertState, LogKind, fresh_alert
from domain.channel import Address, Attachment, Location
from domain.danger import Assessment, Level
from domain.duty import Person
from domain.report import Report, TownBy
from nlp.places import Responsibility, responsible_town, units_complained_about
from storage.told import Told
from storage.unit_of_work import UnitOfWork

ONLY_ATTACHED = "（附件）"


class FiledAs(enum.StrEnum):
    """What became of a report."""

    QUIET = "quiet"
    RAISED = "raised"
    SUPPLEMENT = "supplement"
    CORROBORATION = "corroboration"
    REPEATED = "repeated"
    GATHERED = "gathered"
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
    ``perhaps`` was told of a live alert that may be the same event.
    """

    report: Report
    became: FiledAs
    alert: Alert | None
    ask_towns: tuple[str, ...] = ()
    perhaps: Told | None = None


def file_report(uow: UnitOfWork, office: Office, filing: Filing) -> Filed:
    """File a report and raise or feed an alert if it tells of a danger.

    The same message filed twice gives ``KNOWN`` and the report that is there.
    """
    known = uow.reports.at_message(filing.address, filing.message_id)
    if known is not None:
        alert = None if known.alert_id is None else uow.alerts.get(known.alert_id)
        return Filed(report=known, became=FiledAs.KNOWN, alert=alert)
    assessment = office.assess(filing.text)
    town = town_of(office, filing.text, filing.location, filing.person)
    told: Alike | None = None
    if assessment.level.is_danger:
        # Before the report has a row: it need not be written for this, and is not among them.
        words = event_words(filing.text, assessment.categories, office.gazetteer)
        told = alike(uow, office, town.town, words, verified=filing.person is not None)
    report = uow.reports.add(
        person_id=None if filing.person is None else filing.person.id,
        address=filing.address,
        sender=filing.sender,
        message_id=filing.message_id,
        town=town.town,
        town_by=TownBy(town.by),
        level=assessment.level,
        text=filing.text,
        assessment=assessment,
        attachments=filing.attachments,
        location=filing.location,
        inbox_id=filing.inbox_id,
    )
    if told is None:
        return Filed(report=report, became=FiledAs.QUIET, alert=None)
    ask_towns = () if town.sure else town.candidates or office.town_names
    return _raise_or_feed(
        uow, office, report, assessment, filing=filing, told=told, ask_towns=ask_towns
    )


def raise_alert(
    uow: UnitOfWork,
    office: Office,
    report: Report,
    assessment: Assessment,
    *,
    about_units: frozenset[str],
    sure_of_town: bool = True,
    pinned: bool = True,
) -> Alert:
    """Raise an alert from a report, with its first notices and its next time.

    A report of somebody who is not enrolled goes to the district desk as unverified. When
    the town is not sure, the district desk is told of a red one too. Without ``pinned`` it is
    known that the report came with no place.
    """
    town = report.town if report.verified else None
    uow.turns.wait(turn_of(town))  # whoever reports the same is compared with it, or waits
    fresh = fresh_alert(
        town=town,
        level=assessment.level,
        categories=assessment.categories,
        chain=freeze_chain(office.times[assessment.level], uow.now, office.hours),
        at=uow.now,
        verified=report.verified,
        about_units=about_units,
    )
    told = _level_words(fresh, report)
    alert = start(uow, office, fresh, told=told, report=report, pinned=pinned)
    # Where the district desk holds it, or the town's step was empty, the desk has been called.
    only_town_called = holder(alert) is not None and alert.step == 1
    if not sure_of_town and alert.level is Level.RED and only_town_called:
        called = town_group(uow, alert)  # the desk itself, while the group is in maintenance
        desk = [target for target in district_desk(uow, alert) if target not in called]
        outbox.send_cards(uow, alert, desk, Why.RAISED)
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
    fresh: bool = False,
) -> Alert:
    """Let a report's words belong to a live alert; a higher level calls everybody anew.

    What is watched or held back is called back by a new reporter, place or person. In a
    storm a ``fresh`` report that tells nothing new is gathered; what is added to a report,
    and what somebody unknown tells, always gets through.
    """
    held = alert.state is AlertState.WATCHED or alert.snoozed_until is not None
    stormy = fresh and report.verified and is_storm(uow, office, alert)
    news = (held or stormy) and is_news(uow, office, alert, report, assessment, text=text)
    stranger = held and not any(is_by_same(one, report) for one in uow.reports.of_alert(alert.id))
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
    if called_anew:
        return changed
    if news or stranger:
        changed = _call_back(uow, office, changed) if held else changed
    elif stormy:
        return gather(uow, office, changed)
    if text or kind is not LogKind.CORROBORATED:
        discretion.say_supplement(uow, office, changed, report, text or ONLY_ATTACHED)
    return changed


def _call_back(uow: UnitOfWork, office: Office, alert: Alert) -> Alert:
    """Open what was watched or held back, since somebody tells more."""
    uow.alerts.log(alert.id, LogKind.CALLED_BACK, person_id=alert.taken_by)
    return restart(uow, office, alert, Why.NEWS)


def _raise_or_feed(
    uow: UnitOfWork,
    office: Office,
    report: Report,
    assessment: Assessment,
    *,
    filing: Filing,
    told: Alike,
    ask_towns: tuple[str, ...],
) -> Filed:
    text = filing.text
    if repeated := first_live(uow, told.found(Sameness.REPEATED)):
        return _feed_repeated(uow, office, repeated, report, assessment, text=text)
    if same := first_live(uow, told.found(Sameness.SAME)):
        other = not any(is_by_same(one, report) for one in uow.reports.of_alert(same.id))
        kind = LogKind.CORROBORATED if other else LogKind.SUPPLEMENTED
        fed = add_to_alert(uow, office, same, report, assessment, text=text, kind=kind, fresh=True)
        became = FiledAs.CORROBORATION if other else FiledAs.SUPPLEMENT
        return Filed(report=_of(report, fed), became=became, alert=fed)
    # Of somebody unknown, or where the town is not sure, nobody can say that it is one event.
    known = report.verified and report.town is not None and not ask_towns
    crowded = told.crowded(office.silence.storm_after) if known else ()
    for one in storms_among(uow, office, crowded):
        alert = first_live(uow, [one])
        if alert and is_vague(uow, office, alert, report, assessment, text=text):
            fed = add_to_alert(
                uow,
                office,
                alert,
                report,
                assessment,
                text=text,
                kind=LogKind.CORROBORATED,
                fresh=True,
            )
            return Filed(report=_of(report, fed), became=FiledAs.GATHERED, alert=fed)
    raised = raise_alert(
        uow,
        office,
        report,
        assessment,
        about_units=units_complained_about(text, office.gazetteer, own=report.town),
        sure_of_town=not ask_towns,
        pinned=filing.location is not None,
    )
    return Filed(
        report=_of(report, raised),
        became=FiledAs.RAISED,
        alert=raised,
        ask_towns=ask_towns,
        perhaps=told.perhaps(),
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
    mine = [one for one in before if is_by_same(one, report)]
    if any(one.withdrawn_at is None for one in mine):
        uow.reports.attach(report.id, alert.id)
        return Filed(report=_of(report, alert), became=FiledAs.REPEATED, alert=alert)
    kind = LogKind.SUPPLEMENTED if mine else LogKind.CORROBORATED
    said = text if mine else ""
    fed = add_to_alert(uow, office, alert, report, assessment, text=said, kind=kind, fresh=True)
    became = FiledAs.SUPPLEMENT if mine else FiledAs.CORROBORATION
    return Filed(report=_of(report, fed), became=became, alert=fed)


def town_of(
    office: Office, text: str, location: Location | None, person: Person | None
) -> Responsibility:
    """Return which town what somebody tells, with or without a place, is the business of."""
    pin = None
    if location is not None:
        pin = office.gazetteer.nearest(location.latitude, location.longitude)
    own = None if person is None else person.town
    return responsible_town(office.gazetteer.find(text), pin=pin, own=own)


def _level_words(alert: Alert, report: Report) -> str:
    kinds = "、".join(category.label for category in alert.categories)
    return f"{alert.level.label}·{kinds}，{report.number}"


def _of(report: Report, alert: Alert) -> Report:
    """Return a report as it stands now that it belongs to an alert."""
    return replace(report, alert_id=alert.id)
