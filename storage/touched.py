"""Which tables a statement touches, told by its words."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from storage.tables import metadata

ALL = frozenset(metadata.tables)

_WORD = re.compile(r"\w+")


@lru_cache(maxsize=4096)
def touched(text: str) -> tuple[bool, frozenset[str]]:
    """Return whether a statement writes, and every table that it may touch, or refers to.

    Whatever is called like a table counts as one: rather too many. For a DELETE it is all,
    since others may refer to what goes.
    """
    words = _WORD.findall(text)
    first = words[0].upper() if words else ""
    if first == "DELETE":
        return True, ALL
    named = ALL.intersection(words)
    return first != "SELECT", frozenset(named.union(*(_referred(name) for name in named)))


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
