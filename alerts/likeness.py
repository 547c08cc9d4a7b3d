"""Which live alerts a report may belong to, and whether two reports are by the same person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class Alike:
    """The live alerts that a report may belong to, by their ids: in a flood there are many.

    ``by_sameness`` has the latest heard first; ``reports`` is how many each alert has.
    """

    by_sameness: Mapping[Sameness, Sequence[int]] = field(default_factory=dict)
    reports: Mapping[int, int] = field(default_factory=dict)

    def found(self, sameness: Sameness) -> Sequence[int]:
        """Return the alerts that are this much alike."""
        return self.by_sameness.get(sameness, ())

    def crowded(self, fed: int) -> tuple[int, ...]:
        """Return those where nobody can say, and so many reports may have told more of them."""
        return tuple(one for one in self.found(Sameness.UNSURE) if self.reports[one] >= fed)


def alike(
    uow: UnitOfWork, office: Office, town: str | None, words: EventWords, *, verified: bool
) -> Alike:
    """Return which live alerts of a town may be about the event that words tell of.

    Those of somebody who is not enrolled are the district's, as where no town is known.
    """
    town = town if verified else None
    found: dict[Sameness, dict[int, None]] = {}
    reports: Counter[int] = Counter()
    uow.turns.wait(turn_of(town))  # two who report the same at once: the second sees the first
    since = heard_since(uow, office)
    for told in uow.words.told_in(town, verified=verified, heard_since=since):
        reports[told.alert_id] += 1
        whole = told.texts[0] if len(told.texts) == 1 else "\n".join(told.texts)
        for text in dict.fromkeys([*told.texts, whole]):
            theirs = event_words(text, told.categories, office.gazetteer)
            sameness = compare(words, theirs)
            if text == whole or sameness is Sameness.REPEATED:
                found.setdefault(sameness, {})[told.alert_id] = None
    found.pop(Sameness.DIFFERENT, None)
    return Alike({sameness: list(numbers) for sameness, numbers in found.items()}, reports)


def turn_of(town: str | None) -> str:
    """Return what to wait for before live alerts of a town are compared with; None: the desk's."""
    return f"alerts of {town}"


def heard_since(uow: UnitOfWork, office: Office) -> datetime:
    """Return since when something must have been heard about an alert, so that more is of it."""
    return uow.now - office.merge_within


def first_live(uow: UnitOfWork, alert_ids: Iterable[int]) -> Alert | None:
    """Return the first of these alerts that is live as it now stands.

    Whoever closes one waits for nobody's turn, and may have done so since they were compared.
    """
    for alert_id in alert_ids:
        alert = uow.alerts.get(alert_id)
        if alert is not None and alert.is_live:
            return alert
    return None
