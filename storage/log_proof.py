"""Whether the access log is whole: the chain walked from its anchor to its head.

A batch of lines at a time, on one snapshot. Says the first line that does not fit and how, as
far as that can be told without trusting anything that is in the database. A tail that was cut
together with its head shows only against a head that somebody wrote down elsewhere.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from storage.columns import keyring_of
from storage.log_chain import ANCHOR, HEAD, End, key_of, link_of, short
from storage.looks import HEAD_LOST, line_of
from storage.sealing import CannotOpen, Keyring
from storage.tables import access_log
from storage.unit_of_work import UnitOfWork

BATCH = 1000
NEAR = 1000  # lines behind a misfit in which its own words are looked for


class Misfit(enum.StrEnum):
    """How a line does not fit."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    FORGED = "forged"
    CUT = "cut"
    OTHER_KEY = "other_key"


@dataclass(frozen=True, slots=True)
class LogProof:
    """What the walk came to: lines ``first`` to ``last`` are whole, and ``misfit`` at ``at``.

    ``unchained`` lines are from before the chain, and nothing proves them. ``older`` says that
    the head to compare with belongs to lines whose time was over.
    """

    first: int
    last: int
    head: str
    unchained: int
    misfit: Misfit | None = None
    at: int = 0
    older: bool = False


@dataclass(frozen=True, slots=True)
class KnownHead:
    """A head that somebody wrote down: a line's number and the first characters of its link."""

    number: int
    starts: str


def prove(uow: UnitOfWork, known: KnownHead | None = None, *, batch: int = BATCH) -> LogProof:
    """Walk the chain; ``known`` is compared with the line of its number."""
    keyring = keyring_of(uow.connection.dialect, "access_log.link")
    anchor, head = uow.looks.end(ANCHOR), uow.looks.end(HEAD)
    rows = _Rows(uow.connection, keyring, batch, head)
    begun = End(ANCHOR, 0, "") if anchor is None else anchor[0]
    proof = LogProof(begun.number + 1, begun.number, short(begun.link), rows.unchained())
    if anchor is not None and not anchor[1]:
        return replace(proof, misfit=_seal_misfit(begun, keyring), at=begun.number)
    if anchor is not None and rows.stray(begun):
        return replace(proof, misfit=Misfit.FORGED, at=begun.number)
    if anchor is None and head is not None:
        return replace(proof, misfit=Misfit.REMOVED, at=begun.number)
    proof, link = _walk(rows, proof, begun.link, known)
    if proof.misfit is None:
        proof = _ends(proof, link, head)
    if proof.misfit is None and known is not None:
        proof = _compared(proof, begun, known)
    return proof


def _walk(rows: _Rows, proof: LogProof, link: str, known: KnownHead | None) -> tuple[LogProof, str]:
    """Go from line to line; returns what is whole, the first misfit, and the last link."""
    for row in rows.after(proof.last):
        number = proof.last + 1
        if isinstance(row, Unreadable):
            return replace(proof, misfit=Misfit.CHANGED, at=row.number), link
        line = line_of(row)
        if line.number != number:
            return replace(proof, misfit=Misfit.REMOVED, at=number), link
        if row.link is None or row.link != link_of(rows.keyring, link, line):
            return replace(proof, misfit=rows.how(link, number), at=number), link
        link = row.link
        proof = replace(proof, last=number, head=short(link))
        if line.what == HEAD_LOST:
            return replace(proof, misfit=Misfit.CUT, at=number), link
        wrong = known is not None and number == known.number and not _same(known, link)
        if wrong:
            return replace(proof, misfit=Misfit.FORGED, at=number), link
    return proof, link


