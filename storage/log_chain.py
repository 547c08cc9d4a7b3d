"""The chain of the access log: each line's link is a keyed hash over the link before and itself.

Whoever changes, removes, inserts or reorders a line without the key breaks it. The key is a
sub-key of the look-up key, which no rotation changes (`huxin keys rotate` reseals the reasons,
and a link is made of what they say, not of how they are sealed). A link names its key, so that
one made with another is not taken for a forgery. Pure; rows and SQL are `storage.looks`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.sealing import Keyring

HEAD, ANCHOR = "head", "anchor"
SHORT = 8
_LINE, _END = "line", "end"


@dataclass(frozen=True, slots=True)
class Line:
    """One look as the chain reads it: who, at what, whose, why, by which way, when."""

    number: int
    at: datetime
    person_id: int | None
    what: str
    whose: str
    why: str
    channel: str


@dataclass(frozen=True, slots=True)
class End:
    """One end of the chain: ``anchor``, up to which lines were removed; ``head``, the last one.

    ``before`` is the greatest row id of the lines from before the chain; of the anchor alone.
    """

    name: str
    number: int
    link: str
    before: int = 0


def link_of(keyring: Keyring, previous: str, line: Line) -> str:
    """Return a line's link: the key's id, and 128 bits of its keyed hash."""
    at = line.at.astimezone(UTC).isoformat(timespec="microseconds")
    own = (
        line.number,
        at,
        line.person_id,
        line.what,
        line.whose,
        line.why,
        line.channel,
    )
    return _hashed(keyring, (_LINE, previous, *own))


def seal_of(keyring: Keyring, end: End) -> str:
    """Return what proves that an end was written by whoever has the key."""
    return _hashed(keyring, (_END, end.name, end.number, end.link, end.before))


def key_of(link: str) -> str:
    """Return the id of the key that made a link."""
    return link.partition(".")[0]


def short(link: str) -> str:
    """Return the first characters of a link, for people to write down."""
    return link.partition(".")[2][:SHORT]


def _hashed(keyring: Keyring, parts: tuple[str | int | None, ...]) -> str:
    """Hash a list that no two different lists are written alike as."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return f"{keyring.looks_up_by}.{keyring.chained(text)}"
