"""Finds a district's towns, villages and landmarks in a text.

One automaton holds every name, short name and look-alike; time grows with the length of the
text and nothing else. A name that is an everyday word as well counts only with 村, 社区, 居委 …
behind it. Refuses: deciding which town is responsible.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick_rs

from nlp.normalize import INVISIBLE, plain
from nlp.place_types import District, Kind, NamedVillage, Places, Role, Spot, Town
from nlp.place_words import place_words

_METRES_PER_DEGREE = 111_320.0
_FILLER = "\x01"  # what a found name becomes before roads and floors are looked for
_AFTER_TOWN = re.compile(
    r"街道办事处|街道办公室|街道办|街道|街办|街(?![坊边上头市])|镇人民政府|镇政府|镇街|镇(?![痛静定住])"
)
_AFTER_VILLAGE = re.compile(
    r"(?:社区|村)?(?:居民委员会|村民委员会|居委会|居委|村委会|村委|民委员会)|社区|村|牌坊|祠堂|经联社|经济社|股份社"
)
_ORIGIN_BEFORE = re.compile(
    r"(?:老家|户籍|籍贯|原籍|祖籍|娘家|户口|出生)(?:地|所?在|为|是|系|喺|[::\s])*(?:广州市?)?(?:番禺区?)?$"
)
_ORIGIN_AFTER = re.compile(r"籍|人(?:氏|士)?(?=$|[,。;、()::\s]|姓|.某)")
_HERE = (
    r"(?:在|位于|于|住|现居|租住|地点是?|地址是?|位置是?|事发地?|定位)[::\s]*"
    r"(?:广东省?)?(?:广州市?)?(?:番禺区?)?$"
)
_HERE_BEFORE = re.compile(_HERE)
_NOW_BEFORE = re.compile(
    r"(?:现|现在|现时|目前|正|刚刚|刚|而家|依家|此刻|事发|发生|出现|定位|人就?|坐|站|躲|企|蹲|爬)"
    + _HERE
)
_OFFICIAL = ("社区", "村", "街道", "镇")
_LOOK_BACK = 24
LATELY = 128  # texts whose places are kept: each is asked for several times within moments


@dataclass(frozen=True, slots=True)
class Claim:
    """What a form stands for: ``alone`` says that it counts with nothing behind it."""

    kind: Kind
    name: str
    towns: tuple[str, ...]
    alone: bool


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    stem_end: int
    end: int
    claims: tuple[Claim, ...]
    certain: bool  # a look-alike, or a name with 村, 社区, 街道 … in it or behind it


@dataclass(frozen=True, slots=True)
class NamedTown:
    """A town in a text and where its bare name ends, for those who read what follows.

    Offsets are of the folded text that ``Gazetteer.town_mentions`` gives beside it.
    """

    town: str
    start: int
    name_end: int


class Gazetteer:
    """The towns and villages of one district; made by ``nlp.places.load``, never changed."""

    def __init__(
        self,
        district: District,
        towns: Sequence[Town],
        claims: dict[str, list[Claim]],
        look_alikes: Sequence[str],
    ) -> None:
        """Compile the names once; ``claims`` are keyed by the form as people write it."""
        self.district = district
        self.towns = tuple(towns)
        forms: dict[str, list[Claim]] = {plain(word): [] for word in look_alikes}
        for form, stands_for in claims.items():
            forms.setdefault(plain(form), []).extend(stands_for)
        self._claims = [tuple(stands_for) for stands_for in forms.values()]
        self._automaton = ahocorasick_rs.AhoCorasick(list(forms))
        # A report's places are asked for beforehand, for its town and for its event.
        self._lately_found = lru_cache(maxsize=LATELY)(self._find)
        self._by_name = {plain(town.name): town for town in self.towns}
        for town in self.towns:
            for short in town.short_names:
                self._by_name.setdefault(plain(short), town)

    def town(self, name_or_short: str) -> Town | None:
        """Return the town of that name or short name, or None."""
        name = plain(name_or_short.strip())
        found = self._by_name.get(name)
        if found is None and name.endswith(("街", "镇")):
            found = self._by_name.get(name[:-1])
        return found

    def nearest(self, latitude: float, longitude: float) -> Town | None:
        """Return the town that surely holds a pin, or None.

        Only points with a stated radius count; a file without ``points`` answers None.
        """
        best: tuple[float, Town] | None = None
        for town in self.towns:
            for point in town.points:
                north = (latitude - point.latitude) * _METRES_PER_DEGREE
                east = (longitude - point.longitude) * _METRES_PER_DEGREE
                metres = math.hypot(north, east * math.cos(math.radians(point.latitude)))
                if metres <= point.radius and (best is None or metres < best[0]):
                    best = (metres, town)
        return best[1] if best else None

    def find(self, text: str) -> Places:
        """Return the places that ``text`` names, with their offsets in it."""
        return self._lately_found(text)

    def _find(self, text: str) -> Places:
        folded, back = _folded(text)
        hits = self._hits(folded)
        spots = [_spot(folded, hit) for hit in hits if hit.claims]
        pieces: list[str] = []
        at = 0
        for hit in hits:
            if hit.claims:
                pieces += (folded[at : hit.start], _FILLER * (hit.end - hit.start))
                at = hit.end
        pieces.append(folded[at:])
        named = {spot.end: spot.text for spot in spots}
        spots += place_words("".join(pieces), named)
        spots.sort(key=lambda spot: (spot.start, spot.end))
        return _places([_placed(spot, text, back) for spot in spots])

    def town_mentions(self, text: str) -> tuple[str, tuple[NamedTown, ...]]:
        """Return the folded text and the towns named in it, with where each bare name ends."""
        folded, _ = _folded(text)
        named = []
        for hit in self._hits(folded):
            towns = [claim.towns[0] for claim in hit.claims if claim.kind is Kind.TOWN]
            if towns:
                named.append(NamedTown(towns[0], hit.start, hit.stem_end))
        return folded, tuple(named)

    def _hits(self, folded: str) -> list[_Hit]:
        """Return the names that count, none over another: the certain ones first, then by place."""
        found = []
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            hit = _read(folded, start, end, self._claims[index])
            if hit is not None:
                found.append(hit)
        found.sort(key=lambda hit: (hit.start, -hit.end, -hit.stem_end))
        found = list(_without_late_look_alikes(found))
        kept = list(_apart(found))
        if len(kept) == len(found):
            return kept
        certain = list(_apart([hit for hit in found if hit.certain]))
        rest = _apart([hit for hit in found if not _touches(hit, certain)])
        return sorted([*certain, *rest], key=lambda hit: hit.start)


def _read(folded: str, start: int, end: int, claims: tuple[Claim, ...]) -> _Hit | None:
    """Return what a form means where it stands, or None if it is an everyday word there."""
    if not claims:
        return _Hit(start, end, end, (), certain=True)
    behind = _AFTER_VILLAGE.match(folded, end)
    if behind:
        kind = "社区" if behind.group().startswith(("社区", "居")) else "村"
        villages = [claim for claim in claims if claim.kind is Kind.VILLAGE]
        fitting = [claim for claim in villages if claim.name.endswith(kind)] or villages
        if fitting:
            return _Hit(start, end, behind.end(), tuple(fitting), certain=True)
    behind = _AFTER_TOWN.match(folded, end)
    towns = tuple(claim for claim in claims if claim.kind is Kind.TOWN)
    if behind and towns:
        return _Hit(start, end, behind.end(), towns, certain=True)
    alone = [claim for claim in claims if claim.alone]
    if not alone:
        return None
    towns = tuple(claim for claim in alone if claim.kind is Kind.TOWN)
    certain = folded.endswith(_OFFICIAL, start, end)
    suffix = next(
        (word for word in ("街道", "镇") if towns and folded.endswith(word, start, end)), ""
    )
    return _Hit(start, end - len(suffix), end, towns or tuple(alone), certain=certain)


def _without_late_look_alikes(hits: Sequence[_Hit]) -> Iterator[_Hit]:
    """Leave out look-alikes that begin inside a name: 华南 in 华南碧桂园, 龙潭山 in 化龙潭山村."""
    named, looked = -1, -1
    for hit in hits:
        if hit.claims:
            if hit.start >= looked:
                named = max(named, hit.end)
            yield hit
        elif hit.start >= named:
            looked = max(looked, hit.end)
            yield hit


def _apart(hits: Sequence[_Hit]) -> Iterator[_Hit]:
    """Yield the first and longest of hits that lie over each other; they come in order."""
    reached = -1
    for hit in hits:
        if hit.start >= reached:
            reached = hit.end
            yield hit


def _touches(hit: _Hit, others: Sequence[_Hit]) -> bool:
    """Whether a hit lies over one of the others, which are in order and apart."""
    low, high = 0, len(others)
    while low < high:
        middle = (low + high) // 2
        if others[middle].end <= hit.start:
            low = middle + 1
        else:
            high = middle
    return low < len(others) and others[low].start < hit.end


def _spot(folded: str, hit: _Hit) -> Spot:
    claim = hit.claims[0]
    towns = tuple(dict.fromkeys(town for each in hit.claims for town in each.towns))
    return Spot(
        hit.start,
        hit.end,
        folded[hit.start : hit.end],
        claim.kind,
        claim.name,
        towns,
        _role(folded, hit),
    )


def _role(folded: str, hit: _Hit) -> Role:
    before = folded[max(0, hit.start - _LOOK_BACK) : hit.start]
    if _ORIGIN_AFTER.match(folded, hit.end) or _ORIGIN_BEFORE.search(before):
        return Role.ORIGIN
    if _HERE_BEFORE.search(before) is None:
        return Role.PLAIN
    return Role.NOW if _NOW_BEFORE.search(before) else Role.HERE


def _folded(text: str) -> tuple[str, list[int] | None]:
    """Return the text as names are written, and where its characters were if any were cut."""
    folded = plain(text)
    if INVISIBLE not in folded:
        return folded, None
    back = [at for at, character in enumerate(folded) if character != INVISIBLE]
    return folded.replace(INVISIBLE, ""), back


def _placed(spot: Spot, text: str, back: list[int] | None) -> Spot:
    start, end = spot.start, spot.end
    if back is not None:
        start, end = back[start], back[end - 1] + 1
    return Spot(start, end, text[start:end], spot.kind, spot.name, spot.towns, spot.role)


def _places(spots: Sequence[Spot]) -> Places:
    here = [spot for spot in spots if spot.role is not Role.ORIGIN]
    towns = [town for spot in here if spot.kind is Kind.TOWN for town in spot.towns]
    villages = [
        NamedVillage(spot.name, spot.towns)
        for spot in here
        if spot.kind in {Kind.VILLAGE, Kind.LANDMARK}
    ]
    words = [spot.name for spot in spots if spot.kind is Kind.WORD]
    return Places(
        tuple(dict.fromkeys(towns)),
        tuple(dict.fromkeys(villages)),
        tuple(dict.fromkeys(words)),
        tuple(spots),
    )
