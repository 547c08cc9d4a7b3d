"""Seals what people wrote and who they are, before it reaches the database.

AES-256-GCM with random nonces; the keys come from outside (`storage.key_file`) and never go
into the database. A sealed value is one short text: version, key id, and in base64url nonce
and ciphertext. The column it belongs to is bound to it ("people.name"), so a value that was
moved to another column does not open. What has to be found again has a mark beside it, a
keyed hash. Refuses: to give back anything but the very text that was sealed.

Random 96-bit nonces allow 2**32 values under one key (NIST SP 800-38D, 8.3); a province
needs decades for so many.
"""

from __future__ import annotations

import base64
import binascii
import enum
import hmac
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
MARK_BYTES = 16
ID_BYTES = 4
LOOK_AGAIN_SECONDS = 1.0
VERSION = "s1"
_HEAD = re.compile(VERSION + r"\.([0-9a-f]{8})\.")


class Why(enum.StrEnum):
    """Why a value does not open."""

    NO_KEYS = "the store was opened without keys"
    KEY_MISSING = "its key is not here"
    CHANGED = "it was changed, cut or moved here from another column"
    NOT_SEALED = "it is not sealed, and everything here should be"


class CannotOpen(Exception):  # noqa: N818 - what happened
    """A stored value does not open. Says where and why, and nothing of the value.

    Attributes:
        context: the column, as "people.name".
        why: the reason.
        key_id: the key it names, if it names one.
    """

    def __init__(self, context: str, why: Why, key_id: str = "") -> None:
        """Keep where, why and which key."""
        super().__init__(f"{context}: {why.value}" + (f" (key {key_id})" if key_id else ""))
        self.context = context
        self.why = why
        self.key_id = key_id


def derive(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """Return the sub-key of a key for one purpose (HKDF, RFC 5869)."""
    return HKDF(SHA256(), length=length, salt=None, info=f"huxin {purpose}".encode()).derive(key)


def id_of(key: bytes) -> str:
    """Return a key's short id; it is made from the key, so that it cannot name another."""
    return derive(key, "id", ID_BYTES).hex()


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one office: ``seal``, the newest first, and ``look_up``, for marks."""

    seal: tuple[bytes, ...]
    look_up: bytes


@dataclass(frozen=True, slots=True)
class _Ring:
    """What is made of the keys once, and exchanged in one step when they change."""

    newest: str
    head: str
    cipher: AESGCM
    ciphers: dict[str, AESGCM]
    looks_up_by: str
    keyed_hash: hmac.HMAC
    chain_hash: hmac.HMAC


def _ring_of(keys: Keys) -> _Ring:
    ciphers = {id_of(key): AESGCM(derive(key, "seal")) for key in keys.seal}
    newest = id_of(keys.seal[0])
    return _Ring(
        newest=newest,
        head=f"{VERSION}.{newest}.",
        cipher=ciphers[newest],
        ciphers=ciphers,
        looks_up_by=id_of(keys.look_up),
        keyed_hash=hmac.new(derive(keys.look_up, "mark"), digestmod="sha256"),
        chain_hash=hmac.new(derive(keys.look_up, "log"), digestmod="sha256"),
    )


class Keyring:
    """Seals with its newest key, opens with every one, and makes marks."""

    def __init__(
        self,
        keys: Keys,
        *,
        accepts_plain: bool = False,
        newer: Callable[[], Keys | None] = lambda: None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Bind to the keys.

        ``accepts_plain`` lets values through that are not sealed: for a database that is
        older than sealing, until ``huxin keys rotate`` has been through it. ``newer`` is
        asked before sealing, once a second at most, and when a value names a key that is not
        here: it returns the keys as they are now, or None when they are still the same. So a
        new key is taken up by every process without a restart. ``ticks`` counts seconds.
        """
        self.accepts_plain = accepts_plain
        self._newer = newer
        self._ticks = ticks
        self._looked_at = ticks()
        self._ring = _ring_of(keys)

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return self._ring.newest

    @property
    def looks_up_by(self) -> str:
        """The id of the key that makes marks."""
        return self._ring.looks_up_by

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the keys that open, the newest first."""
        return tuple(self._ring.ciphers)

    def seal(self, text: str, context: str) -> str:
        """Return a text sealed for a column.

        An empty text stays empty: it says nothing, and SQL can still ask whether there is
        something.
        """
        if not text:
            return ""
        if self._ticks() - self._looked_at >= LOOK_AGAIN_SECONDS:
            self._look_again()
        ring, nonce = self._ring, os.urandom(NONCE_BYTES)
        closed = nonce + ring.cipher.encrypt(nonce, text.encode(), context.encode())
        return ring.head + base64.urlsafe_b64encode(closed).decode("ascii")

    def open(self, sealed: str, context: str) -> str:
        """Return the text that was sealed for a column; `CannotOpen` when it does not open."""
        if not sealed:
            return ""
        head = _HEAD.match(sealed)
        if head is None:
            if self.accepts_plain:
                return sealed
            raise CannotOpen(context, Why.NOT_SEALED)
        key_id = head[1]
        cipher = self._ring.ciphers.get(key_id)
        if cipher is None:
            self._look_again()
            cipher = self._ring.ciphers.get(key_id)
        if cipher is None:
            raise CannotOpen(context, Why.KEY_MISSING, key_id)
        try:
            closed = base64.urlsafe_b64decode(sealed[head.end() :])
            opened = cipher.decrypt(closed[:NONCE_BYTES], closed[NONCE_BYTES:], context.encode())
        except (InvalidTag, binascii.Error, ValueError):
            raise CannotOpen(context, Why.CHANGED, key_id) from None
        return opened.decode()

    def mark(self, value: str, context: str) -> str:
        """Return the keyed hash by which a value of a column is found again (128 bits).

        The same value has the same mark, so the number of equal values can be seen by
        whoever has the file, and nothing else.
        """
        keyed = self._ring.keyed_hash.copy()
        keyed.update(context.encode() + b"\0" + value.encode())
        return base64.urlsafe_b64encode(keyed.digest()[:MARK_BYTES]).rstrip(b"=").decode("ascii")

    def chained(self, text: str) -> str:
        """Return the keyed hash that a link of the access log's chain is (128 bits, hex)."""
        keyed = self._ring.chain_hash.copy()
        keyed.update(text.encode())
        return keyed.hexdigest()[: 2 * MARK_BYTES]

    @property
    def head(self) -> str:
        """How every value begins that the newest key sealed."""
        return self._ring.head

    def is_newest(self, sealed: str) -> bool:
        """Whether a stored value needs no resealing: it is empty, or the newest key sealed it."""
        return not sealed or sealed.startswith(self._ring.head)

    def _look_again(self) -> None:
        self._looked_at = self._ticks()
        keys = self._newer()
        if keys is not None:
            self._ring = _ring_of(keys)
