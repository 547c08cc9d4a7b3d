"""Photos that people send: kept beside the database, shown only to who reads the chat.

The kind of a picture is read from its first bytes, never from its name; anything else is
refused. Names on disk are random, folders are hashes of chats.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

LARGEST_PHOTO = 10 * 1024 * 1024

CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
}
_FILE_ID = re.compile(r"[A-Za-z0-9_-]{24}\.(?:jpg|png|gif|webp|heic)")
_HEAD = 12


class NotAPhoto(Exception):  # noqa: N818 - a decision, not a fault
    """The first bytes are of no kind of picture that we show."""


class TooLarge(Exception):  # noqa: N818 - a decision, not a fault
    """More bytes than `LARGEST_PHOTO`."""


class Photos:
    """A folder of photos."""

    def __init__(self, folder: Path) -> None:
        """Bind to a folder; it is made with the first photo."""
        self._folder = folder

    async def keep(self, chat: str, chunks: AsyncIterator[bytes]) -> str:
        """Store a photo of a chat and return its file id once it is on disk.

        `NotAPhoto` or `TooLarge` leave nothing behind.
        """
        received = bytearray()
        async for chunk in chunks:
            received += chunk
            if len(received) > LARGEST_PHOTO:
                raise TooLarge
        suffix = _suffix_of(bytes(received[:_HEAD]))
        if suffix is None:
            raise NotAPhoto
        file_id = f"{secrets.token_urlsafe(18)}.{suffix}"
        await asyncio.to_thread(self._put, self._place(chat) / file_id, received)
        return file_id

    def find(self, chat: str, file_id: str) -> tuple[Path, str] | None:
        """Return where a chat's photo lies and its content type; None when it has none such."""
        if not _FILE_ID.fullmatch(file_id):
            return None
        path = self._place(chat) / file_id
        return (path, CONTENT_TYPES[path.suffix[1:]]) if path.is_file() else None

    def remove_older(self, before: datetime) -> int:
        """Remove the photos that were stored before ``before``; returns how many."""
        removed = 0
        for path in self._folder.glob("*/*"):
            with contextlib.suppress(FileNotFoundError):  # another process was faster
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    removed += 1
        return removed

    def _place(self, chat: str) -> Path:
        return self._folder / hashlib.sha256(chat.encode()).hexdigest()[:32]

    @staticmethod
    def _put(path: Path, content: bytearray) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _suffix_of(head: bytes) -> str | None:
    """Return the kind of picture that the first bytes are of (each format's own signature)."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"msf1"}:
        return "heic"
    return None
