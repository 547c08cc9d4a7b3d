"""Which live alerts a report may belong to, and whether two reports are by the same person."""

from __future__ import annotations

from alerts.office import Office
from alerts.sameness import EventWords, Sameness, compare, event_words
from domain.alert import Alert
from domain.report import Report, VersionKind
from storage.unit_of_work import UnitOfWork


def is_by_same(one: Report, other: Report) -> bool:
    """Whether two reports are somebody's own, whichever channel they wrote through."""
    if one.person_id is not None or other.person_id is not None:
        return one.person_id == other.person_id
    return (one.address.channel, one.sender) == (other.address.channel, other.sender)


def alike(
    uow: UnitOfWork, office: Office, report: Report, words: EventWords
) -> dict[Sameness, list[Alert]]:
    """Return the live alerts of the town by how alike they are, the latest heard first."""
    found: dict[Sameness, list[Alert]] = {}
    town = report.town if report.verified else None
    uow.wait_turn(f"alerts of {town}")  # two who report the same at once: the second sees the first
    for alert in uow.alerts.live_in(town, heard_since=uow.now - office.merge_within):
        if alert.drill or alert.verified != report.verified:
            continue
        for other, texts in _standing_words(uow, alert).items():
            if other == report.id:
                continue
            whole = "\n".join(texts)
            for text in dict.fromkeys([*texts, whole]):
                theirs = event_words(text, alert.categories, office.gazetteer)
                sameness = compare(words, theirs)
                known = found.setdefault(sameness, [])
                if (text == whole or sameness is Sameness.REPEATED) and alert not in known:
                    known.append(alert)
    return found


def _standing_words(uow: UnitOfWork, alert: Alert) -> dict[int, list[str]]:
    """Return what each report of an alert says now, as `ReportRows.standing` has it."""
    said: dict[int, list[str]] = {}
    for words in uow.storms.words_of(alert.id):
        if words.kind in {VersionKind.FILED, VersionKind.CORRECTED}:
            said[words.report_id] = [words.text]
        elif words.kind is VersionKind.SUPPLEMENTED:
            said.setdefault(words.report_id, []).append(words.text)
    return said
