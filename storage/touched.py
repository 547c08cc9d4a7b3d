"""Which tables a statement touches, told by its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from storage.tables import metadata

ALL = frozenset(metadata.tables)

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Touched:
    """What a statement does to tables.

    ``named``: those whose rows it may read or write; ``reach``: these and all that they refer
    to, which have to be there before.
    """

    writes: bool
    named: frozenset[str]
    reach: frozenset[str]


@lru_cache(maxsize=4096)
def touched(text: str) -> Touched:
    """Return which tables a statement touches.

    Whatever is called like a table counts as one: rather too many. For a DELETE it is all,
    since others may refer to what goes.
    """
    words = _WORD.findall(text)
    first = words[0].upper() if words else ""
    if first == "DELETE":
        return Touched(writes=True, named=ALL, reach=ALL)
    named = ALL.intersection(words)
    reach = frozenset(named.union(*(_referred(name) for name in named)))
    return Touched(first != "SELECT", named, reach)


@cache
def _referred(table: str) -> frozenset[str]:
    """Return the tables that a table refers to, and those that these do."""
    found: set[str] = set()
    todo = [table]
    while todo:
        for key in metadata.tables[todo.pop()].foreign_keys:
            name = key.column.table.name
            if name not in found:
                found.add(name)
                todo.append(name)
    return frozenset(found)
