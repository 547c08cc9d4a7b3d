"""Whether two reports tell of the same event.

A pure comparison of words: an alert is about an event, so two reports belong together when
they name the same place or person and nothing in them speaks against it. When in doubt the
reporter is asked, and meanwhile there are two alerts, never none.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from domain.danger import Category
from nlp.people_words import find_people
from nlp.places import Gazetteer

# Each report in a storm is held against all before it, over and over in the same order: with
# fewer places than texts none would be found again. About 3 KB each.
REMEMBERED = 16_384

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
    """What tells one event from another in the words of a report.

    ``surnames`` are those of the people, ``by_unit`` the places by what they are counted in:
    worked out here, since one text is held against many.
    """

    bare_text: str
    villages: frozenset[str]
    places: frozenset[str]
    people: frozenset[str]
    categories: frozenset[Category]
    surnames: frozenset[str]
    by_unit: Mapping[str, frozenset[str]]


@lru_cache(maxsize=REMEMBERED)
def event_words(text: str, categories: tuple[Category, ...], gazetteer: Gazetteer) -> EventWords:
    """Read the words that tell events apart from a report's text."""
    places = gazetteer.find(text)
    people = frozenset(find_people(text))
    return EventWords(
        bare_text=_BARE.sub("", unicodedata.normalize("NFKC", text)),
        villages=frozenset(village.name for village in places.villages),
        places=frozenset(places.words),
        people=people,
        categories=frozenset(categories),
        surnames=_surnames(people),
        by_unit=_by_unit(places.words),
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
    if new.villages and old.villages and new.villages.isdisjoint(old.villages):
        return True
    if new.surnames and old.surnames and new.surnames.isdisjoint(old.surnames):
        return True
    for unit, places in new.by_unit.items():  # no `any`: this is asked of all that is live
        theirs = old.by_unit.get(unit)
        if theirs is not None and theirs.isdisjoint(places):
            return True
    return False


def _surnames(people: frozenset[str]) -> frozenset[str]:
    return frozenset(name.lstrip("阿小老")[:1] for name in people if name.lstrip("阿小老"))


def _by_unit(places: Iterable[str]) -> dict[str, frozenset[str]]:
    sorted_places: dict[str, frozenset[str]] = {}
    for place in places:
        unit = _UNIT.match(place)
        if unit is not None:
            known = sorted_places.get(unit.group(1), frozenset())
            sorted_places[unit.group(1)] = known | {place}
    return sorted_places