def _ends(proof: LogProof, link: str, head: tuple[End, bool] | None) -> LogProof:
    """Hold the last line against the head that stands in the database."""
    if head is None:
        gone = proof.last > 0
        return replace(proof, misfit=Misfit.CUT, at=proof.last + 1) if gone else proof
    end, sealed = head
    if end.number > proof.last:
        return replace(proof, misfit=Misfit.CUT, at=proof.last + 1)
    if not sealed or (end.number, end.link) != (proof.last, link):
        return replace(proof, misfit=Misfit.FORGED, at=proof.last)
    return proof


def _compared(proof: LogProof, anchor: End, known: KnownHead) -> LogProof:
    if known.number > proof.last:
        return replace(proof, misfit=Misfit.CUT, at=proof.last + 1)
    if known.number == anchor.number and not _same(known, anchor.link):
        return replace(proof, misfit=Misfit.FORGED, at=known.number)
    return replace(proof, older=known.number < anchor.number)


def _same(known: KnownHead, link: str) -> bool:
    return link.partition(".")[2].startswith(known.starts)


def _seal_misfit(end: End, keyring: Keyring) -> Misfit:
    other = bool(end.link) and key_of(end.link) != keyring.looks_up_by
    return Misfit.OTHER_KEY if other else Misfit.FORGED


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line whose columns hold what no line ever held."""

    number: int


class _Rows:
    """The log's rows as the walk needs them."""

    def __init__(
        self,
        connection: sa.Connection,
        keyring: Keyring,
        batch: int,
        head: tuple[End, bool] | None,
    ) -> None:
        """Bind to a snapshot."""
        self._connection = connection
        self._batch = batch
        self._head = head
        self.keyring = keyring

    def after(self, number: int) -> Iterator[sa.Row[Any] | Unreadable]:
        """Give the lines behind a number in order; one that cannot be read ends it."""
        size = self._batch
        while True:
            try:
                rows = self._next(number, size)
            except (CannotOpen, ValueError, TypeError):
                if size == 1:
                    yield Unreadable(number + 1)
                    return
                size = 1  # one at a time finds which
                continue
            yield from rows
            if not rows:
                return
            number = rows[-1].number

    def how(self, link: str, number: int) -> Misfit:
        """Tell how a line does not fit, from the lines near it."""
        try:
            near = self._next(number - 1, NEAR)
        except (CannotOpen, ValueError, TypeError):
            return Misfit.CHANGED
        here = near[0]
        if here.link is not None and key_of(here.link) != self.keyring.looks_up_by:
            return Misfit.OTHER_KEY
        for other in near:
            moved = link_of(self.keyring, link, replace(line_of(other), number=number))
            if moved in {other.link, here.link}:
                return Misfit.REORDERED
        if self._goes_on(near):
            return Misfit.CHANGED
        return Misfit.FORGED

    def unchained(self) -> int:
        """Count the lines from before the chain."""
        query = sa.select(sa.func.count()).select_from(access_log)
        found: int = self._connection.execute(
            query.where(access_log.c.number.is_(None))
        ).scalar_one()
        return found

    def stray(self, anchor: End) -> bool:
        """Whether there are lines that the chain knows nothing of."""
        outside = sa.or_(
            access_log.c.number <= anchor.number,
            sa.and_(access_log.c.number.is_(None), access_log.c.id > anchor.before),
        )
        query = sa.select(access_log.c.id).where(outside).limit(1)
        return self._connection.execute(query).first() is not None

    def _goes_on(self, near: Sequence[sa.Row[Any]]) -> bool:
        """Whether what follows the first of these was chained to the link that it shows."""
        if len(near) > 1:
            return bool(near[1].link == link_of(self.keyring, near[0].link or "", line_of(near[1])))
        if self._head is None or not self._head[1]:
            return False
        head = self._head[0]
        return (head.number, head.link) == (near[0].number, near[0].link)

    def _next(self, number: int, size: int) -> Sequence[sa.Row[Any]]:
        return self._connection.execute(
            sa.select(access_log)
            .where(access_log.c.number > number)
            .order_by(access_log.c.number)
            .limit(size)
        ).all()
