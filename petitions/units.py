"""Towns and units as sheets write them, brought to the office's own names.

大石街道办事处, 番禺区大石街 and 大石 are 大石街道; a unit that the district's file does not
know stays as it is written. Refuses: making a village or a bureau into its town.
"""

from __future__ import annotations

import re
from functools import lru_cache

from domain.sheet import bare
from nlp.gazetteer import Gazetteer

_ABOVE = r"(?:[^省市区]{2,7}(?:省|自治区))?(?:[^省市区]{2,7}市)?"
_OFFICE = re.compile(
    r"(?:街道)?(?:党工委|党委)?(?:、|和|及)?(?:办事处|街道办|街办|办公室|人民政府|政府|镇政府|党政办"
    r"|党政综合办公室|信访办|信访局|综治办|综治中心|党工委|党委|机关|本级)$"
)
_OFFICE_BEHIND = re.compile(
    "街道办|街办|办事处|街道党|街道政府|镇?人民政府|镇?政府|镇?党委|街道机关|镇机关"
)
# What stands behind a town's name where it only says where somebody else is.
_SOMEBODY_ELSE = re.compile(
    r"村|居委|居民|社区|小区|花园|公司|厂|店|学校|小学|中学|幼儿园|医院|派出所|物业|市场|业委会|经联社|经济社|股份"
)


class Units:
    """Names of one district's towns and units; answers are kept, sheets repeat them."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        """Bind to the district's names."""
        own = gazetteer.district
        names = "|".join(re.escape(bare(name)) for name in (own.name, *own.short_names))
        self._before = re.compile(rf"(?:{_ABOVE}(?:{names}))?")
        self._whole = re.compile(rf"{_ABOVE}(?:{names})(?:本级|直属|区直|区级)?|区级|区本级|区直")
        self._gazetteer = gazetteer
        self.town = lru_cache(4096)(self._town)
        self.unit = lru_cache(4096)(self._unit)
        self.place = lru_cache(4096)(self._place)
        self.about = lru_cache(4096)(self._about)

    def _town(self, written: str) -> str | None:
        """Return the full name of the town that a name is, with or without its office."""
        words = bare(written)
        rest = self._before.sub("", words, count=1)
        for name in (rest, _OFFICE.sub("", rest)):
            town = self._gazetteer.town(name) if name else None
            if town is not None:
                return town.name
        return None

    def _unit(self, written: str) -> str:
        """Return a unit's name: a town's in full, any other as it is written."""
        return self._town(written) or written.strip()

    def _place(self, written: str) -> tuple[str | None, bool]:
        """Return the town of a place, and whether the place is known at all.

        The district itself is known and has no town. A place with two towns in it has none.
        """
        if self._whole.fullmatch(bare(written)):
            return None, True
        town = self._town(written)
        if town is None:
            named = self._mentioned(written)
            town = named[0] if len(named) == 1 else None
        return town, town is not None

    def _about(self, written: str) -> tuple[str, ...]:
        """Return the units that are complained about where one is written.

        An office within a town's house (大石街道城管办) is the town as well: its officers would
        get the matter. Naming one too many only sends it to the district.
        """
        town = self._town(written)
        if town is not None:
            return (town,)
        folded, named = self._gazetteer.town_mentions(bare(written))
        rest, at = "", 0
        for one in named:
            rest += folded[at : one.start]
            at = one.name_end
        somebody_else = _SOMEBODY_ELSE.search(rest + folded[at:])
        houses = (
            one.town
            for one in named
            if not somebody_else or _OFFICE_BEHIND.match(folded, one.name_end)
        )
        return (*dict.fromkeys(houses), written.strip())

    def _mentioned(self, written: str) -> tuple[str, ...]:
        _, named = self._gazetteer.town_mentions(bare(written))
        return tuple(dict.fromkeys(one.town for one in named))
