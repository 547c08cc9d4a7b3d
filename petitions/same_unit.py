"""Which unit is which: a town's office under the names that papers give it.

Refuses: knowing more than names. A unit is what the ledger calls it, and a town one of the
district's list.
"""

from __future__ import annotations

from collections.abc import Iterable


def town_of(unit: str, ledger_towns: Iterable[str], district: str = "") -> str | None:
    """Return the town whose office a unit is; None: no town's.

    大石街道, 大石街道办事处 and 番禺区大石街道综治中心 are all of 大石街道.
    """
    bare = _bare(unit, district)
    return next((town for town in ledger_towns if bare.startswith(town)), None)


def is_among(unit: str, units: Iterable[str], towns: Iterable[str], district: str = "") -> bool:
    """Whether a unit is one of some, under whatever name; of one town all offices are one.

    It errs towards yes: it decides who must not learn of a complaint.
    """
    known = tuple(towns)
    own, bare = town_of(unit, known, district), _bare(unit, district)
    for other in units:
        if own is not None and town_of(other, known, district) == own:
            return True
        theirs = _bare(other, district)
        if theirs and bare and (bare.startswith(theirs) or theirs.startswith(bare)):
            return True
    return False


def _bare(unit: str, district: str) -> str:
    """Return a unit without spaces and without the district before it: 番禺区, 番禺 or 区."""
    tidy = "".join(unit.split())
    for before in (district, district[:-1], district[-1:]):
        if before and tidy.startswith(before) and tidy != before:
            return tidy.removeprefix(before)
    return tidy
