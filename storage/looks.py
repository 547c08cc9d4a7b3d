"""The access log's lines: written into the chain in the order of the commits, read, removed.

Whoever writes a line waits for whoever wrote the one before to commit; on SQLite there is one
writer anyway. A head that is gone or was tampered with does not stop a look: the chain goes on
from the last line that is there, with a line that says so and never proves (`HEAD_LOST`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.columns import keyring_of
from storage.log_chain import ANCHOR, HEAD, End, Line, link_of, seal_of
from storage.sealing import Keyring
from storage.tables import access_log, access_log_ends
from storage.upsert import put

TURN = "access_log"
HEAD_LOST = "head_lost"
BATCH = 500

_WRITE = sa.insert(access_log)
_END = sa.select(access_log_ends).where(access_log_ends.c.name == sa.bindparam("end"))
_LAST = (
    sa.select(access_log.c.number, access_log.c.link)
    .where(access_log.c.number.is_not(None))
    .order_by(access_log.c.number.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Look:
    """One line as it is read; ``number`` 0: from before the chain."""

    row_id: int
    number: int
    at: datetime
    person_id: int | None
    what: str
    whose: str
    why: str
    channel: str


class LookRows:
    """The access log in one transaction; ``wait_turn`` lets writers follow one another."""

    def __init__(
        self, connection: sa.Connection, now: datetime, wait_turn: Callable[[str], None]
    ) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now
        self._wait_turn = wait_turn

    def write(
        self, *, person_id: int | None, what: str, whose: str, channel: str, why: str = ""
    ) -> None:
        """Leave a line for one look; ``whose`` is a number (A-0132), never a name."""
        self._wait_turn(TURN)
        keyring = self._keyring()
        head = self._head(keyring)
        line = Line(head.number + 1, self._now, person_id, what, whose, why, channel)
        self._append(keyring, head, line)

    def head(self) -> End | None:
        """Return the last line's number and link; None when nobody has looked yet."""
        found = self.end(HEAD)
        return None if found is None else found[0]

    def end(self, name: str) -> tuple[End, bool] | None:
        """Return an end of the chain as it stands, and whether its seal fits."""
        row = self._connection.execute(_END, {"end": name}).first()
        if row is None:
            return None
        end = End(name, row.number, row.link, row.before)
        return end, row.seal == seal_of(self._keyring(), end)

    def listed(
        self,
        *,
        who: int | None = None,
        whose: tuple[str, ...] | None = None,
        since: datetime | None = None,
    ) -> Iterator[Look]:
        """Give the lines, the oldest first, a batch at a time."""
        query = sa.select(access_log).order_by(access_log.c.id).limit(BATCH)
        if who is not None:
            query = query.where(access_log.c.person_id == who)
        if whose is not None:
            query = query.where(access_log.c.whose.in_(whose))
        if since is not None:
            query = query.where(access_log.c.at >= since)
        after = 0
        while rows := self._connection.execute(query.where(access_log.c.id > after)).all():
            yield from (_look(row) for row in rows)
            after = rows[-1].id

    def remove(self, *, before: datetime) -> int:
        """Remove a batch of lines older than ``before`` and anchor what stays.

        Only from the oldest on, and only lines that fit: one that was tampered with, to be
        removed early perhaps, stays for `huxin audit verify` to name. At least six months are
        kept (网络安全法 Art. 21(3)).
        """
        self._wait_turn(TURN)
        removed = self._remove_unchained(before)
        keyring, found = self._keyring(), self.end(ANCHOR)
        if found is None or not found[1]:
            return removed
        anchor = found[0]
        old = self._connection.execute(
            sa.select(access_log)
            .where(access_log.c.number > anchor.number)
            .order_by(access_log.c.number)
            .limit(BATCH)
        )
        for row in old:
            line = line_of(row)
            fits = row.link == link_of(keyring, anchor.link, line)
            if line.at >= before or line.number != anchor.number + 1 or not fits:
                break
            anchor = replace(anchor, number=line.number, link=row.link)
        gone = self._connection.execute(
            sa.delete(access_log).where(
                access_log.c.number > found[0].number, access_log.c.number <= anchor.number
            )
        ).rowcount
        if gone:
            self._keep(keyring, anchor)
        return removed + gone

    def waiting(self, *, before: datetime) -> int:
        """Count the lines older than ``before``."""
        query = sa.select(sa.func.count()).select_from(access_log)
        found: int = self._connection.execute(query.where(access_log.c.at < before)).scalar_one()
        return found

    def _remove_unchained(self, before: datetime) -> int:
        chosen = (
            sa.select(access_log.c.id)
            .where(access_log.c.at < before, access_log.c.number.is_(None))
            .limit(BATCH)
        )
        return self._connection.execute(
            sa.delete(access_log).where(access_log.c.id.in_(chosen))
        ).rowcount

    def _head(self, keyring: Keyring) -> End:
        """Return the line to chain to; says in the chain itself when the head was tampered with."""
        found = self.end(HEAD)
        if found is not None and found[1]:
            return found[0]
        last = self._connection.execute(_LAST).first()
        anchor = self.end(ANCHOR)
        if found is None and last is None and anchor is None:
            newest = sa.select(sa.func.coalesce(sa.func.max(access_log.c.id), 0))
            before = self._connection.execute(newest).scalar_one()
            self._keep(keyring, End(ANCHOR, 0, "", before))
            return End(HEAD, 0, "")
        base = End(HEAD, 0, "") if anchor is None else replace(anchor[0], name=HEAD, before=0)
        if last is not None:
            base = End(HEAD, last.number, last.link or "")
        line = Line(base.number + 1, self._now, None, HEAD_LOST, "", "", "")
        return self._append(keyring, base, line)

    def _append(self, keyring: Keyring, head: End, line: Line) -> End:
        link = link_of(keyring, head.link, line)
        values = {
            "number": line.number,
            "at": line.at,
            "person_id": line.person_id,
            "what": line.what,
            "whose": line.whose,
            "why": line.why,
            "channel": line.channel,
            "link": link,
        }
        self._connection.execute(_WRITE, values)
        end = End(HEAD, line.number, link)
        self._keep(keyring, end)
        return end

    def _keep(self, keyring: Keyring, end: End) -> None:
        put(
            self._connection,
            access_log_ends,
            name=end.name,
            number=end.number,
            link=end.link,
            before=end.before,
            seal=seal_of(keyring, end),
            at=self._now,
        )

    def _keyring(self) -> Keyring:
        return keyring_of(self._connection.dialect, "access_log.link")


def line_of(row: sa.Row[Any]) -> Line:
    """Build a line from its row."""
    return Line(row.number, row.at, row.person_id, row.what, row.whose, row.why, row.channel)


def _look(row: sa.Row[Any]) -> Look:
    return Look(
        row.id,
        row.number or 0,
        row.at,
        row.person_id,
        row.what,
        row.whose,
        row.why,
        row.channel,
    )
