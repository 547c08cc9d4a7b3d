"""What somebody finds who has a copy of the database and no key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa
from ahocorasick_rs import BytesAhoCorasick

from tests.office_people import panyu

_CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
# A hundred thousand characters are looked for alone: many at once would take gigabytes.
_MOST_AT_ONCE = 1000
# Words of the office's own that stand in the open: towns, their rooms, the desk.
_OPEN = ("值班群", "区值班室")


def found_in(url: str, engine: sa.Engine, words: Iterable[str]) -> set[str]:
    """Return which words stand in a database, as they are or as JSON escapes them.

    The file itself is searched on SQLite, with its log; on PostgreSQL every row of every
    table, as text.
    """
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        held = b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
    else:
        with engine.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
            rows = [
                connection.scalars(sa.text(f'SELECT t::text FROM "{table}" t')).all()  # noqa: S608 - our own tables
                for table in tables
            ]
        held = "\n".join(row for table in rows for row in table).encode()
    sought = [(form, word) for word in words for form in forms(word)]
    short = [(form, word) for form, word in sought if len(form) <= _MOST_AT_ONCE]
    hits = BytesAhoCorasick([form for form, _ in short]).find_matches_as_indexes(
        held, overlapping=True
    )
    long = {word for form, word in sought if len(form) > _MOST_AT_ONCE and form in held}
    return long | {short[number][1] for number, _, _ in hits}


def private(secrets: Iterable[str]) -> set[str]:
    """Return those of a story's words that are a name or a text, and not a town or a chat's id."""
    towns = [town.name for town in panyu().towns]
    return {
        secret
        for secret in secrets
        if _CHINESE.search(secret)
        and not any(secret in town for town in towns)
        and not any(secret in word for word in _OPEN)
    }


def forms(word: str) -> tuple[bytes, ...]:
    """Return how a word may stand in a file: as it is, escaped in JSON, in UTF-16."""
    kept = "surrogatepass"  # half a character, as some phones send
    escaped = json.dumps(word)[1:-1].encode()
    return word.encode(errors=kept), escaped, word.encode("utf-16-le", kept)
