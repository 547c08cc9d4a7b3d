"""Where a report happens: a district's towns and villages, and which town is responsible.

The door to what stands in `nlp.gazetteer_file` (reading districts/*.toml), `nlp.gazetteer`
(finding names), `nlp.place_words` (roads, floors, rooms), `nlp.responsibility` and
`nlp.complaints`. Refuses: tracking where somebody is; a place here is a word in one report.
"""

from __future__ import annotations

from nlp.complaints import units_complained_about
from nlp.gazetteer import Gazetteer
from nlp.gazetteer_file import load
from nlp.place_types import (
    District,
    Kind,
    NamedVillage,
    Places,
    Point,
    Role,
    Spot,
    Town,
    Village,
)
from nlp.responsibility import Responsibility, responsible_town

__all__ = [
    "District",
    "Gazetteer",
    "Kind",
    "NamedVillage",
    "Places",
    "Point",
    "Responsibility",
    "Role",
    "Spot",
    "Town",
    "Village",
    "load",
    "responsible_town",
    "units_complained_about",
]
