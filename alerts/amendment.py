"""Supplement, correction and withdrawal of a report; nothing that was sent is deleted.

A correction is a new version. An alert already sent is amended: a higher level calls
everybody anew, a lower one is shown but changes no duty until an officer closes.
"""

from __future__ import annotations

from dataclasses import replace

from alerts import discretion, outbox
from alerts.group_words import withdrawn_words
from alerts.handover import settle_town
from alerts.intake import Filed, FiledAs, add_to_alert, raise_alert
from alerts.learning import learn, live_alert, units_in
from alerts.office import Office
from domain.alert import Alert, LogKind
from domain.channel import Attachment, Location
from domain.danger import Assessment
from domain.errors import PersonCanFix
from domain.report import Report, TownBy, VersionKind
from nlp.places import responsible_town
from storage.unit_of_work import UnitOfWork

TOO_LATE = "已过更正时间。请直接发一条新的上报，写明编号 {number}。"
GONE = "这条上报已撤回。要报请重新发一条。"


def supplement(
    uow: UnitOfWork,
    office: Office,
    report: Report,
    text: str,
    *,
    attachments: tuple[Attachment, ...] = (),
    location: Location | None = None,
    inbox_id: int | None = None,
) -> Filed:
    """Add words to a report, at any time; the whole is judged anew."""
    if report.withdrawn_at is not None:
        raise PersonCanFix(GONE)
    before = "".join(f"{version.text}\n" for version in uow.reports.standing(report.id))
    whole = office.assess(before + text)
    own = _with_context(office.assess(text), whole, offset=len(before))
    report = uow.reports.add_version(
        report.id,
        VersionKind.SUPPLEMENTED,
        text,
        own,
        level=max(whole.level, report.level, key=lambda level: level.rank),
        attachments=attachments,
        location=location,
        inbox_id=inbox_id,
    )
    best = max(own, whole, key=lambda assessment: assessment.level.rank)
    return _amend(uow, office, report, best, text=text, kind=LogKind.SUPPLEMENTED)


def _with_context(own: Assessment, whole: Assessment, *, offset: int) -> Assessment:
    """Return the reading of new words, with what is a sign only beside the older ones."""
    known = {(found.rule, found.start) for found in own.evidence}
    more = [
        replace(found, start=found.start - offset, end=found.end - offset)
        for found in whole.evidence
        if found.start >= offset and (found.rule, found.start - offset) not in known
    ]
    return replace(own, evidence=(*own.evidence, *more))


def correct(
    uow: UnitOfWork,
    office: Office,
    report: Report,
    text: str,
    *,
    attachments: tuple[Attachment, ...] = (),
    location: Location | None = None,
    inbox_id: int | None = None,
) -> Filed:
    """Replace a report's words while `is_in_time`; after it the caller adds them instead."""
    if report.withdrawn_at is not None:
        raise PersonCanFix(GONE)
    assessment = office.assess(text)
    report = uow.reports.add_version(
        report.id,
        VersionKind.CORRECTED,
        text,
        assessment,
        level=assessment.level,
        attachments=attachments,
        location=location,
        inbox_id=inbox_id,
    )
    return _amend(uow, office, report, assessment, text=text, kind=LogKind.CORRECTED)


def withdraw(
    uow: UnitOfWork, office: Office, report: Report, *, inbox_id: int | None = None
) -> Filed:
    """Take a report back; its alert stays with the officers to look at and close."""
    alert = live_alert(uow, report)
    if report.withdrawn_at is not None:
        return Filed(report=report, became=FiledAs.KNOWN, alert=alert)
    if not is_in_time(uow, office, report):
        raise PersonCanFix(TOO_LATE.format(number=report.number))
    report = uow.reports.add_version(
        report.id,
        VersionKind.WITHDRAWN,
        "",
        Assessment.harmless(),
        level=report.level,
        inbox_id=inbox_id,
    )
    if alert is None:
        return Filed(report=report, became=FiledAs.QUIET, alert=None)
    uow.alerts.log(alert.id, LogKind.WITHDRAWN, person_id=report.person_id, detail=report.number)
    changed = uow.alerts.change(alert)
    outbox.edit_cards(uow, changed)
    outbox.say_in_groups(uow, changed, f"back:{report.id}", withdrawn_words(changed))
    return Filed(report=report, became=FiledAs.SUPPLEMENT, alert=changed)


