"""Files of reports whose bytes are still with a channel: what to fetch, and what came of it.

A row is written with the report that names the file, so that no file is forgotten and no
text waits for one. Refuses: the bytes; they are on disk (`storage.kept_files`).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from domain.channel import Address, Attachment
from storage.tables import files
from storage.upsert import insert


class FileState(enum.StrEnum):
    """How a file stands."""

    DUE = "due"
    KEPT = "kept"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class FileRow:
    """A leased file. ``fence`` proves that the lease is still this fetcher's."""

    id: int
    address: Address
    file_id: str
    added_at: datetime
    attempts: int
    fence: int


@dataclass(frozen=True, slots=True)
class FileFate:
    """What came of a file: where it lies (`storage.kept_files`), or why it is not there."""

    state: FileState
    place: str
    kept_as: str
    reason: str = ""


def place_of(address: Address) -> str:
    """Return the name under which the files of a chat that were fetched are kept."""
    return f"{address.channel}:{address.chat}"


def want(
    connection: sa.Connection, now: datetime, address: Address, attachments: Iterable[Attachment]
) -> None:
    """Have the files that a channel still has fetched; one that is wanted already is not twice."""
    rows = [
        {
            "channel": address.channel,
            "chat": address.chat,
            "file_id": item.file_id,
            "state": FileState.DUE.value,
            "added_at": now,
            "due_at": now,
            "fence": 0,
            "attempts": 0,
        }
        for item in attachments
        if item.away
    ]
    if rows:
        connection.execute(insert(connection, files).values(rows).on_conflict_do_nothing())


class FileRows:
    """Files to fetch in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def is_due(self, channels: Iterable[str]) -> bool:
        """Whether a file of these channels waits to be fetched."""
        query = sa.select(files.c.id).where(self._due(channels)).limit(1)
        return self._connection.execute(query).first() is not None

    def lease(
        self, channels: Iterable[str], *, limit: int, lease: timedelta
    ) -> tuple[FileRow, ...]:
        """Lease files that are due; those of others are skipped, not waited for."""
        choice = (
            sa.select(files)
            .where(self._due(channels))
            .order_by(files.c.due_at, files.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = self._connection.execute(choice).mappings().all()
        if rows:
            self._connection.execute(
                sa.update(files)
                .where(files.c.id.in_([row["id"] for row in rows]))
                .values(lease_until=self._now + lease, fence=files.c.fence + 1)
            )
        return tuple(
            FileRow(
                id=row["id"],
                address=Address(row["channel"], row["chat"]),
                file_id=row["file_id"],
                added_at=row["added_at"],
                attempts=row["attempts"],
                fence=row["fence"] + 1,
            )
            for row in rows
        )

    def kept(self, row: FileRow, kept_as: str) -> bool:
        """Write that a file is on disk; False when somebody else has it by now."""
        return self._end(row, state=FileState.KEPT.value, kept_as=kept_as, reason=None)

    def give_up(self, row: FileRow, reason: str) -> bool:
        """Write why a file will not be fetched; ``reason`` is for people."""
        return self._end(row, state=FileState.GIVEN_UP.value, reason=reason)

    def put_off(self, row: FileRow, *, until: datetime, reason: str) -> None:
        """Give a file back, due again at ``until``, after a try that failed."""
        self._end(row, due_at=until, attempts=files.c.attempts + 1, reason=reason)

    def take_back(self) -> int:
        """End every lease, for the start of an office's only process."""
        return self._connection.execute(
            sa.update(files)
            .where(files.c.state == FileState.DUE.value, files.c.lease_until.is_not(None))
            .values(lease_until=None)
        ).rowcount

    def fate(self, address: Address, file_id: str) -> FileFate:
        """Return what came of a file; one that never had to be fetched lies where it came."""
        row = self._connection.execute(
            sa.select(files.c.state, files.c.kept_as, files.c.reason).where(
                files.c.channel == address.channel,
                files.c.chat == address.chat,
                files.c.file_id == file_id,
            )
        ).first()
        if row is None:
            return FileFate(FileState.KEPT, address.chat, file_id)
        return FileFate(
            FileState(row.state), place_of(address), row.kept_as or "", row.reason or ""
        )

    def _due(self, channels: Iterable[str]) -> sa.ColumnElement[bool]:
        return sa.and_(
            files.c.state == FileState.DUE.value,
            files.c.channel.in_(list(channels)),
            files.c.due_at <= self._now,
            sa.or_(files.c.lease_until.is_(None), files.c.lease_until <= self._now),
        )

    def _end(self, row: FileRow, **values: object) -> bool:
        changed = self._connection.execute(
            sa.update(files)
            .where(
                files.c.id == row.id,
                files.c.fence == row.fence,
                files.c.state == FileState.DUE.value,
            )
            .values(lease_until=None, **values)
        )
        return changed.rowcount == 1
