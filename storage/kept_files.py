"""Files that people send, kept on disk beside the database and shown only to who may see them.

What a file is, is read from its first bytes, never from its name. Names on disk are random,
folders are hashes of chats. Refuses: knowing whose file is whose; that stands in rows.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

LARGEST_PHOTO = 10 * 1024 * 1024
LEAST_FREE = 512 * 1024 * 1024  # bytes of the disk that are left to the words

_PICTURES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
}
_HEARD = {"ogg": "audio/ogg", "mp3": "audio/mpeg", "m4a": "audio/mp4", "mp4": "video/mp4"}
ANYTHING = "bin"
_CONTENT_TYPES = {**_PICTURES, **_HEARD, ANYTHING: "application/octet-stream"}
_FILE_ID = re.compile(rf"[A-Za-z0-9_-]{{24}}\.(?:{'|'.join(_CONTENT_TYPES)})")
_HEAD = 12


class NotAPhoto(Exception):  # noqa: N818 - a decision, not a fault
    """The first bytes are of no kind of picture that we show."""


class TooLarge(Exception):  # noqa: N818 - a decision, not a fault
    """More bytes than `LARGEST_PHOTO`."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file on disk. ``is_shown``: a browser shows or plays it; all else is only saved."""

    path: Path
    content_type: str

    @property
    def is_shown(self) -> bool:
        """Whether it is a picture, a voice or a video, by its first bytes."""
        return self.path.suffix[1:] != ANYTHING


class KeptFiles:
    """A folder of files."""

    def __init__(self, folder: Path) -> None:
        """Bind to a folder; it is made with the first file."""
        self._folder = folder

    async def keep_photo(self, chat: str, chunks: AsyncIterator[bytes]) -> str:
        """Store a photo of a chat and return its file id once it is on disk.

        `NotAPhoto` or `TooLarge` leave nothing behind.
        """
        received = bytearray()
        async for chunk in chunks:
            received += chunk
            if len(received) > LARGEST_PHOTO:
                raise TooLarge
        suffix = _suffix_of(bytes(received[:_HEAD]))
        if suffix not in _PICTURES:
            raise NotAPhoto
        return await asyncio.to_thread(self._put, chat, suffix, bytes(received))

    def keep(self, chat: str, content: bytes) -> str:
        """Store a file of any kind and return its file id once it is on disk."""
        return self._put(chat, _suffix_of(content[:_HEAD]), content)

    def has_room(self) -> bool:
        """Whether the disk has room for files that can wait; words come first."""
        above = (self._folder, *self._folder.absolute().parents)
        folder = next(folder for folder in above if folder.exists())
        return shutil.disk_usage(folder).free >= LEAST_FREE

    def find(self, chat: str, file_id: str) -> Found | None:
        """Return where a chat's file lies and what it is; None when it has none such."""
        if not _FILE_ID.fullmatch(file_id):
            return None
        path = self._place(chat) / file_id
        return Found(path, _CONTENT_TYPES[path.suffix[1:]]) if path.is_file() else None

    def remove_older(self, before: datetime) -> int:
        """Remove the files that were stored before ``before``; returns how many."""
        removed = 0
        for path in self._folder.glob("*/*"):
            with contextlib.suppress(FileNotFoundError):  # another process was faster
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    removed += 1
        return removed

    def _place(self, chat: str) -> Path:
        return self._folder / hashlib.sha256(chat.encode()).hexdigest()[:32]

    def _put(self, chat: str, suffix: str, content: bytes) -> str:
        file_id = f"{secrets.token_urlsafe(18)}.{suffix}"
        path = self._place(chat) / file_id
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
        return file_id


def _suffix_of(head: bytes) -> str:  # noqa: PLR0911 - one a format
    """Return what the first bytes are of (each format's own signature), or `ANYTHING`."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")):
        return "mp3"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in {b"heic", b"heix", b"mif1", b"msf1"}:
            return "heic"
        return "m4a" if brand == b"M4A " else "mp4"
    return ANYTHING