def separate(uow: UnitOfWork, office: Office, report: Report) -> Alert | None:
    """Raise an alert of its own from a report that a storm had gathered; None: it has one."""
    if report.withdrawn_at is not None:
        raise PersonCanFix(GONE)
    gathered = None if report.alert_id is None else uow.alerts.get(report.alert_id)
    if gathered is None or uow.reports.of_alert(gathered.id)[0].id == report.id:
        return None
    words = "\n".join(version.text for version in uow.reports.standing(report.id))
    standing = [version.assessment for version in uow.reports.standing(report.id)]
    best = max([office.assess(words), *standing], key=lambda assessment: assessment.level.rank)
    raised = raise_alert(uow, office, report, best, about_units=units_in(uow, office, report))
    uow.alerts.log(gathered.id, LogKind.SEPARATED, person_id=report.person_id, detail=raised.number)
    if gathered.is_live:
        outbox.edit_cards(uow, uow.alerts.change(gathered, gathered=max(0, gathered.gathered - 1)))
    return raised


def _amend(
    uow: UnitOfWork,
    office: Office,
    report: Report,
    assessment: Assessment,
    *,
    text: str,
    kind: LogKind,
) -> Filed:
    report = _follow_town(uow, office, report)
    alert = live_alert(uow, report)
    if alert is not None:
        if kind is LogKind.CORRECTED and assessment.level.rank < alert.level.rank:
            lowered = _tell_lower(uow, office, alert, report, assessment, text=text)
            return Filed(report=report, became=FiledAs.SUPPLEMENT, alert=lowered)
        fed = add_to_alert(uow, office, alert, report, assessment, text=text, kind=kind)
        return Filed(report=report, became=FiledAs.SUPPLEMENT, alert=fed)
    if not assessment.level.is_danger:
        return Filed(report=report, became=FiledAs.QUIET, alert=None)
    raised = raise_alert(uow, office, report, assessment, about_units=units_in(uow, office, report))
    return Filed(report=uow.reports.get(report.id) or report, became=FiledAs.RAISED, alert=raised)


def _follow_town(uow: UnitOfWork, office: Office, report: Report) -> Report:
    """Move a report, and its alert, when its standing words now surely name another town."""
    if report.town_by is TownBy.ANSWERED:
        return report
    standing = uow.reports.standing(report.id)
    pin = None
    for version in standing:
        if version.location is not None:
            pin = office.gazetteer.nearest(version.location.latitude, version.location.longitude)
    named = responsible_town(
        office.gazetteer.find("\n".join(version.text for version in standing)), pin=pin
    )
    if named.town is None or not named.sure or named.town == report.town:
        return report
    settle_town(uow, office, report, named.town, TownBy(named.by))
    return uow.reports.get(report.id) or report


def _tell_lower(
    uow: UnitOfWork,
    office: Office,
    alert: Alert,
    report: Report,
    assessment: Assessment,
    *,
    text: str,
) -> Alert:
    """Show a correction that reads lower. The level stays: only a person takes it down."""
    uow.alerts.hear(alert.id)
    uow.alerts.log(
        alert.id,
        LogKind.CORRECTED,
        person_id=report.person_id,
        detail=f"{report.number}，更正后规则读作{assessment.level.label}",
    )
    changed, called_anew = learn(
        uow, office, alert, level=alert.level, about_units=units_in(uow, office, report)
    )
    if called_anew:
        return changed
    discretion.say_supplement(uow, office, changed, report, text)
    return changed


def is_in_time(uow: UnitOfWork, office: Office, report: Report) -> bool:
    """Whether a report may still be corrected or withdrawn."""
    return uow.now <= report.filed_at + office.amend_within
