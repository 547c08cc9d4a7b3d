"""Which live alerts a report may belong to, and whether two reports are by the same person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from alerts.office import Office
from alerts.sameness import EventWords, Sameness, compare, event_words
from domain.alert import Alert
from domain.report import Report
from nlp.places import Gazetteer
from storage.told import MOST_KEPT, Told
from storage.unit_of_work import UnitOfWork


def is_by_same(one: Report, other: Report) -> bool:
    """Whether two reports are somebody's own, whichever channel they wrote through."""
    if one.person_id is not None or other.person_id is not None:
        return one.person_id == other.person_id
    return (one.address.channel, one.sender) == (other.address.channel, other.sender)


@dataclass(frozen=True, slots=True)
class Alike:
    """The live alerts that a report may belong to, by their ids: in a flood there are many.

    ``by_sameness`` has the latest heard first, each with what was told of it; ``told`` is all
    that the report was held against.
    """

    by_sameness: Mapping[Sameness, Mapping[int, Told]]
    told: Sequence[Told]

    def found(self, sameness: Sameness) -> Mapping[int, Told]:
        """Return the alerts that are this much alike, by their ids."""
        return self.by_sameness.get(sameness, {})

    def perhaps(self) -> Told | None:
        """Return what was told of the last heard of those where nobody can say."""
        return next(iter(self.found(Sameness.UNSURE).values()), None)

    def crowded(self, fed: int) -> tuple[int, ...]:
        """Return those where nobody can say, and so many reports may have told more of them."""
        unsure = self.found(Sameness.UNSURE)
        reports = Counter(one.alert_id for one in self.told) if unsure else Counter[int]()
        return tuple(alert_id for alert_id in unsure if reports[alert_id] >= fed)


def alike(
    uow: UnitOfWork, office: Office, town: str | None, words: EventWords, *, verified: bool
) -> Alike:
    """Return which live alerts of a town may be about the event that words tell of.

    Those of somebody who is not enrolled are the district's, as where no town is known.
    """
    town = town if verified else None
    found: dict[Sameness, dict[int, Told]] = {}
    uow.turns.wait(turn_of(town))  # two who report the same at once: the second sees the first
    told = uow.told.in_town(town, verified=verified, heard_since=heard_since(uow, office))
    for one in told:
        for theirs, is_whole in _events(one, office.gazetteer):
            sameness = compare(words, theirs)
            if sameness is Sameness.DIFFERENT:
                continue
            if is_whole or sameness is Sameness.REPEATED:
                found.setdefault(sameness, {}).setdefault(one.alert_id, one)
    return Alike(found, told)


@lru_cache(maxsize=MOST_KEPT)
def _events(told: Told, gazetteer: Gazetteer) -> tuple[tuple[EventWords, bool], ...]:
    """Return the words of each text of a report and of all of them, and whether it is all."""
    whole = "\n".join(told.texts)
    return tuple(
        (event_words(text, told.categories, gazetteer), text == whole)
        for text in dict.fromkeys([*told.texts, whole])
    )


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
