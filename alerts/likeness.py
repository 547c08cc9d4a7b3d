"""Which live alerts a report may belong to, and whether two reports are by the same person."""

from __future__ import annotations

from alerts.office import Office
from alerts.sameness import EventWords, Sameness, compare, event_words
from domain.alert import Alert
from domain.report import Report
from storage.unit_of_work import UnitOfWork


def is_by_same(one: Report, other: Report) -> bool:
    """Whether two reports are somebody's own, whichever channel they wrote through."""
    if one.person_id is not None or other.person_id is not None:
        return one.person_id == other.person_id
    return (one.address.channel, one.sender) == (other.address.channel, other.sender)


def alike(
    uow: UnitOfWork, office: Office, report: Report, words: EventWords
) -> dict[Sameness, list[int]]:
    """Return the live alerts of the town by how alike they are, the latest heard first.

    Their ids alone: in a flood there are many, and few are looked at.
    """
    found: dict[Sameness, dict[int, None]] = {}
    town = report.town if report.verified else None
    uow.wait_turn(f"alerts of {town}")  # two who report the same at once: the second sees the first
    since = uow.now - office.merge_within
    for told in uow.words.told_in(town, verified=report.verified, heard_since=since):
        if told.report_id == report.id:
            continue
        whole = told.texts[0] if len(told.texts) == 1 else "\n".join(told.texts)
        for text in dict.fromkeys([*told.texts, whole]):
            theirs = event_words(text, told.categories, office.gazetteer)
            sameness = compare(words, theirs)
            if text == whole or sameness is Sameness.REPEATED:
                found.setdefault(sameness, {})[told.alert_id] = None
    found.pop(Sameness.DIFFERENT, None)
    return {sameness: list(numbers) for sameness, numbers in found.items()}


def alert_alike(uow: UnitOfWork, alert_id: int) -> Alert:
    """Return an alert that was just found; KeyError when there is none."""
    alert = uow.alerts.get(alert_id)
    if alert is None:
        raise KeyError(alert_id)
    return alert
