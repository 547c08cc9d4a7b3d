"""What is known of a district's places, and what a text says of them.

Plain values only. Refuses: reading files, finding anything in a text.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """A place in degrees (WGS 84); within ``radius`` metres of it one is surely in the town."""

    what: str
    latitude: float
    longitude: float
    radius: int


@dataclass(frozen=True, slots=True)
class Village:
    """A village or community of a town; ``short_names`` count without 村 or 社区 behind them."""

    name: str
    town: str
    short_names: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """村 or 社区; 其他 for the few places that are neither."""
        return next((kind for kind in ("社区", "村") if self.name.endswith(kind)), "其他")


@dataclass(frozen=True, slots=True)
class Town:
    """A town or street (镇街), known everywhere by its full name."""

    name: str
    code: str
    short_names: tuple[str, ...] = ()
    villages: tuple[Village, ...] = ()
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class District:
    """The district whose towns these are."""

    name: str
    code: str
    short_names: tuple[str, ...] = ()


class Kind(enum.StrEnum):
    """What sort of place a word names."""

    TOWN = "town"
    VILLAGE = "village"
    LANDMARK = "landmark"
    WORD = "word"


class Role(enum.StrEnum):
    """How the text speaks of a place.

    ``NOW`` (现在在…) and ``HERE`` (在…, 地点：…) say where something happens; ``ORIGIN``
    (老家…, …籍) says only where somebody comes from.
    """

    NOW = "now"
    HERE = "here"
    PLAIN = "plain"
    ORIGIN = "origin"


@dataclass(frozen=True, slots=True)
class Spot:
    """One place word in a text.

    ``start`` and ``end`` are offsets in characters of the text as it was sent
    (``text == original[start:end]``). ``name`` is the full or normalised name; ``towns``
    are the towns that it can belong to, none for a road or a floor.
    """

    start: int
    end: int
    text: str
    kind: Kind
    name: str
    towns: tuple[str, ...] = ()
    role: Role = Role.PLAIN


@dataclass(frozen=True, slots=True)
class NamedVillage:
    """A village or landmark that a text names, and the towns that it can belong to."""

    name: str
    towns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """The places that a text names, in order of mention, each once.

    ``words`` are what tells two events apart: roads, buildings, floors, rooms, estates,
    written one way (十二楼, 12F and 12楼 are 12楼). Where somebody only comes from is in
    ``spots`` alone.
    """

    named_towns: tuple[str, ...] = ()
    villages: tuple[NamedVillage, ...] = ()
    words: tuple[str, ...] = ()
    spots: tuple[Spot, ...] = ()
