"""Whether two reports tell of the same event.

A pure comparison of words: an alert is about an event, so two reports belong together when
they name the same place or person and nothing in them speaks against it. When in doubt the
reporter is asked, and meanwhile there are two alerts, never none.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from domain.danger import Category
from nlp.people_words import find_people
from nlp.places import Gazetteer

_UNIT = re.compile(r"^.*?(\D)$")
_BARE = re.compile(r"[\W_]+")


class Sameness(enum.StrEnum):
    """What a comparison says."""

    REPEATED = "repeated"
    SAME = "same"
    UNSURE = "unsure"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class EventWords:
    """What tells one event from another in the words of a report."""

    bare_text: str
    villages: frozenset[str]
    places: frozenset[str]
    people: frozenset[str]
    categories: frozenset[Category]


@lru_cache(maxsize=4096)  # each danger of a town is held against all that is live there
def event_words(text: str, categories: tuple[Category, ...], gazetteer: Gazetteer) -> EventWords:
    """Read the words that tell events apart from a report's text."""
    places = gazetteer.find(text)
    return EventWords(
        bare_text=_BARE.sub("", unicodedata.normalize("NFKC", text)),
        villages=frozenset(village.name for village in places.villages),
        places=frozenset(places.words),
        people=frozenset(find_people(text)),
        categories=frozenset(categories),
    )


def compare(new: EventWords, old: EventWords) -> Sameness:
    """Say whether ``new`` tells of the event of ``old``, both of one town and lately.

    The same text is ``REPEATED``, whoever sends it. A shared person or a shared place
    below the village is ``SAME`` unless something contradicts.
    """
    if new.bare_text and new.bare_text == old.bare_text:
        return Sameness.REPEATED
    if _contradict(new, old):
        return Sameness.DIFFERENT
    kinds_differ = bool(new.categories and old.categories) and not (new.categories & old.categories)
    if (new.people & old.people) or (new.places & old.places):
        return Sameness.UNSURE if kinds_differ else Sameness.SAME
    says_nowhere = not (new.villages | new.places | new.people)
    maybe = bool(new.villages & old.villages) or says_nowhere
    return Sameness.UNSURE if maybe and not kinds_differ else Sameness.DIFFERENT


def names_new(new: EventWords, before: Iterable[EventWords]) -> bool:
    """Whether ``new`` names a village, a place or a person that none before it named."""
    left = set(new.villages | new.places | new.people)
    for old in before:
        left -= old.villages | old.places | old.people
    return bool(left)


def _contradict(new: EventWords, old: EventWords) -> bool:
    """Whether both name a village, a person or a place of one kind, and not the same."""
    if new.villages and old.villages and not new.villages & old.villages:
        return True
    theirs, ours = _surnames(new.people), _surnames(old.people)
    if theirs and ours and not theirs & ours:
        return True
    new_places, old_places = _by_unit(new.places), _by_unit(old.places)
    return any(
        not new_places[unit] & old_places[unit] for unit in new_places.keys() & old_places.keys()
    )


def _surnames(people: frozenset[str]) -> frozenset[str]:
    return frozenset(name.lstrip("阿小老")[:1] for name in people if name.lstrip("阿小老"))


def _by_unit(places: frozenset[str]) -> dict[str, set[str]]:
    sorted_places: dict[str, set[str]] = {}
    for place in places:
        unit = _UNIT.match(place)
        if unit is not None:
            sorted_places.setdefault(unit.group(1), set()).add(place)
    return sorted_places
