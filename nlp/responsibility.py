"""Decides which town a report belongs to, and says when it is not sure.

The town named in the text, else by the village, else the pin, else the reporter's own. Refuses:
guessing silently; what is not sure says so and names the candidates, and a person is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from nlp.place_types import Kind, Places, Role, Spot, Town

By = Literal["text", "village", "pin", "own", "none"]


@dataclass(frozen=True, slots=True)
class Responsibility:
    """The responsible town by full name, or None; ``candidates`` are whom to ask about.

    ``by`` says what it rests on. When not ``sure``, ``town`` is still the best to send to
    meanwhile.
    """

    town: str | None
    by: By
    sure: bool
    candidates: tuple[str, ...] = ()


def responsible_town(
    places: Places, *, pin: Town | None = None, own: str | None = None
) -> Responsibility:
    """Return the town responsible for a report that names ``places``.

    ``pin`` is the town of the sent location (``Gazetteer.nearest``), ``own`` the full name of
    the reporter's own town. A village that stands in two towns is settled by the pin or by
    ``own`` if it is one of them. Of two towns named, the one where the text says that it
    happens now (现在在…) is taken; otherwise the answer is not sure.
    """
    near = tuple(name for name in (pin.name if pin else None, own) if name)
    spots = [spot for spot in places.spots if spot.towns and spot.role is not Role.ORIGIN]
    towns = [spot for spot in spots if spot.kind is Kind.TOWN]
    villages = [spot for spot in spots if spot.kind is Kind.VILLAGE]
    landmarks = [spot for spot in spots if spot.kind is Kind.LANDMARK]
    if towns or villages:
        return _among(towns, villages, near) or _open(towns + villages, near)
    if landmarks:
        return _among((), landmarks, near) or _open(landmarks, near)
    if pin:
        return Responsibility(pin.name, "pin", sure=True, candidates=(pin.name,))
    origins = _names(spot for spot in places.spots if spot.role is Role.ORIGIN)
    if own:
        return Responsibility(own, "own", sure=True, candidates=(own,))
    return Responsibility(None, "none", sure=False, candidates=origins)


def _among(
    towns: Sequence[Spot], villages: Sequence[Spot], near: Sequence[str]
) -> Responsibility | None:
    """Return what the names settle, or None when a village could be anywhere."""
    named = _names(towns)
    settled = [_settle(spot, (*named, *near)) for spot in villages]
    by_village = tuple(dict.fromkeys(town for town in settled if town))
    everybody = tuple(dict.fromkeys((*named, *by_village)))
    by: By = "text" if named else "village"
    if len(everybody) == 1:
        return Responsibility(everybody[0], by, sure=True, candidates=everybody)
    if not everybody:
        return _common(villages)
    happening = _happening([*towns, *villages], (*named, *near))
    if happening:
        return Responsibility(happening, by, sure=True, candidates=everybody)
    if len(named) == 1:
        best = named[0]
    elif len(by_village) == 1:
        best = by_village[0]
    else:
        best = next((name for name in near if name in everybody), everybody[0])
    return Responsibility(best, by, sure=False, candidates=everybody)


def _settle(spot: Spot, known: Sequence[str]) -> str | None:
    """Return the town of one place, by what else is known if it could be in several."""
    if len(spot.towns) == 1:
        return spot.towns[0]
    return next((name for name in known if name in spot.towns), None)


def _common(villages: Sequence[Spot]) -> Responsibility | None:
    """Return the one town that all the ambiguous villages can be in, if there is one."""
    common = set(villages[0].towns).intersection(*(spot.towns for spot in villages))
    if len(common) != 1:
        return None
    (town,) = common
    return Responsibility(town, "village", sure=True, candidates=(town,))


def _happening(spots: Iterable[Spot], known: Sequence[str]) -> str | None:
    """Return the town where the text says that it happens, now before merely 在."""
    for roles in ({Role.NOW}, {Role.NOW, Role.HERE}):
        places = {_settle(spot, known) for spot in spots if spot.role in roles} - {None}
        if len(places) == 1:
            return places.pop()
        if places:
            return None
    return None


def _open(spots: Sequence[Spot], near: Sequence[str]) -> Responsibility:
    """Return that the names leave it open: the reporter's town meanwhile, and whom to ask."""
    candidates = _names(spots)
    own = near[-1] if near else None
    return Responsibility(own, "own" if own else "none", sure=False, candidates=candidates)


def _names(spots: Iterable[Spot]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(town for spot in spots for town in spot.towns))
